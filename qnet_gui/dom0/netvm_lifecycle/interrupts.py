"""Waits for something in xenstore, and for signals to end it: neither polls.

Ctrl-C and SIGTERM are taken note of and obeyed where it does no harm, so that what was begun can be undone in peace.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, TypeVar

from qnet_gui.model.errors import StoreGone
from qnet_gui.store.client import Store

T = TypeVar("T")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: Seconds until a xenstore that does not answer is asked again.
_AGAIN = 0.5


class Interrupts:
    """While it is entered, signals end nothing but at `check`; only the main thread may enter it."""

    def __init__(self) -> None:
        self._noted = False
        self._read = self._wrote = -1
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        self._read, self._wrote = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._wrote)

    def _note(self, *_: object) -> None:
        if not self._noted:
            self._noted = True
            os.write(self._wrote, b"!")

    def fileno(self) -> int:
        """Readable once there was a signal."""
        return self._read

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if there was a signal."""
        if self._noted:
            raise KeyboardInterrupt


def wait(
    store: Store, paths: Iterable[str], look: Callable[[Store, set[str]], T | None], until: Callable[[], float],
    interrupts: Interrupts,
) -> T | None:  # fmt: skip
    """What `look` finds, looking again at each change of what is watched; None when the deadline has passed.

    `look` gets the watched paths for which there were events, at first all. `until` tells the moment on the monotonic
    clock. Raises what `look` raises, and `KeyboardInterrupt` after a signal; a xenstore that is away may come back.
    """
    wanted = list(paths)
    while True:
        interrupts.check()
        away = False
        try:
            for path in wanted:
                store.watch(path)
            changed = {watched for _, watched in store.events()}
            found = look(store, changed) if changed else None
        except StoreGone:
            found, away = None, True
        left = until() - time.monotonic()  # `look` may have changed it
        if found is not None or left <= 0:
            return found
        descriptors: list[Any] = [interrupts] if away else [store, interrupts]
        select.select(descriptors, [], [], min(left, _AGAIN) if away else left)
