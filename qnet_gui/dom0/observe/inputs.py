"""What the helper reads from xenstore: the agent's report, domains' frontends, the guests' reports. And all the
rest that a snapshot is made of.

Reads only, through the `Store` that it is given, on the store's thread. What a domain wrote is parsed here, once; what
it means is not judged here, see `snapshot_builder`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from qnet_gui.dom0.isolation.facts import IsolationFacts
from qnet_gui.dom0.observe import agent_report
from qnet_gui.hypervisor import pci
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import AgentState, Label
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.message import Message
from qnet_gui.model.outcome import EndedOperation
from qnet_gui.model.parse import addresses, domain_name, mac
from qnet_gui.model.snapshot import Dom0Connection, Operation
from qnet_gui.model.vif import VifId, chosen_mtu
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.home import home
from qnet_gui.store.reports import GUEST, AgentReport, GuestReport
from qnet_gui.store.table import Get

#: How often a report is read again when it changes while it is being read.
_TRIES = 3
_BACKEND = re.compile(rb"/local/domain/([0-9]{1,5})/backend/vif/[0-9]{1,5}/[0-9]{1,4}")
_RATE = re.compile(rb"([1-9][0-9]{0,17}),([1-9][0-9]{0,8})")
_PCI_BACKENDS = "/local/domain/0/backend/pci"
_SCRIPTS = "/etc/xen/scripts/"
_SCRIPT = re.compile(rf"(?:{_SCRIPTS})?([A-Za-z0-9_][A-Za-z0-9_.\-]{{0,62}})")


class VifStatus(enum.Enum):
    """What the domain that serves a vif says of it: GONE when it has no node of it, PENDING before it has said."""

    GONE = "gone"
    PENDING = "pending"
    CONNECTED = "connected"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Frontend:
    """A domain's end of a vif as its toolstack keeps it, even when the domain that served it is dead.

    `backend`: the domain that serves it, or did. `address`: as the toolstack wrote it; `refused`: it wrote something
    else. `mac`, `script`: empty where they are not valid. `netvm`: the name of `backend`, as we noted it. `status` is
    the backend's word; it is kept up to date for the chosen netvm's. `rate`: how much the domain may send, in the words
    of xl's configuration. `mtu`: in bytes, where somebody chose one. `untrusted`: the domain is not to trust the
    backend, as the domain's own node has it, which it may change; so it is about nobody else.
    """

    backend: int
    address: IPv4Address | None = None
    mac: str = ""
    script: str = ""
    netvm: str = ""
    refused: bool = False
    status: VifStatus = VifStatus.GONE
    rate: str = ""
    mtu: int | None = None
    untrusted: bool = False

    @property
    def needs_address(self) -> bool:
        """Its toolstack gave it none, so qnet does."""
        return self.address is None and not self.refused


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a snapshot is made of.

    `hypervisor`, `store`: whether each answers. `managed_by`: who else manages the domains, empty for nobody. `silent`:
    the agent left a request without an answer. `overdue`: whose report should have come by now (domain ids). `agent`:
    what the chosen netvm's reports; `dropped`: paths of what is off in it. `allocated`: addresses that qnet itself
    gave, by domain id. `stuck`: the way back of dom0's connection has failed; `left_over`: why, where only something
    else than its connection is left. `doubtful`: names of those that may have been paused for it and still be so.
    `frontends`: those of all domains, by domain id, whoever serves them. `agents`: what each domain says of an agent in
    it. `cards`: who is given a network card. `labels`: the colours of domains, by name. `screen`: whether a netvm's
    screen can be shown here.
    """

    netvm: DomainInfo | None = None
    domains: tuple[DomainInfo, ...] = ()
    hypervisor: bool = True
    managed_by: str = ""
    store: bool = True
    silent: bool = False
    agent: AgentReport = field(default_factory=AgentReport)
    dropped: tuple[str, ...] = ()
    frontends: Mapping[int, Mapping[VifId, Frontend]] = field(default_factory=dict)
    agents: Mapping[int, AgentState] = field(default_factory=dict)
    cards: frozenset[int] = frozenset()
    guests: Mapping[int, GuestReport] = field(default_factory=dict)
    allocated: Mapping[int, IPv4Address] = field(default_factory=dict)
    overdue: frozenset[int] = frozenset()
    isolation: IsolationFacts = field(default_factory=IsolationFacts)
    dom0: Dom0Connection = field(default_factory=Dom0Connection)
    operation: Operation = field(default_factory=Operation)
    ended: tuple[EndedOperation, ...] = ()
    stuck: bool = False
    left_over: Message | None = None
    doubtful: tuple[str, ...] = ()
    labels: Mapping[str, Label] = field(default_factory=dict)
    screen: bool = False


