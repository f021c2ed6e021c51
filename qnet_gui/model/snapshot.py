"""The one immutable picture of everything that qnet knows, and its form on D-Bus and in JSON. Pure.

The helper builds a `Snapshot`; `to_wire` makes plain dicts, lists, strings, integers and booleans of it, which is what
`qnet status --json` prints and what travels over D-Bus; `from_wire` is the way back for the tray and the command line.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.model.dns import DnsRedirect, DnsSource
from qnet_gui.model.domain import AgentState, Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.problem import from_wire as problem_from_wire
from qnet_gui.model.problem import to_wire as problem_to_wire
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

Wire = dict[str, Any]
#: For how long dom0 may be connected at a time; a day is more than any upgrade takes.
MINUTES_MAX = 1440


class Dom0State(enum.Enum):
    """How dom0 stands to the network: CLOSED is how it should be."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Dom0Connection:
    """dom0's own link; `until` is the deadline in seconds since the epoch, 0 while closed; `paused` are names.

    `by` is the user who connected dom0, empty while closed.
    """

    state: Dom0State = Dom0State.CLOSED
    until: int = 0
    paused: tuple[str, ...] = ()
    by: str = ""


class Iommu(enum.Enum):
    """Whether the hypervisor keeps cards from reaching memory that is not their domain's."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Isolation:
    """What stands between dom0 and the network; empty lists are how it should be. dom0's own link is not counted.

    `reachable`: addresses, routes and listening sockets of dom0, in words. `nics`: network cards that are dom0's own.
    `without_netvm`: domains that have no vif.
    """

    reachable: tuple[str, ...] = ()
    nics: tuple[str, ...] = ()
    iommu: Iommu = Iommu.UNKNOWN
    without_netvm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """The operation under way, `id` 0 when there is none: its kind (connect, attach, ...) and the user who began it."""

    id: int = 0
    kind: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of it at one moment. Equal snapshots look equal everywhere."""

    netvm: Netvm
    uplinks: tuple[Uplink, ...] = ()
    redirects: tuple[DnsRedirect, ...] = ()
    dns_source: DnsSource = DnsSource.NONE
    domains: tuple[Domain, ...] = ()
    dom0: Dom0Connection = Dom0Connection()
    isolation: Isolation = Isolation()
    operation: Operation = Operation()
    problems: tuple[Problem, ...] = ()

    @property
    def uplink(self) -> Uplink | None:
        """The uplink that carries the default route, else the first that is up, else None."""
        up = [uplink for uplink in self.uplinks if uplink.state is UplinkState.UP]
        return next((uplink for uplink in up if uplink.primary), up[0] if up else None)


def _ip(address: IPv4Address | None) -> str:
    return str(address) if address else ""


def _uplink_to_wire(uplink: Uplink) -> Wire:
    return {
        "name": uplink.name,
        "kind": uplink.kind.value,
        "state": uplink.state.value,
        "primary": uplink.primary,
        "address": _ip(uplink.address),
        "gateway": _ip(uplink.gateway),
        "servers": [str(server) for server in uplink.servers],
        "ssid": uplink.ssid,
        "strength": uplink.strength,
        "connection": uplink.connection,
    }


def _domain_to_wire(domain: Domain) -> Wire:
    return {
        "name": domain.name,
        "id": domain.id,
        "state": domain.state.value,
        "address": _ip(domain.address),
        "vif": domain.vif,
        "netvm": domain.netvm,
    }


def _dom0_to_wire(dom0: Dom0Connection) -> Wire:
    return {"state": dom0.state.value, "until": dom0.until, "paused": list(dom0.paused), "by": dom0.by}


def _isolation_to_wire(isolation: Isolation) -> Wire:
    return {
        "reachable": list(isolation.reachable),
        "nics": list(isolation.nics),
        "iommu": isolation.iommu.value,
        "without_netvm": list(isolation.without_netvm),
    }


