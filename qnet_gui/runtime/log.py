"""Logging of every program of ours: one line an event on standard error, with the journal's priority in front.

`<6>` is informational, `<4>` a warning, `<3>` an error. Under the journal there is nothing else in front, elsewhere the
time and the program's name. Uncaught exceptions and Python's warnings become such lines too, and what is said again and
again is said less often. Touches standard error.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

_MINUTE = 60.0
#: So many kinds of events have a limit of their own.
_KINDS = 500
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def under_journal(fd: int = 2) -> bool:
    """Whether a file descriptor leads to the journal, as systemd says it in JOURNAL_STREAM."""
    try:
        status = os.fstat(fd)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def one_line(text: str) -> str:
    """Any text as one line: line ends become ` | `, other control characters are escaped."""
    folded = " | ".join(line.strip() for line in text.splitlines() if line.strip())
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in folded)


class LineFormatter(logging.Formatter):
    """One line an event, tracebacks included."""

    def __init__(self, program: str, journal: bool) -> None:
        super().__init__()
        self._program = program
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """`<N>` and the event."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            text += "\n" + self.formatException(record.exc_info)
        front = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        if not self._journal:
            clock = time.strftime("%H:%M:%S", time.localtime(record.created))
            front += f"{clock}.{int(record.msecs):03d} {self._program}: "
        return front + one_line(text)


class Limit(logging.Filter):
    """Lets so many events a minute of one kind (place and wording) pass; the next minute's first tells of the rest.

    `alarms`: how many where it is a warning or worse, which others may be able to cause at will.
    """

    def __init__(self, most: int = 200, alarms: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most = most
        self._alarms = most if alarms is None else alarms
        self._clock = clock
        self._minutes: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether an event is written."""
        most = self._alarms if record.levelno >= logging.WARNING else self._most
        kind, now = (record.name, str(record.msg)), self._clock()
        if kind not in self._minutes and len(self._minutes) >= _KINDS:
            self._minutes = {kind: minute for kind, minute in self._minutes.items() if now - minute[0] < _MINUTE}
            if len(self._minutes) >= _KINDS:  # a wording that somebody makes up anew each time
                kind = (record.name, "")
        begun, count = self._minutes.get(kind, (now, 0))
        if now - begun >= _MINUTE:
            if count > most:
                record.msg, record.args = f"{record.getMessage()} (and {count - most} more like this before)", ()
            begun, count = now, 0
        self._minutes[kind] = (begun, count + 1)
        return count < most


def setup(program: str, debug: bool = False, alarms: int | None = None) -> None:
    """Send all events from INFO on (with `debug`, all) to standard error; replaces what was set up before.

    `alarms`: how many warnings of one kind a minute has.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Limit(alarms=alarms))
    handler.setFormatter(LineFormatter(program, under_journal()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("unexpected: %r", error, exc_info=(kind, error, traceback))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
