"""Signals that end nothing by themselves: Ctrl-C, SIGTERM and a terminal that is closed, obeyed where it does no harm.

So what was begun can be undone in peace.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from qnet_gui.runtime.signals import ENDING, handled


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Nobody stops what takes everything away again; signals are heard by the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with handled(ENDING, signal.SIG_IGN):
        yield


class Interrupts:
    """While it is entered, signals end nothing but at `check`, and not there either where they were ignored before.

    Only the main thread may enter it.
    """

    def __init__(self) -> None:
        self._noted = False
        self._read = self._wrote = -1
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        self._read, self._wrote = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        heard = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._note) for number in heard}
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
