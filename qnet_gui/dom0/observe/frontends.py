"""Who serves which domain, who is without a netvm because it died, and what a vif is to be like. Pure.

Frontends are read from the toolstack's own nodes, so what is in them is dom0's word; only the addresses that qnet
itself gives come from elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from ipaddress import IPv4Address

from qnet_gui.dom0.observe.inputs import Frontend, Inputs, VifStatus
from qnet_gui.hypervisor.port import DomainInfo, VifRequest
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.vif import VifId

SCRIPT = "vif-route-qubes"


def alive(inputs: Inputs) -> dict[int, DomainInfo]:
    """All domains but those that are dying."""
    return {info.id: info for info in inputs.domains if info.state is not DomainState.DYING}


def agent_of(inputs: Inputs, domid: int) -> AgentState:
    """What a domain last said of an agent in it."""
    return inputs.agents.get(domid, AgentState.UNKNOWN)


def can_serve(inputs: Inputs, domid: int) -> bool:
    """Whether a domain can be the netvm, now or when it has started."""
    return agent_of(inputs, domid) is not AgentState.UNKNOWN or domid in inputs.cards


def not_with_netvm(inputs: Inputs) -> dict[int, tuple[VifId, Frontend]]:
    """The vif of each domain that should be with the chosen netvm and has another; none of who serves others."""
    here = first_vifs(inputs)
    return {
        domid: vif for domid, vif in elsewhere(inputs).items() if domid and domid not in here
        and domid in alive(inputs) and not can_serve(inputs, domid)
    }  # fmt: skip


def first_vifs(inputs: Inputs) -> dict[int, tuple[VifId, Frontend]]:
    """The vif of each domain that the chosen netvm serves; of several the one with the lowest number."""
    first: dict[int, tuple[VifId, Frontend]] = {}
    netvm = inputs.netvm.id if inputs.netvm else None
    for domid, frontends in inputs.frontends.items():
        for vif, frontend in sorted(frontends.items()):
            if frontend.backend == netvm and frontend.status is not VifStatus.GONE:
                first.setdefault(domid, (vif, frontend))
    return first


def elsewhere(inputs: Inputs) -> dict[int, tuple[VifId, Frontend]]:
    """The vif of each domain that another domain than the chosen netvm serves; of several the lowest number."""
    backends, first = set(alive(inputs)) - {inputs.netvm.id if inputs.netvm else None}, {}
    for domid, frontends in inputs.frontends.items():
        living = [(vif, frontend) for vif, frontend in sorted(frontends.items()) if frontend.backend in backends]
        if living:
            first[domid] = living[0]
    return first


def orphans(inputs: Inputs) -> dict[int, dict[VifId, Frontend]]:
    """The vifs, by domain, of those that are alive while the domain that served them is not."""
    infos, orphaned = alive(inputs), {}
    for domid, frontends in inputs.frontends.items():
        dead = {vif: frontend for vif, frontend in frontends.items() if frontend.backend not in infos}
        if dead and domid in infos:
            orphaned[domid] = dead
    return orphaned


def netvm_of(inputs: Inputs, frontend: Frontend, names: Mapping[int, str]) -> str:
    """The name of the domain that serves a frontend or did; `names`: those that were seen. Empty when nobody knows."""
    info = alive(inputs).get(frontend.backend)
    if info is not None:
        return "dom0" if info.id == 0 else info.name
    return names.get(frontend.backend) or frontend.netvm


def address(inputs: Inputs, domid: int, frontend: Frontend) -> IPv4Address | None:
    """A frontend's address: the one that its toolstack wrote, else the one that qnet gave its domain."""
    return inputs.allocated.get(domid) if frontend.needs_address else frontend.address


def own_mac(info: DomainInfo) -> str:
    """A MAC in Xen's range for a domain that never had a vif: always the same one."""
    return "00:16:3e:" + hashlib.sha256(info.uuid.encode()).digest()[:3].hex(":")


def vif_request(frontend: Frontend, info: DomainInfo, netvm: int, ip: IPv4Address) -> VifRequest:
    """A request for a vif like the one that a domain had, served by `netvm`."""
    return VifRequest(
        info.id, netvm, ip, frontend.mac or own_mac(info), frontend.script or SCRIPT, frontend.untrusted, frontend.rate,
        frontend.mtu,
    )  # fmt: skip
