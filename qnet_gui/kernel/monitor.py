"""Netlink events for a main loop, with the standard library: a link came, changed or went, an uplink may have changed.

Reads only the few bytes that matter; a message costs microseconds, which counts when a thousand vifs come up. Touches
one socket of the network namespace that the process was in. Source of the layouts: rtnetlink(7).
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ATTRIBUTE = struct.Struct("=HH")
_IFNAME = 3
_NEWLINK, _DELLINK, _NEWADDR, _DELADDR, _NEWROUTE, _DELROUTE = 16, 17, 20, 21, 24, 25
_GROUPS = 0x1 | 0x10 | 0x40  # links, IPv4 addresses, IPv4 routes
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
    events, at = [], 0
    while at + _HEADER.size <= len(data):
        size, kind, *_ = _HEADER.unpack_from(data, at)
        if size < _HEADER.size:
            break
        body = data[at + _HEADER.size : at + size]
        if kind in (_NEWLINK, _DELLINK) and len(body) >= _LINK.size:
            name = _name(body[_LINK.size :])
            events.append(Event(name, kind == _DELLINK, not name.startswith("vif")))
        elif kind in (_NEWADDR, _DELADDR) or (kind in (_NEWROUTE, _DELROUTE) and body[1:2] == _DEFAULT):
            events.append(Event(uplink=True))
        at += (size + 3) & ~3
    return events


def _name(attributes: bytes) -> str:
    at = 0
    while at + _ATTRIBUTE.size <= len(attributes):
        size, kind = _ATTRIBUTE.unpack_from(attributes, at)
        if size < _ATTRIBUTE.size:
            break
        if kind == _IFNAME:
            return attributes[at + _ATTRIBUTE.size : at + size].rstrip(b"\0").decode("ascii", "replace")
        at += (size + 3) & ~3
    return ""


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
