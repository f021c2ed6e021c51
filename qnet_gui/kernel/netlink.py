"""Links, addresses, neighbours and routes through rtnetlink. Synchronous: the kernel answers in microseconds.

Touches the network namespace that the process was in when the object was made. Every change is a `replace` or tolerates
that the thing is there, or gone, already; what is left is `KernelError`.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.kernel import rtnetlink
from qnet_gui.kernel.rtnetlink import ADDRESS, LINK, NEIGHBOUR, ROUTE, Message, number, number_of
from qnet_gui.model.errors import KernelError
from qnet_gui.model.route import Route

_INET = socket.AF_INET
_IFF_UP = 1
_PERMANENT = 0x80
_MAIN_TABLE = 254
_UNICAST = 1
_STATIC = 4
_SCOPE_UNIVERSE, _SCOPE_LINK, _SCOPE_HOST = 0, 253, 254
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_NDA_DST, _NDA_LLADDR = 1, 2
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY = 1, 4, 5, 6
_RECEIVE = 1 << 16
_TRIES = 10


def link_index(name: str) -> int | None:
    """The index of a link, None when there is none of that name."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class LinkRoute:
    """A unicast route of the main table through a link, as exactly as it takes to delete it and no other."""

    index: int
    destination: IPv4Address
    prefix: int
    metric: int
    scope: int = _SCOPE_LINK
    protocol: int = _STATIC

    @property
    def is_default(self) -> bool:
        """Whether it leads everywhere, before any other that does."""
        return not self.prefix and not self.metric


def _specific_first(route: Route) -> tuple[int, int, int]:
    return -int(IPv4Address(route.genmask)), int(IPv4Address(route.destination)), route.metric


