"""Has something on the netvm's screen while somebody in dom0 has a window on it, and for some minutes after that.

dom0 says in `qnet/screen` of the netvm's home whether there is such a window. The screen's programs are a unit of
systemd's, which this starts and stops and knows nothing else of: where there is no such unit, or no systemd, nothing
happens. Reads xenstore, calls systemd by the system bus.
"""

from __future__ import annotations

import logging
from typing import Any

from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.runtime.systemd_units import SystemdUnits
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
UNIT = "qnet-screen.service"
#: Seconds for which the programs stay when nobody looks any more: whoever comes back finds all as he left it.
_LINGER = 300.0


def _read(store: Store) -> bool | None:
    """Whether somebody looks; None where dom0 says nothing of it."""
    value = store.read(keys.SCREEN_SEEN.at())
    return None if value is None else keys.SCREEN_SEEN.parse(value)


class ScreenStarter:
    """`bus` is the netvm's system bus, or None."""

    def __init__(self, worker: StoreWorker, bus: Any | None) -> None:
        self._worker = worker
        self._systemd = SystemdUnits(bus) if bus else None
        self._seen: bool | None = None
        self._ending: int | None = None

    def start(self) -> None:
        """Watch for dom0's word."""
        self._worker.watch(keys.SCREEN_SEEN.at(), lambda _: self._worker.submit(_read, self._read_seen))

    def _read_seen(self, seen: bool | QnetError | None) -> None:
        if isinstance(seen, QnetError):
            log.warning("whether dom0 looks at the screen cannot be read: %s", seen)
        elif seen != self._seen:  # the watch tells an old word again
            self._seen = seen
            if self._ending is not None:
                cancel(self._ending)
                self._ending = None
            if seen and self._systemd:
                self._systemd.start(UNIT, _failed)
            elif seen is False:
                self._ending = after(_LINGER, self._end)

    def _end(self) -> None:
        self._ending = None
        if self._systemd:
            self._systemd.stop(UNIT, _failed)


def _failed(error: Exception) -> None:
    # whoever has nothing to show need not be told each time
    log.info("%s: %s", UNIT, error)
