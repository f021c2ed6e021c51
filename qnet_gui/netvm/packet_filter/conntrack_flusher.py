"""Deletes the connections of addresses that change hands, off the main loop, and tells when it is done."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address

from qnet_gui.kernel import conntrack
from qnet_gui.netvm.packet_filter import base_setup
from qnet_gui.runtime.mainloop import post

_Job = tuple[Callable[[], None], Callable[[], None] | None]


class ConntrackFlusher:
    """One thread that runs /usr/sbin/conntrack; jobs are done in order, `done` is called on the main loop."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="forgetter", daemon=True).start()

    def forget(self, addresses: frozenset[IPv4Address], done: Callable[[], None]) -> None:
        """Forget every connection of these addresses, then call `done`; at once when there are none."""
        if addresses:
            self._jobs.put((lambda: base_setup.forget(addresses), done))
        else:
            done()

    def run(self, commands: Sequence[Sequence[str]]) -> None:
        """Run conntrack commands some time soon."""
        self._jobs.put((lambda: conntrack.run_all(commands), None))

    def _run(self) -> None:
        while True:
            job, done = self._jobs.get()
            job()
            if done is not None:
                post(done)
