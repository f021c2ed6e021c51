"""What the netvm's own links are, as far as the packet filter asks: one look at the kernel, with the standard library.

Rows that make no sense are left out. Vifs are no part of it, so it costs little however many there are.
"""

from __future__ import annotations

import array
import fcntl
import os
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from qnet_gui.kernel.netlink_dump import dump, dump_socket
from qnet_gui.kernel.netlink_messages import (
    IFA_ADDRESS,
    IFA_F_PERMANENT,
    IFA_LOCAL,
    RTA_GATEWAY,
    RTA_MULTIPATH,
    RTA_OIF,
    RTA_VIA,
    RTM_F_CLONED,
    RTM_GETADDR,
    RTM_GETROUTE,
    RTM_NEWLINK,
    RTN_UNICAST,
    messages,
    next_hops,
    route,
)
from qnet_gui.kernel.netlink_messages import address as address_message
from qnet_gui.kernel.netlink_messages import link as link_message
from qnet_gui.kernel.netlink_requests import get_link
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

SIOCGIFFLAGS = 0x8913
IFF_BROADCAST, IFF_LOOPBACK = 0x2, 0x8
#: Drivers of tunnels that look like cards: VPNs (ZeroTier, tinc, OpenVPN with a tap) and nets laid over others.
_TUNNELS = frozenset({"tun", "vxlan", "geneve", "gretap", "ip6gretap", "erspan", "ip6erspan", "bareudp"})
_RECEIVE = 65536
_IFREQ_FLAGS = struct.Struct("16sH22x")
#: 0.0.0.0/0, and the two halves of it, which OpenVPN makes.
_DEFAULT_DST_LEN = 1


@dataclass(frozen=True, slots=True)
class SurveyedLink:
    """A link that is no vif and no loopback. `fixed`: it has an IPv4 address that does not expire, as one by DHCP does,
    and that somebody gave it, which is not so of 169.254.0.0/16.

    `broadcast`: it is no tunnel, be it to one other place or to many. `default_route`: a way out leads through it, in
    whatever table. `router`: some way leads over a router behind it. `networks`: those of its addresses. `routers`: the
    IPv4 addresses of all behind it.
    """

    name: str
    addresses: tuple[IPv4Address, ...] = ()
    fixed: bool = False
    broadcast: bool = True
    default_route: bool = False
    router: bool = False
    networks: tuple[IPv4Network, ...] = ()
    routers: tuple[IPv4Address, ...] = ()


def survey() -> list[SurveyedLink]:
    """All of them by name; `KernelError` when the kernel does not answer."""
    names = {index: name for index, name in socket.if_nameindex() if not name.startswith("vif")}
    try:
        with dump_socket() as sock:
            addresses = _addresses(sock)
            ways_out, routers = _ways(sock)
            tunnels = {index for index in addresses.keys() & names.keys() if _driver(sock, index) in _TUNNELS}
    except OSError as error:
        raise KernelError(SystemCode.NETLINK_EVENTS_LOST, why=error.strerror or str(error)) from error
    links = []
    for index, name in names.items():
        flags = _flags(name)
        if not flags & IFF_LOOPBACK:
            own = addresses.get(index, [])
            fixed = any(permanent and not interface.ip.is_link_local for interface, permanent in own)
            ips, networks = tuple(interface.ip for interface, _ in own), tuple(one.network for one, _ in own)
            broadcast = bool(flags & IFF_BROADCAST) and index not in tunnels
            behind = routers.get(index, set())
            known = tuple(sorted(IPv4Address(router) for router in behind if len(router) == 4))
            way_out, router = index in ways_out, bool(behind)
            links.append(SurveyedLink(name, ips, fixed, broadcast, way_out, router, networks, known))
    return sorted(links, key=lambda link: link.name)


def _driver(sock: socket.socket, index: int) -> str:
    """What made a link, where the kernel tells; empty for a card, and for one that has gone."""
    sock.send(get_link(index).packed(1))
    for kind, body in messages(sock.recv(_RECEIVE)):
        message = link_message(body) if kind == RTM_NEWLINK else None
        if message is not None:
            return message.driver
    return ""


def _flags(name: str) -> int:
    """IFF_…, 0 for a link that has gone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = array.array("B", _IFREQ_FLAGS.pack(os.fsencode(name)[:15], 0))
        try:
            fcntl.ioctl(sock, SIOCGIFFLAGS, request)
        except OSError:
            return 0
        return int(_IFREQ_FLAGS.unpack(request.tobytes())[1])


def _addresses(sock: socket.socket) -> dict[int, list[tuple[IPv4Interface, bool]]]:
    """IPv4 addresses by link, with whether each stays for good."""
    addresses: dict[int, list[tuple[IPv4Interface, bool]]] = {}
    for body in dump(sock, RTM_GETADDR):
        message = address_message(body)
        if message is not None and message.family == socket.AF_INET:
            payload = message.attributes.get(IFA_LOCAL) or message.attributes.get(IFA_ADDRESS)
            if len(payload) == 4 and message.prefixlen <= 32:
                permanent = bool(message.flags & IFA_F_PERMANENT)
                interface = IPv4Interface((payload, message.prefixlen))
                addresses.setdefault(message.ifindex, []).append((interface, permanent))
    return addresses


def _ways(sock: socket.socket) -> tuple[set[int], dict[int, set[bytes]]]:
    """The links of default routes, and of routes over a router the links with those, as the kernel writes them."""
    ways_out: set[int] = set()
    routers: dict[int, set[bytes]] = {}
    for body in dump(sock, RTM_GETROUTE):
        message = route(body)
        if message is None or message.type != RTN_UNICAST or message.flags & RTM_F_CLONED:
            continue
        attributes = message.attributes
        alone = attributes.number(RTA_OIF) or 0, attributes.get(RTA_GATEWAY) or attributes.get(RTA_VIA)
        for link, router in list(next_hops(attributes.get(RTA_MULTIPATH))) or [alone]:
            if message.dst_len <= _DEFAULT_DST_LEN:
                ways_out.add(link)
            if router:
                routers.setdefault(link, set()).add(router)
    return ways_out, routers
