"""What may be done to which domain at present; whatever stands in the way is raised. Pure."""

from __future__ import annotations

from dataclasses import replace

from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DOM0_NAMES, AgentState, DomainState, NetvmVerb
from qnet_gui.model.errors import NotFound, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.model.parse import domain_name, shown
from qnet_gui.model.snapshot import Dom0State


def as_if_awake(inputs: Inputs) -> Inputs:
    """Before a look at the hypervisor it is not known who is paused still, so that is no reason to refuse."""
    domains = tuple(_awake(info) for info in inputs.domains)
    return replace(inputs, domains=domains, netvm=_awake(inputs.netvm) if inputs.netvm else None)


def _awake(info: DomainInfo) -> DomainInfo:
    return replace(info, state=DomainState.RUNNING) if info.state is DomainState.PAUSED else info


def _ours(inputs: Inputs) -> None:
    if inputs.managed_by:
        raise Refused(DomainCode.MANAGED_BY_OTHERS, manager=inputs.managed_by)


def _closed(inputs: Inputs) -> None:
    if inputs.dom0.state is not Dom0State.CLOSED:
        raise Refused(DomainCode.DOM0_CONNECTED)


def _domain(inputs: Inputs, domid: int, uuid: str) -> DomainInfo:
    """The domain that was meant: an id alone may be another's by the time that a password has been typed."""
    info = frontends.alive(inputs).get(domid)
    if info is None:
        raise NotFound(DomainCode.DOMAIN_ID_UNKNOWN, id=domid)
    if domid and info.uuid != uuid:
        raise NotFound(DomainCode.DOMAIN_ANOTHER, id=domid, name=info.name)
    return info


def is_netvm(inputs: Inputs, domid: int) -> bool:
    """Whether it is the chosen netvm."""
    return inputs.netvm is not None and domid == inputs.netvm.id


def _guest(inputs: Inputs, domid: int, uuid: str, if_dom0: DomainCode, if_netvm: DomainCode) -> DomainInfo:
    """A domain other than dom0 and the netvm; of these it is said why not."""
    info = _domain(inputs, domid, uuid)
    if domid == 0:
        raise Refused(if_dom0)
    if is_netvm(inputs, domid):
        raise Refused(if_netvm, name=info.name)
    return info


def pause(inputs: Inputs, domid: int, uuid: str) -> DomainInfo:
    """It may be paused."""
    _ours(inputs)
    info = _guest(inputs, domid, uuid, DomainCode.DOM0_NOT_TO_PAUSE, DomainCode.NETVM_NOT_TO_PAUSE)
    _closed(inputs)
    return info


def unpause(inputs: Inputs, domid: int, uuid: str) -> DomainInfo:
    """It may go on; so may a netvm that was paused by other means, without which dom0 does not get back either."""
    _ours(inputs)
    info = _domain(inputs, domid, uuid)
    if domid == 0:
        raise Refused(DomainCode.DOM0_NEVER_PAUSED)
    if not is_netvm(inputs, domid):
        _closed(inputs)
    return info


def detach(inputs: Inputs, domid: int, uuid: str) -> DomainInfo:
    """It may be cut off."""
    _ours(inputs)
    info = _guest(inputs, domid, uuid, DomainCode.DOM0_NOT_TO_CUT_OFF, DomainCode.NETVM_NOT_TO_CUT_OFF)
    if not inputs.frontends.get(domid):
        raise Refused(DomainCode.NOT_ATTACHED, name=info.name)
    return info


def attach(inputs: Inputs, name: str, domid: int, uuid: str) -> tuple[DomainInfo, DomainInfo]:
    """It may be attached; returns it and the netvm."""
    _ours(inputs)
    info = _guest(inputs, domid, uuid, DomainCode.DOM0_NOT_TO_ATTACH, DomainCode.NETVM_NOT_TO_ATTACH)
    _closed(inputs)
    for frontend in inputs.frontends.get(domid, {}).values():
        if frontend.backend in frontends.alive(inputs):
            already = frontends.netvm_of(inputs, frontend, {})
            raise Refused(DomainCode.ATTACHED_ALREADY, name=info.name, netvm=already)
    return info, netvm(inputs, name)