def to_wire(snapshot: Snapshot) -> Wire:
    """Plain data; keys `netvm uplinks dns domains dom0 isolation operation problems`."""
    netvm, operation = snapshot.netvm, snapshot.operation
    return {
        "netvm": {
            "name": netvm.name,
            "id": netvm.id,
            "state": netvm.state.value,
            "agent": netvm.agent.value,
        },
        "uplinks": [_uplink_to_wire(uplink) for uplink in snapshot.uplinks],
        "dns": {
            "source": snapshot.dns_source.value,
            "redirects": [{"virtual": str(each.virtual), "real": str(each.real)} for each in snapshot.redirects],
        },
        "domains": [_domain_to_wire(domain) for domain in snapshot.domains],
        "dom0": _dom0_to_wire(snapshot.dom0),
        "isolation": _isolation_to_wire(snapshot.isolation),
        "operation": {"id": operation.id, "kind": operation.kind, "by": operation.by},
        "problems": [problem_to_wire(problem) for problem in snapshot.problems],
    }


def _address(text: str) -> IPv4Address | None:
    return IPv4Address(text) if text else None


def _uplink_from_wire(wire: Mapping[str, Any]) -> Uplink:
    return Uplink(
        name=str(wire["name"]),
        kind=UplinkKind(wire["kind"]),
        state=UplinkState(wire["state"]),
        primary=bool(wire["primary"]),
        address=_address(wire["address"]),
        gateway=_address(wire["gateway"]),
        servers=tuple(IPv4Address(server) for server in wire["servers"]),
        ssid=str(wire["ssid"]),
        strength=int(wire["strength"]),
        connection=str(wire["connection"]),
    )


def _domain_from_wire(wire: Mapping[str, Any]) -> Domain:
    return Domain(
        name=str(wire["name"]),
        id=int(wire["id"]),
        state=DomainState(wire["state"]),
        address=_address(wire["address"]),
        vif=str(wire["vif"]),
        netvm=str(wire["netvm"]),
    )


def _texts(wire: Any) -> tuple[str, ...]:
    """A list of strings; a string is none, though it could be gone through like one."""
    if not isinstance(wire, list):
        raise TypeError
    return tuple(str(each) for each in wire)


def _dom0_from_wire(wire: Mapping[str, Any]) -> Dom0Connection:
    return Dom0Connection(Dom0State(wire["state"]), int(wire["until"]), _texts(wire["paused"]), str(wire["by"]))


def _isolation_from_wire(wire: Mapping[str, Any]) -> Isolation:
    return Isolation(
        _texts(wire["reachable"]), _texts(wire["nics"]), Iommu(wire["iommu"]), _texts(wire["without_netvm"])
    )


def _problems(wires: Sequence[Mapping[str, Any]]) -> tuple[Problem, ...]:
    problems = (problem_from_wire(wire["code"], wire["arguments"]) for wire in wires)
    return tuple(problem for problem in problems if problem is not None)


def from_wire(wire: Mapping[str, Any]) -> Snapshot:
    """The snapshot again; `BadInput` when the data is not of `to_wire`'s form (a helper of another version)."""
    try:
        netvm, dns, operation = wire["netvm"], wire["dns"], wire["operation"]
        return Snapshot(
            netvm=Netvm(str(netvm["name"]), int(netvm["id"]), NetvmState(netvm["state"]), AgentState(netvm["agent"])),
            uplinks=tuple(_uplink_from_wire(each) for each in wire["uplinks"]),
            redirects=tuple(
                DnsRedirect(IPv4Address(each["virtual"]), IPv4Address(each["real"])) for each in dns["redirects"]
            ),
            dns_source=DnsSource(dns["source"]),
            domains=tuple(_domain_from_wire(each) for each in wire["domains"]),
            dom0=_dom0_from_wire(wire["dom0"]),
            isolation=_isolation_from_wire(wire["isolation"]),
            operation=Operation(int(operation["id"]), str(operation["kind"]), str(operation["by"])),
            problems=_problems(wire["problems"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(HelperCode.SNAPSHOT_UNREADABLE, kind=type(error).__name__) from error
