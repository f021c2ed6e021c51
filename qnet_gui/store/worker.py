"""A thread that owns a `Store`, so that no main loop ever waits for xenstore.

Jobs run in the order of their submission; results and watch events are posted to the main loop. When xenstore is lost,
the jobs fail with `StoreGone` and the thread reconnects (0.1 s, doubled up to 5 s) for as long as something is watched;
every watch then fires once.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Callable
from typing import TypeVar

from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.jobs import JobThread, Post
from qnet_gui.store.client import Store

T = TypeVar("T")
_RETRY_FIRST = 0.1
_RETRY_LAST = 5.0


class StoreWorker:
    """`post` brings a call to the main loop (see `runtime.mainloop.post`); `store` must be used by nobody else.

    `lost` is called on the main loop when a connection that was there is no more.
    """

    def __init__(self, post: Post, store: Store | None = None, lost: Callable[[], None] | None = None) -> None:
        self._post = post
        self._store = store or Store()
        self._lost = lost
        self._was_connected = False
        self._handlers: dict[str, Callable[[str], None]] = {}
        self._retry = _RETRY_FIRST
        self._thread = JobThread("xenstore", post, self._wait)

    # -- from the main loop

    def submit(self, job: Callable[[Store], T], done: Callable[[T | QnetError], None] | None = None) -> None:
        """Run `job` on the thread; `done` gets its result or its error on the main loop."""
        self._thread.submit(lambda: job(self._store), done)

    def watch(self, path: str, changed: Callable[[str], None]) -> None:
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
        if not self._store.connected:
            return
        try:
            events = self._store.events()
        except QnetError:
            return
        for path, watched in events:
            handler = self._handlers.get(watched)
            if handler is not None:
                self._post(lambda handler=handler, path=path: handler(path))  # type: ignore[misc]
