"""How netvm, its uplink and names stand, and the words for a change of that. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.domain import NetvmState
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import BACK, CHANGED, FAILED, LOST, Kind, Notification

#: What helps where something is lost, beside a look at it.
_WITHOUT_UPLINK = (Action.STATUS, Action.NETAPPLET)
_WITHOUT_NETVM = (Action.STATUS, Action.START_NETVM)


@dataclass(frozen=True, slots=True)
class Condition:
    """`good` is how it should be. `name` and addresses are the uplink's; `line` is the sentence for all of it.

    `paused`: what is not good is not gone.
    """

    good: bool
    line: str
    name: str = ""
    address: IPv4Address | None = None
    gateway: IPv4Address | None = None
    paused: bool = False

    def same(self, other: Condition) -> bool:
        """Whether a person would say that nothing changed; a router that is not known yet is no change."""
        moved = self.gateway and other.gateway and self.gateway != other.gateway
        return (self.good, self.paused, self.name) == (other.good, other.paused, other.name) and not moved


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is told of. `condition` is None while it has no meaning, or something else explains it."""

    kind: Kind
    condition: Callable[[Snapshot], Condition | None]
    notification: Callable[[Condition, Condition], Notification]


def _netvm(snapshot: Snapshot) -> Condition | None:
    if snapshot.netvm.state is NetvmState.STARTING:
        return None
    netvm = snapshot.netvm
    paused = netvm.state is NetvmState.PAUSED
    return Condition(netvm.state is NetvmState.RUNNING, sentence(snapshot), netvm.name, paused=paused)


def _netvm_notification(old: Condition, new: Condition) -> Notification:
    if old.name != new.name:
        title = tr("Another netvm")
        return Notification(Kind.NETVM, title, f"{old.name} → {new.name}. {new.line}", icon=CHANGED)
    if new.good:
        return Notification(Kind.NETVM, tr("{name} is back", name=new.name), new.line, icon=BACK)
    if new.paused:  # it cannot be started
        return Notification(Kind.NETVM, tr("{name} is paused", name=new.name), new.line, icon=LOST)
    return Notification(Kind.NETVM, tr("{name} has stopped", name=new.name), new.line, _WITHOUT_NETVM, icon=LOST)


def _uplink(snapshot: Snapshot) -> Condition | None:
    if snapshot.netvm.state is not NetvmState.RUNNING:
        return None
    uplink, line = snapshot.uplink, sentence(snapshot)
    if uplink is None:
        return Condition(False, line)
    return Condition(True, line, uplink_name(uplink), uplink.address, uplink.gateway)


def _uplink_notification(old: Condition, new: Condition) -> Notification:
    if not new.name:
        text = tr("{old} → none. {why}", old=old.name, why=new.line)
        return Notification(Kind.UPLINK, tr("Uplink lost"), text, _WITHOUT_UPLINK, icon=LOST)
    if not old.name:
        return Notification(Kind.UPLINK, tr("Uplink back"), tr("none → {new}", new=new.name), icon=BACK)
    return Notification(Kind.UPLINK, tr("Uplink changed"), _change(old, new), icon=CHANGED)


def _change(old: Condition, new: Condition) -> str:
    """What differs: in another network the address may be the same, since many have the same ones."""
    if old.name != new.name:
        return f"{old.name} → {new.name}"
    if old.address and new.address and old.address != new.address:
        return f"{old.name}, {old.address} → {new.address}"
    return f"{old.name}, " + tr("router {address}", address=f"{old.gateway} → {new.gateway}")


def _names(snapshot: Snapshot) -> Condition | None:
    if snapshot.netvm.state is not NetvmState.RUNNING or snapshot.uplink is None:
        return None
    return Condition(bool(snapshot.dns.redirects), sentence(snapshot))


def _names_notification(_old: Condition, new: Condition) -> Notification:
    title = tr("Names resolve again") if new.good else tr("Names do not resolve")
    return Notification(Kind.NAMES, title, new.line, (Action.NAMES,), icon=BACK if new.good else FAILED)


NETVM = Subject(Kind.NETVM, _netvm, _netvm_notification)
UPLINK = Subject(Kind.UPLINK, _uplink, _uplink_notification)
NAMES = Subject(Kind.NAMES, _names, _names_notification)
