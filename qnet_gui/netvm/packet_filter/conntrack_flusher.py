"""Deletes the connections of addresses that change hands, off the main loop, and tells when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address

from qnet_gui.kernel import conntrack
from qnet_gui.netvm.packet_filter import base_setup
from qnet_gui.runtime.jobs import JobThread


class ConntrackFlusher:
    """One thread that runs /usr/sbin/conntrack; jobs are done in order, `done` is called on the main loop."""

    def __init__(self) -> None:
        self._thread = JobThread("conntrack")

    def forget(self, addresses: frozenset[IPv4Address], done: Callable[[], None]) -> None:
        """Forget every connection of these addresses, then call `done`; at once when there are none."""
        if addresses:
            self._thread.submit(lambda: base_setup.forget(addresses), lambda _: done())
        else:
            done()

    def run(self, commands: Sequence[Sequence[str]]) -> None:
        """Run conntrack commands some time soon."""
        self._thread.submit(lambda: conntrack.run_all(commands))
