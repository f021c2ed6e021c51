"""Links, addresses, neighbours and routes through netlink (pyroute2). Synchronous: the kernel answers in microseconds.

Touches the network namespace that the process was in when the object was made. Every change is a `replace` or tolerates
that the thing is there, or gone, already; what is left is `KernelError`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.kernel import netlink_requests as requests
from qnet_gui.kernel.link_state import ROUTED, is_routed, link_state
from qnet_gui.kernel.netlink_messages import (
    NDA_LLADDR,
    NUD_PERMANENT,
    RTM_F_CLONED,
    RTN_UNICAST,
    link,
    neighbour,
)
from qnet_gui.kernel.netlink_requests import RouteKey, RouteSocket
from qnet_gui.kernel.own_routing import OWN_TABLE, RT_TABLE_MAIN, OwnRouting, change
from qnet_gui.kernel.rtnetlink import IPRoute, NetlinkDumpInterrupted, NetlinkError
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.route import Route, both_ends
from qnet_gui.model.vif import VIF_GROUP

RT_SCOPE_HOST = 254
#: So often addresses are asked for that change while they are told.
_TRIES = 10


@contextmanager
def _tolerating(otherwise: SystemCode, *codes: int) -> Iterator[None]:
    try:
        yield
    except NetlinkError as error:
        if error.code not in codes:
            raise KernelError(otherwise, why=str(error.args[-1])) from error


def link_index(name: str) -> int | None:
    """The index of a link, None when there is none of that name."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        _can_ask()
        return None


