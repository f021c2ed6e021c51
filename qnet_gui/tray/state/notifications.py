"""What a person is told without having asked: notifications by kind, and their withdrawal. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from qnet_gui.model.translation import mark, tr
from qnet_gui.tray.state.menu import Action


class Kind(enum.Enum):
    """One notification of each kind at most is on the screen; each kind can be switched off."""

    UPLINK = "uplink"
    NAMES = "names"
    NETVM = "netvm"
    DOM0 = "dom0"
    GUARD = "guard"
    PACKAGES = "packages"

    @property
    def description(self) -> str:
        """What it tells of, for the settings."""
        return tr(_WORDS[self])


_WORDS = {
    Kind.UPLINK: mark("The uplink changes, is lost or is back"),
    Kind.NAMES: mark("Names do not resolve, or do again"),
    Kind.NETVM: mark("The netvm stops, or is back"),
    Kind.DOM0: mark("dom0 is connected or disconnected, or will be soon"),
    Kind.GUARD: mark("dom0 has a network that nobody asked for"),
    Kind.PACKAGES: mark("An upgrade of dom0's packages has ended"),
}


#: The icons that are drawn for notifications: what is lost, back, another one, failed, done; dom0 open and closed.
LOST, BACK, CHANGED, FAILED, DONE = "lost", "back", "changed", "failed", "done"
OPENED, CLOSED = "dom0-open", "dom0-closed"


@dataclass(frozen=True, slots=True)
class Notification:
    """What a person reads, as plain text, and what can be done about it; `urgent` ones stay until they are closed.

    `icon` is the name of one drawn for notifications, by which they differ at a glance; empty for the application's.
    """

    kind: Kind
    title: str
    body: str
    actions: tuple[Action, ...] = (Action.STATUS,)
    urgent: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was told of a kind is not so any longer."""

    kind: Kind


Announcement = Notification | Withdrawal
