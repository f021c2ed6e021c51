"""Requests to rtnetlink, packed as the kernel lays them out, and the socket that they are sent by.

What is asked for every vif goes this way: pyroute2 takes longer to pack one message than the kernel to do what many
say. Source of the layouts and of the numbers: rtnetlink(7), linux/rtnetlink.h, linux/fib_rules.h, linux/neighbour.h,
linux/if_link.h.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from qnet_gui.kernel.netlink_messages import (
    FR_ACT_TO_TBL,
    FRA_IIFNAME,
    FRA_PRIORITY,
    FRA_SRC,
    FRA_TABLE,
    IFF_NOARP,
    IFF_UP,
    IFLA_AF_SPEC,
    IFLA_GROUP,
    IFLA_IFNAME,
    IFLA_INET_CONF,
    IFLA_MASTER,
    NDA_DST,
    NDA_LLADDR,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    NUD_PERMANENT,
    RTA_DST,
    RTA_OIF,
    RTA_PRIORITY,
    RTA_TABLE,
    RTM_DELNEIGH,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_GETLINK,
    RTM_GETNEIGH,
    RTM_GETROUTE,
    RTM_GETRULE,
    RTM_NEWLINK,
    RTM_NEWNEIGH,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTMSG,
    RTN_UNICAST,
    error_number,
    headed,
    messages,
)

NLM_F_ACK, NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x4, 0x100, 0x200, 0x400
RTM_SETNEIGHTBL = 67
NDTA_NAME, NDTA_PARMS, NDTPA_IFINDEX, NDTPA_PROXY_DELAY = 1, 6, 1, 13
RT_SCOPE_UNIVERSE, RT_SCOPE_LINK, RT_SCOPE_NOWHERE = 0, 253, 255
RTPROT_UNSPEC, RTPROT_STATIC = 0, 4
FRA_PROTOCOL = 21

_NLMSGHDR = struct.Struct("=IHHII")
_IFINFOMSG = struct.Struct("=BxHiII")
_NDMSG = struct.Struct("=BxxxiHBB")
_FIB_RULE_HDR = struct.Struct("=BBBBBxxBI")
_NLATTR = struct.Struct("=HH")
_U32, _U64 = struct.Struct("=I"), struct.Struct("=Q")
_SOL_NETLINK, _NETLINK_CAP_ACK, _NETLINK_GET_STRICT_CHK = 270, 10, 12
_RECEIVE = 1 << 18


class Request(NamedTuple):
    """A message yet without its number: type, flags, what follows the header."""

    kind: int
    flags: int
    body: bytes

    def packed(self, sequence: int, more: int = 0) -> bytes:
        """As the kernel takes it; `more` flags."""
        size = _NLMSGHDR.size + len(self.body)
        head = _NLMSGHDR.pack(size, self.kind, NLM_F_REQUEST | self.flags | more, sequence, 0)
        return head + self.body + bytes(-size % 4)


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute with its padding; several, one after the other, are the payload of one that nests them."""
    return _NLATTR.pack(_NLATTR.size + len(payload), kind) + payload + bytes(-len(payload) % 4)


def number(kind: int, value: int) -> bytes:
    """An attribute that is a 32-bit number."""
    return attribute(kind, _U32.pack(value))


def set_neighbour(index: int, address: bytes, mac: bytes) -> Request:
    """A permanent neighbour, in place of one that is there."""
    body = _NDMSG.pack(socket.AF_INET, index, NUD_PERMANENT, 0, 0) + attribute(NDA_DST, address)
    return Request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, body + attribute(NDA_LLADDR, mac))


def delete_neighbour(index: int, address: bytes) -> Request:
    """It is to go."""
    return Request(RTM_DELNEIGH, 0, _NDMSG.pack(socket.AF_INET, index, 0, 0, 0) + attribute(NDA_DST, address))


def set_proxy_delay(index: int, milliseconds: int) -> Request:
    """How long a link waits at most before it answers an ARP question for somebody else (`proxy_delay`)."""
    parameters = number(NDTPA_IFINDEX, index) + attribute(NDTPA_PROXY_DELAY, _U64.pack(milliseconds))
    body = bytes([socket.AF_INET, 0, 0, 0]) + attribute(NDTA_NAME, b"arp_cache\0")
    return Request(RTM_SETNEIGHTBL, NLM_F_REPLACE, body + attribute(NDTA_PARMS, parameters))


