"""From the snapshot to what the tray shows: icon, tooltip and, from `menu`, the menu. Pure.

`None` stands everywhere for a helper that is away. Icon names are those of the bundled files, without `qnet-`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from qnet_gui.model.domain import NetvmState
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.tray.state.menu import Row, blind, rows

CONNECTING = ("connecting-1", "connecting-2", "connecting-3")


class Status(enum.Enum):
    """How much a tray should make of the icon, in the words of StatusNotifierItem."""

    ACTIVE = "Active"
    ATTENTION = "NeedsAttention"


@dataclass(frozen=True, slots=True)
class View:
    """All that the tray shows. `icons` are frames, shown in turn where there are several; `title` and `line` are the
    tooltip's two lines."""

    icons: tuple[str, ...]
    title: str
    line: str
    status: Status
    rows: tuple[Row, ...]


def strength_step(percent: int) -> int:
    """The number of arcs, 1 to 4, for a Wi-Fi strength."""
    return min(4, max(1, percent // 25 + 1))


def _shape(uplink: Uplink) -> str:
    return f"wifi-{strength_step(uplink.strength)}" if uplink.kind is UplinkKind.WIFI else "wired"


def _carrier(snapshot: Snapshot, uplink: Uplink) -> Uplink:
    """What a VPN runs over: the first other uplink that is up; the uplink itself when it is no VPN."""
    if uplink.kind is not UplinkKind.VPN:
        return uplink
    up = (other for other in snapshot.uplinks if other.state is UplinkState.UP and other.kind is not UplinkKind.VPN)
    return next(up, uplink)


def _connected(snapshot: Snapshot, uplink: Uplink) -> str:
    shape = _shape(_carrier(snapshot, uplink))
    if not snapshot.dns.redirects:
        return f"{shape}-alert"
    lock = "-lock" if uplink.kind is UplinkKind.VPN else ""
    dot = "-dot" if snapshot.problems else ""
    return f"{shape}{lock}{dot}"


def icons(snapshot: Snapshot | None) -> tuple[str, ...]:
    """The icon's name, or the names of its frames."""
    if snapshot is None:
        return ("helper-away",)
    if snapshot.dom0.state is not Dom0State.CLOSED:
        return ("dom0-connected",)
    if blind(snapshot):
        return ("helper-away",)
    if snapshot.netvm.state in (NetvmState.ABSENT, NetvmState.PAUSED) or snapshot.unreported:
        return ("no-netvm",)
    if snapshot.netvm.state is NetvmState.STARTING:
        return ("starting",)
    if snapshot.uplink is not None:
        return (_connected(snapshot, snapshot.uplink),)
    if any(uplink.state is UplinkState.CONNECTING for uplink in snapshot.uplinks):
        return CONNECTING
    return ("no-uplink",)


def view(snapshot: Snapshot | None, unreadable: bool = False) -> View:
    """What the tray shows for a snapshot; `unreadable`: there is none because the helper is of another version."""
    open_ = snapshot is not None and snapshot.dom0.state is not Dom0State.CLOSED
    status = Status.ATTENTION if open_ else Status.ACTIVE
    return View(icons(snapshot), tr("Network"), sentence(snapshot, unreadable), status, rows(snapshot, unreadable))
