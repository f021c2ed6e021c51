"""From what was read to the snapshot. Pure.

What the netvm or a guest wrote has been parsed by `inputs`; what was off in it is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from qnet_gui import __version__
from qnet_gui.dom0.observe import agent_report, frontends
from qnet_gui.dom0.observe.inputs import Inputs, VifStatus
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.dns import Dns
from qnet_gui.model.domain import DOM0_NAMES, AgentState, Domain, DomainState, Label, Netvm, NetvmState
from qnet_gui.model.fact import rest
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import NAMES_CODES, Problem, in_order
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Iommu, Isolation, Snapshot
from qnet_gui.model.uplink import UplinkState


@dataclass(frozen=True, slots=True)
class BuiltSnapshot:
    """A snapshot, and the paths of what was dropped on the way."""

    snapshot: Snapshot
    dropped: tuple[str, ...] = ()


def _netvm(name: str, inputs: Inputs) -> Netvm:
    info, agent, label = inputs.netvm, inputs.agent.state, inputs.labels.get(name, Label.NONE)
    # dom0's own is before whoever asks
    screen = inputs.screen and name not in DOM0_NAMES
    if info is None or info.state is DomainState.DYING:
        return Netvm(name, label=label, screen=screen)
    if info.state is DomainState.PAUSED:
        state = NetvmState.PAUSED
    else:
        state = NetvmState.STARTING if agent is AgentState.UNKNOWN else NetvmState.RUNNING
    return Netvm(name, info.id, state, agent, info.uuid, label, screen)


def _others(inputs: Inputs) -> Iterable[DomainInfo]:
    netvm = inputs.netvm.id if inputs.netvm else 0
    return (info for info in inputs.domains if info.id not in (0, netvm))


def _domains(inputs: Inputs, netvm: str) -> tuple[Domain, ...]:
    here, elsewhere = frontends.first_vifs(inputs), frontends.elsewhere(inputs)
    domains = []
    for info in _others(inputs):
        label = inputs.labels.get(info.name, Label.NONE)
        served = here.get(info.id) or elsewhere.get(info.id)
        if served is None:
            serves = frontends.can_serve(inputs, info.id)
            domains.append(Domain(info.name, info.id, info.state, serves=serves, uuid=info.uuid, label=label))
            continue
        vif, frontend = served
        server = netvm if info.id in here else frontends.netvm_of(inputs, frontend, {})
        address = frontends.address(inputs, info.id, frontend)
        serves = frontends.can_serve(inputs, info.id)
        domains.append(Domain(info.name, info.id, info.state, address, vif.name, server, serves, info.uuid, label))
    return tuple(sorted(domains, key=lambda domain: (domain.name, domain.id)))


def awaited(inputs: Inputs) -> frozenset[int]:
    """Domains, the netvm included, that should report and have not: overdue ones are a problem."""
    running = {info.id for info in inputs.domains if info.state is DomainState.RUNNING}
    waiting = {
        domid
        for domid, (_, frontend) in frontends.first_vifs(inputs).items()
        if domid in running and frontend.status is VifStatus.CONNECTED and domid not in inputs.guests
    }
    if inputs.netvm and inputs.netvm.id in running and inputs.agent.state is AgentState.UNKNOWN:
        waiting.add(inputs.netvm.id)
    return frozenset(waiting)


def _domain_problems(inputs: Inputs) -> Iterable[Problem]:
    served = frontends.first_vifs(inputs)
    for info in _others(inputs):
        if info.id not in served or info.state is not DomainState.RUNNING:
            continue
        vif, frontend = served[info.id]
        report = inputs.guests.get(info.id)
        if frontend.status is VifStatus.ERROR:
            yield Problem(ProblemCode.VIF_REFUSED, vif=vif.name)
        elif info.id in inputs.overdue or (report is not None and report.address is None):
            yield Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name=info.name)


def _elsewhere_problems(inputs: Inputs, snapshot: Snapshot) -> Iterable[Problem]:
    """Who reaches the network through another domain than the netvm; not while that is being changed."""
    infos = frontends.alive(inputs)
    names = tuple(sorted(infos[domid].name for domid in frontends.not_with_netvm(inputs)))
    if names and snapshot.operation.kind != "set-netvm":
        yield Problem(ProblemCode.ATTACHED_ELSEWHERE, count=len(names), names=names, netvm=snapshot.netvm.name)


def _netvm_problems(inputs: Inputs, snapshot: Snapshot) -> Iterable[Problem]:
    if snapshot.netvm.state is NetvmState.ABSENT:
        yield Problem(ProblemCode.NO_NETVM)
    elif snapshot.netvm.id in inputs.overdue:
        yield Problem(ProblemCode.AGENT_UNKNOWN)
    if snapshot.netvm.id == 0:
        yield Problem(ProblemCode.DOM0_NETVM)
    if snapshot.netvm.state is not NetvmState.RUNNING:
        return
    if snapshot.netvm.agent is AgentState.STOPPED:
        yield Problem(ProblemCode.AGENT_STOPPED)
    elif inputs.silent:
        yield Problem(ProblemCode.AGENT_SILENT)
    if inputs.agent.version not in ("", __version__):
        yield Problem(ProblemCode.OTHER_VERSION, version=inputs.agent.version, value=__version__)
    yield from map(Problem, agent_report.problem_codes(inputs.agent))
    yield from _elsewhere_problems(inputs, snapshot)
    connecting = any(uplink.state is UplinkState.CONNECTING for uplink in snapshot.uplinks)
    if snapshot.uplink is None:
        yield from () if connecting else (Problem(ProblemCode.NO_UPLINK),)
    elif not snapshot.dns.redirects and NAMES_CODES.isdisjoint(agent_report.problem_codes(inputs.agent)):
        yield Problem(ProblemCode.NO_DNS)


def _isolation(inputs: Inputs, domains: Iterable[Domain]) -> Isolation:
    facts = inputs.isolation
    without = tuple(
        domain.name
        for domain in domains
        if not domain.vif and frontends.agent_of(inputs, domain.id) is AgentState.UNKNOWN  # a netvm needs none
    )
    return Isolation((*facts.connected, *facts.listening), facts.nics, facts.iommu, without, facts.more_nics)


def _isolation_problems(inputs: Inputs, netvm: Netvm) -> Iterable[Problem]:
    """What makes dom0 less isolated than it should be; where it is the netvm itself, that says it all."""
    if netvm.id == 0 or netvm.name == "dom0":
        return
    if inputs.isolation.connected and inputs.dom0.state is Dom0State.CLOSED and not inputs.stuck:
        yield Problem(ProblemCode.DOM0_REACHABLE)
    if inputs.isolation.nics:
        nics: tuple[str | Message, ...] = (*inputs.isolation.nics, *rest(inputs.isolation.more_nics))
        yield Problem(ProblemCode.DOM0_NIC, nics=nics)
    if inputs.isolation.iommu is Iommu.OFF:
        yield Problem(ProblemCode.NO_IOMMU)


def _others_problems(dom0: Dom0Connection) -> Iterable[Problem]:
    """What is wrong with the promise that all others stand still while dom0 is connected."""
    if dom0.running:
        yield Problem(ProblemCode.OTHERS_RUN, count=len(dom0.running), names=dom0.running)
    if let_go := tuple(name for name in dom0.let_go if name not in dom0.running):
        yield Problem(ProblemCode.OTHERS_LET_GO, count=len(let_go), names=let_go)


def _left_problems(inputs: Inputs) -> Iterable[Problem]:
    """What a connection of dom0's has left behind."""
    if inputs.stuck and inputs.left_over is not None:
        yield Problem(ProblemCode.DOM0_LEFT_OVER, why=inputs.left_over)
    elif inputs.stuck:
        yield Problem(ProblemCode.DOM0_STUCK)
    if inputs.doubtful:
        yield Problem(ProblemCode.PAUSED_IN_DOUBT, names=inputs.doubtful)


