"""Netlink events for a main loop, with the standard library: a link came, changed or went, an uplink may have changed,
somebody changed what is ours.

Reads only the few bytes that matter; a message costs microseconds, which counts when a thousand vifs come up. Touches
one socket of the network namespace that the process was in.
"""

from __future__ import annotations

import enum
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qnet_gui.kernel.event_socket import EventSocket, dropping
from qnet_gui.kernel.link_state import LinkState, link_state
from qnet_gui.kernel.netlink_messages import (
    IFLA_GROUP,
    IFLA_IFNAME,
    NDA_DST,
    NETCONFA_FORWARDING,
    NETCONFA_PROXY_NEIGH,
    NETCONFA_RP_FILTER,
    RTA_OIF,
    RTM_DELADDR,
    RTM_DELLINK,
    RTM_DELNEIGH,
    RTM_DELNEXTHOP,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTM_NEWNEIGH,
    RTM_NEWNETCONF,
    RTM_NEWNEXTHOP,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTMGRP_IPV4_IFADDR,
    RTMGRP_IPV4_NETCONF,
    RTMGRP_IPV4_ROUTE,
    RTMGRP_IPV4_RULE,
    RTMGRP_IPV6_IFINFO,
    RTMGRP_IPV6_ROUTE,
    RTMGRP_LINK,
    RTMGRP_NEIGH,
    RTMGRP_NEXTHOP,
    RTN_BROADCAST,
    RTN_LOCAL,
    Header,
    address,
    headed,
    link,
    neighbour,
    route,
    settings,
)
from qnet_gui.kernel.own_routing import OWN_TABLES
from qnet_gui.model.vif import VIF_GROUP

_GROUPS = (
    RTMGRP_LINK
    | RTMGRP_NEIGH
    | RTMGRP_IPV4_IFADDR
    | RTMGRP_IPV4_ROUTE
    | RTMGRP_IPV4_RULE
    | RTMGRP_IPV4_NETCONF
    | RTMGRP_IPV6_IFINFO
    | RTMGRP_IPV6_ROUTE
    | RTMGRP_NEXTHOP
)


class EventKind(enum.Enum):
    """What an event is about."""

    LINK = "link"
    ADDRESS = "address"
    ROUTE = "route"
    IPV6_WAY_OUT = "way out by IPv6"
    RULE = "rule"
    NEIGHBOUR = "neighbour"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Event:
    """`name`: the link it is about, or empty. `gone`: it exists no more. `uplink`: an uplink may be another.

    `index`: the link's. `portid`: who asked for it, 0 for the kernel itself. `link`: of a vif, of whatever else is in
    the group of those, or of the loopback.
    `address`: a neighbour's.
    `settings`: those that have changed, by NETCONFA_…
    """

    name: str = ""
    gone: bool = False
    uplink: bool = False
    kind: EventKind = field(default=EventKind.LINK, compare=False)
    index: int = field(default=0, compare=False)
    portid: int = field(default=0, compare=False)
    link: LinkState | None = field(default=None, compare=False)
    address: bytes = field(default=b"", compare=False)
    settings: Mapping[int, int] = field(default_factory=dict, compare=False)


def parse(data: bytes, own: int = -1) -> list[Event]:
    """The events of one datagram. Of what `own`, a port number, asked for, only those of links and uplinks."""
    events = []
    for header, body in headed(data):
        parser = _PARSERS.get(header.kind)
        event = parser(header, body) if parser is not None else None
        if event is not None and (header.portid != own or event.name or event.uplink):
            events.append(event)
    return events


def _link(header: Header, body: bytes) -> Event | None:
    message = link(body)
    if message is None:
        return None
    if message.family not in (socket.AF_UNSPEC, socket.AF_INET6):  # a bridge tells its ports' once more
        return None
    name, gone = message.attributes.text(IFLA_IFNAME), header.kind == RTM_DELLINK
    if message.family == socket.AF_INET6 and gone:  # its addresses are gone, not the link
        return None
    ours = name == "lo" or name.startswith("vif") or message.attributes.number(IFLA_GROUP) == VIF_GROUP
    state = link_state(message) if ours and not gone else None
    return Event(name, gone, not name.startswith("vif"), EventKind.LINK, message.ifindex, header.portid, state)


