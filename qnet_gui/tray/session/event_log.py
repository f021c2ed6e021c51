"""Keeps what happened for a week, in a file of the user's own. Writes some seconds later, and never in a hurry.

Nothing of it is kept in memory but what is not written yet, or cannot be: whoever wants to read it reads the file.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from qnet_gui.model.errors import QnetError
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_file
from qnet_gui.tray.qt import QObject, QTimer, pyqtSignal
from qnet_gui.tray.state import history
from qnet_gui.tray.state.history import Entry

log = logging.getLogger(__name__)

#: Milliseconds after which what has happened is written; and so many entries wait at most.
_LATER, _WAITING_MAX = 3000, 200
#: Bytes of a file that is ours; what is larger somebody else has written.
_LARGEST = 8 << 20


def usual_path() -> Path:
    """Where it lies."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return Path(state if state.startswith("/") else Path.home() / ".local/state") / "qnet" / "log"


class EventLog(QObject):
    """`added` is emitted when there is more to read."""

    added = pyqtSignal()

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self._clock = clock
        self._path = usual_path()
        self._before: Snapshot | None = None
        self._known: Snapshot | None = None
        self._begun = False
        self._waiting: list[Entry] = []
        #: A sentence: why it cannot be written.
        self.trouble = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LATER)
        self._timer.timeout.connect(self.write)

    def follow(self, snapshot: Snapshot | None) -> None:
        """Take in the next snapshot; None for a helper that is away."""
        now = int(self._clock())
        if self._begun:
            entries = history.between(self._before, snapshot, now, self._known)
        elif snapshot is None:
            return
        else:
            self._begun, entries = True, history.first(snapshot, sentence(snapshot), now)
        self._before = snapshot
        self._known = snapshot or self._known
        if entries:
            self._waiting = history.merged([*self._waiting, *entries], now)[-_WAITING_MAX:]
            if not self._timer.isActive():
                self._timer.start()
            self.added.emit()

    def entries(self) -> list[Entry]:
        """All that is kept, the newest last."""
        return history.merged([*self._read(), *self._waiting], int(self._clock()))

    def write(self) -> None:
        """Write what is not written yet, and leave out what is too old."""
        self._timer.stop()
        if not self._waiting:
            return
        text = "".join(history.to_line(entry) + "\n" for entry in self.entries())
        try:
            write_atomically(self._path, text.encode("ascii"), 0o600, durable=False)
        except QnetError as error:  # it still waits, and is written with what happens next
            if not self.trouble:
                log.info("What happened is not kept: %s", error)
            self.trouble = error.translated
        else:
            self._waiting, self.trouble = [], ""

    def _read(self) -> list[Entry]:
        try:
            if self._path.stat().st_size > _LARGEST:
                return []
            lines = read_file(self._path).decode("ascii", errors="replace").splitlines()
        except OSError:
            return []
        return [entry for line in lines if (entry := history.from_line(line)) is not None]
