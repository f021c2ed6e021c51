"""Keeps the isolation facts up to date: the kernel's events say when to look again, and nothing is polled.

Runs on the main loop; everything is read on a thread of its own. Listening sockets tell no events, nor do PCI devices
without a driver, so whoever asks has them read anew; the sockets then only, since that is slow.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from gi.repository import GLib

from qnet_gui.dom0 import isolation_read
from qnet_gui.dom0.isolation_facts import Facts
from qnet_gui.dom0.worker import Worker
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.mainloop import after
from qnet_gui.model.errors import QnetError
from qnet_gui.model.snapshot import Iommu

log = logging.getLogger(__name__)

_GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400  # links; addresses and routes, of IPv4 and IPv6
_GATHER = 0.01
#: A flood of events gets this much of us: looks a second, then seconds between them.
_BURST = 50
_SLOW = 0.25
_RECEIVE = 65536
#: As many are taken out of the socket at once; it holds fewer, unless they come as fast as they go.
_DATAGRAMS = 1000
#: Seconds until a hypervisor that did not answer is asked again; asking may take as long as its deadline.
_AGAIN = 30.0


class Watch:
    """`facts` are the last that were found; `changed` is called when they are others."""

    def __init__(self, hypervisor: Hypervisor, changed: Callable[[], None]) -> None:
        self._hypervisor = hypervisor
        self._changed = changed
        self.facts = Facts()
        self._own_mac = ""
        self._iommu: Iommu | None = None
        self._ask_at = 0.0
        self._listening: tuple[str, ...] = ()
        self._worker = Worker("isolation")
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._waiting: list[Callable[[], None]] = []
        self._under_way = self._again = self._failed = False
        self._recent: list[float] = []

    def start(self) -> None:
        """Listen for events, then read for the first time."""
        self._socket.bind((0, _GROUPS))
        self._listen()
        self.refresh(lambda: None)

    @property
    def own_mac(self) -> str:
        """The MAC of dom0's own link while it has one, which is not counted: set it before that link comes."""
        return self._own_mac

    @own_mac.setter
    def own_mac(self, mac: str) -> None:
        if mac != self._own_mac:
            self._own_mac = mac
            self._read()

    def refresh(self, then: Callable[[], None]) -> None:
        """Read anew, and call `then` when that has been taken in."""
        self._waiting.append(then)
        self._read()

    # -- events

    def _listen(self) -> None:
        GLib.io_add_watch(self._socket.fileno(), GLib.IO_IN | GLib.IO_ERR, self._event)

    def _event(self, *_: object) -> bool:
        """Something happened. Until that is looked at nobody listens, so a flood costs no more than a few events."""
        now = time.monotonic()
        self._recent = [moment for moment in self._recent if now - moment < 1]
        after(_SLOW if len(self._recent) >= _BURST else _GATHER, self._look)
        return False

    def _look(self) -> None:
        self._recent.append(time.monotonic())
        self._drain()
        self._listen()
        self._read()

    def _drain(self) -> None:
        for _ in range(_DATAGRAMS):
            try:
                self._socket.recv(_RECEIVE)
            except BlockingIOError:
                return
            except OSError:  # ENOBUFS: the kernel dropped events, and everything is read anyway
                continue

    # -- reading

    def _read(self) -> None:
        if self._under_way:
            self._again = True
            return
        self._under_way, self._again = True, False
        waiting, self._waiting = self._waiting, []
        job = partial(self._found, self._own_mac, bool(waiting))
        self._worker.submit(job, lambda result: self._done(result, waiting))

    def _found(self, own_mac: str, sockets: bool) -> Facts:
        """On the thread, which alone touches what is known of the IOMMU and of the sockets."""
        if sockets:
            self._listening = isolation_read.listening()
        if self._iommu is None and time.monotonic() >= self._ask_at:
            self._iommu = isolation_read.iommu(self._hypervisor)
            self._ask_at = time.monotonic() + _AGAIN
        found = isolation_read.read(own_mac)
        return replace(found, listening=self._listening, iommu=self._iommu or Iommu.UNKNOWN)

    def _done(self, result: Facts | QnetError, waiting: list[Callable[[], None]]) -> None:
        self._under_way = False
        if isinstance(result, QnetError):
            if not self._failed:
                log.error("it cannot be seen how isolated dom0 is: %s", result)
        elif result != self.facts:
            self.facts = result
            self._changed()
        self._failed = isinstance(result, QnetError)
        for then in waiting:
            then()
        if self._again:
            self._read()