def _within(store: Store, domid: int) -> Get:
    return lambda path: store.read(f"{home(domid)}/{path}")


def agent(store: Store, netvm: int) -> tuple[AgentReport, tuple[str, ...]]:
    """The agent's report, of one moment if the agent lets it be, and the paths of what is off in it."""
    serial = keys.AGENT_SERIAL.under(netvm)
    for tries_left in reversed(range(_TRIES)):
        before = store.read(serial)
        report = agent_report.read(_within(store, netvm))
        if not tries_left or store.read(serial) == before:
            break
    return report


def with_frontends(store: Store) -> set[int]:
    """Domains that the toolstack keeps something of."""
    return {int(name) for name in store.children("/libxl") if name.isascii() and name.isdecimal()}


def frontends(store: Store, domid: int) -> dict[VifId, Frontend]:
    """A domain's frontends, by vif. Names that are none are passed over.

    The backend's nodes belong to the netvm, which could invent a vif or change its address. libxl keeps a copy that
    only dom0 can read and write, and that one is believed.
    """
    vifs = {}
    root = f"/libxl/{domid}/device/vif"
    for devid in store.children(root):
        try:
            vif = VifId.from_path(f"backend/vif/{domid}/{devid}")
        except BadInput:
            continue
        if frontend := _frontend(store, vif, f"{root}/{devid}"):
            vifs[vif] = frontend
    return vifs


def _frontend(store: Store, vif: VifId, copy: str) -> Frontend | None:
    path = store.read(f"{copy}/backend") or b""
    match = _BACKEND.fullmatch(path)
    if match is None:
        return None
    address, refused = _address(store.read(f"{copy}/ip"))
    return Frontend(
        int(match[1]), address, _mac(store.read(f"{copy}/mac")), _script(store.read(f"{copy}/script")),
        _name(store.read(keys.SERVED_BY.under(vif.frontend))), refused, _status(store, path.decode("ascii")),
        _rate(store.read(f"{copy}/rate")), chosen_mtu(store.read(f"{copy}/mtu")),
        store.read(f"/local/domain/{vif.frontend}/device/vif/{vif.devid}/trusted") == b"0",
    )  # fmt: skip


def _address(value: bytes | None) -> tuple[IPv4Address | None, bool]:
    """A frontend's address, the first of several; and whether what is there is none."""
    try:
        return (None, False) if value is None else (addresses(value)[0], False)
    except BadInput:
        return None, True


def _mac(value: bytes | None) -> str:
    try:
        return mac(value or b"")
    except BadInput:
        return ""


def _script(value: bytes | None) -> str:
    match = _SCRIPT.fullmatch((value or b"").decode("ascii", "replace"))
    return match[1] if match else ""


def _rate(value: bytes | None) -> str:
    """What libxl keeps is bytes and the microseconds in which they may be sent: xl-network-configuration(5), `rate`."""
    match = _RATE.fullmatch(value or b"")
    if match is None:
        return ""
    count, interval = int(match[1]), int(match[2])
    return f"{-(-count * 1_000_000 // interval)}B/s@{interval}us"


def _name(value: bytes | None) -> str:
    try:
        return domain_name(value or b"")
    except BadInput:
        return ""


def _status(store: Store, backend: str) -> VifStatus:
    untrusted_status = store.read(f"{backend}/hotplug-status")
    if untrusted_status is None and store.read(backend) is None:
        return VifStatus.GONE
    words = {b"connected": VifStatus.CONNECTED, b"error": VifStatus.ERROR}
    return words.get(untrusted_status or b"", VifStatus.PENDING)


def agent_state(store: Store, domid: int) -> AgentState:
    """What a domain says of an agent in it."""
    untrusted_state = store.read(keys.AGENT_STATE.under(domid))
    try:
        return keys.AGENT_STATE.parse(untrusted_state or b"")
    except BadInput:
        return AgentState.UNKNOWN


def with_cards(store: Store) -> frozenset[int]:
    """Who is given a network card, by what dom0's end of passthrough says."""
    given = set()
    for domid in store.children(_PCI_BACKENDS):
        path = f"{_PCI_BACKENDS}/{domid}/0"
        devices = [store.read(f"{path}/{name}") or b"" for name in store.children(path) if name.startswith("dev-")]
        if domid.isascii() and domid.isdecimal() and any(_is_nic(device) for device in devices):
            given.add(int(domid))
    return frozenset(given)


def _is_nic(device: bytes) -> bool:
    try:
        return pci.is_controller(pci.address(device.decode("ascii", "replace")))
    except BadInput:
        return False


def guest(store: Store, domid: int) -> GuestReport | None:
    """What a domain says of itself; None when it has not reported. What is off counts as nothing set."""
    return GUEST.read(_within(store, domid), [])
