"""Takes netlink messages apart: headers, bodies, attributes, by the kernel's own names. Pure, and the standard library.

Whatever bytes it is given, it ends and raises nothing: what is cut short or makes no sense is left out. Source of the
layouts and of the numbers: rtnetlink(7), linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

#: A netlink protocol that Python's socket module does not name.
NETLINK_KOBJECT_UEVENT = 15
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 0x1, 0x300

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 28, 29, 30
RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE = 32, 33, 34
RTM_NEWNETCONF = 80
RTM_NEWNEXTHOP, RTM_DELNEXTHOP = 104, 105

RTMGRP_LINK, RTMGRP_NEIGH, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV4_RULE = 0x1, 0x4, 0x10, 0x40, 0x80
RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE, RTMGRP_IPV6_IFINFO = 0x100, 0x400, 0x800
#: RTNLGRP_IPV4_NETCONF, which is 24, as a bit like those above.
RTMGRP_IPV4_NETCONF = 1 << 23
#: RTNLGRP_NEXTHOP, which is 32; a kernel that has none (before 5.3) passes it over.
RTMGRP_NEXTHOP = 1 << 31

IFF_UP, IFF_RUNNING, IFF_NOARP, IFF_LOWER_UP = 0x1, 0x40, 0x80, 0x10000
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_MASTER, IFLA_PROTINFO, IFLA_LINKINFO = 1, 3, 4, 10, 12, 18
IFLA_AF_SPEC, IFLA_GROUP, IFLA_INFO_KIND = 26, 27, 1
IFLA_INET_CONF, IFLA_INET6_CONF = 1, 2
IFA_ADDRESS, IFA_LOCAL = 1, 2
IFA_F_SECONDARY, IFA_F_PERMANENT = 0x01, 0x80
RTA_DST, RTA_SRC, RTA_IIF, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC = 1, 2, 3, 4, 5, 6, 7
RTA_METRICS, RTA_MULTIPATH, RTA_TABLE, RTA_VIA, RTAX_MTU = 8, 9, 15, 18, 2
RTA_MARK, RTA_IP_PROTO, RTA_DPORT = 16, 27, 29
FRA_SRC, FRA_IIFNAME, FRA_PRIORITY, FRA_TABLE, FR_ACT_TO_TBL, FIB_RULE_INVERT = 2, 3, 6, 15, 1, 2
FRA_SUPPRESS_PREFIXLEN, NOT_SUPPRESSED = 14, 0xFFFFFFFF
#: By what else a rule may choose packets: FRA_FWMARK, FRA_TUN_ID, FRA_SUPPRESS_IFGROUP, FRA_FWMASK, FRA_OIFNAME,
#: FRA_L3MDEV, FRA_UID_RANGE, FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE, FRA_DSCP.
FRA_CHOOSING = frozenset({10, 12, 13, 16, 17, 19, 20, 22, 23, 24, 25})
NDA_DST, NDA_LLADDR, NUD_PERMANENT = 1, 2, 0x80
RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_BLACKHOLE, RTN_THROW = 1, 2, 3, 6, 9
RTPROT_KERNEL, RTM_F_CLONED = 2, 0x200
NETCONFA_IFINDEX, NETCONFA_FORWARDING, NETCONFA_RP_FILTER, NETCONFA_PROXY_NEIGH = 1, 2, 3, 5
NETCONFA_IFINDEX_ALL, NETCONFA_IFINDEX_DEFAULT = -1, -2

_NLMSGHDR = struct.Struct("=IHHII")
_IFINFOMSG = struct.Struct("=BxHiII")
_IFADDRMSG = struct.Struct("=BBBBI")
RTMSG = struct.Struct("=BBBBBBBBI")
_NDMSG = struct.Struct("=BxxxiHBB")
_FIB_RULE_HDR = struct.Struct("=BBBBBxxBI")
#: netconfmsg is one byte, the family; the attributes begin at the next multiple of four.
_NETCONFMSG_SIZE = 4
_RTNEXTHOP = struct.Struct("=HBBi")
_NLATTR = struct.Struct("=HH")
_INT, _UNSIGNED = struct.Struct("=i"), struct.Struct("=I")
#: The two upper bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
_NLA_TYPE_MASK = 0x3FFF


def _aligned(size: int) -> int:
    """NLMSG_ALIGN and RTA_ALIGN, which are the same."""
    return (size + 3) & ~3


def _number(payload: bytes) -> int | None:
    return int(_UNSIGNED.unpack(payload)[0]) if len(payload) == _UNSIGNED.size else None


class Attributes:
    """The attributes of a message, read where they lie: a link has some forty, of which few are wanted."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self._at = at

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Type and payload of each."""
        data, at = self._data, self._at
        while at + _NLATTR.size <= len(data):
            size, kind = _NLATTR.unpack_from(data, at)
            if size < _NLATTR.size:
                return
            yield kind & _NLA_TYPE_MASK, data[at + _NLATTR.size : at + size]
            at += _aligned(size)

    def get(self, wanted: int) -> bytes:
        """The payload of the first of a type, empty where there is none."""
        for kind, payload in self:
            if kind == wanted:
                return payload
        return b""

    def text(self, wanted: int) -> str:
        """A string's, without the zero at its end."""
        return self.get(wanted).rstrip(b"\0").decode("utf-8", "replace")

    def number(self, wanted: int) -> int | None:
        """That of a 32-bit number without a sign; None where there is none."""
        return _number(self.get(wanted))


