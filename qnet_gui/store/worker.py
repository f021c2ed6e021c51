"""A thread that owns a `Store`, so that no main loop ever waits for xenstore.

Jobs run in the order of their submission; results and watch events are posted to the main loop. When xenstore is lost,
the jobs fail with `StoreGone` and the thread reconnects (0.1 s, doubled up to 5 s) for as long as something is watched;
every watch then fires once.

A domain may write as fast as it can. An event that is still to be delivered stands for those like it, and those that
come without end are fetched so many times a second: what waits for the main loop is bounded, and others get a turn.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Callable
from typing import TypeVar

from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.flood_limit import FloodLimit
from qnet_gui.runtime.jobs import JobThread, Post
from qnet_gui.store.client import Store

T = TypeVar("T")
Handler = Callable[[str], None]
_RETRY_FIRST = 0.1
_RETRY_LAST = 5.0
#: Fetches of events within a second that have no pause between them, and the seconds of the pause from then on.
_FETCHES, _PAUSE = 100, 0.02
#: Events that may wait for the main loop, of which each is of another path.
_UNDELIVERED_MAX = 1000


class StoreWorker:
    """`post` brings a call to the main loop (see `runtime.mainloop.post`); `store` must be used by nobody else.

    `lost` is called on the main loop when a connection that was there is no more.
    """

    def __init__(self, post: Post, store: Store | None = None, lost: Callable[[], None] | None = None) -> None:
        self._post = post
        self._store = store or Store()
        self._lost = lost
        self._was_connected = False
        self._handlers: dict[str, Handler] = {}
        self._undelivered: set[tuple[str, Handler]] = set()
        self._limit = FloodLimit(_FETCHES, _PAUSE)
        self._retry = _RETRY_FIRST
        self._thread = JobThread("xenstore", post, self._wait)

    # -- from the main loop

    def submit(self, job: Callable[[Store], T], done: Callable[[T | QnetError], None] | None = None) -> None:
        """Run `job` on the thread; `done` gets its result or its error on the main loop."""
        self._thread.submit(lambda: job(self._store), done)

    def watch(self, path: str, changed: Handler) -> None:
        """Call `changed(path that changed)` on the main loop for every event at or below `path`, and once at once."""

        def start() -> None:
            self._handlers[path] = changed
            with contextlib.suppress(QnetError):  # a store that is away: set again at the reconnect
                self._store.watch(path)

        self._thread.submit(start)

    def unwatch(self, path: str) -> None:
        """Stop; no event of this path is delivered after this call has taken effect."""

        def stop() -> None:
            self._handlers.pop(path, None)
            with contextlib.suppress(QnetError):
                self._store.unwatch(path)

        self._thread.submit(stop)

    def close(self) -> None:
        """End the thread and the connection; jobs submitted before still run."""
        self._thread.submit(self._store.close)
        self._thread.close()

    # -- on the thread

    def _wait(self, submitted: int) -> None:
        """Deliver what has happened, then wait for xenstore's next event or for a job."""
        self._deliver()
        self._tell_of_loss()
        if self._handlers and not self._store.connected:
            self._reconnect()
            self._tell_of_loss()
        poller = select.poll()
        poller.register(submitted, select.POLLIN)
        pause = _PAUSE if len(self._undelivered) >= _UNDELIVERED_MAX else self._limit.delay(0.0)
        if pause:
            poller.poll(pause * 1000)
            return
        if self._store.connected:
            poller.register(self._store.fileno(), select.POLLIN)
        away = self._handlers and not self._store.connected
        poller.poll(self._retry * 1000 if away else None)

    def _tell_of_loss(self) -> None:
        if self._was_connected and not self._store.connected and self._lost is not None:
            self._post(self._lost)
        self._was_connected = self._store.connected

    def _reconnect(self) -> None:
        try:
            for path in self._handlers:
                self._store.watch(path)
            self._store.connect()
            self._retry = _RETRY_FIRST
        except QnetError:
            self._retry = min(self._retry * 2, _RETRY_LAST)

    def _deliver(self) -> None:
        if not self._store.connected or len(self._undelivered) >= _UNDELIVERED_MAX:
            return
        try:
            events = self._store.events()
        except QnetError:
            return
        if events:
            self._limit.count()
        for path, watched in events:
            handler = self._handlers.get(watched)
            if handler is not None and (path, handler) not in self._undelivered:
                self._undelivered.add((path, handler))
                self._post(lambda handler=handler, path=path: self._tell(path, handler))  # type: ignore[misc]

    # -- on the main loop

    def _tell(self, path: str, handler: Handler) -> None:
        self._undelivered.discard((path, handler))  # first: what happens from now on is another event
        handler(path)