def build(inputs: Inputs, name: str) -> BuiltSnapshot:
    """The snapshot of everything, with its problems; `name` is the chosen netvm's."""
    agent = inputs.agent
    netvm = _netvm(name, inputs)
    domains = _domains(inputs, name)
    plain = Snapshot(
        netvm=netvm,
        uplinks=agent.uplinks,
        dns=Dns(agent.source, agent.redirects),
        domains=domains,
        dom0=inputs.dom0,
        isolation=_isolation(inputs, domains),
        operation=inputs.operation,
        ended=inputs.ended,
    )
    problems = {*_netvm_problems(inputs, plain), *_domain_problems(inputs)}
    if inputs.dropped:
        problems.add(Problem(ProblemCode.NETVM_NONSENSE))
    if not inputs.store:
        problems = {Problem(ProblemCode.NO_STORE)}
    if not inputs.hypervisor:
        problems = {Problem(ProblemCode.NO_HYPERVISOR)} | (problems & {Problem(ProblemCode.NO_STORE)})
    problems |= {*_isolation_problems(inputs, netvm)}  # dom0 sees these by itself
    problems |= {*_others_problems(inputs.dom0)}
    if inputs.managed_by:
        problems.add(Problem(ProblemCode.MANAGED, manager=inputs.managed_by))
    problems |= {*_left_problems(inputs)}
    return BuiltSnapshot(replace(plain, problems=in_order(problems)), inputs.dropped)
