"""What may be done to which domain at present; whatever stands in the way is raised as a sentence. Pure."""

from __future__ import annotations

from dataclasses import replace

from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import NotFound, Refused
from qnet_gui.model.parse import domain_name, shown
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0State

_DOM0 = ("dom0", "Domain-0")


def as_if_awake(inputs: Inputs) -> Inputs:
    """Before a look at the hypervisor it is not known who is paused still, so that is no reason to refuse."""
    domains = tuple(_awake(info) for info in inputs.domains)
    return replace(inputs, domains=domains, netvm=_awake(inputs.netvm) if inputs.netvm else None)


def _awake(info: DomainInfo) -> DomainInfo:
    return replace(info, state=DomainState.RUNNING) if info.state is DomainState.PAUSED else info


def _ours(inputs: Inputs) -> None:
    if inputs.managed_by:
        problem = Problem("managed", inputs.managed_by)
        raise Refused(f"{problem.sentence} {problem.cure}")


def _closed(inputs: Inputs) -> None:
    if inputs.dom0.state is not Dom0State.CLOSED:
        raise Refused("dom0 is connected to the network, and all others are paused until it is disconnected.")


def _domain(inputs: Inputs, domid: int) -> DomainInfo:
    info = frontends.alive(inputs).get(domid)
    if info is None:
        raise NotFound(f"There is no domain with the id {domid} that runs.")
    return info


def _guest(inputs: Inputs, domid: int, action: str) -> DomainInfo:
    """A domain other than dom0 and the netvm."""
    info = _domain(inputs, domid)
    if domid == 0:
        raise Refused(f"dom0 cannot be {action}.")
    if inputs.netvm is not None and domid == inputs.netvm.id:
        raise Refused(f"{info.name} is the netvm: it cannot be {action}, since all others need it.")
    return info


def pause(inputs: Inputs, domid: int) -> DomainInfo:
    """It may be paused."""
    _ours(inputs)
    info = _guest(inputs, domid, "paused")
    _closed(inputs)
    return info


def unpause(inputs: Inputs, domid: int) -> DomainInfo:
    """It may go on; so may a netvm that was paused by other means."""
    _ours(inputs)
    info = _domain(inputs, domid)
    if domid == 0:
        raise Refused("dom0 is never paused.")
    _closed(inputs)
    return info


def detach(inputs: Inputs, domid: int) -> DomainInfo:
    """It may be cut off."""
    _ours(inputs)
    info = _guest(inputs, domid, "cut off")
    if not inputs.frontends.get(domid):
        raise Refused(f"{info.name} is not attached to the network.")
    return info


def attach(inputs: Inputs, name: str, domid: int) -> tuple[DomainInfo, DomainInfo]:
    """It may be attached; returns it and the netvm."""
    _ours(inputs)
    if domid == 0:
        raise Refused("dom0 is not attached like other domains. Connect it for an upgrade.")
    info = _guest(inputs, domid, "attached to itself")
    _closed(inputs)
    for frontend in inputs.frontends.get(domid, {}).values():
        if frontend.backend in frontends.alive(inputs):
            raise Refused(f"{info.name} is attached to {frontends.netvm_of(inputs, frontend, {})} already.")
    return info, netvm(inputs, name)


def netvm(inputs: Inputs, name: str) -> DomainInfo:
    """The chosen netvm can serve now."""
    found = inputs.netvm
    if found is None or found.state is DomainState.DYING:
        raise Refused(f"{name} is not running. Start it.")
    if found.state is DomainState.PAUSED:
        raise Refused(f"{name} is paused. Unpause it.")
    if found.id == 0 and frontends.agent_of(inputs, 0) is AgentState.UNKNOWN:
        raise Refused(
            "dom0 is the netvm and has no network agent. Choose a separate netvm, or: systemctl start qnet-agent"
        )
    return found


def show(inputs: Inputs, name: str, cannot_show: str) -> DomainInfo:
    """The netvm's own applet may be shown; returns the netvm."""
    if cannot_show:
        raise Refused(cannot_show)
    found = netvm(inputs, name)
    if found.id == 0:
        raise Refused("dom0 is the netvm: start nm-applet here, like any other program.")
    return found


def choose(inputs: Inputs, wanted: str, move: bool) -> DomainInfo:
    """It may be the netvm, and domains may be moved to it; `BadInput` for what is no name at all."""
    if move:
        _ours(inputs)
    _closed(inputs)
    if wanted in _DOM0:
        dom0 = _domain(inputs, 0)
        if move and frontends.agent_of(inputs, 0) is AgentState.UNKNOWN:
            raise Refused(
                "No network agent runs in dom0, so no domain can be moved to it. Start it: systemctl start qnet-agent"
            )
        return dom0
    name = domain_name(wanted)
    info = next((each for each in frontends.alive(inputs).values() if each.id and each.name == name), None)
    if info is None:
        raise NotFound(f"There is no domain {shown(name)} that runs.")
    if info.state is DomainState.PAUSED:
        raise Refused(f"{name} is paused. Unpause it.")
    if frontends.agent_of(inputs, info.id) is AgentState.UNKNOWN:
        raise Refused(f"{name} cannot be the netvm: no network agent has ever reported from it.")
    return info
