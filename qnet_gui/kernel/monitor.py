"""Netlink events for a main loop, with the standard library: a link came, changed or went, an uplink may have changed.

Reads only the few bytes that matter; a message costs microseconds, which counts when a thousand vifs come up. Touches
one socket of the network namespace that the process was in.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from qnet_gui.kernel.netlink_messages import (
    IFLA_IFNAME,
    RTA_GATEWAY,
    RTM_DELADDR,
    RTM_DELLINK,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTMGRP_IPV4_IFADDR,
    RTMGRP_IPV4_ROUTE,
    RTMGRP_IPV4_RULE,
    RTMGRP_LINK,
    RouteMessage,
    link,
    messages,
    route,
)
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

_LINK_TYPES = (RTM_NEWLINK, RTM_DELLINK)
_ADDRESS_TYPES = (RTM_NEWADDR, RTM_DELADDR)
_ROUTE_TYPES = (RTM_NEWROUTE, RTM_DELROUTE)
_RULE_TYPES = (RTM_NEWRULE, RTM_DELRULE)
_GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE
_BUFFER = 4 << 20
_RECEIVE = 65536


@dataclass(frozen=True, slots=True)
class Event:
    """`name`: the link it is about, or empty. `gone`: it exists no more. `uplink`: an uplink may be another."""

    name: str = ""
    gone: bool = False
    uplink: bool = False


def parse(data: bytes) -> list[Event]:
    """The events of one datagram."""
    events = []
    for kind, body in messages(data):
        if kind in _LINK_TYPES:
            if (message := link(body)) is not None:
                name = message.attributes.text(IFLA_IFNAME)
                events.append(Event(name, kind == RTM_DELLINK, not name.startswith("vif")))
        elif kind in _ADDRESS_TYPES + _RULE_TYPES or (kind in _ROUTE_TYPES and _leads_outside(route(body))):
            events.append(Event(uplink=True))
    return events


def _leads_outside(message: RouteMessage | None) -> bool:
    """Whether a route may change the way of anything but a vif's: a way out may be written in many pieces.

    A vif's leads to one host without a gateway; in a table of any number, as a VPN's may.
    """
    if message is None or message.family != socket.AF_INET:
        return False
    return message.dst_len < 32 or bool(message.attributes.get(RTA_GATEWAY))


class Monitor:
    """Watch `fileno()`, call `read()` when it is readable."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.bind((0, _GROUPS))

    def fileno(self) -> int:
        """The descriptor to watch."""
        return self._socket.fileno()

    def read(self, lost: Callable[[], None]) -> list[Event]:
        """All that has happened; `lost` is called when the kernel dropped events, which means `look at everything`."""
        events: list[Event] = []
        while True:
            try:
                data, (sender, _groups) = self._socket.recvfrom(_RECEIVE)
            except BlockingIOError:
                return events
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise KernelError(SystemCode.NETLINK_EVENTS_LOST, why=os.strerror(error.errno or 0)) from error
                lost()
                continue
            if sender == 0:  # from the kernel, not from another process
                events += parse(data)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