def _address(header: Header, body: bytes) -> Event:
    message = address(body)
    index, gone = message.ifindex if message is not None else 0, header.kind == RTM_DELADDR
    return Event(uplink=True, kind=EventKind.ADDRESS, index=index, portid=header.portid, gone=gone)


def _route(header: Header, body: bytes) -> Event | None:
    message = route(body)
    if message is not None and message.family == socket.AF_INET6:  # only a way out makes a link another one for us
        return None if message.dst_len else Event(uplink=True, kind=EventKind.IPV6_WAY_OUT, portid=header.portid)
    if message is None or message.family != socket.AF_INET:
        return None
    if message.type == RTN_LOCAL:  # that an address is this machine's own
        index = message.attributes.number(RTA_OIF) or 0
        return Event("", True, False, EventKind.ADDRESS, index, header.portid) if header.kind == RTM_DELROUTE else None
    if message.type == RTN_BROADCAST:  # each address brings its own
        return None
    # one to a single address counts as well: a name server may have it, and be asked past a VPN
    ours = message.table in OWN_TABLES
    index = message.attributes.number(RTA_OIF) or 0
    gone = ours and header.kind == RTM_DELROUTE
    return Event("", gone, not ours, EventKind.ROUTE, index if ours else -1, header.portid)


def _next_hop(header: Header, _body: bytes) -> Event:
    """One that routes may share by its number: with it they go or lead elsewhere, and nothing else is told of that."""
    return Event("", False, True, EventKind.ROUTE, -1, header.portid)


def _rule(header: Header, _body: bytes) -> Event:
    return Event(uplink=True, kind=EventKind.RULE, portid=header.portid)


def _neighbour(header: Header, body: bytes) -> Event | None:
    message = neighbour(body)
    if message is None or message.family != socket.AF_INET or not header.portid:
        return None
    to = message.attributes.get(NDA_DST)
    return Event(kind=EventKind.NEIGHBOUR, index=message.ifindex, portid=header.portid, address=to)


def _settings(header: Header, body: bytes) -> Event | None:
    message = settings(body)
    if message is None or message.family != socket.AF_INET:
        return None
    kinds = (NETCONFA_FORWARDING, NETCONFA_RP_FILTER, NETCONFA_PROXY_NEIGH)
    values = {kind: value for kind in kinds if (value := message.attributes.number(kind)) is not None}
    return Event(kind=EventKind.SETTING, index=message.ifindex, portid=header.portid, settings=values)


_PARSERS: dict[int, Callable[[Header, bytes], Event | None]] = {
    RTM_NEWLINK: _link,
    RTM_DELLINK: _link,
    RTM_NEWADDR: _address,
    RTM_DELADDR: _address,
    RTM_NEWROUTE: _route,
    RTM_DELROUTE: _route,
    RTM_NEWRULE: _rule,
    RTM_DELRULE: _rule,
    RTM_NEWNEIGH: _neighbour,
    RTM_DELNEIGH: _neighbour,
    RTM_NEWNETCONF: _settings,
    RTM_NEWNEXTHOP: _next_hop,
    RTM_DELNEXTHOP: _next_hop,
}


class Monitor:
    """Watch `fileno()`, call `read()` when it is readable. `own`: the port number of what we change vifs by."""

    def __init__(self, own: int) -> None:
        self._own = own
        # of neighbours only those that somebody asked for: the kernel tells whenever one of an uplink's grows old
        self._socket = EventSocket(socket.NETLINK_ROUTE, _GROUPS, dropping([0, own], [RTM_NEWNEIGH, RTM_DELNEIGH]))

    def fileno(self) -> int:
        """The descriptor to watch."""
        return self._socket.fileno()

    def read(self, lost: Callable[[], None]) -> list[Event]:
        """All that has happened; `lost` is called when the kernel dropped events, which means `look at everything`."""
        return [event for data in self._socket.datagrams(lost) for event in parse(data, self._own)]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
