"""From the snapshot to what the Name servers window shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.words import tr
from qnet_gui.tray.menu import blind
from qnet_gui.tray.pages.status import source


@dataclass(frozen=True, slots=True)
class NamesPage:
    """The window's content: rows of virtual server, real server and where that came from; `said` without any."""

    head: str
    rows: tuple[tuple[str, ...], ...] = ()
    said: str = ""


def heads() -> tuple[str, ...]:
    """The table's heads."""
    return tr("Domains ask"), tr("Redirected to"), tr("From")


def page(snapshot: Snapshot | None) -> NamesPage:
    """The content for a snapshot."""
    if snapshot is None or blind(snapshot):
        return NamesPage(sentence(snapshot))
    if not snapshot.redirects:
        cure = next((each.cure for each in snapshot.problems if each.code == "no-dns"), "")
        return NamesPage(
            sentence(snapshot), said=tr("Nothing is redirected: names do not resolve.") + f" {cure}".rstrip()
        )
    rows = []
    for each in snapshot.redirects:
        gave = [uplink_name(uplink) for uplink in snapshot.uplinks if each.real in uplink.servers]
        origin = ", ".join([*gave[:1], *([source(snapshot)] if source(snapshot) else [])])
        rows.append((str(each.virtual), str(each.real), origin))
    head = tr("Whatever name server a domain asks, its question goes to one that the uplink offers.")
    return NamesPage(head, tuple(rows))


def as_text(shown: NamesPage) -> str:
    """All of it as text, for the clipboard."""
    return "\n".join(f"{virtual} → {real} ({origin})" for virtual, real, origin in shown.rows) + "\n"
