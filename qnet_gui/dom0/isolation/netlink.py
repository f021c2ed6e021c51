"""Links, addresses and routes out of the kernel's answers to rtnetlink dumps. Pure.

With the standard library, since the helper has no need of what else pyroute2 brings and no room for it. Reads only the
fields that matter. Source of the layouts: rtnetlink(7).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.upgrade import UpgradeCode

NEWLINK, NEWADDR, NEWROUTE = 16, 20, 24
GETLINK, GETADDR, GETROUTE = 18, 22, 26
_ERROR, _DONE = 2, 3
_REQUEST, _DUMP = 0x1, 0x300

_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_ROUTE = struct.Struct("=BBBBBBBBI")
_HOP = struct.Struct("=HBBi")
_ATTRIBUTE = struct.Struct("=HH")
_NUMBER = struct.Struct("=I")
_KIND_MASK = 0x3FFF

_IFLA_ADDRESS, _IFLA_IFNAME = 1, 3
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DST, _RTA_OIF, _RTA_MULTIPATH = 1, 4, 9
_UNICAST, _BY_KERNEL, _CLONED = 1, 2, 0x200
_FAMILIES = {2: 4, 10: 16}


@dataclass(frozen=True, slots=True)
class Link:
    """A network link; `mac` in lower case, empty where it has none."""

    index: int
    name: str
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """An address on the link with that index."""

    link: int
    address: IPv4Address | IPv6Address
    bits: int


@dataclass(frozen=True, slots=True)
class Route:
    """A unicast route that somebody made; `links` are the indices of those it leads through, empty when not told."""

    to: IPv4Address | IPv6Address
    bits: int
    links: tuple[int, ...] = ()


def request(kind: int) -> bytes:
    """The request to dump everything of a kind (GETLINK, GETADDR, GETROUTE), of every address family."""
    return _HEADER.pack(_HEADER.size + _LINK.size, kind, _REQUEST | _DUMP, 1, 0) + bytes(_LINK.size)


def messages(data: bytes) -> Iterator[tuple[int, bytes] | None]:
    """Kind and body of each message of a datagram; None is the end of the dump."""
    at = 0
    while at + _HEADER.size <= len(data):
        size, kind, *_ = _HEADER.unpack_from(data, at)
        if size < _HEADER.size:
            return
        body = data[at + _HEADER.size : at + size]
        if kind == _ERROR:
            raise KernelError(UpgradeCode.DOM0_NETWORK_REFUSED, number=_errno(body))
        yield None if kind == _DONE else (kind, body)
        at += (size + 3) & ~3


def _errno(body: bytes) -> int:
    return -int.from_bytes(body[:4], "little", signed=True)


def _attributes(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        size, kind = _ATTRIBUTE.unpack_from(data, at)
        if size < _ATTRIBUTE.size:
            break
        found[kind & _KIND_MASK] = data[at + _ATTRIBUTE.size : at + size]
        at += (size + 3) & ~3
    return found


def link(body: bytes) -> Link:
    """The link of a NEWLINK."""
    index = _LINK.unpack_from(body)[2]
    found = _attributes(body[_LINK.size :])
    name = found.get(_IFLA_IFNAME, b"").rstrip(b"\0").decode("ascii", "replace")
    return Link(index, name, found.get(_IFLA_ADDRESS, b"").hex(":"))


def address(body: bytes) -> Address | None:
    """The address of a NEWADDR; None when it is of another kind of network."""
    family, bits, _, _, index = _ADDRESS.unpack_from(body)
    found = _attributes(body[_ADDRESS.size :])
    raw = found.get(_IFA_LOCAL) or found.get(_IFA_ADDRESS, b"")  # a point-to-point link has the peer's in the second
    if len(raw) != _FAMILIES.get(family):
        return None
    return Address(index, ip_address(raw), bits)


def route(body: bytes) -> Route | None:
    """The route of a NEWROUTE; None when it leads nowhere, or follows from an address by itself."""
    family, bits, _, _, _, protocol, _, kind, flags = _ROUTE.unpack_from(body)
    if family not in _FAMILIES or kind != _UNICAST or protocol == _BY_KERNEL or flags & _CLONED:
        return None
    found = _attributes(body[_ROUTE.size :])
    raw = found.get(_RTA_DST, b"").ljust(_FAMILIES[family], b"\0")
    through = list(_hops(found.get(_RTA_MULTIPATH, b"")))
    if len(found.get(_RTA_OIF, b"")) == _NUMBER.size:
        through.append(_NUMBER.unpack(found[_RTA_OIF])[0])
    return Route(ip_address(raw), bits, tuple(through))


def _hops(data: bytes) -> Iterator[int]:
    at = 0
    while at + _HOP.size <= len(data):
        size, _, _, index = _HOP.unpack_from(data, at)
        if size < _HOP.size:
            break
        yield index
        at += (size + 3) & ~3
