"""The kernel's events that say that dom0 may be isolated in another way: of links, addresses, routes and what these
lead over, PCI devices.

Two netlink sockets of the network namespace that the helper is in. What an event says is not used, only that there was
one; a flood of them costs no more than a few looks a second. Runs on the main loop.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from gi.repository import GLib

from qnet_gui.kernel.netlink_messages import (
    NETLINK_KOBJECT_UEVENT,
    RTMGRP_IPV4_IFADDR,
    RTMGRP_IPV4_ROUTE,
    RTMGRP_IPV6_IFADDR,
    RTMGRP_IPV6_ROUTE,
    RTMGRP_LINK,
    RTMGRP_NEXTHOP,
)
from qnet_gui.runtime.flood_limit import FloodLimit
from qnet_gui.runtime.mainloop import after

#: With the next hop that routes share they go, and nothing is told of that.
_NETWORK = (
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE | RTMGRP_NEXTHOP
)
#: The kernel's own events, not those that udev sends on.
_FROM_KERNEL = 0x1
_GATHER = 0.01
_RECEIVE = 65536
#: As many are taken out of the socket at once; it holds fewer, unless they come as fast as they go.
_DATAGRAMS = 1000


def of_pci(data: bytes) -> bool:
    """Whether an event of the kernel's devices is of a PCI device, which may have got another driver.

    The text before the first zero is action and path, after it come the variables: Linux, lib/kobject_uevent.c.
    """
    return b"SUBSYSTEM=pci" in data.split(b"\0")[1:]


class _Source:
    """One socket; `changed` is called when events came that matter."""

    def __init__(
        self, protocol: int, groups: int, matters: Callable[[bytes], bool], changed: Callable[[], None]
    ) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
        self._socket.bind((0, groups))
        self._matters = matters
        self._changed = changed
        self._limit = FloodLimit()
        self._listen()

    def _listen(self) -> None:
        GLib.io_add_watch(self._socket.fileno(), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_ERR, self._event)

    def _event(self, *_: object) -> bool:
        """Something happened. Until that is looked at nobody listens, so a flood costs no more than a few events."""
        after(self._limit.delay(_GATHER), self._gathered)
        return False

    def _gathered(self) -> None:
        self._limit.count()
        matters = self._drain()
        self._listen()
        if matters:
            self._changed()

    def _drain(self) -> bool:
        """Whether there was one that matters, or may have been: ENOBUFS says that the kernel dropped some."""
        matters = False
        for _ in range(_DATAGRAMS):
            try:
                data, (sender, _groups) = self._socket.recvfrom(_RECEIVE)
            except BlockingIOError:
                return matters
            except OSError:
                matters = True
                continue
            matters = matters or (sender == 0 and self._matters(data))
        return True


def listen(changed: Callable[[], None]) -> None:
    """Call `changed` whenever something may have changed, from now on and for ever."""
    _Source(socket.NETLINK_ROUTE, _NETWORK, lambda _: True, changed)
    _Source(NETLINK_KOBJECT_UEVENT, _FROM_KERNEL, of_pci, changed)
