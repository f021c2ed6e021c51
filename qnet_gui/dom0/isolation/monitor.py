"""Keeps the isolation facts up to date: the kernel's events say when to look again, and nothing is polled.

Runs on the main loop; everything is read on a thread of its own. Listening sockets tell no events, so whoever asks has
them read anew; then only, since that is slow.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from qnet_gui.dom0.isolation import events, readers
from qnet_gui.dom0.isolation.facts import IsolationFacts
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.errors import QnetError
from qnet_gui.model.fact import Fact
from qnet_gui.model.snapshot import Iommu
from qnet_gui.runtime.jobs import JobThread

log = logging.getLogger(__name__)

#: Seconds until a hypervisor that did not answer is asked again; asking may take as long as its deadline.
_AGAIN = 30.0


class IsolationMonitor:
    """`facts` are the last that were found; `changed` is called when they are others."""

    def __init__(self, hypervisor: Hypervisor, changed: Callable[[], None]) -> None:
        self._hypervisor = hypervisor
        self._changed = changed
        self.facts = IsolationFacts()
        self._own_mac = ""
        self._iommu: Iommu | None = None
        self._ask_at = 0.0
        self._listening: tuple[Fact, ...] = ()
        self._worker = JobThread("isolation")
        self._waiting: list[Callable[[], None]] = []
        self._under_way = self._again = self._failed = False

    def start(self) -> None:
        """Listen for events, then read for the first time."""
        events.listen(self._read)
        self.refresh(lambda: None)

    @property
    def own_mac(self) -> str:
        """The MAC of dom0's own interface while it has one, which is not counted: set it before that comes."""
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

    # -- reading

    def _read(self) -> None:
        if self._under_way:
            self._again = True
            return
        self._under_way, self._again = True, False
        waiting, self._waiting = self._waiting, []
        job = partial(self._read_facts, self._own_mac, bool(waiting))
        self._worker.submit(job, lambda result: self._done(result, waiting))

    def _read_facts(self, own_mac: str, sockets: bool) -> IsolationFacts:
        """On the thread, which alone touches what is known of the IOMMU and of the sockets."""
        if sockets:
            self._listening = readers.listening()
        if self._iommu is None and time.monotonic() >= self._ask_at:
            self._iommu = readers.iommu(self._hypervisor)
            self._ask_at = time.monotonic() + _AGAIN
        facts = readers.read(own_mac)
        return replace(facts, listening=self._listening, iommu=self._iommu or Iommu.UNKNOWN)

    def _done(self, result: IsolationFacts | QnetError, waiting: list[Callable[[], None]]) -> None:
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
