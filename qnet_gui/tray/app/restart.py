"""The applet starts itself anew: what Qt decides once in a process, such as to which tray icons go, has no other way.

What a person has open is open again afterwards, or is waited for. The process stays the same to whoever has started it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence

from qnet_gui.tray.qt import QObject, QTimer

log = logging.getLogger(__name__)

#: How the next one is told what to open, and what to tell anew.
OPTION, RETELL = "--reopen", "--retell"
#: Milliseconds between two looks whether a person has anything open, while it is waited for.
_LOOK = 2000


class Restart(QObject):
    """`shown` says what is open, by the names that the option takes, `busy` whether an answer or a person is waited
    for; `keep` writes down what must not be lost, and gives the words for the next one about the rest.
    """

    def __init__(
        self, shown: Callable[[], Sequence[str]], busy: Callable[[], bool], keep: Callable[[], Sequence[str]],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._shown, self._busy, self._keep = shown, busy, keep
        self._why = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK)
        self._timer.timeout.connect(self._look)

    def at_once(self, why: str) -> None:
        """Nothing that is open is of use without it; it is opened again."""
        log.info("%s; starting anew to use it", why)
        kept = self._keep()
        before = [word for word in sys.orig_argv[1:] if not word.startswith((f"{OPTION}=", f"{RETELL}="))]
        words = [*before, *(f"{OPTION}={name}" for name in self._shown()), *kept]
        os.execv(sys.executable, [sys.executable, *words])  # noqa: S606

    def when_idle(self, why: str) -> None:
        """As soon as nobody has anything open and nothing is under way."""
        self._why = why
        self._timer.start()
        self._look()

    def withdraw(self) -> None:
        """What it was for is over."""
        self._timer.stop()

    def _look(self) -> None:
        if not self._shown() and not self._busy():
            self.at_once(self._why)
