"""SIGINT and SIGTERM inside Qt's loop, where Python runs no handler: the byte that the signal writes turns the loop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from qnet_gui.applethost.qt import QSocketNotifier


class Signals:
    """Calls back on either, until it is closed."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: call())
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read)  # type: ignore[arg-type]
        self._notifier.activated.connect(self._drain)

    def _drain(self) -> None:
        self._read.recv(64)

    def close(self) -> None:
        """Let go of both."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        self._read.close()
        self._write.close()
