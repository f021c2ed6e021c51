"""From the snapshot to what the Name servers window shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from qnet_gui.model.errors import QnetError
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.tray.pages.status import source
from qnet_gui.tray.state.menu import blind

_NOT_TESTED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NamesPage:
    """The window's content: rows of virtual server, real server, where that came from, and how soon it answers, empty
    before a test; `said` without any rows."""

    head: str
    rows: tuple[tuple[str, ...], ...] = ()
    said: str = ""


def heads() -> tuple[str, ...]:
    """The table's heads."""
    return tr("Domains ask"), tr("Redirected to"), tr("From"), tr("Answers")


def tested(answer: Sequence[object] | QnetError) -> dict[str, str]:
    """The answer to TestNames: how soon each server answers, in words."""
    wires = answer[0] if not isinstance(answer, QnetError) and answer and isinstance(answer[0], list) else []
    found = {}
    for each in wires:
        if isinstance(each, Mapping):
            match each.get("server"), each.get("milliseconds"):
                case str() as server, int() as took:
                    found[server] = tr("after {count} ms", count=took) if took >= 0 else tr("does not answer")
    return found


def page(snapshot: Snapshot | None, answers: Mapping[str, str] = _NOT_TESTED) -> NamesPage:
    """The content for a snapshot; `answers` are those of a test."""
    if snapshot is None or blind(snapshot):
        return NamesPage(sentence(snapshot))
    if not snapshot.dns.redirects:
        cure = next((each.cure for each in snapshot.problems if each.code == "no-dns"), "")
        return NamesPage(
            sentence(snapshot), said=tr("Nothing is redirected: names do not resolve.") + f" {cure}".rstrip()
        )
    rows = []
    for each in snapshot.dns.redirects:
        gave = [uplink_name(uplink) for uplink in snapshot.uplinks if each.real in uplink.servers]
        origin = ", ".join([*gave[:1], *([source(snapshot)] if source(snapshot) else [])])
        rows.append((str(each.virtual), str(each.real), origin, answers.get(str(each.real), "")))
    head = tr("Whatever name server a domain asks, its question goes to one that the uplink offers.")
    return NamesPage(head, tuple(rows))


def as_text(shown: NamesPage) -> str:
    """All of it as text, for the clipboard."""
    lines = []
    for virtual, real, *more in shown.rows:
        lines.append(f"{virtual} → {real} ({', '.join(each for each in more if each)})")
    return "\n".join(lines) + "\n"
