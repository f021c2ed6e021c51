"""From the snapshot to what can be done to the netvm as a whole, and who is to be thought of before. Pure."""

from __future__ import annotations

from qnet_gui.model.domain import NetvmState
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.preflight import listed
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr, tr_count
from qnet_gui.tray.pages.domains import Choice
from qnet_gui.tray.state.menu import DOM0, Action, ActionRequest, hindrance

#: So many names stand in a question; of more it says how many there are.
_FEW = 5


def choices(snapshot: Snapshot) -> tuple[Choice, ...]:
    """What can be done to it; nothing where it is dom0, which is no service of its own."""
    name, state = snapshot.netvm.name, snapshot.netvm.state
    if name == DOM0:
        return ()
    why = hindrance(snapshot)
    if state is NetvmState.PAUSED:
        why = why or Message(DomainCode.NETVM_PAUSED, name=name).translated

    def choice(text: str, action: Action) -> Choice:
        return Choice(action.value, text, (ActionRequest(action, name=name),), why)

    if state is NetvmState.ABSENT:
        return (choice(tr("Start"), Action.START_NETVM),)
    return choice(tr("Restart…"), Action.RESTART_NETVM), choice(tr("Stop…"), Action.STOP_NETVM)


def served(snapshot: Snapshot | None) -> tuple[str, ...]:
    """The domains that would be without a network, by name."""
    if snapshot is None:
        return ()
    return tuple(domain.name for domain in snapshot.domains if domain.vif and domain.netvm == snapshot.netvm.name)


def without_network(names: tuple[str, ...]) -> str:
    """Who they are, in words."""
    if (count := len(names)) > _FEW:
        return tr_count(
            "{count} domain has no network then.", "{count} domains have no network then.", count, count=count
        )
    return tr("Without a network then: {names}.", names=listed(names))
