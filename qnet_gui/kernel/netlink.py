"""Links, addresses, neighbours and routes through netlink (pyroute2). Synchronous: the kernel answers in microseconds.

Touches the network namespace that the process was in when the object was made. Every change is a `replace` or tolerates
that the thing is there, or gone, already; what is left is `KernelError`.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.kernel.rtnetlink import (
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_REPLACE,
    NLM_F_REQUEST,
    RTM_NEWLINK,
    RTM_NEWNEIGH,
    RTM_NEWROUTE,
    IPRoute,
    NetlinkError,
    ifinfmsg,
    ndmsg,
    rtmsg,
)
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.route import Route

NUD_PERMANENT = 0x80
RT_TABLE_MAIN = 254
RT_SCOPE_LINK, RT_SCOPE_HOST = 253, 254
RTN_UNICAST, RTPROT_STATIC, IFF_UP = 1, 4, 1
_REPLACE = NLM_F_CREATE | NLM_F_REPLACE


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
        return None


def link_names() -> list[str]:
    """Names of all links of this network namespace."""
    return [name for _, name in socket.if_nameindex()]


def _message(empty: Any, kind: int, how: int, attributes: list[tuple[str, Any]], **fields: int) -> Any:
    """A request for an acknowledgement, filled in."""
    for name, value in fields.items():
        empty[name] = value
    empty["attrs"] = attributes
    empty["header"] = {"type": kind, "flags": NLM_F_REQUEST | NLM_F_ACK | how}
    return empty


def _specific_first(route: Route) -> tuple[int, int, int]:
    return -int(IPv4Address(route.genmask)), int(IPv4Address(route.destination)), route.metric


class Netlink:
    """Commands to the kernel. Links are named by index, which the kernel never gives twice in a row."""

    def __init__(self) -> None:
        self._route: Any = IPRoute()

    def close(self) -> None:
        """Close the socket."""
        self._route.close()

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

    def serve_host(self, index: int, address: IPv4Address, mac: str, metric: int) -> None:
        """A permanent neighbour, which no ARP packet can change; the link up; a /32 route straight to it.

        In one message, as there may be a thousand links: half the time of three calls of pyroute2.
        """
        neighbour = _message(
            ndmsg(), RTM_NEWNEIGH, _REPLACE, [("NDA_DST", str(address)), ("NDA_LLADDR", mac)],
            family=socket.AF_INET, ifindex=index, state=NUD_PERMANENT,
        )  # fmt: skip
        link = _message(ifinfmsg(), RTM_NEWLINK, 0, [], index=index, flags=IFF_UP, change=IFF_UP)
        route = _message(
            rtmsg(), RTM_NEWROUTE, _REPLACE,
            [("RTA_DST", str(address)), ("RTA_OIF", index), ("RTA_PRIORITY", metric)],
            family=socket.AF_INET, dst_len=32, table=RT_TABLE_MAIN, type=RTN_UNICAST, proto=RTPROT_STATIC,
            scope=RT_SCOPE_LINK,
        )  # fmt: skip
        with _tolerating(SystemCode.KERNEL_SERVE_LINK):
            self._route.nlm_request_batch([neighbour, link, route])

    def set_down(self, index: int) -> None:
        """Set a link down; a link that has gone is down."""
        with _tolerating(SystemCode.KERNEL_LINK_DOWN, errno.ENODEV):
            self._route.link("set", index=index, state="down")

    def delete_neighbour(self, index: int, address: IPv4Address) -> None:
        """Remove a neighbour entry if it is there."""
        with _tolerating(SystemCode.KERNEL_REMOVE_NEIGHBOUR, errno.ENOENT, errno.ENODEV):
            self._route.neigh("del", dst=str(address), ifindex=index)

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
        for message in self._route.get_addr(family=socket.AF_INET, index=index):
            local = message.get_attr("IFA_LOCAL") or message.get_attr("IFA_ADDRESS")
            addresses.append((IPv4Address(local), int(message["prefixlen"])))
        return addresses

    def delete_host_route(self, index: int, address: IPv4Address, metric: int) -> None:
        """Remove a /32 route if it is there."""
        with _tolerating(SystemCode.KERNEL_REMOVE_ROUTE, errno.ESRCH, errno.ENODEV):
            self._route.route("del", dst=f"{address}/32", oif=index, priority=metric, scope="link")

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
        messages = self._route.get_routes(family=socket.AF_INET, table=RT_TABLE_MAIN)
        return [message for message in messages if message["type"] == RTN_UNICAST]

    def routes(self) -> list[Route]:
        """The main table's unicast routes: hosts first, then networks, the default last."""
        names = {index: name for index, name in socket.if_nameindex()}  # noqa: C416
        rows = []
        for message in self._main_table():
            gateway = message.get_attr("RTA_GATEWAY")
            rows.append(
                Route.of(
                    IPv4Address(message.get_attr("RTA_DST") or 0),
                    int(message["dst_len"]),
                    IPv4Address(gateway) if gateway else None,
                    names.get(message.get_attr("RTA_OIF") or 0, "?"),
                    int(message.get_attr("RTA_PRIORITY") or 0),
                )
            )
        return sorted(rows, key=_specific_first)
