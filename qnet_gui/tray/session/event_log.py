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
#: Seconds by which a clock differs when it was set, and not only corrected; and how many settings are remembered.
_SET, _SETTINGS_MAX = 3600, 20
#: Bytes of a file that is ours; what is larger somebody else has written.
_LARGEST = 8 << 20


def usual_path() -> Path:
    """Where it lies."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return Path(state if state.startswith("/") else Path.home() / ".local/state") / "qnet" / "log"


def _boot_clock() -> float:
    """Nobody sets it, and it goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class EventLog(QObject):
    """`added` is emitted when there is more to read."""

    added = pyqtSignal()

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.time,
        since_boot: Callable[[], float] = _boot_clock,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._clock, self._since_boot = clock, since_boot
        #: By how much the clock on the wall was before that since boot, whenever it was set; the present one first.
        self._ahead: list[float] = []
        self._path = usual_path()
        #: The last snapshot that there was, and whether the helper has gone since.
        self._known: Snapshot | None = None
        self._away = False
        self._waiting: list[Entry] = []
        #: A sentence: why it cannot be written.
        self.trouble = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LATER)
        self._timer.timeout.connect(self.write)

    def follow(self, snapshot: Snapshot | None) -> None:
        """Take in the next snapshot; None for a helper that is away."""
        clocks = self._clocks()
        entries = self._happened(snapshot, clocks[0])
        self._known, self._away = snapshot or self._known, snapshot is None
        if entries:
            self._waiting = history.merged([*self._waiting, *entries], *clocks)[-_WAITING_MAX:]
            if not self._timer.isActive():
                self._timer.start()
            self.added.emit()

    def _happened(self, snapshot: Snapshot | None, now: int) -> list[Entry]:
        if self._known is None:
            return history.first(snapshot, sentence(snapshot), now) if snapshot else []
        if not self._away:
            return history.between(self._known, snapshot, now)
        return history.back(self._known, snapshot, now) if snapshot else []

    def _clocks(self) -> list[int]:
        """What the clock shows, and what it would show if it had not been set while this program ran."""
        now, since_boot = self._clock(), self._since_boot()
        ahead = now - since_boot
        others = [other for other in self._ahead if abs(other - ahead) > _SET]
        self._ahead = [ahead, *others][:_SETTINGS_MAX]
        return [int(now), *(int(since_boot + other) for other in self._ahead[1:])]

    def entries(self) -> list[Entry]:
        """All that is kept, the newest last."""
        return history.merged([*self._read(), *self._waiting], *self._clocks())

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
