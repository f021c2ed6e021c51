"""From what was read to the snapshot. Pure.

What the netvm or a guest wrote is read by `report`; what is off is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from qnet_gui.dom0.observe import agent_report, frontends
from qnet_gui.dom0.observe.inputs import Raw
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.dns import DnsSource
from qnet_gui.model.domain import AgentState, Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import ipv4
from qnet_gui.model.problem import Problem, in_order
from qnet_gui.model.snapshot import Dom0State, Iommu, Isolation, Snapshot
from qnet_gui.model.uplink import UplinkState
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys

CONNECTED, ERROR = b"connected", b"error"


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot, and the paths of what was dropped on the way."""

    snapshot: Snapshot
    dropped: tuple[str, ...] = ()


def _netvm(name: str, info: DomainInfo | None, agent: AgentState) -> Netvm:
    if info is None or info.state is DomainState.DYING:
        return Netvm(name)
    if info.state is DomainState.PAUSED:
        state = NetvmState.PAUSED
    else:
        state = NetvmState.STARTING if agent is AgentState.UNKNOWN else NetvmState.RUNNING
    return Netvm(name, info.id, state, agent)


def address_of(raw: Raw, vif: VifId) -> IPv4Address | None:
    """A vif's address: the one that its toolstack wrote, else the one that qnet gave its domain."""
    text = raw.vifs[vif].ip or raw.allocated.get(vif.frontend)
    try:
        return ipv4(text) if text else None
    except BadInput:
        return None


def first_vifs(raw: Raw) -> dict[int, VifId]:
    """The vif of each domain that has one; of several the one with the lowest number."""
    found: dict[int, VifId] = {}
    for vif in sorted(raw.vifs):
        found.setdefault(vif.frontend, vif)
    return found


def _others(raw: Raw) -> Iterable[DomainInfo]:
    netvm = raw.netvm.id if raw.netvm else 0
    return (info for info in raw.domains if info.id not in (0, netvm))


def _domains(raw: Raw, netvm: str) -> tuple[Domain, ...]:
    vifs, elsewhere = first_vifs(raw), frontends.elsewhere(raw)
    found = []
    for info in _others(raw):
        vif = vifs.get(info.id)
        if vif is not None:
            found.append(Domain(info.name, info.id, info.state, address_of(raw, vif), vif.name, netvm))
        elif info.id in elsewhere:
            vif, card = elsewhere[info.id]
            address, another = frontends.address(raw, info.id, card), frontends.netvm_of(raw, card, {})
            found.append(Domain(info.name, info.id, info.state, address, vif.name, another))
        else:
            found.append(Domain(info.name, info.id, info.state))
    return tuple(sorted(found, key=lambda each: (each.name, each.id)))


def awaited(raw: Raw) -> frozenset[int]:
    """Domains, the netvm included, that should report and have not: overdue ones are a problem."""
    running = {info.id for info in raw.domains if info.state is DomainState.RUNNING}
    waiting = {
        domid
        for domid, vif in first_vifs(raw).items()
        if domid in running and raw.vifs[vif].status == CONNECTED and not raw.guests.get(domid)
    }
    if raw.netvm and raw.netvm.id in running and agent_report.agent_state(raw.agent) is AgentState.UNKNOWN:
        waiting.add(raw.netvm.id)
    return frozenset(waiting)


def _domain_problems(raw: Raw) -> Iterable[Problem]:
    vifs = first_vifs(raw)
    for info in _others(raw):
        vif = vifs.get(info.id)
        if vif is None or info.state is not DomainState.RUNNING:
            continue
        if raw.vifs[vif].status == ERROR:
            yield Problem("vif-refused", vif.name)
        elif info.id in raw.overdue or raw.guests.get(info.id, {}).get(keys.GUEST_ADDRESS.at()) == b"":
            yield Problem("domain-without-network", info.name)


def _netvm_problems(raw: Raw, snapshot: Snapshot, reported: Iterable[str]) -> Iterable[Problem]:
    if snapshot.netvm.state is NetvmState.ABSENT:
        yield Problem("no-netvm")
    elif snapshot.netvm.id in raw.overdue:
        yield Problem("agent-unknown")
    if snapshot.netvm.id == 0:
        yield Problem("dom0-netvm")
    if snapshot.netvm.state is not NetvmState.RUNNING:
        return
    if snapshot.netvm.agent is AgentState.STOPPED:
        yield Problem("agent-stopped")
    elif raw.silent:
        yield Problem("agent-silent")
    yield from (Problem(code) for code in reported)
    connecting = any(uplink.state is UplinkState.CONNECTING for uplink in snapshot.uplinks)
    if snapshot.uplink is None:
        yield from () if connecting else (Problem("no-uplink"),)
    elif not snapshot.redirects:
        yield Problem("no-dns")


def _isolation(raw: Raw, domains: Iterable[Domain]) -> Isolation:
    facts = raw.isolation
    without = tuple(
        domain.name
        for domain in domains
        if not domain.vif and frontends.agent_of(raw, domain.id) is AgentState.UNKNOWN  # a netvm needs none
    )
    return Isolation((*facts.connected, *facts.listening), facts.nics, facts.iommu, without)


def _isolation_problems(raw: Raw, netvm: Netvm) -> Iterable[Problem]:
    """What makes dom0 less isolated than it should be; where it is the netvm itself, that says it all."""
    if netvm.id == 0 or netvm.name == "dom0":
        return
    if raw.isolation.connected and raw.dom0.state is Dom0State.CLOSED and not raw.stuck:
        yield Problem("dom0-reachable")
    if raw.isolation.nics:
        yield Problem("dom0-nic", ", ".join(raw.isolation.nics))
    if raw.isolation.iommu is Iommu.OFF:
        yield Problem("no-iommu")


def build(raw: Raw, name: str) -> Built:
    """The snapshot of everything, with its problems; `name` is the chosen netvm's."""
    fields = agent_report.Fields(raw.agent)
    netvm = _netvm(name, raw.netvm, agent_report.agent_state(raw.agent))
    domains = _domains(raw, name)
    plain = Snapshot(
        netvm=netvm,
        uplinks=agent_report.uplinks(fields),
        redirects=agent_report.redirects(fields),
        dns_source=DnsSource(fields.text(keys.DNS_SOURCE) or "none"),
        domains=domains,
        dom0=raw.dom0,
        isolation=_isolation(raw, domains),
        operation=raw.operation,
    )
    fields.text(keys.AGENT_STATE)  # counted if it is off; `agent_state` counts nothing
    problems = {*_netvm_problems(raw, plain, agent_report.problem_codes(fields)), *_domain_problems(raw)}
    if fields.dropped:
        problems.add(Problem("netvm-nonsense"))
    if not raw.store:
        problems = {Problem("no-store")}
    if not raw.hypervisor:
        problems = {Problem("no-hypervisor")} | (problems & {Problem("no-store")})
    problems |= {*_isolation_problems(raw, netvm)}  # dom0 sees these by itself
    if raw.managed_by:
        problems.add(Problem("managed", raw.managed_by))
    if raw.stuck:
        problems.add(Problem("dom0-stuck"))
    return Built(replace(plain, problems=in_order(problems)), tuple(fields.dropped))
