"""From what a person was last told to what is so now: the notification that is due, if any. Pure.

A change is told at once when nothing was told lately; a loss only when it lasts, because a change of uplink passes
through "none" and "connecting". Told is always the difference between the last thing told and the present, so that
a flapping cable ends in at most one notification in `QUIET` seconds, and in none when it ends where it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.domain import NetvmState
from qnet_gui.model.problem import BLIND_CODES
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Snapshot

#: Seconds that must pass between two notifications.
QUIET = 5.0
#: Seconds that a loss must last before it is told.
LASTING = 5.0


@dataclass(frozen=True, slots=True)
class Notification:
    """What a person reads: plain text."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Which uplink carries the network; `name` is empty when none does, and `why` then says so in a sentence."""

    name: str = ""
    address: IPv4Address | None = None
    gateway: IPv4Address | None = None
    why: str = ""

    def same_network(self, other: Standing) -> bool:
        """Whether a person would say that nothing changed; a router that is not known yet is no change."""
        moved = self.gateway and other.gateway and self.gateway != other.gateway
        return self.name == other.name and not moved


def standing(snapshot: Snapshot) -> Standing:
    """How a snapshot stands."""
    uplink = snapshot.uplink
    if uplink is None or snapshot.netvm.state is not NetvmState.RUNNING:
        return Standing(why=sentence(snapshot))
    return Standing(uplink_name(uplink), uplink.address, uplink.gateway)


def difference(old: Standing, new: Standing) -> Notification | None:
    """The words for the way from one standing to another; none when it is the same network."""
    if old.same_network(new):
        return None
    if not new.name:
        return Notification("Uplink lost", f"{old.name} → none. {new.why}")
    if not old.name:
        return Notification("Uplink back", f"none → {new.name}")
    if old.name == new.name:
        return Notification("Uplink changed", f"{old.name}, {old.address} → {new.address}")
    return Notification("Uplink changed", f"{old.name} → {new.name}")


class Tracker:
    """Remembers what was told. Feed it every snapshot; ask again at `due` (a monotonic time) when it is set."""

    def __init__(self) -> None:
        self.due: float | None = None
        self._told: Standing | None = None
        self._told_at = float("-inf")
        self._now: Standing | None = None
        self._since = float("-inf")

    def see(self, snapshot: Snapshot | None, now: float) -> Notification | None:
        """Take in a snapshot; from a helper that is away or blind nothing is learned of the uplink, nor told."""
        if snapshot is None or any(each.code in BLIND_CODES for each in snapshot.problems):
            self._now = self.due = None
            return None
        fresh = standing(snapshot)
        if self._now is None or bool(fresh.name) != bool(self._now.name):
            self._since = now
        self._now = fresh
        return self.tick(now)

    def tick(self, now: float) -> Notification | None:
        """What is due at this time."""
        self.due = None
        if self._now is None:
            return None
        if self._told and self._told.same_network(self._now):
            if self._now.gateway or not self._told.gateway:
                self._told = self._now
            return None
        at = max(self._told_at + QUIET, self._since + (0 if self._now.name else LASTING))
        if now < at:
            self.due = at
            return None
        told, self._told = self._told, self._now
        if told is None:
            return None
        self._told_at = now
        return difference(told, self._now)
