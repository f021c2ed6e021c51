"""The `vif=` setting of a domain's configuration, changed so that a netvm serves the domain. Pure.

Changed as a careful person would: the one list, and nothing else of what stands there. What is written in a way that
cannot be changed with certainty is left, and it is said why. Source of the grammar: xl.cfg(5),
xl-network-configuration(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qnet_gui.hypervisor import xl_config

SCRIPT = "vif-route-qubes"
#: A remark, a text, or the beginning of a `vif` setting; whatever else is one character.
_PIECE = re.compile(rf"""#[^\n]*|{xl_config.TEXT}|(?P<vif>(?<![\w.-])vif[ \t]*(?P<sign>\+?=)[ \t]*)|(?:.|\n)""")
_LIST = re.compile(rf"""(?:\s|\#[^\n]*(?=\n|\Z)|,|{xl_config.TEXT})*\]""")
_TEXT = re.compile(rf"""\#[^\n]*|(?P<text>{xl_config.TEXT})""")
#: What says who serves the card and how; qnet says that otherwise. A bridge there is none.
_REPLACED = ("bridge", "script", "backend", "gatewaydev", "netdev", "forwarddev")


class NotByMachine(ValueError):
    """The text cannot be changed with certainty; the message says what stands in the way."""


def _settings(text: str) -> Iterator[tuple[int, str]]:
    """Where the value of each `vif` setting begins, and its sign."""
    for piece in _PIECE.finditer(text):
        if piece["vif"]:
            yield piece.end(), piece["sign"]


def _values(specification: str) -> list[str]:
    return [word.strip() for word in specification.split(",") if word.strip()]


def served_by(specification: str) -> str:
    """Who serves a vif as it is written; dom0 where nothing is said."""
    for word in _values(specification):
        key, _, value = word.partition("=")
        if key.strip() == "backend":
            return value.strip()
    return "dom0"


def with_backend(specification: str, netvm: str) -> str:
    """The same vif, served by `netvm` by routes."""
    words = _values(specification)
    kept = [word for word in words if word.partition("=")[0].strip() not in _REPLACED]
    return ",".join([*kept, f"backend={netvm}", f"script={SCRIPT}"])


def with_netvm(text: str, netvm: str) -> str:
    """The same configuration with every vif served by `netvm`; the same text where that is so, or there is no vif.

    `NotByMachine` where it is not certain what a change would do.
    """
    places = list(_settings(text))
    if not places:
        return text
    if len(places) > 1 or places[0][1] != "=":
        raise NotByMachine("vif is set more than once")
    begin = places[0][0]
    if not text.startswith("[", begin):
        raise NotByMachine("the value of vif is no list in brackets")
    whole = _LIST.match(text, begin + 1)
    if whole is None:
        raise NotByMachine("the list of vif has something else in it than texts")
    inside = text[begin + 1 : whole.end() - 1]
    changed = text[: begin + 1] + _TEXT.sub(lambda piece: _changed(piece, netvm), inside) + text[whole.end() - 1 :]
    _check(text, changed, netvm)
    return changed


def _changed(piece: re.Match[str], netvm: str) -> str:
    quoted = piece["text"]
    if quoted is None:
        return piece[0]
    specification = quoted[1:-1]
    if served_by(specification) == netvm and f"script={SCRIPT}" in _values(specification):
        return quoted
    return f"{quoted[0]}{with_backend(specification, netvm)}{quoted[0]}"


def _check(before: str, after: str, netvm: str) -> None:
    """What xl would read has changed in `vif` alone, and as it should."""
    old, new = xl_config.settings(before), xl_config.settings(after)
    cards = new.pop("vif", ())
    was = old.pop("vif", ())
    good = isinstance(cards, tuple) and len(cards) == len(was) and all(served_by(card) == netvm for card in cards)
    if old != new or not good:
        raise NotByMachine("it is written in a way that is not understood for certain")
