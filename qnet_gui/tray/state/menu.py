"""From the snapshot to the menu's rows. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from qnet_gui.model.domain import Domain, DomainState, Netvm
from qnet_gui.model.problem import BLIND_CODES
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.translation import tr

#: So many domains are offered as the netvm.
_CANDIDATES_MAX = 20
DOM0 = "dom0"
#: Minutes more, when a person asks for them by a notification.
EXTEND_MINUTES = 30


class Action(enum.Enum):
    """What a row of the menu, a button or a notification does."""

    STATUS = "status"
    ROUTES = "routes"
    NAMES = "names"
    UPGRADE = "upgrade"
    NETAPPLET = "netapplet"
    SETTINGS = "settings"
    HELP = "help"
    ABOUT = "about"
    QUIT = "quit"
    DISCONNECT = "disconnect"
    EXTEND = "extend"
    NETVM = "netvm"
    MOVE = "move"
    START_NETVM = "start-netvm"
    RESTART_NETVM = "restart-netvm"
    STOP_NETVM = "stop-netvm"
    START_HELPER = "start-helper"
    REAPPLY = "reapply"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    ATTACH = "attach"
    DETACH = "detach"


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """An action and what it is about: a domain by id and uuid, which the helper checks, and by its name for people."""

    action: Action
    domid: int = -1
    name: str = ""
    uuid: str = ""

    @classmethod
    def about(cls, action: Action, domain: Domain | Netvm) -> ActionRequest:
        """One about a domain."""
        return cls(action, domain.id, domain.name, domain.uuid)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the menu; one without a text is a separator. `icon`: a name of freedesktop.org's.

    `why` says why it cannot be done at present, empty if it can.
    """

    text: str = ""
    request: ActionRequest | None = None
    why: str = ""
    icon: str = ""


SEPARATOR = Row()


def _action_row(text: str, action: Action, icon: str = "") -> Row:
    return Row(text, ActionRequest(action), icon=icon)


def blind(snapshot: Snapshot | None) -> bool:
    """Whether nothing is known at present, neither of the netvm nor of domains."""
    return snapshot is None or any(problem.code in BLIND_CODES for problem in snapshot.problems)


def hindrance(snapshot: Snapshot | None) -> str:
    """Why nothing can be done to domains and netvm at present; empty if it can."""
    if snapshot is None or blind(snapshot):
        return sentence(snapshot)
    if managed := next((problem for problem in snapshot.problems if problem.code == "managed"), None):
        return managed.sentence
    if snapshot.dom0.state is not Dom0State.CLOSED:
        return tr("While dom0 is connected, all domains stay as they are.")
    if snapshot.operation.id:
        return tr("Something else is being done. Wait until that is over.")
    return ""


def domain_actions(domain: Domain, why: str) -> tuple[Row, ...]:
    """What can be done to a domain."""

    def row(text: str, action: Action) -> Row:
        return Row(text, ActionRequest.about(action, domain), why=why)

    paused = domain.state is DomainState.PAUSED
    first = row(tr("Unpause"), Action.UNPAUSE) if paused else row(tr("Pause"), Action.PAUSE)
    if domain.vif:
        return first, row(tr("Cut off the network"), Action.DETACH)
    return first, row(tr("Attach to the network"), Action.ATTACH)


def candidates(snapshot: Snapshot) -> list[str]:
    """Who might be the netvm: the one that is, and domains that can serve."""
    others = sorted(domain.name for domain in snapshot.domains if domain.serves and domain.name != snapshot.netvm.name)
    chosen = [] if snapshot.netvm.name == DOM0 else [snapshot.netvm.name]
    return [*chosen, *others[: _CANDIDATES_MAX - 1]]


def can_disconnect(snapshot: Snapshot | None) -> bool:
    """Whether dom0 is, or may be, connected, and is not on its way back already."""
    if snapshot is None or snapshot.dom0.state is Dom0State.CLOSED:
        return False
    stuck = any(problem.code in ("dom0-stuck", "dom0-left-over") for problem in snapshot.problems)
    return stuck or snapshot.dom0.state is not Dom0State.CLOSING


def _first(snapshot: Snapshot | None, unreadable: bool) -> Iterable[Row]:
    if can_disconnect(snapshot):
        yield _action_row(tr("Disconnect dom0 now"), Action.DISCONNECT, "network-disconnect")
        yield SEPARATOR
    yield _action_row(sentence(snapshot, unreadable), Action.STATUS)
    yield SEPARATOR


def rows(snapshot: Snapshot | None, unreadable: bool = False) -> tuple[Row, ...]:
    """The whole menu: short, and without menus below it, which panels open off the screen. The popup has the rest.

    netvm's network applet can always be asked for: where it cannot be shown, the answer is why.
    """
    return (
        *_first(snapshot, unreadable),
        _action_row(tr("Open…"), Action.STATUS, "window-new"),
        _action_row(tr("Upgrade dom0…"), Action.UPGRADE, "update-none"),
        _action_row(tr("Network applet (nm-applet)"), Action.NETAPPLET, "network-wireless"),
        SEPARATOR,
        _action_row(tr("Settings…"), Action.SETTINGS, "configure"),
        _action_row(tr("Help"), Action.HELP, "help-contents"),
        _action_row(tr("About"), Action.ABOUT, "help-about"),
        _action_row(tr("Quit"), Action.QUIT, "application-exit"),
    )