class Netlink:
    """Commands to the kernel. Links are named by index, which the kernel never gives twice in a row."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._serial = 0

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    # -- changes

    def set_up(self, index: int) -> None:
        """Set a link up."""
        self._change("set a link up", rtnetlink.SETLINK, LINK.pack(0, 0, index, _IFF_UP, _IFF_UP))

    def set_down(self, index: int) -> None:
        """Set a link down; a link that has gone is down."""
        self._change("set a link down", rtnetlink.SETLINK, LINK.pack(0, 0, index, 0, _IFF_UP), tolerate=(errno.ENODEV,))

    def set_neighbour(self, index: int, address: IPv4Address, mac: str) -> None:
        """A permanent neighbour entry, which no ARP packet can change."""
        hardware = bytes.fromhex(mac.replace(":", ""))
        self._change(
            "set a neighbour", rtnetlink.NEWNEIGH, NEIGHBOUR.pack(_INET, index, _PERMANENT, 0, 0),
            {_NDA_DST: address.packed, _NDA_LLADDR: hardware}, rtnetlink.REPLACE,
        )  # fmt: skip

    def delete_neighbour(self, index: int, address: IPv4Address) -> None:
        """Remove a neighbour entry if it is there."""
        self._change(
            "remove a neighbour", rtnetlink.DELNEIGH, NEIGHBOUR.pack(_INET, index, 0, 0, 0),
            {_NDA_DST: address.packed}, tolerate=(errno.ENOENT, errno.ENODEV),
        )  # fmt: skip

    def add_address(self, index: int, address: IPv4Address, host_scope: bool = False) -> None:
        """Give a link a /32 address."""
        scope = _SCOPE_HOST if host_scope else _SCOPE_UNIVERSE
        self._change(
            "add an address", rtnetlink.NEWADDR, ADDRESS.pack(_INET, 32, 0, scope, index),
            {_IFA_LOCAL: address.packed, _IFA_ADDRESS: address.packed}, rtnetlink.REPLACE, (errno.EEXIST,),
        )  # fmt: skip

    def delete_address(self, index: int, address: IPv4Address, prefix: int = 32) -> None:
        """Take an address away if it is there."""
        self._change(
            "remove an address", rtnetlink.DELADDR, ADDRESS.pack(_INET, prefix, 0, 0, index),
            {_IFA_LOCAL: address.packed}, tolerate=(errno.EADDRNOTAVAIL, errno.ENODEV),
        )  # fmt: skip

    def set_host_route(self, index: int, address: IPv4Address, metric: int) -> None:
        """A /32 route straight to a link."""
        self._route(LinkRoute(index, address, 32, metric))

    def delete_host_route(self, index: int, address: IPv4Address, metric: int) -> None:
        """Remove a /32 route if it is there."""
        self.delete_route(LinkRoute(index, address, 32, metric))

    def set_default_route(self, index: int) -> None:
        """The one default route without a gateway, straight to a link: the seed's table of a VM."""
        self._route(LinkRoute(index, IPv4Address(0), 0, 0))

    def delete_route(self, route: LinkRoute) -> None:
        """Remove a route if it is there."""
        self._route(route, delete=True)

    def _route(self, route: LinkRoute, delete: bool = False) -> None:
        body = ROUTE.pack(_INET, route.prefix, 0, 0, _MAIN_TABLE, route.protocol, route.scope, _UNICAST, 0)
        attributes = {_RTA_OIF: number(route.index), _RTA_PRIORITY: number(route.metric)}
        if route.prefix:
            attributes[_RTA_DST] = route.destination.packed
        if delete:
            gone = (errno.ESRCH, errno.ENODEV)
            self._change("remove a route", rtnetlink.DELROUTE, body, attributes, tolerate=gone)
        else:
            self._change("set a route", rtnetlink.NEWROUTE, body, attributes, rtnetlink.REPLACE)

    # -- what there is

    def addresses(self, index: int) -> list[tuple[IPv4Address, int]]:
        """A link's IPv4 addresses with their prefix lengths."""
        found = []
        for message in self._dump(rtnetlink.GETADDR, ADDRESS.pack(_INET, 0, 0, 0, 0)):
            family, prefix, _flags, _scope, link = ADDRESS.unpack_from(message.body)
            attributes = rtnetlink.attributes(message.body, ADDRESS.size)
            local = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS)
            if (family, link) == (_INET, index) and local:
                found.append((IPv4Address(local), int(prefix)))
        return found

    def routes_of_link(self, index: int) -> list[LinkRoute]:
        """Every unicast IPv4 route of the main table through a link."""
        return [route for route, _gateway in self._main_table() if route.index == index]

    def routes(self) -> list[Route]:
        """The main table's unicast routes: hosts first, then networks, the default last."""
        names = dict(socket.if_nameindex())
        rows = [
            Route.of(route.destination, route.prefix, gateway, names.get(route.index, "?"), route.metric)
            for route, gateway in self._main_table()
        ]
        return sorted(rows, key=_specific_first)

    def _main_table(self) -> Iterator[tuple[LinkRoute, IPv4Address | None]]:
        """The main table's unicast routes, each with its gateway."""
        for message in self._dump(rtnetlink.GETROUTE, ROUTE.pack(_INET, 0, 0, 0, 0, 0, 0, 0, 0)):
            family, prefix, _, _, table, protocol, scope, kind, _flags = ROUTE.unpack_from(message.body)
            if (family, table, kind) != (_INET, _MAIN_TABLE, _UNICAST):
                continue
            attributes = rtnetlink.attributes(message.body, ROUTE.size)
            gateway = attributes.get(_RTA_GATEWAY)
            route = LinkRoute(
                number_of(attributes.get(_RTA_OIF)), IPv4Address(attributes.get(_RTA_DST, bytes(4))), prefix,
                number_of(attributes.get(_RTA_PRIORITY)), scope, protocol,
            )  # fmt: skip
            yield route, IPv4Address(gateway) if gateway else None

    # -- the socket

    def _change(
        self,
        what: str,
        kind: int,
        body: bytes,
        attributes: Mapping[int, bytes] | None = None,
        flags: int = 0,
        tolerate: tuple[int, ...] = (),
    ) -> None:
        """Ask for one change and wait for the kernel's answer."""
        answers = self._ask(kind, flags, body, attributes or {})
        code = next(answer.error for answer in answers if answer.kind == rtnetlink.ERROR)
        if code and code not in tolerate:
            raise KernelError(f"The kernel refused to {what}: {os.strerror(code)}.")

    def _dump(self, kind: int, body: bytes) -> list[Message]:
        """Everything of a kind; asked again when it changed meanwhile, since something may then be missing."""
        found: list[Message] = []
        for _ in range(_TRIES):
            found, interrupted = [], False
            for answer in self._ask(kind, rtnetlink.DUMP, body, {}):
                interrupted |= bool(answer.flags & rtnetlink.INTERRUPTED)
                if answer.kind == rtnetlink.ERROR:
                    raise KernelError(f"The kernel does not tell what there is: {os.strerror(answer.error)}.")
                if answer.kind == rtnetlink.DONE:
                    break
                found.append(answer)
            if not interrupted:
                break
        return found

    def _ask(self, kind: int, flags: int, body: bytes, attributes: Mapping[int, bytes]) -> Iterator[Message]:
        """Send a request; its answers until the caller has heard enough."""
        self._serial = (self._serial + 1) & 0xFFFFFFFF
        try:
            self._socket.send(rtnetlink.request(self._serial, kind, flags, body, attributes))
            while True:
                for message in rtnetlink.messages(self._socket.recv(_RECEIVE)):
                    if message.serial == self._serial:  # else what is left of a dump that failed
                        yield message
        except OSError as error:
            raise KernelError(f"The kernel does not answer: {error.strerror}.") from error
