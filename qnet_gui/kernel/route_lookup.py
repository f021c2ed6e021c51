"""Which way a packet would take, asked of the kernel itself, and the state of the link that it leaves by.

However routes are written (a default route, halves of it, tables of their own behind policy rules), the kernel's
look-up is what it will do. With the standard library: it is asked at every change, and answers in microseconds. Touches
one socket of the network namespace that the process was in.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import NamedTuple

from qnet_gui.kernel.netlink_dump import DumpRefused, dump
from qnet_gui.kernel.netlink_messages import (
    IFA_ADDRESS,
    IFA_F_SECONDARY,
    IFA_LOCAL,
    IFF_LOWER_UP,
    IFF_RUNNING,
    IFF_UP,
    IFLA_IFNAME,
    IFLA_MASTER,
    IFLA_MTU,
    NLMSG_ERROR,
    RTA_DPORT,
    RTA_DST,
    RTA_GATEWAY,
    RTA_IIF,
    RTA_IP_PROTO,
    RTA_MARK,
    RTA_METRICS,
    RTA_OIF,
    RTA_PREFSRC,
    RTA_SRC,
    RTAX_MTU,
    RTM_GETADDR,
    RTM_GETROUTE,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    RTMSG,
    RTN_LOCAL,
    AddressMessage,
    Attributes,
    address,
    error_number,
    link,
    messages,
    route,
)
from qnet_gui.kernel.netlink_requests import RT_SCOPE_UNIVERSE, Request, attribute, get_link, number
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

_RECEIVE = 65536
#: Drivers of links from which no packet ever leaves. A VPN client's kill switch may have a default route to one.
_SWALLOWING = frozenset({"dummy", "ifb"})
#: A look-up as from an interface that is down, has gone, or may not have such a packet: it says nothing of the way. But
#: what drops without a word (a blackhole) is the first of these as well.
_NOT_FROM_THERE = frozenset({errno.EINVAL, errno.EXDEV, errno.ENODEV})


class PacketKind(NamedTuple):
    """What else than addresses rules may choose packets by: a protocol's number (IPPROTO_…), the port that it is for.

    And the mark that others have given it.
    """

    protocol: int
    port: int
    mark: int = 0


#: What most of a domain's packets are about, a page, and what its names go by.
PAGE, QUESTION = PacketKind(socket.IPPROTO_TCP, 443), PacketKind(socket.IPPROTO_UDP, 53)


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a packet goes next: out of the link `index`, to `gateway` or straight on, from the address `source`.

    `local`: it goes nowhere, since the address is this machine's own. `mtu`: that of the route in bytes, where somebody
    gave it one; 0 where the link's counts.
    """

    index: int
    gateway: IPv4Address | None = None
    source: IPv4Address | None = None
    local: bool = False
    mtu: int = 0


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """A link; `mtu` in bytes; `running`: it is up and has a carrier, and was admitted where it has to be (802.1X, a
    Wi-Fi's passphrase): until then the kernel calls it dormant. One that swallows everything never is.

    `hardware`: an ARPHRD number of linux/if_arp.h; `driver`: what made it, where the kernel tells (tun, wireguard).
    `is_port`: of a bridge or the like.
    """

    name: str
    mtu: int
    running: bool
    hardware: int = 1
    driver: str = ""
    is_port: bool = False

    @property
    def is_made(self) -> bool:
        """Whether a program made it, and no card stands behind it by itself."""
        return bool(self.driver)


def _ip(attributes: Attributes, kind: int) -> IPv4Address | None:
    payload = attributes.get(kind)
    return IPv4Address(payload) if len(payload) == 4 else None


def _interface(message: AddressMessage | None) -> IPv4Interface | None:
    if message is None or message.family != socket.AF_INET or message.prefixlen > 32:
        return None
    own = _ip(message.attributes, IFA_LOCAL) or _ip(message.attributes, IFA_ADDRESS)
    return IPv4Interface((own, message.prefixlen)) if own is not None else None


def _look_up_route(destination: bytes, packet: PacketKind, source: bytes = b"", iif: int = 0) -> Request:
    """The IPv4 route that one packet takes; `iif`: as if it came in there, else as the machine's own.

    Addresses are the four octets of each.
    """
    body = RTMSG.pack(socket.AF_INET, 32, 32 if source else 0, 0, 0, 0, 0, 0, 0) + attribute(RTA_DST, destination)
    body += (attribute(RTA_SRC, source) if source else b"") + (number(RTA_IIF, iif) if iif else b"")
    body += number(RTA_MARK, packet.mark) if packet.mark else b""
    body += attribute(RTA_IP_PROTO, bytes([packet.protocol])) + attribute(RTA_DPORT, packet.port.to_bytes(2, "big"))
    return Request(RTM_GETROUTE, 0, body)


