"""Who serves which domain, who is without a netvm because it died, and what a card is to be like. Pure.

Cards are read from the toolstack's own nodes, so what is in them is dom0's word; only the addresses that qnet itself
gives come from elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from ipaddress import IPv4Address

from qnet_gui.dom0.observe import agent_report
from qnet_gui.dom0.observe.inputs import Frontend, Inputs
from qnet_gui.hypervisor.port import DomainInfo, VifRequest
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import domain_name, ipv4, mac
from qnet_gui.model.vif import VifId

_SCRIPTS = "/etc/xen/scripts/"
_SCRIPT = re.compile(rf"(?:{_SCRIPTS})?([A-Za-z0-9_][A-Za-z0-9_.\-]{{0,62}})")
SCRIPT = "vif-route-qubes"


def alive(inputs: Inputs) -> dict[int, DomainInfo]:
    """All domains but those that are dying."""
    return {info.id: info for info in inputs.domains if info.state is not DomainState.DYING}


def agent_of(inputs: Inputs, domid: int) -> AgentState:
    """What a domain last said of an agent in it."""
    return agent_report.agent_state(inputs.agents.get(domid, {}))


def elsewhere(inputs: Inputs) -> dict[int, tuple[VifId, Frontend]]:
    """The card of each domain that another domain than the chosen netvm serves; of several the lowest number."""
    backends, found = set(alive(inputs)) - {inputs.netvm.id if inputs.netvm else None}, {}
    for domid, frontends in inputs.frontends.items():
        living = [(vif, frontend) for vif, frontend in sorted(frontends.items()) if frontend.backend in backends]
        if living:
            found[domid] = living[0]
    return found


def orphans(inputs: Inputs) -> dict[int, dict[VifId, Frontend]]:
    """The cards, by domain, of those that are alive while the domain that served them is not."""
    backends, found = alive(inputs), {}
    for domid, frontends in inputs.frontends.items():
        dead = {vif: frontend for vif, frontend in frontends.items() if frontend.backend not in backends}
        if dead and domid in backends:
            found[domid] = dead
    return found


def netvm_of(inputs: Inputs, frontend: Frontend, names: Mapping[int, str]) -> str:
    """The name of the domain that serves a card or did; `names`: those that were seen. Empty when nobody knows."""
    info = alive(inputs).get(frontend.backend)
    if info is not None:
        return "dom0" if info.id == 0 else info.name
    try:
        return names.get(frontend.backend) or domain_name(frontend.netvm or b"")
    except BadInput:
        return ""


def address(inputs: Inputs, domid: int, frontend: Frontend) -> IPv4Address | None:
    """A card's address: the one that its toolstack wrote, else the one that qnet gave its domain."""
    text = frontend.ip or inputs.allocated.get(domid)
    try:
        return ipv4(text) if text else None
    except BadInput:
        return None


def own_mac(info: DomainInfo) -> str:
    """A MAC in Xen's range for a domain that never had a card: always the same one."""
    return "00:16:3e:" + hashlib.sha256(info.uuid.encode()).digest()[:3].hex(":")


def again(frontend: Frontend, info: DomainInfo, netvm: int, ip: IPv4Address) -> VifRequest:
    """A card like the one that a domain had, served by `netvm`."""
    try:
        same_mac = mac(frontend.mac or b"")
    except BadInput:
        same_mac = own_mac(info)
    script = _SCRIPT.fullmatch((frontend.script or b"").decode("ascii", "replace"))
    return VifRequest(info.id, netvm, ip, same_mac, script[1] if script else SCRIPT)
