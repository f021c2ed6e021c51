"""Tells dom0 how many bytes went through each vif and uplink: once a second, while dom0 asks for it, else never.

dom0 writes for how many seconds, which are counted here from when it is read; when nobody renews it, this ends by
itself. Writes `data/qnet/traffic/…` of the netvm's own home, and takes it away at the end. What is told are the
kernel's totals, so a second that is lost is no harm.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from qnet_gui.kernel.link_stats import LinkBytes
from qnet_gui.model.errors import KernelError, QnetError
from qnet_gui.model.traffic import Counters
from qnet_gui.model.vif import VifId
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.traffic import TrafficPiece, TrafficRequest, VifBytes, pieces
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
_INTERVAL = 1.0
_FOLDER = f"{keys.HOME_DOMAIN}/traffic"


class Stats(Protocol):
    """Where the counters come from, by the links' indices."""

    def read(self) -> Mapping[int, LinkBytes]:
        """See `LinkStats`."""
        ...

    def close(self) -> None:
        """See `LinkStats`."""
        ...


def _read(store: Store) -> TrafficRequest | None:
    line = store.read(keys.TRAFFIC_REQUEST.at())
    return None if line is None else keys.TRAFFIC_REQUEST.parse(line)


def _write(store: Store, told: Iterable[TrafficPiece]) -> None:
    """The first piece last, whose event has dom0 read all of them."""
    for number, piece in reversed(list(enumerate(told))):
        store.write(keys.TRAFFIC_PIECE.at(number), keys.TRAFFIC_PIECE.form.text(piece))


class TrafficReporter:
    """`vifs` and `uplinks` give what is to be told of: vifs served, and names of interfaces."""

    def __init__(
        self, worker: StoreWorker, stats: Stats, vifs: Callable[[], Iterable[VifId]],
        uplinks: Callable[[], Iterable[str]], clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._worker = worker
        self._stats = stats
        self._vifs, self._uplinks = vifs, uplinks
        self._clock = clock
        self._serial = 0
        self._until = 0.0
        self._timer: int | None = None
        self._under_way = False
        self._failed = False
        self._indices: Mapping[str, int] | None = None

    def start(self) -> None:
        """Watch for dom0's wish."""
        self._worker.watch(keys.TRAFFIC_REQUEST.at(), lambda _: self._worker.submit(_read, self._asked))

    def links_changed(self) -> None:
        """A link may have come, gone, or have another name."""
        self._indices = None

    def _asked(self, request: TrafficRequest | QnetError | None) -> None:
        if isinstance(request, QnetError):
            log.warning("whether dom0 looks at the traffic cannot be read: %s", request)
        elif request is not None and request.serial != self._serial:  # xenstore's reconnect tells an old one again
            self._serial = request.serial
            self._until = self._clock() + request.seconds
            if not request.seconds:
                self._end()
            elif self._timer is None:
                self._tick()

    def _tick(self) -> None:
        self._timer = None
        if self._clock() >= self._until:
            self._end()
            return
        self._timer = after(_INTERVAL, self._tick)
        if not self._under_way:
            self._tell()

    def _tell(self) -> None:
        try:
            told = self._now()
        except KernelError as error:
            self._outcome(error)
            return
        self._under_way = True
        self._worker.submit(lambda store: _write(store, told), self._written)

    def _written(self, result: QnetError | None) -> None:
        self._under_way = False
        self._outcome(result)

    def _outcome(self, error: QnetError | None) -> None:
        """What fails is told once, and not every second."""
        if error is not None and not self._failed:
            log.warning("dom0 cannot be told of the traffic: %s", error)
        self._failed = error is not None

    def _end(self) -> None:
        if self._timer is not None:
            cancel(self._timer)
            self._timer = None
        self._stats.close()
        self._indices = None
        self._worker.submit(lambda store: store.delete(_FOLDER), lambda _: None)

    def _now(self) -> list[TrafficPiece]:
        counted = self._stats.read()
        if self._indices is None:
            self._indices = {name: index for index, name in socket.if_nameindex()}
        moment = int(self._clock() * 1000)
        # a vif receives what its domain sends
        vifs = (
            VifBytes(vif, received=link.tx_bytes, sent=link.rx_bytes)
            for vif, link in ((vif, self._link(counted, vif.name)) for vif in self._vifs())
            if link is not None
        )
        return pieces(moment, vifs, list(self._uplink_counters(counted)))

    def _link(self, counted: Mapping[int, LinkBytes], name: str) -> LinkBytes | None:
        return counted.get((self._indices or {}).get(name, 0))

    def _uplink_counters(self, counted: Mapping[int, LinkBytes]) -> Iterator[Counters]:
        for name in self._uplinks():
            link = self._link(counted, name)
            if link is not None:
                yield Counters(name, received=link.rx_bytes, sent=link.tx_bytes)