class RouteLookup:
    """Questions to the kernel's routing; none changes anything.

    Somebody's rules may send packets of one protocol elsewhere than others, so each question is about one.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def hop(self, destination: IPv4Address, packet: PacketKind = PAGE) -> Hop | None:
        """Where a packet of this machine's own would go; None when there is no way."""
        return self._ask(_look_up_route(destination.packed, packet))[0]

    def hop_from(
        self, destination: IPv4Address, source: IPv4Address, iif: int, packet: PacketKind = PAGE
    ) -> Hop | None:
        """Where a packet would go that comes in by the link `iif`; the machine's own way while that link is down."""
        hop, why = self._ask(_look_up_route(destination.packed, packet, source.packed, iif))
        return self.hop(destination, packet) if why in _NOT_FROM_THERE and not self._comes_by(source, iif) else hop

    def _comes_by(self, source: IPv4Address, iif: int) -> bool:
        """Whether the kernel takes packets of that source from a link, since its own to there leave by it."""
        back = self.hop(source)
        return back is not None and not back.local and back.index == iif

    def link(self, index: int) -> LinkInfo | None:
        """A link's state; None when there is none of that index."""
        for kind, body in messages(self._answer(get_link(index))):
            message = link(body) if kind == RTM_NEWLINK else None
            if message is not None:
                attributes, flags = message.attributes, IFF_UP | IFF_LOWER_UP | IFF_RUNNING
                driver = message.driver
                running = message.flags & flags == flags and driver not in _SWALLOWING
                name, mtu = attributes.text(IFLA_IFNAME), attributes.number(IFLA_MTU) or 0
                return LinkInfo(name, mtu, running, message.type, driver, bool(attributes.number(IFLA_MASTER)))
        return None

    def interfaces(self) -> list[tuple[int, IPv4Interface]]:
        """All IPv4 addresses with their networks, each with the index of its link."""
        return [(message.ifindex, own) for message, own in self._addresses()]

    def usual_source(self, index: int, towards: IPv4Address) -> IPv4Address | None:
        """The address of a link's that the kernel hides others behind there; `towards`: the next router, or the goal.

        As `inet_select_addr` of net/ipv4/devinet.c has it. None where the link has none of its own.
        """
        primary = [
            own for message, own in self._addresses()
            if message.ifindex == index and not message.flags & IFA_F_SECONDARY and message.scope == RT_SCOPE_UNIVERSE
        ]  # fmt: skip
        near = (own for own in primary if towards in own.network)
        first = next(near, None) or next(iter(primary), None)
        return first.ip if first is not None else None

    def _addresses(self) -> list[tuple[AddressMessage, IPv4Interface]]:
        bodies: list[bytes] = []
        try:
            with contextlib.suppress(DumpRefused):
                bodies.extend(dump(self._socket, RTM_GETADDR))
        except OSError as error:
            raise _untold(error) from error
        pairs = ((message, _interface(message)) for message in map(address, bodies))
        return [(message, own) for message, own in pairs if message is not None and own is not None]

    def _ask(self, request: Request) -> tuple[Hop | None, int]:
        """The next hop, or None and the errno that says why there is none."""
        for kind, body in messages(self._answer(request)):
            if kind == NLMSG_ERROR:
                return None, error_number(body)
            message = route(body) if kind == RTM_NEWROUTE else None
            if message is not None:
                attributes = message.attributes
                index, gateway = attributes.number(RTA_OIF) or 0, _ip(attributes, RTA_GATEWAY)
                mtu = Attributes(attributes.get(RTA_METRICS)).number(RTAX_MTU) or 0
                return Hop(index, gateway, _ip(attributes, RTA_PREFSRC), message.type == RTN_LOCAL, mtu), 0
        return None, 0

    def _answer(self, request: Request) -> bytes:
        """The kernel answers before `send` returns."""
        try:
            self._socket.send(request.packed(1))
            return self._socket.recv(_RECEIVE)
        except OSError as error:
            raise _untold(error) from error


def _untold(error: OSError) -> KernelError:
    return KernelError(SystemCode.KERNEL_TELL_ROUTE, why=os.strerror(error.errno or 0))
