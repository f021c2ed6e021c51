"""Keeps the snapshot: makes it anew when something of it may have changed, and publishes it whenever it differs.

Runs on the main loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.observe.overdue import OverdueReports
from qnet_gui.dom0.observe.snapshot_builder import BuiltSnapshot, awaited, build
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.parse import shown
from qnet_gui.model.snapshot import Snapshot

log = logging.getLogger(__name__)

#: Seconds until a guest whose vif is connected, and a netvm that runs, must have reported.
GUEST_REPORT_SECONDS, AGENT_REPORT_SECONDS = 10.0, 60.0


class SnapshotPublisher:
    """`netvm` is the chosen one's name; `publish` gets each snapshot that differs from the one before.

    `read` gives everything as it is known now, but for what is overdue. `reread` has all of it read again that tells no
    events, and calls what it is given when that has been taken in.
    """

    def __init__(
        self, netvm: str, read: Callable[[], Inputs], reread: Callable[[Callable[[], None]], None],
        publish: Callable[[Snapshot], None],
    ) -> None:  # fmt: skip
        self.netvm = netvm
        self._read = read
        self._reread = reread
        self._publish = publish
        self._built: BuiltSnapshot | None = None
        self._silent = False
        self._overdue_reports = OverdueReports(self.rebuild)

    @property
    def inputs(self) -> Inputs:
        """What a snapshot would be made of now; nobody is overdue in it."""
        return replace(self._read(), silent=self._silent)

    @property
    def snapshot(self) -> Snapshot:
        """The last one that was published."""
        if self._built is None:
            raise QnetError(HelperCode.HELPER_STARTING)
        return self._built.snapshot

    def follow(self, netvm: str) -> None:
        """Another netvm has been chosen; what has been read of it comes by `rebuild`."""
        self.netvm, self._silent = netvm, False

    def agent_silent(self, silent: bool) -> None:
        """The netvm's agent has left a request without an answer, or answered one."""
        if silent != self._silent:
            self._silent = silent
            self.rebuild()

    def changed(self) -> None:
        """For what knows only a part; while the domains have not been read yet, the first snapshot will have it."""
        if self._built is not None:
            self.rebuild()

    def rebuild(self) -> None:
        """Make the snapshot anew."""
        inputs = self.inputs
        netvm = inputs.netvm.id if inputs.netvm else None
        waiting = {domid: AGENT_REPORT_SECONDS if domid == netvm else GUEST_REPORT_SECONDS for domid in awaited(inputs)}
        self._take(build(replace(inputs, overdue=self._overdue_reports.overdue(waiting)), self.netvm))

    def _take(self, built: BuiltSnapshot) -> None:
        before, self._built = self._built, built
        if built.dropped and (before is None or built.dropped != before.dropped):
            log.warning("the netvm wrote %d values that are not valid: %s", len(built.dropped), shown(built.dropped))
        if before is None or built.snapshot != before.snapshot:
            log.debug("snapshot: %s", built.snapshot)
            self._publish(built.snapshot)

    def refresh(self, then: Callable[[], None]) -> None:
        """Have everything looked at again, then call `then`; there is a snapshot by then."""

        def ready() -> None:
            if self._built is None:
                self.rebuild()
            then()

        self._reread(ready)

    def when_ready(self, then: Callable[[], None]) -> None:
        """A helper that the bus has just started for somebody looks first, or it would find no domain at all."""
        if self._built is None:
            self.refresh(then)
        else:
            then()