class LinkMessage(NamedTuple):
    """ifinfomsg."""

    family: int
    ifindex: int
    flags: int
    attributes: Attributes
    type: int

    @property
    def driver(self) -> str:
        """What made the link, where the kernel tells (tun, wireguard); empty for a card."""
        return Attributes(self.attributes.get(IFLA_LINKINFO)).text(IFLA_INFO_KIND)


class AddressMessage(NamedTuple):
    """ifaddrmsg."""

    family: int
    prefixlen: int
    flags: int
    scope: int
    ifindex: int
    attributes: Attributes


class RouteMessage(NamedTuple):
    """rtmsg; `table` is RTA_TABLE where there is one."""

    family: int
    dst_len: int
    table: int
    protocol: int
    type: int
    flags: int
    attributes: Attributes
    tos: int = 0


class NeighbourMessage(NamedTuple):
    """ndmsg."""

    family: int
    ifindex: int
    state: int
    attributes: Attributes


class RuleMessage(NamedTuple):
    """fib_rule_hdr; `table` is FRA_TABLE where there is one."""

    family: int
    dst_len: int
    src_len: int
    table: int
    action: int
    flags: int
    attributes: Attributes
    tos: int = 0


class SettingsMessage(NamedTuple):
    """netconfmsg; `ifindex` may be NETCONFA_IFINDEX_ALL and NETCONFA_IFINDEX_DEFAULT."""

    family: int
    ifindex: int
    attributes: Attributes


class Header(NamedTuple):
    """nlmsghdr without its size; `portid`: whose request it comes of, 0 where the kernel did it of its own accord."""

    kind: int
    flags: int
    sequence: int
    portid: int


def headed(data: bytes) -> Iterator[tuple[Header, bytes]]:
    """Header and body of each message of a datagram."""
    at = 0
    while at + _NLMSGHDR.size <= len(data):
        size, *rest = _NLMSGHDR.unpack_from(data, at)
        if size < _NLMSGHDR.size:
            return
        yield Header(*rest), data[at + _NLMSGHDR.size : at + size]
        at += _aligned(size)


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each message of a datagram."""
    return ((header.kind, body) for header, body in headed(data))


def dump_request(kind: int, body: bytes = bytes(_IFINFOMSG.size)) -> bytes:
    """The request to dump everything of a kind (RTM_GETLINK, …); without a body of its own of every address family."""
    return _NLMSGHDR.pack(_NLMSGHDR.size + len(body), kind, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body


def error_number(body: bytes) -> int:
    """The errno of an NLMSG_ERROR, 0 for an acknowledgement."""
    return -int(_INT.unpack_from(body)[0]) if len(body) >= _INT.size else 0


def link(body: bytes) -> LinkMessage | None:
    """The body of an RTM_…LINK; None when it is cut short."""
    if len(body) < _IFINFOMSG.size:
        return None
    family, kind, index, flags, _change = _IFINFOMSG.unpack_from(body)
    return LinkMessage(family, index, flags, Attributes(body, _IFINFOMSG.size), kind)


def address(body: bytes) -> AddressMessage | None:
    """The body of an RTM_…ADDR; None when it is cut short."""
    if len(body) < _IFADDRMSG.size:
        return None
    family, prefixlen, flags, scope, index = _IFADDRMSG.unpack_from(body)
    return AddressMessage(family, prefixlen, flags, scope, index, Attributes(body, _IFADDRMSG.size))


def route(body: bytes) -> RouteMessage | None:
    """The body of an RTM_…ROUTE; None when it is cut short."""
    if len(body) < RTMSG.size:
        return None
    family, dst_len, _src_len, tos, table, protocol, _scope, kind, flags = RTMSG.unpack_from(body)
    attributes = Attributes(body, RTMSG.size)
    return RouteMessage(family, dst_len, attributes.number(RTA_TABLE) or table, protocol, kind, flags, attributes, tos)


def neighbour(body: bytes) -> NeighbourMessage | None:
    """The body of an RTM_…NEIGH; None when it is cut short."""
    if len(body) < _NDMSG.size:
        return None
    family, index, state, _flags, _type = _NDMSG.unpack_from(body)
    return NeighbourMessage(family, index, state, Attributes(body, _NDMSG.size))


def rule(body: bytes) -> RuleMessage | None:
    """The body of an RTM_…RULE; None when it is cut short."""
    if len(body) < _FIB_RULE_HDR.size:
        return None
    family, dst_len, src_len, tos, table, action, flags = _FIB_RULE_HDR.unpack_from(body)
    attributes = Attributes(body, _FIB_RULE_HDR.size)
    return RuleMessage(family, dst_len, src_len, attributes.number(FRA_TABLE) or table, action, flags, attributes, tos)


def settings(body: bytes) -> SettingsMessage | None:
    """The body of an RTM_…NETCONF; None when it is cut short."""
    attributes = Attributes(body, _NETCONFMSG_SIZE)
    index = attributes.get(NETCONFA_IFINDEX)
    return SettingsMessage(body[0], int(_INT.unpack(index)[0]), attributes) if len(index) == _INT.size else None


def next_hops(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Of an RTA_MULTIPATH the index of each link, with the router, empty where there is none."""
    at = 0
    while at + _RTNEXTHOP.size <= len(payload):
        size, _flags, _hops, index = _RTNEXTHOP.unpack_from(payload, at)
        if size < _RTNEXTHOP.size:
            return
        yield index, Attributes(payload[at : at + size], _RTNEXTHOP.size).get(RTA_GATEWAY)
        at += _aligned(size)