def _can_ask() -> None:
    """A name that is not found says nothing where the C library had no socket to ask by."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except OSError as error:
        raise KernelError(SystemCode.KERNEL_TELL_LINK, why=error.strerror or "") from error


def link_indices() -> set[int]:
    """The indices of all links of this network namespace."""
    return {index for index, _ in _links()}


def link_names() -> list[str]:
    """Names of all links of this network namespace."""
    return [name for _, name in _links()]


def _links() -> list[tuple[int, str]]:
    try:
        return socket.if_nameindex()
    except OSError as error:
        raise KernelError(SystemCode.KERNEL_TELL_LINK, why=error.strerror or "") from error


class Netlink:
    """Commands to the kernel. Links are named by index, which the kernel never gives twice in a row."""

    def __init__(self) -> None:
        self._route: Any = IPRoute()
        self._socket = RouteSocket()
        self.own = OwnRouting(self._socket)
        #: By which events tell that a change of vifs, own routes and rules was ours.
        self.portid = self._socket.portid

    def close(self) -> None:
        """Close the sockets."""
        self._route.close()
        self._socket.close()

    def mtu(self, name: str) -> int:
        """A link's MTU in bytes, 0 when there is no link of that name."""
        index = link_index(name)
        with _tolerating(SystemCode.KERNEL_TELL_MTU, errno.ENODEV):
            for message in self._route.get_links(index) if index is not None else ():
                return int(message.get_attr("IFLA_MTU"))
        return 0

    def set_mtu(self, index: int, mtu: int) -> None:
        """Set a link's MTU, in bytes."""
        with _tolerating(SystemCode.KERNEL_SET_MTU):
            self._route.link("set", index=index, mtu=mtu)

    def set_up(self, index: int) -> None:
        """Set a link up."""
        with _tolerating(SystemCode.KERNEL_LINK_UP):
            self._route.link("set", index=index, state="up")

    def set_down(self, index: int) -> None:
        """Set a link down; a link that has gone is down."""
        with _tolerating(SystemCode.KERNEL_LINK_DOWN, errno.ENODEV):
            self._route.link("set", index=index, state="down")

    def serve_host(self, index: int, address: IPv4Address, mac: str, metric: int) -> None:
        """A permanent neighbour, which no ARP packet can change; the link up and routed; a /32 route straight to it.

        In one message, as there may be a thousand links. The answer to an ARP question need not be delayed.
        """
        key = RouteKey.host(address, metric, index)
        steps = (
            requests.set_routed_link(index, VIF_GROUP, ROUTED),  # to switch ARP on makes a link forget its neighbours
            requests.set_neighbour(index, address.packed, bytes.fromhex(mac.replace(":", ""))),
            key.set(OWN_TABLE),
            requests.set_proxy_delay(index, 0),
        )
        change(self._socket, SystemCode.KERNEL_SERVE_LINK, [(step, ()) for step in steps])

    def serves_host(self, index: int, address: IPv4Address, mac: str) -> bool:
        """Whether a link and its neighbour are as `serve_host` made them; the routes are not looked at."""
        message = link(self._socket.get(requests.get_link(index)))
        if message is None or not is_routed(link_state(message)):
            return False
        known = neighbour(self._socket.get(requests.get_neighbour(index, address.packed)))
        if known is None or not known.state & NUD_PERMANENT:
            return False
        return known.attributes.get(NDA_LLADDR).hex(":") == mac

    def is_of_group(self, index: int) -> bool:
        """Whether a link is of the group of those that serve a host."""
        message = link(self._socket.get(requests.get_link(index)))
        return message is not None and link_state(message).group == VIF_GROUP

    def rename_back(self, index: int, name: str) -> None:
        """Give a link the name that it had, for which it has to go down; what it served is to be served anew."""
        steps = requests.set_link(index, False), requests.set_link(index, False, name)
        change(self._socket, SystemCode.KERNEL_SERVE_LINK, [(step, ()) for step in steps])

    def leave_group(self, index: int) -> bool:
        """Take a link out of the group of those that serve a host; whether it was in it."""
        if not self.is_of_group(index):
            return False
        change(self._socket, SystemCode.KERNEL_SERVE_LINK, [(requests.set_group(index, 0), (errno.ENODEV,))])
        return True

    def release_link(self, index: int) -> None:
        """Set a link down and take it out of the group; one that has gone is down."""
        steps = requests.set_link(index, False), requests.set_group(index, 0)
        change(self._socket, SystemCode.KERNEL_LINK_DOWN, [(step, (errno.ENODEV,)) for step in steps])

    def withdraw_host(self, index: int, address: IPv4Address, metric: int) -> None:
        """Take back what `serve_host` did; what is gone already, with the link or without it, is gone."""
        gone = (errno.ENODEV, errno.ENOENT, errno.ESRCH, errno.ENXIO)
        key = RouteKey.host(address, metric, index)
        steps = (requests.set_link(index, False), requests.delete_neighbour(index, address.packed))
        change(self._socket, SystemCode.KERNEL_LINK_DOWN, [(step, gone) for step in (*steps, key.delete(OWN_TABLE))])

    def add_address(self, index: int, address: IPv4Address, host_scope: bool = False) -> None:
        """Give a link a /32 address."""
        extra = {"scope": RT_SCOPE_HOST} if host_scope else {}
        with _tolerating(SystemCode.KERNEL_ADD_ADDRESS, errno.EEXIST):
            self._route.addr("replace", index=index, address=str(address), prefixlen=32, **extra)

    def delete_address(self, index: int, address: IPv4Address, prefix: int = 32) -> None:
        """Take an address away if it is there."""
        with _tolerating(SystemCode.KERNEL_REMOVE_ADDRESS, errno.EADDRNOTAVAIL, errno.ENODEV):
            self._route.addr("del", index=index, address=str(address), prefixlen=prefix)

    def addresses(self, index: int) -> list[tuple[IPv4Address, int]]:
        """A link's IPv4 addresses with their prefix lengths."""
        addresses = []
        for message in self._address_messages(index):
            local = message.get_attr("IFA_LOCAL") or message.get_attr("IFA_ADDRESS")
            addresses.append((IPv4Address(local), int(message["prefixlen"])))
        return addresses

    def _address_messages(self, index: int) -> list[Any]:
        """Asked for again where something changed meanwhile, if only that another link came or went."""
        for _ in range(_TRIES):
            with contextlib.suppress(NetlinkDumpInterrupted):
                return list(self._route.get_addr(family=socket.AF_INET, index=index))
        raise KernelError(SystemCode.KERNEL_TELL_LINK, why=os.strerror(errno.EAGAIN))

    def set_default_route(self, index: int) -> None:
        """The one default route without a gateway, straight to a link: the seed's table of a VM."""
        with _tolerating(SystemCode.KERNEL_DEFAULT_ROUTE):
            self._route.route("replace", dst="default", oif=index, scope="link")

    def routes_of_link(self, index: int) -> list[dict[str, Any]]:
        """Every unicast IPv4 route of the main table through a link, in the form that `delete_route` takes."""
        return [
            {
                "dst": message.get_attr("RTA_DST") or "0.0.0.0",
                "dst_len": message["dst_len"],
                "priority": message.get_attr("RTA_PRIORITY") or 0,
                "scope": message["scope"],
                "proto": message["proto"],
                "oif": index,
            }
            for message in self._main_table()
            if message.get_attr("RTA_OIF") == index
        ]

    def delete_route(self, route: dict[str, Any]) -> None:
        """Remove a route that `routes_of_link` named, if it is still there."""
        with _tolerating(SystemCode.KERNEL_REMOVE_ROUTE, errno.ESRCH, errno.ENODEV):
            self._route.route("del", **route)

    def _main_table(self) -> list[Any]:
        """Without what the kernel has learned of single hosts (an MTU, a redirect) and tells among the routes."""
        messages = self._route.get_routes(family=socket.AF_INET, table=RT_TABLE_MAIN)
        return [
            message for message in messages if message["type"] == RTN_UNICAST and not message["flags"] & RTM_F_CLONED
        ]

    def routes(self, longest: int = 32) -> list[Route]:
        """The unicast routes of our table and of the main one: hosts first, domains before others; the default last.

        `longest`: no prefix has more bits. Where there are very many, as with the list of a country's networks beside
        a VPN, those in the middle are left out.
        """
        names = {index: name for index, name in _links()}  # noqa: C416
        own = [key for key in self.own.routes() if key.type == RTN_UNICAST and key.bits <= longest]
        rows = [(-key.bits, False, key.packed, key.metric, key.link, b"") for key in own]
        rows += [(-bits, True, to, metric, link, router) for to, bits, metric, link, router in self.own.main(longest)]
        return [
            Route.of(IPv4Address(to), -bits, IPv4Address(router) if router else None, names.get(link, "?"), metric)
            for bits, _, to, metric, link, router in both_ends(sorted(rows))
        ]
