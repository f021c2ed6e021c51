"""What may be done to which domain at present; whatever stands in the way is raised as a sentence. Pure."""

from __future__ import annotations

from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.inputs import Raw
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import NotFound, Refused
from qnet_gui.model.parse import domain_name, shown
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0State

_DOM0 = ("dom0", "Domain-0")


def _ours(raw: Raw) -> None:
    if raw.managed_by:
        problem = Problem("managed", raw.managed_by)
        raise Refused(f"{problem.sentence} {problem.cure}")


def _closed(raw: Raw) -> None:
    if raw.dom0.state is not Dom0State.CLOSED:
        raise Refused("dom0 is connected to the network, and all others are paused until it is disconnected.")


def _domain(raw: Raw, domid: int) -> DomainInfo:
    info = frontends.alive(raw).get(domid)
    if info is None:
        raise NotFound(f"There is no domain with the id {domid} that runs.")
    return info


def _guest(raw: Raw, domid: int, deed: str) -> DomainInfo:
    """A domain other than dom0 and the netvm."""
    info = _domain(raw, domid)
    if domid == 0:
        raise Refused(f"dom0 cannot be {deed}.")
    if raw.netvm is not None and domid == raw.netvm.id:
        raise Refused(f"{info.name} is the netvm: it cannot be {deed}, since all others need it.")
    return info


def pause(raw: Raw, domid: int) -> DomainInfo:
    """It may be paused."""
    _ours(raw)
    info = _guest(raw, domid, "paused")
    _closed(raw)
    return info


def unpause(raw: Raw, domid: int) -> DomainInfo:
    """It may go on; so may a netvm that was paused by other means."""
    _ours(raw)
    info = _domain(raw, domid)
    if domid == 0:
        raise Refused("dom0 is never paused.")
    _closed(raw)
    return info


def detach(raw: Raw, domid: int) -> DomainInfo:
    """It may be cut off."""
    _ours(raw)
    info = _guest(raw, domid, "cut off")
    if not raw.cards.get(domid):
        raise Refused(f"{info.name} is not attached to the network.")
    return info


def attach(raw: Raw, name: str, domid: int) -> tuple[DomainInfo, DomainInfo]:
    """It may be attached; returns it and the netvm."""
    _ours(raw)
    if domid == 0:
        raise Refused("dom0 is not attached like other domains. Connect it for an upgrade.")
    info = _guest(raw, domid, "attached to itself")
    _closed(raw)
    for card in raw.cards.get(domid, {}).values():
        if card.backend in frontends.alive(raw):
            raise Refused(f"{info.name} is attached to {frontends.netvm_of(raw, card, {})} already.")
    return info, netvm(raw, name)


def netvm(raw: Raw, name: str) -> DomainInfo:
    """The chosen netvm can serve now."""
    found = raw.netvm
    if found is None or found.state is DomainState.DYING:
        raise Refused(f"{name} is not running. Start it.")
    if found.state is DomainState.PAUSED:
        raise Refused(f"{name} is paused. Unpause it.")
    if found.id == 0 and frontends.agent_of(raw, 0) is AgentState.UNKNOWN:
        raise Refused(
            "dom0 is the netvm and has no network agent. Choose a separate netvm, or: systemctl start qnet-agent"
        )
    return found


def show(raw: Raw, name: str, cannot_show: str) -> DomainInfo:
    """The netvm's own applet may be shown; returns the netvm."""
    if cannot_show:
        raise Refused(cannot_show)
    found = netvm(raw, name)
    if found.id == 0:
        raise Refused("dom0 is the netvm: start nm-applet here, like any other program.")
    return found


def choose(raw: Raw, wanted: str, move: bool) -> DomainInfo:
    """It may be the netvm, and domains may be moved to it; `BadInput` for what is no name at all."""
    if move:
        _ours(raw)
    _closed(raw)
    if wanted in _DOM0:
        dom0 = _domain(raw, 0)
        if move and frontends.agent_of(raw, 0) is AgentState.UNKNOWN:
            raise Refused(
                "No network agent runs in dom0, so no domain can be moved to it. Start it: systemctl start qnet-agent"
            )
        return dom0
    name = domain_name(wanted)
    info = next((each for each in frontends.alive(raw).values() if each.id and each.name == name), None)
    if info is None:
        raise NotFound(f"There is no domain {shown(name)} that runs.")
    if info.state is DomainState.PAUSED:
        raise Refused(f"{name} is paused. Unpause it.")
    if frontends.agent_of(raw, info.id) is AgentState.UNKNOWN:
        raise Refused(f"{name} cannot be the netvm: no network agent has ever reported from it.")
    return info
