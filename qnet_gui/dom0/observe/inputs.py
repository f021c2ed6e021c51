"""What the helper reads from xenstore, as bytes: the agent's report, the vifs, the guests' reports. And all the rest
that a snapshot is made of.

Reads only, through the `Store` that it is given, on the store's thread. Nothing here is judged; see `build`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from qnet_gui.dom0.isolation.facts import IsolationFacts
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import number
from qnet_gui.model.snapshot import Dom0Connection, Operation
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.client import Store

#: Path relative to a domain's home, and what is there.
Nodes = Mapping[str, bytes]

_AGENT = (keys.AGENT_STATE, keys.AGENT_PROBLEMS, keys.UPLINK_COUNT, keys.DNS_SOURCE, keys.DNS_REDIRECTS)
_UPLINK = (
    keys.UPLINK_NAME, keys.UPLINK_KIND, keys.UPLINK_STATE, keys.UPLINK_PRIMARY, keys.UPLINK_ADDRESS,
    keys.UPLINK_GATEWAY, keys.UPLINK_SERVERS, keys.UPLINK_SSID, keys.UPLINK_STRENGTH, keys.UPLINK_CONNECTION,
)  # fmt: skip
_GUEST = (keys.GUEST_ADDRESS, keys.GUEST_ROUTE, keys.GUEST_SERVERS)
#: How often a report is read again when it changes while it is being read.
_TRIES = 3
_BACKEND = re.compile(rb"/local/domain/([0-9]{1,5})/backend/vif/[0-9]{1,5}/[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class RawVif:
    """A vif: `ip` as the toolstack wrote it, `status` as the netvm did (hotplug-status)."""

    ip: bytes | None
    status: bytes | None


@dataclass(frozen=True, slots=True)
class Frontend:
    """A domain's network card as its toolstack keeps it, even when the domain that served it is dead.

    `backend`: the domain that serves it, or did. `netvm`: that domain's name, as we noted it.
    """

    backend: int
    ip: bytes | None = None
    mac: bytes | None = None
    script: bytes | None = None
    netvm: bytes | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a snapshot is made of.

    `hypervisor`, `store`: whether each answers. `managed_by`: who else manages the domains, empty for nobody. `silent`:
    the agent left a request without an answer. `overdue`: whose report should have come by now (domain ids).
    `allocated`: addresses that qnet itself gave, by domain id. `stuck`: the way back of dom0's link has failed. `vifs`:
    those of the chosen netvm. `frontends`: those of all domains, by domain id, whoever serves them. `agents`: what each
    domain says of an agent in it.
    """

    netvm: DomainInfo | None = None
    domains: tuple[DomainInfo, ...] = ()
    hypervisor: bool = True
    managed_by: str = ""
    store: bool = True
    silent: bool = False
    agent: Nodes = field(default_factory=dict)
    vifs: Mapping[VifId, RawVif] = field(default_factory=dict)
    frontends: Mapping[int, Mapping[VifId, Frontend]] = field(default_factory=dict)
    agents: Mapping[int, Nodes] = field(default_factory=dict)
    guests: Mapping[int, Nodes] = field(default_factory=dict)
    allocated: Mapping[int, str] = field(default_factory=dict)
    overdue: frozenset[int] = frozenset()
    isolation: IsolationFacts = field(default_factory=IsolationFacts)
    dom0: Dom0Connection = field(default_factory=Dom0Connection)
    operation: Operation = field(default_factory=Operation)
    stuck: bool = False


def home(domid: int) -> str:
    """Where a domain's nodes are."""
    return f"/local/domain/{domid}"


def _nodes(store: Store, domid: int, paths: tuple[str, ...]) -> dict[str, bytes]:
    found = {path: store.read(f"{home(domid)}/{path}") for path in paths}
    return {path: value for path, value in found.items() if value is not None}


def agent(store: Store, netvm: int) -> Nodes:
    """The agent's report, of one moment if the agent lets it be."""
    serial = keys.AGENT_SERIAL.under(netvm)
    found: dict[str, bytes] = {}
    for _ in range(_TRIES):
        before = store.read(serial)
        found = _nodes(store, netvm, tuple(key.at() for key in _AGENT))
        for index in range(_count(found.get(keys.UPLINK_COUNT.at(), b""))):
            found |= _nodes(store, netvm, tuple(key.at(index) for key in _UPLINK))
        if store.read(serial) == before:
            break
    return found


def _count(inputs: bytes) -> int:
    """How many uplinks are worth reading."""
    try:
        return min(number(inputs, 0, 99), keys.UPLINKS)
    except BadInput:
        return 0


def vif(store: Store, netvm: int, each: VifId) -> RawVif | None:
    """One vif, None when there is none.

    The backend's nodes belong to the netvm, which could invent a vif or change its address. libxl keeps a copy that
    only dom0 can read and write, and that one is believed.
    """
    path = f"{home(netvm)}/{each.backend_path}"
    copy = f"/libxl/{each.frontend}/device/vif/{each.devid}"
    if store.read(f"{copy}/backend") != path.encode() or store.read(path) is None:
        return None
    return RawVif(store.read(f"{copy}/ip"), store.read(f"{path}/hotplug-status"))


def vifs(store: Store, netvm: int) -> dict[VifId, RawVif]:
    """All vifs that a netvm serves; names that are none are passed over."""
    found = {}
    root = f"{home(netvm)}/backend/vif"
    for frontend in store.children(root):
        for devid in store.children(f"{root}/{frontend}"):
            try:
                each = VifId.from_path(f"backend/vif/{frontend}/{devid}")
            except BadInput:
                continue
            if inputs := vif(store, netvm, each):
                found[each] = inputs
    return found


def with_frontends(store: Store) -> set[int]:
    """Domains that the toolstack keeps something of."""
    return {int(name) for name in store.children("/libxl") if name.isascii() and name.isdecimal()}


def frontends(store: Store, frontend: int) -> dict[VifId, Frontend]:
    """A domain's cards, from the toolstack's own nodes, which no domain but dom0 can read or write."""
    found = {}
    root = f"/libxl/{frontend}/device/vif"
    for devid in store.children(root):
        try:
            each = VifId.from_path(f"backend/vif/{frontend}/{devid}")
        except BadInput:
            continue
        copy = f"{root}/{devid}"
        match = _BACKEND.fullmatch(store.read(f"{copy}/backend") or b"")
        if match:
            found[each] = Frontend(
                int(match[1]), store.read(f"{copy}/ip"), store.read(f"{copy}/mac"), store.read(f"{copy}/script"),
                store.read(keys.SERVED_BY.under(frontend)),
            )  # fmt: skip
    return found


def served(store: Store, domid: int) -> Nodes:
    """What a domain says of an agent in it."""
    return _nodes(store, domid, (keys.AGENT_STATE.at(),))


def guest(store: Store, domid: int) -> Nodes:
    """What a domain says of itself; nothing at all when it has not reported."""
    return _nodes(store, domid, tuple(key.at() for key in _GUEST))
