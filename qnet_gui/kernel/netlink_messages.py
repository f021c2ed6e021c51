"""Takes netlink messages apart: headers, bodies, attributes, by the kernel's own names. Pure, and the standard library.

Whatever bytes it is given, it ends and raises nothing: what is cut short or makes no sense is left out. Source of the
layouts and of the numbers: rtnetlink(7), linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h.
"""

from __future__ import annotations

import socket
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
RTM_NEWRULE, RTM_DELRULE = 32, 33

RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV4_RULE = 0x1, 0x10, 0x40, 0x80
RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE = 0x100, 0x400

IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO = 1, 3, 4, 18
IFLA_INFO_KIND = 1
IFF_UP, IFF_LOWER_UP = 0x1, 0x10000
IFA_ADDRESS, IFA_LOCAL = 1, 2
RTA_DST, RTA_SRC, RTA_IIF, RTA_OIF, RTA_GATEWAY, RTA_PREFSRC, RTA_MULTIPATH = 1, 2, 3, 4, 5, 7, 9
RTN_UNICAST, RTN_LOCAL, RTPROT_KERNEL, RTM_F_CLONED = 1, 2, 2, 0x200

_NLMSGHDR = struct.Struct("=IHHII")
_IFINFOMSG = struct.Struct("=BxHiII")
_IFADDRMSG = struct.Struct("=BBBBI")
_RTMSG = struct.Struct("=BBBBBBBBI")
_RTNEXTHOP = struct.Struct("=HBBi")
_NLATTR = struct.Struct("=HH")
_INT, _UNSIGNED = struct.Struct("=i"), struct.Struct("=I")
#: The two upper bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
_NLA_TYPE_MASK = 0x3FFF


def _aligned(size: int) -> int:
    """NLMSG_ALIGN and RTA_ALIGN, which are the same."""
    return (size + 3) & ~3


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
        return self.get(wanted).rstrip(b"\0").decode("ascii", "replace")

    def number(self, wanted: int) -> int | None:
        """That of a 32-bit number without a sign; None where there is none."""
        payload = self.get(wanted)
        return int(_UNSIGNED.unpack(payload)[0]) if len(payload) == _UNSIGNED.size else None


class LinkMessage(NamedTuple):
    """ifinfomsg."""

    ifindex: int
    flags: int
    attributes: Attributes
    type: int


class AddressMessage(NamedTuple):
    """ifaddrmsg."""

    family: int
    prefixlen: int
    ifindex: int
    attributes: Attributes


class RouteMessage(NamedTuple):
    """rtmsg."""

    family: int
    dst_len: int
    protocol: int
    type: int
    flags: int
    attributes: Attributes


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each message of a datagram."""
    at = 0
    while at + _NLMSGHDR.size <= len(data):
        size, kind, *_ = _NLMSGHDR.unpack_from(data, at)
        if size < _NLMSGHDR.size:
            return
        yield kind, data[at + _NLMSGHDR.size : at + size]
        at += _aligned(size)


def dump_request(kind: int) -> bytes:
    """The request to dump everything of a kind (RTM_GETLINK, …), of every address family."""
    flags = NLM_F_REQUEST | NLM_F_DUMP
    return _NLMSGHDR.pack(_NLMSGHDR.size + _IFINFOMSG.size, kind, flags, 1, 0) + bytes(_IFINFOMSG.size)


def route_request(destination: bytes, source: bytes = b"", iif: int = 0) -> bytes:
    """The request to look up an IPv4 route as for one packet; `iif`: as if it came in there, else as the machine's own.

    Addresses are the four octets of each.
    """
    attributes = _attribute(RTA_DST, destination)
    if source:
        attributes += _attribute(RTA_SRC, source)
    if iif:
        attributes += _attribute(RTA_IIF, _UNSIGNED.pack(iif))
    body = _RTMSG.pack(socket.AF_INET, 32, 32 if source else 0, 0, 0, 0, 0, 0, 0) + attributes
    return _NLMSGHDR.pack(_NLMSGHDR.size + len(body), RTM_GETROUTE, NLM_F_REQUEST, 1, 0) + body


def link_request(index: int) -> bytes:
    """The request to tell of one link."""
    body = _IFINFOMSG.pack(0, 0, index, 0, 0)
    return _NLMSGHDR.pack(_NLMSGHDR.size + len(body), RTM_GETLINK, NLM_F_REQUEST, 1, 0) + body


def _attribute(kind: int, payload: bytes) -> bytes:
    """One whose payload needs no padding."""
    return _NLATTR.pack(_NLATTR.size + len(payload), kind) + payload


def error_number(body: bytes) -> int:
    """The errno of an NLMSG_ERROR, 0 for an acknowledgement."""
    return -int(_INT.unpack_from(body)[0]) if len(body) >= _INT.size else 0


def link(body: bytes) -> LinkMessage | None:
    """The body of an RTM_…LINK; None when it is cut short."""
    if len(body) < _IFINFOMSG.size:
        return None
    _family, kind, index, flags, _change = _IFINFOMSG.unpack_from(body)
    return LinkMessage(index, flags, Attributes(body, _IFINFOMSG.size), kind)


def address(body: bytes) -> AddressMessage | None:
    """The body of an RTM_…ADDR; None when it is cut short."""
    if len(body) < _IFADDRMSG.size:
        return None
    family, prefixlen, _flags, _scope, index = _IFADDRMSG.unpack_from(body)
    return AddressMessage(family, prefixlen, index, Attributes(body, _IFADDRMSG.size))


def route(body: bytes) -> RouteMessage | None:
    """The body of an RTM_…ROUTE; None when it is cut short."""
    if len(body) < _RTMSG.size:
        return None
    family, dst_len, _src_len, _tos, _table, protocol, _scope, kind, flags = _RTMSG.unpack_from(body)
    return RouteMessage(family, dst_len, protocol, kind, flags, Attributes(body, _RTMSG.size))


def next_hops(payload: bytes) -> Iterator[int]:
    """The link indices of an RTA_MULTIPATH."""
    at = 0
    while at + _RTNEXTHOP.size <= len(payload):
        size, _flags, _hops, index = _RTNEXTHOP.unpack_from(payload, at)
        if size < _RTNEXTHOP.size:
            return
        yield index
        at += _aligned(size)