def set_link(index: int, up: bool, name: str = "") -> Request:
    """Set a link up or down; with a name give it that one, which Linux before 6.2 refuses to one that is up."""
    body = _IFINFOMSG.pack(0, 0, index, IFF_UP if up else 0, IFF_UP)
    return Request(RTM_NEWLINK, 0, body + (attribute(IFLA_IFNAME, name.encode() + b"\0") if name else b""))


def set_group(index: int, group: int) -> Request:
    """Put a link into an interface group; 0 is that of those that are in none."""
    return Request(RTM_NEWLINK, 0, _IFINFOMSG.pack(0, 0, index, 0, 0) + number(IFLA_GROUP, group))


def set_routed_link(index: int, group: int, settings: Sequence[tuple[int, int]]) -> Request:
    """A link up, with ARP, in an interface group and in no bridge, with these numbers of IPV4_DEVCONF_…"""
    configuration = b"".join(number(kind, value) for kind, value in settings)
    family = attribute(socket.AF_INET, attribute(IFLA_INET_CONF, configuration))
    body = _IFINFOMSG.pack(0, 0, index, IFF_UP, IFF_UP | IFF_NOARP) + number(IFLA_MASTER, 0)
    return Request(RTM_NEWLINK, 0, body + number(IFLA_GROUP, group) + attribute(IFLA_AF_SPEC, family))


class RouteKey(NamedTuple):
    """What tells a route of a table from the others: where to, how good, for which type of service; type and link."""

    packed: bytes
    bits: int
    metric: int
    type: int
    link: int = 0
    tos: int = 0

    @classmethod
    def of(cls, network: IPv4Network, metric: int, kind: int) -> RouteKey:
        """One without a link; `kind`: RTN_…"""
        return cls(network.network_address.packed, network.prefixlen, metric, kind)

    @classmethod
    def host(cls, address: IPv4Address, metric: int, link: int) -> RouteKey:
        """One to a host behind a link."""
        return cls(address.packed, 32, metric, RTN_UNICAST, link)

    @property
    def address(self) -> IPv4Address:
        """Where to, without the prefix length."""
        return IPv4Address(self.packed)

    def _body(self, table: int, scope: int, protocol: int) -> bytes:
        head = RTMSG.pack(socket.AF_INET, self.bits, 0, self.tos, min(table, 255), protocol, scope, self.type, 0)
        body = head + attribute(RTA_DST, self.packed) + number(RTA_PRIORITY, self.metric)
        return body + number(RTA_TABLE, table) + (number(RTA_OIF, self.link) if self.link else b"")

    def set(self, table: int) -> Request:
        """The request that makes it, in place of another of the same destination and metric.

        What cannot be reached has the scope of everything, so that a router is looked up beside it, whatever its
        address: the kernel asks for those in the scope of a link.
        """
        scope = RT_SCOPE_LINK if self.link else RT_SCOPE_UNIVERSE
        return Request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, self._body(table, scope, RTPROT_STATIC))

    def delete(self, table: int) -> Request:
        """The request that takes it away, whatever its scope and whoever made it."""
        return Request(RTM_DELROUTE, 0, self._body(table, RT_SCOPE_NOWHERE, RTPROT_UNSPEC))


