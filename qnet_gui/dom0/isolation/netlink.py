"""Links, addresses and routes, as far as they matter here, out of the kernel's answers to rtnetlink dumps. Pure.

With the standard library, since the helper has no need of what else pyroute2 brings and no room for it.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from qnet_gui.kernel import netlink_messages
from qnet_gui.kernel.netlink_messages import (
    IFA_ADDRESS,
    IFA_LOCAL,
    IFLA_ADDRESS,
    IFLA_IFNAME,
    RTA_DST,
    RTA_MULTIPATH,
    RTA_OIF,
    RTM_F_CLONED,
    RTN_UNICAST,
    RTPROT_KERNEL,
)

#: Bytes of an address of a family.
_ADDRESS_SIZE: dict[int, int] = {socket.AF_INET: 4, socket.AF_INET6: 16}


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


def link(body: bytes) -> Link | None:
    """The link of an RTM_NEWLINK; None when it is cut short."""
    message = netlink_messages.link(body)
    if message is None:
        return None
    return Link(message.ifindex, message.attributes.text(IFLA_IFNAME), message.attributes.get(IFLA_ADDRESS).hex(":"))


def address(body: bytes) -> Address | None:
    """The address of an RTM_NEWADDR; None when it is of another kind of network."""
    message = netlink_messages.address(body)
    if message is None:
        return None
    # a point-to-point link has the peer's in the second
    packed = message.attributes.get(IFA_LOCAL) or message.attributes.get(IFA_ADDRESS)
    if len(packed) != _ADDRESS_SIZE.get(message.family):
        return None
    return Address(message.ifindex, ip_address(packed), message.prefixlen)


def route(body: bytes) -> Route | None:
    """The route of an RTM_NEWROUTE; None when it leads nowhere, or follows from an address by itself."""
    message = netlink_messages.route(body)
    if message is None or message.type != RTN_UNICAST:
        return None
    if message.protocol == RTPROT_KERNEL or message.flags & RTM_F_CLONED:
        return None
    size = _ADDRESS_SIZE.get(message.family, 0)
    packed = message.attributes.get(RTA_DST) or bytes(size)  # a default route has none
    if not size or len(packed) != size:
        return None
    through = [link for link, _ in netlink_messages.next_hops(message.attributes.get(RTA_MULTIPATH))]
    index = message.attributes.number(RTA_OIF)
    if index is not None:
        through.append(index)
    return Route(ip_address(packed), message.dst_len, tuple(through))
