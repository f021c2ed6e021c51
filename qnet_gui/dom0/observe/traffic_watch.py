"""Has the netvm tell its traffic for as long as anybody looks, and passes on what it tells.

Writes `qnet/traffic` in the netvm's home: for how many seconds. Who looks asks again and again, or ends it, or leaves
the bus; many are one to the netvm. While nobody looks nothing is written, read or waited for. However fast the netvm
writes, it is read twice a second at most. Runs on the main loop, xenstore on its worker's thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from qnet_gui.dom0.bus.callers import Caller
from qnet_gui.dom0.observe import traffic_reading
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.traffic import LEASE, TrafficSample
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.home import within_home
from qnet_gui.store.traffic import TrafficPiece, TrafficRequest
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
#: Seconds between two readings, and between two wishes of the same, at least.
_READING, _ASKING = 0.5, 5.0
#: Seconds until the netvm is told that nobody looks any more, so that whoever begins and ends without end costs little.
_LINGER = 2.0
_SERIALS = 9_999_999_999


def _ask(store: Store, netvm: int, seconds: int) -> None:
    """Write a wish under another serial than the last one's."""
    path = keys.TRAFFIC_REQUEST.under(netvm)

    def change(inside: Store) -> None:
        serial = _serial(inside.read(path)) % _SERIALS + 1
        inside.write(path, keys.TRAFFIC_REQUEST.form.text(TrafficRequest(serial, seconds)))
        inside.set_perms(path, keys.TRAFFIC_REQUEST.permissions(netvm))

    within_home(store, netvm, change)


def _serial(value: bytes | None) -> int:
    try:
        return keys.TRAFFIC_REQUEST.parse(value).serial if value is not None else 0
    except BadInput:
        return 0


class TrafficWatch:
    """`inputs` gives what is known now; `tell` gets each sample."""

    def __init__(
        self, store: StoreWorker, inputs: Callable[[], Inputs], tell: Callable[[TrafficSample], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._store = store
        self._inputs = inputs
        self._tell = tell
        self._clock = clock
        self._netvm: int | None = None
        self._leases: dict[Caller, float] = {}
        self._expiry: int | None = None
        self._ending: int | None = None
        self._asked = float("-inf")
        self._reading: int | None = None
        self._read_at = float("-inf")

    # -- who looks

    def watch(self, caller: Caller) -> None:
        """He looks, for so many seconds from now."""
        now = self._clock()
        self._leases[caller] = now + LEASE
        caller.when_gone[self] = lambda: self.unwatch(caller)
        if self._ending is not None:
            cancel(self._ending)
            self._ending = None
        if self._expiry is None:
            self._expiry = after(LEASE, self._expire)
        if now - self._asked >= _ASKING:
            self._ask(LEASE)

    def unwatch(self, caller: Caller) -> None:
        """He looks no more."""
        caller.when_gone.pop(self, None)
        if self._leases.pop(caller, None) is None or self._leases:
            return
        for timer in filter(None, (self._expiry, self._reading)):
            cancel(timer)
        self._expiry = self._reading = None
        self._ending = after(_LINGER, self._end)

    def _expire(self) -> None:
        self._expiry, now = None, self._clock()
        for caller in [caller for caller, until in self._leases.items() if until <= now]:
            self.unwatch(caller)
        if self._leases:
            self._expiry = after(min(self._leases.values()) - now, self._expire)

    def _end(self) -> None:
        self._ending = None
        self._ask(0)
        self._asked = float("-inf")

    # -- the netvm

    def follow(self, netvm: int | None) -> None:
        """This domain is the netvm from now on; what another one was asked for ends by itself."""
        if netvm != self._netvm:
            self._netvm = netvm
            if self._leases:
                self._ask(LEASE)

    def _ask(self, seconds: int) -> None:
        self._asked, netvm = self._clock(), self._netvm
        if netvm is not None:
            self._store.submit(lambda store: _ask(store, netvm, seconds), self._was_asked)

    @staticmethod
    def _was_asked(result: QnetError | None) -> None:
        if result is not None:
            log.info("the netvm cannot be asked for its traffic: %s", result)

    def sample_written(self) -> None:
        """The netvm has told something."""
        if self._leases and self._reading is None:
            self._reading = after(max(0.0, self._read_at + _READING - self._clock()), self._read)

    def _read(self) -> None:
        self._read_at, netvm = self._clock(), self._netvm
        if netvm is None:
            self._reading = None
            return
        self._store.submit(
            lambda store: traffic_reading.read(store, netvm), lambda result: self._was_read(netvm, result)
        )

    def _was_read(self, netvm: int, result: list[TrafficPiece] | QnetError) -> None:
        self._reading = None
        if isinstance(result, QnetError):
            log.warning("the netvm's traffic: %s", result)
        elif result and self._leases and netvm == self._netvm:
            self._tell(traffic_reading.sample(result, self._inputs()))
