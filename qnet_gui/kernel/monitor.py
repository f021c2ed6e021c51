"""Netlink events for a main loop: a link came, changed or went, an uplink may have changed.

Touches one socket of the network namespace that the process was in.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from qnet_gui.kernel import rtnetlink
from qnet_gui.model.errors import KernelError

_GROUPS = 0x1 | 0x10 | 0x40  # links, IPv4 addresses, IPv4 routes
_OF_ADDRESSES = (rtnetlink.NEWADDR, rtnetlink.DELADDR)
_OF_ROUTES = (rtnetlink.NEWROUTE, rtnetlink.DELROUTE)
_DEFAULT = b"\0"  # a route to a destination of 0 bits
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
    for message in rtnetlink.messages(data):
        kind, body = message.kind, message.body
        if kind in (rtnetlink.NEWLINK, rtnetlink.DELLINK) and len(body) >= rtnetlink.LINK.size:
            name = rtnetlink.name_of_link(body)
            events.append(Event(name, kind == rtnetlink.DELLINK, not name.startswith("vif")))
        elif kind in _OF_ADDRESSES or (kind in _OF_ROUTES and body[1:2] == _DEFAULT):
            events.append(Event(uplink=True))
    return events


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
                    raise KernelError(f"Netlink events cannot be read: {os.strerror(error.errno or 0)}.") from error
                lost()
                continue
            if sender == 0:  # from the kernel, not from another process
                events += parse(data)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