def netvm(inputs: Inputs, name: str) -> DomainInfo:
    """The chosen netvm can serve now."""
    info = inputs.netvm
    if info is None or info.state is DomainState.DYING:
        raise Refused(DomainCode.NETVM_NOT_RUNNING, name=name)
    if info.state is DomainState.PAUSED:
        raise Refused(DomainCode.NETVM_PAUSED, name=name)
    if info.id == 0 and frontends.agent_of(inputs, 0) is AgentState.UNKNOWN:
        raise Refused(DomainCode.DOM0_WITHOUT_AGENT)
    return info


def control_netvm(inputs: Inputs, name: str, verb: NetvmVerb) -> None:
    """The netvm may be started, or stopped or restarted; a paused one would not shut down."""
    _ours(inputs)
    _closed(inputs)
    if name in DOM0_NAMES:
        raise Refused(ServiceCode.SERVICE_OF_DOM0, verb=verb.value)
    info = inputs.netvm
    runs = info is not None and info.state is not DomainState.DYING
    if runs == (verb is NetvmVerb.START):
        raise Refused(ServiceCode.RUNS_ALREADY if runs else DomainCode.NOT_RUNNING, name=name)
    if info is not None and info.state is DomainState.PAUSED:
        raise Refused(DomainCode.NETVM_PAUSED, name=name)


def show(inputs: Inputs, name: str, cannot_show: Message | None) -> DomainInfo:
    """The netvm's own applet may be shown; returns the netvm."""
    if name in DOM0_NAMES:
        raise Refused(DomainCode.NO_OWN_WINDOWS)
    if cannot_show is not None:
        raise Refused(cannot_show)
    return netvm(inputs, name)


def screen(inputs: Inputs, name: str, domid: int, uuid: str) -> DomainInfo:
    """The netvm's screen may be shown in a window, and the netvm is the domain that was meant; returns it."""
    if not inputs.screen:
        raise Refused(ScreenCode.SCREEN_NOT_OFFERED)
    meant = _domain(inputs, domid, uuid)
    info = netvm(inputs, name)
    if info.id == 0:
        raise Refused(DomainCode.NO_OWN_WINDOWS)
    if meant.id != info.id:
        raise Refused(ScreenCode.SCREEN_NOT_THE_NETVM, name=meant.name)
    return info


def choose(inputs: Inputs, wanted: str, move: bool) -> DomainInfo:
    """It may be the netvm, and domains may be moved to it; `BadInput` for what is no name at all.

    dom0 is chosen first, and then its agent runs, which refuses to start in a dom0 that is no netvm.
    """
    if move:
        _ours(inputs)
    _closed(inputs)
    if wanted in DOM0_NAMES:
        dom0 = frontends.alive(inputs).get(0)
        if dom0 is None:
            raise NotFound(DomainCode.DOMAIN_ID_UNKNOWN, id=0)
        if move and frontends.agent_of(inputs, 0) is AgentState.UNKNOWN:
            raise Refused(DomainCode.DOM0_CANNOT_SERVE)
        return dom0
    name = domain_name(wanted)
    info = next((domain for domain in frontends.alive(inputs).values() if domain.id and domain.name == name), None)
    if info is None:
        raise NotFound(DomainCode.DOMAIN_UNKNOWN, name=shown(name))
    if info.state is DomainState.PAUSED:
        raise Refused(DomainCode.NETVM_PAUSED, name=name)
    agent = frontends.agent_of(inputs, info.id)
    if not frontends.can_serve(inputs, info.id) or (move and agent is AgentState.UNKNOWN):
        raise Refused(DomainCode.NEVER_A_NETVM, name=name)
    return info