class RuleKey(NamedTuple):
    """A rule by which a table is looked up: its preference, and for which packets.

    `iif`: for those that come in by the link of that name, by `lo` for the machine's own; empty for all. `packed` and
    `bits`: for those from a network, of which 0 bits are everything. `more`: attributes by which one chooses that is
    none of ours, as the kernel told them; so does a `tos`.
    """

    preference: int
    table: int
    iif: str = ""
    packed: bytes = b""
    bits: int = 0
    more: bytes = b""
    tos: int = 0

    def _body(self) -> bytes:
        head = _FIB_RULE_HDR.pack(socket.AF_INET, 0, self.bits, self.tos, min(self.table, 255), FR_ACT_TO_TBL, 0)
        by = attribute(FRA_IIFNAME, self.iif.encode() + b"\0") if self.iif else b""
        source = attribute(FRA_SRC, self.packed) if self.bits else b""
        return head + by + source + self.more + number(FRA_PRIORITY, self.preference) + number(FRA_TABLE, self.table)

    def set(self) -> Request:
        """The request that makes it; EEXIST when it is there."""
        protocol = attribute(FRA_PROTOCOL, bytes([RTPROT_STATIC]))
        return Request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, self._body() + protocol)

    def delete(self) -> Request:
        """The request that takes it away, whoever made it; or one that chooses by more, if that stands before it."""
        return Request(RTM_DELRULE, 0, self._body())


def get_link(index: int) -> Request:
    """One link as it is now."""
    return Request(RTM_GETLINK, 0, _IFINFOMSG.pack(0, 0, index, 0, 0))


def get_neighbour(index: int, address: bytes) -> Request:
    """One neighbour as it is now."""
    body = _NDMSG.pack(socket.AF_INET, index, 0, 0, 0) + attribute(NDA_DST, address)
    return Request(RTM_GETNEIGH, 0, body)


def dump_routes(table: int) -> Request:
    """All IPv4 routes of one table."""
    head = RTMSG.pack(socket.AF_INET, 0, 0, 0, 0, 0, 0, 0, 0)
    return Request(RTM_GETROUTE, NLM_F_DUMP, head + number(RTA_TABLE, table))


def dump_rules() -> Request:
    """All IPv4 rules."""
    return Request(RTM_GETRULE, NLM_F_DUMP, _FIB_RULE_HDR.pack(socket.AF_INET, 0, 0, 0, 0, 0, 0))


class RouteSocket:
    """A socket of rtnetlink. The kernel has done what it is asked when `send` returns, so nothing here waits."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))
        for option in (_NETLINK_CAP_ACK, _NETLINK_GET_STRICT_CHK):
            with contextlib.suppress(OSError):  # a kernel before 4.20 tells more than it is asked for
                self._socket.setsockopt(_SOL_NETLINK, option, 1)
        #: By which events tell that it was us.
        self.portid = int(self._socket.getsockname()[0])
        self._sequence = 0

    def change(self, requests: Sequence[Request]) -> list[int]:
        """Have all of these done in their order, in one message; the errno of each, 0 for those that were."""
        first, last = self._sequence + 1, self._sequence + len(requests)
        self._sequence = last & 0x3FFFFFFF
        packed = [request.packed(first + at) for at, request in enumerate(requests[:-1])]
        self._socket.send(b"".join([*packed, requests[-1].packed(last, NLM_F_ACK)]))
        errors = [0] * len(requests)
        while True:
            data = self._socket.recv(_RECEIVE)
            for header, body in headed(data):
                if header.kind == NLMSG_ERROR and first <= header.sequence <= last:
                    errors[header.sequence - first] = error_number(body)
                    if header.sequence == last:
                        return errors

    def dump(self, request: Request) -> list[tuple[int, bytes]]:
        """Type and body of each message of the kernel's answer; `OSError` when it refuses."""
        self._sequence = (self._sequence + 1) & 0x3FFFFFFF
        self._socket.send(request.packed(self._sequence))
        rows: list[tuple[int, bytes]] = []
        while True:
            for kind, body in messages(self._socket.recv(_RECEIVE)):
                if kind == NLMSG_DONE:
                    return rows
                if kind == NLMSG_ERROR and (number := error_number(body)):
                    raise OSError(number, os.strerror(number))
                rows.append((kind, body))

    def get(self, request: Request) -> bytes:
        """The body of the kernel's one answer, empty when there is no such thing."""
        self._sequence = (self._sequence + 1) & 0x3FFFFFFF
        self._socket.send(request.packed(self._sequence))
        while True:
            for header, body in headed(self._socket.recv(_RECEIVE)):
                if header.sequence == self._sequence:
                    return b"" if header.kind == NLMSG_ERROR else body

    def close(self) -> None:
        """Close it."""
        self._socket.close()
