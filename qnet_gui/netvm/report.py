"""Tells dom0, through xenstore, what the agent knows: only what has changed, in one transaction, the serial last.

Writes `data/qnet/{agent,uplinks,uplink,dns,vifs,vif}` of the netvm's own home (see `store/reports.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from qnet_gui.model.domain import AgentState
from qnet_gui.model.errors import QnetError, StoreGone
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.reports import AGENT, AgentReport
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
#: Seconds for which changes are gathered. The list of vifs grows with their number and nobody waits for it, so it may
#: take longer than news of an uplink: a crowd of domains that start together is told once or twice.
_GATHER, _GATHER_VIFS = 0.01, 0.25
_SERIALS = 999_999_999
#: Seconds after which what xenstore refused is tried again; else dom0 would not hear of it before the next change.
_AGAIN = 5.0


def nodes(report: AgentReport) -> dict[str, str]:
    """Every node of a picture but the serial, relative to the netvm's home. Whoever writes it runs."""
    return AGENT.nodes(replace(report, state=AgentState.RUNNING))


class Publisher:
    """Publishes what `report` gives, unless it is None; changes faster than xenstore takes them are skipped."""

    def __init__(self, worker: StoreWorker, report: Callable[[], AgentReport | None]) -> None:
        self._worker = worker
        self._report = report
        self._published: dict[str, str] = {}
        self._serial = int(time.time()) % _SERIALS  # another than the last agent's
        self._timer: int | None = None
        self._retry: int | None = None
        self._under_way = False
        self._again = False
        self._urgent = False

    def publish_again(self) -> None:
        """xenstore may have lost it all: write everything anew."""
        self._published = {}
        self.publish()

    def publish(self) -> None:
        """The picture may be another: let dom0 see it soon."""
        if not self._urgent:
            self._urgent = True
            self._soon(_GATHER)

    def publish_vifs(self) -> None:
        """The vifs served may be others: let dom0 see it, not so soon."""
        if self._timer is None:
            self._soon(_GATHER_VIFS)

    def _soon(self, seconds: float) -> None:
        if self._under_way:
            self._again = True
            return
        if self._timer is not None:
            cancel(self._timer)
        self._timer = after(seconds, self._write)

    def _write(self) -> None:
        self._timer, self._urgent = None, False
        report = self._report()
        if report is None:
            return
        wanted, before = nodes(report), self._published
        changed = {path: value for path, value in wanted.items() if before.get(path) != value}
        if not changed and before.keys() <= wanted.keys():
            return
        self._under_way = True
        self._serial = self._serial % _SERIALS + 1
        serial = self._serial

        def change(store: Store) -> None:
            for path in before.keys() - wanted.keys():
                store.delete(path)
            for path, value in changed.items():
                store.write(path, value)
            store.write(keys.AGENT_SERIAL.at(), str(serial))

        def done(result: QnetError | None) -> None:
            self._under_way, self._urgent, again, self._again = False, False, self._again, False
            if result is None:
                self._published = wanted
            else:
                log.warning("dom0 cannot be told: %s", result)
                self._published = {}
                if not isinstance(result, StoreGone):  # whose return makes all be told again
                    self._retry_later()
            if again:
                self.publish()

        self._worker.submit(lambda store: store.atomically(change), done)

    def _retry_later(self) -> None:
        """Once for all that was refused until then."""
        if self._retry is None:
            self._retry = after(_AGAIN, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self.publish()
