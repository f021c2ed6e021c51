"""Reads the few settings of a domain's configuration that qnet wants to know. Pure.

xl reads the same file and judges it; what is no setting is skipped here. Source of the grammar: xl.cfg(5). `KEY=VALUE`
or `KEY+=VALUE`, separated by lines or `;`; a value is a quoted string, a number, or a list in brackets; `#` begins a
remark. In a string a backslash keeps the character after it from ending it (xl 4.17, tried).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: A quoted string, as a pattern.
TEXT = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
#: One alternative for each kind of piece; a line's end matters only outside of lists.
_PIECE = re.compile(
    rf"""(?P<remark>\#[^\n]*)|(?P<text>{TEXT})|(?P<word>[A-Za-z0-9_.:+-]*[A-Za-z0-9_.:-])"""
    r"""|(?P<sign>\+=|[=\[\],;\n])|(?P<other>.)""",
    re.VERBOSE,
)
#: A backslash and what it stands before; the few that mean something else are for control characters.
_ESCAPED = re.compile(r"\\(.)")
Value = str | tuple[str, ...]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup or ""
        if kind == "text":
            yield kind, _ESCAPED.sub(r"\1", piece[0][1:-1])
        elif kind in ("word", "sign"):
            yield kind, piece[0]


def settings(text: str) -> dict[str, Value]:
    """Every setting with its value as text, or as a list of texts; a later one replaces an earlier one of its name."""
    values: dict[str, Value] = {}
    pieces = _pieces(text)
    key, sign = "", ""
    for kind, piece in pieces:
        if kind == "sign" and piece in ("=", "+="):
            sign = piece
        elif not sign:
            key = piece if kind == "word" else ""
        else:
            value: Value = _list(pieces) if (kind, piece) == ("sign", "[") else piece if kind != "sign" else ""
            if key:
                values[key] = _joined(values.get(key), value) if sign == "+=" else value
            key, sign = "", ""
    return values


def _list(pieces: Iterator[tuple[str, str]]) -> tuple[str, ...]:
    """The texts up to the bracket that closes a list, those of lists in it included."""
    values, depth = [], 1
    for kind, piece in pieces:
        if kind != "sign":
            values.append(piece)
        elif piece in "[]":
            depth += 1 if piece == "[" else -1
            if not depth:
                break
    return tuple(values)


def _joined(before: Value | None, value: Value) -> Value:
    if isinstance(before, tuple) and isinstance(value, tuple):
        return before + value
    if isinstance(before, str) and isinstance(value, str):
        return before + value
    return value


def pci_addresses(specs: tuple[str, ...]) -> list[str]:
    """What the words of a `pci=` list call the devices: of each the address as it is written, wildcards included.

    Devices that are named in another way (`name=`) are not among them.
    """
    addresses = []
    for spec in specs:
        words = [word.strip() for word in spec.split(",")]
        named = next((word[len("bdf=") :] for word in words if word.startswith("bdf=")), None)
        first = words[0].partition("@")[0]
        if named is not None or (first and "=" not in first):
            addresses.append(named if named is not None else first)
    return addresses
