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
from qnet_gui.dom0.observe.inputs import Card, Raw
from qnet_gui.hypervisor.port import DomainInfo, VifRequest
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import domain_name, ipv4, mac
from qnet_gui.model.vif import VifId

_SCRIPTS = "/etc/xen/scripts/"
_SCRIPT = re.compile(rf"(?:{_SCRIPTS})?([A-Za-z0-9_][A-Za-z0-9_.\-]{{0,62}})")
SCRIPT = "vif-route-qubes"


def alive(raw: Raw) -> dict[int, DomainInfo]:
    """All domains but those that are dying."""
    return {info.id: info for info in raw.domains if info.state is not DomainState.DYING}


def agent_of(raw: Raw, domid: int) -> AgentState:
    """What a domain last said of an agent in it."""
    return agent_report.agent_state(raw.agents.get(domid, {}))


def elsewhere(raw: Raw) -> dict[int, tuple[VifId, Card]]:
    """The card of each domain that another domain than the chosen netvm serves; of several the lowest number."""
    backends, found = set(alive(raw)) - {raw.netvm.id if raw.netvm else None}, {}
    for domid, cards in raw.cards.items():
        living = [(vif, card) for vif, card in sorted(cards.items()) if card.backend in backends]
        if living:
            found[domid] = living[0]
    return found


def orphans(raw: Raw) -> dict[int, dict[VifId, Card]]:
    """The cards, by domain, of those that are alive while the domain that served them is not."""
    backends, found = alive(raw), {}
    for domid, cards in raw.cards.items():
        dead = {vif: card for vif, card in cards.items() if card.backend not in backends}
        if dead and domid in backends:
            found[domid] = dead
    return found


def netvm_of(raw: Raw, card: Card, names: Mapping[int, str]) -> str:
    """The name of the domain that serves a card or did; `names`: those that were seen. Empty when nobody knows."""
    info = alive(raw).get(card.backend)
    if info is not None:
        return "dom0" if info.id == 0 else info.name
    try:
        return names.get(card.backend) or domain_name(card.netvm or b"")
    except BadInput:
        return ""


def address(raw: Raw, domid: int, card: Card) -> IPv4Address | None:
    """A card's address: the one that its toolstack wrote, else the one that qnet gave its domain."""
    text = card.ip or raw.allocated.get(domid)
    try:
        return ipv4(text) if text else None
    except BadInput:
        return None


def own_mac(info: DomainInfo) -> str:
    """A MAC in Xen's range for a domain that never had a card: always the same one."""
    return "00:16:3e:" + hashlib.sha256(info.uuid.encode()).digest()[:3].hex(":")


def again(card: Card, info: DomainInfo, netvm: int, ip: IPv4Address) -> VifRequest:
    """A card like the one that a domain had, served by `netvm`."""
    try:
        same_mac = mac(card.mac or b"")
    except BadInput:
        same_mac = own_mac(info)
    script = _SCRIPT.fullmatch((card.script or b"").decode("ascii", "replace"))
    return VifRequest(info.id, netvm, ip, same_mac, script[1] if script else SCRIPT)
