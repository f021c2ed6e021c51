"""The main loop in the hands of a test, which runs until something is so; and a worker that ends with the test."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gi.repository import GLib
from waiting import DEADLINE

from qnet_gui.runtime.mainloop import post
from qnet_gui.store.client import Store
from qnet_gui.store.worker import StoreWorker


class Loop:
    """GLib's default loop. A context, at whose end nothing is left on it for the next test."""

    def __init__(self) -> None:
        self._context = GLib.MainContext.default()

    def __enter__(self) -> Loop:
        return self

    def __exit__(self, *_: object) -> None:
        self.settle()

    def until(self, ready: Callable[[], Any], what: str = "it did not come") -> Any:
        """Run until `ready` returns something true, and return that."""
        end = time.monotonic() + DEADLINE
        late = GLib.timeout_add(20, lambda: True)  # what comes from no source of the loop is looked for
        try:
            while not (result := ready()):
                assert time.monotonic() < end, what
                self._context.iteration(True)
        finally:
            GLib.source_remove(late)
        return result

    def settle(self) -> None:
        """Run what is ready now."""
        while self._context.iteration(False):
            pass


class EndingWorker(StoreWorker):
    """What is still on the loop when the test has ended asks a worker that is closed; it is not heard.

    Nor is it told that xenstore is lost, which the worker's own end looks like.
    """

    def __init__(self, path: Path, lost: Callable[[], None] | None = None) -> None:
        self._ended = False
        self._on_loss = lost
        super().__init__(post, Store(path, deadline=DEADLINE), self._tell_unless_ended)

    def _tell_unless_ended(self) -> None:
        if self._on_loss is not None and not self._ended:
            self._on_loss()

    def submit(self, job: Callable[[Store], Any], done: Callable[[Any], None] | None = None) -> None:
        if not self._ended:
            super().submit(job, done)

    def watch(self, path: str, changed: Callable[[str], None]) -> None:
        if not self._ended:
            super().watch(path, changed)

    def unwatch(self, path: str) -> None:
        if not self._ended:
            super().unwatch(path)

    def close(self) -> None:
        if not self._ended:
            self._ended = True
            super().close()
