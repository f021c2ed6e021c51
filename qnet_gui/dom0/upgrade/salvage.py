"""What can still be read of a journal that is damaged, cut off, or of another version. Pure.

It is not believed where it could do harm: what to undo is not taken from it, so everything is undone. Taken are those
that were paused, by whatever of them is left, and only where they are there and paused; and what was paused before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import uuid

_PAUSED, _BEFORE, _BOOT, _IMMUTABLE = "paused", "paused_before", "boot", "immutable"
_KEY = re.compile(r'"([A-Za-z_]{1,40})"\s{0,20}:\s{0,20}')
_OF_DOMAIN = {
    "id": re.compile(r'"id"\s{0,20}:\s{0,20}(\d{1,5})\b(?!\Z)'),
    "uuid": re.compile(r'"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"'),
    "name": re.compile(r'"name"\s{0,20}:\s{0,20}"([^"\\]{1,200})"'),
}


@dataclass(frozen=True, slots=True)
class Hint:
    """What is left of a domain in it; -1 and empty texts are gone."""

    id: int = -1
    uuid: str = ""
    name: str = ""

    def means(self, info: DomainInfo, same_boot: bool) -> bool:
        """Whether it is this domain: nothing speaks against it, and something that nobody else has speaks for it.

        A number is another domain's after another boot.
        """
        pairs = ((self.id, info.id, -1), (self.uuid, info.uuid, ""), (self.name, info.name, ""))
        fits = all(mine in (its, gone) for mine, its, gone in pairs)
        return fits and bool(self.uuid or self.name or (same_boot and self.id >= 0))


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`paused` is None when it cannot be told who was; `whole`: nobody is missing in it."""

    paused: tuple[Hint, ...] | None = None
    before: tuple[Hint, ...] = ()
    whole: bool = False
    boot: str = ""
    immutable: bool = False

    def ours(self, domains: Iterable[DomainInfo], boot: str) -> tuple[DomainInfo, ...]:
        """Who of them is paused now and was paused by us; `boot` is the present one."""
        return self._paused_of(self.paused or (), domains, boot)

    def doubtful(self, domains: Iterable[DomainInfo], boot: str) -> tuple[DomainInfo, ...]:
        """Who is paused now, and nobody knows any more by whom."""
        paused = tuple(info for info in domains if info.state is DomainState.PAUSED and info.id)
        known = self._paused_of((*(self.paused or ()), *self.before), paused, boot)
        return () if self.whole else tuple(info for info in paused if info not in known)

    def _paused_of(self, hints: Iterable[Hint], domains: Iterable[DomainInfo], boot: str) -> tuple[DomainInfo, ...]:
        wanted, same_boot = tuple(hints), bool(boot) and boot == self.boot
        return tuple(
            info
            for info in domains
            if info.state is DomainState.PAUSED and any(hint.means(info, same_boot) for hint in wanted)
        )


def salvage(content: bytes) -> Salvaged:
    """Whatever is left in it."""
    text = content.decode("ascii", "replace")
    fields, broken = _fields(text)
    lists = {name: hints for name, value in fields.items() if (hints := _hints(value)) is not None}
    torn = next((name for name in broken if name in (_PAUSED, _BEFORE)), "")
    if torn:
        lists[torn] = tuple(_torn(broken[torn]))
    boot, immutable = fields.get(_BOOT), fields.get(_IMMUTABLE)
    before = lists.get(_BEFORE, ())
    paused = lists.get(_PAUSED)
    if paused is None and _PAUSED not in fields:
        others = [hints for name, hints in lists.items() if name != _BEFORE and hints]
        # a field of another name: which one it is can be told where the other one has its own
        paused = others[0] if len(others) == 1 and _BEFORE in lists else None
    return Salvaged(
        paused, before, paused is not None and torn != _PAUSED, boot if isinstance(boot, str) else "", immutable is True
    )


def _fields(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields whose values are whole; and of the others the rest of the text, from their values on."""
    whole: dict[str, Any] = {}
    broken: dict[str, str] = {}
    decoder, position = json.JSONDecoder(), 0
    while key := _KEY.search(text, position):
        try:
            value, position = decoder.raw_decode(text, key.end())
            whole.setdefault(key[1], value)
        except (ValueError, RecursionError):
            position = key.end()
            broken.setdefault(key[1], text[position : position + 65536])
    return whole, broken


def _hints(value: object) -> tuple[Hint, ...] | None:
    """A list of domains; None for what is none."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return None
    hints = tuple(_hint(entry) for entry in value)
    return hints if all(hint != Hint() for hint in hints) else None


def _hint(entry: Mapping[str, object]) -> Hint:
    """By the fields' names, and a UUID by what it looks like."""
    number, name = entry.get("id"), entry.get("name")
    return Hint(
        number if type(number) is int and number > 0 else -1,
        next((value for value in entry.values() if isinstance(value, str) and _is_uuid(value)), ""),
        name if isinstance(name, str) and name.isprintable() else "",
    )


def _is_uuid(text: str) -> bool:
    try:
        uuid(text)
    except BadInput:
        return False
    return True


def _torn(rest: str) -> Iterator[Hint]:
    """The domains of a list that breaks off or has something else in it; what follows the list is not of it."""
    for entry in rest.split("]")[0].split("}"):
        readable = {name: match[1] for name, pattern in _OF_DOMAIN.items() if (match := pattern.search(entry))}
        if readable:
            yield Hint(int(readable.get("id", -1)), readable.get("uuid", ""), readable.get("name", ""))
