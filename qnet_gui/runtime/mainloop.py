"""The GLib main loop that every program of ours but the tray runs on. Imports PyGObject and nothing of ours.

PyGObject loses some 110 bytes for each `GLib.idle_add` and each `GLib.timeout_add`, for good, and a domain that writes
to xenstore without end makes thousands a second. So there is one source for all of it, made once: an eventfd says that
calls were posted, and the source's ready time is when the first timer is due. It belongs to the default main context.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from gi.repository import GLib

Call = Callable[[], None]
#: So many entries of cancelled timers may be left among those of others before they are swept out.
_STALE = 64
#: Seconds after which a watch whose call has raised calls again.
_PAUSE = 1.0


def _run(call: Call) -> None:
    """An exception is told like any that nobody catches, and the others run all the same."""
    try:
        call()
    except SystemExit:
        raise
    except BaseException:  # what leaves the callback of a source has PyGObject remove that source
        sys.excepthook(*sys.exc_info())


class _CallSource:
    """Calls for the main loop: those that are to run soon, in their order, and those that wait for their moment."""

    def __init__(self) -> None:
        self._posted: deque[Call] = deque()
        self._rung = False
        self._timers: dict[int, Call] = {}
        self._due: list[tuple[float, int]] = []
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        number = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, self._fd, GLib.IO_IN, self._dispatch)
        self._source: Any = GLib.MainContext.default().find_source_by_id(number)
        self._source.set_can_recurse(True)  # a call may run the loop itself
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        """What was posted is the parent's to do; and the child rings no bell of the parent's, nor hears it."""
        self._posted.clear()
        self._timers.clear()
        self._due.clear()
        self._lock, self._rung = threading.Lock(), False
        fresh = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        os.dup2(fresh, self._fd, inheritable=False)
        os.close(fresh)

    def post(self, call: Call) -> None:
        self._posted.append(call)
        # `_dispatch` lowers the flag before it takes calls out, so whoever sees it raised needs not ring
        if not self._rung:
            self._rung = True
            os.eventfd_write(self._fd, 1)

    def after(self, seconds: float, call: Call) -> int:
        number, due = next(self._numbers), time.monotonic() + max(seconds, 0.0)
        with self._lock:
            self._timers[number] = call
            heapq.heappush(self._due, (due, number))
            if self._due[0][1] == number:
                self._set_ready_time()
        return number

    def cancel(self, number: int) -> None:
        with self._lock:
            self._timers.pop(number, None)
            if self._due and self._due[0][1] == number:  # nothing is to wake for it
                heapq.heappop(self._due)
                self._set_ready_time()
            elif len(self._due) > 2 * len(self._timers) + _STALE:
                self._due = [entry for entry in self._due if entry[1] in self._timers]
                heapq.heapify(self._due)

    def _set_ready_time(self) -> None:
        self._source.set_ready_time(int(self._due[0][0] * 1_000_000) if self._due else -1)

    def _dispatch(self, *_: object) -> bool:
        """What is posted or falls due meanwhile has its turn in the next round, as other sources have theirs."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._fd)
        self._rung = False
        for _number in range(len(self._posted)):
            if self._posted:  # else a call has run the loop itself
                _run(self._posted.popleft())
        for number in self._fallen_due():
            call = self._timers.pop(number, None)
            if call is not None:  # else one of the calls before has cancelled it
                _run(call)
        return True

    def _fallen_due(self) -> list[int]:
        now, numbers = time.monotonic(), []
        with self._lock:
            while self._due and (self._due[0][1] not in self._timers or self._due[0][0] <= now):
                numbers.append(heapq.heappop(self._due)[1])
            self._set_ready_time()
        return numbers


_calls = _CallSource()


def post(call: Call) -> None:
    """Run `call` once on the main loop, soon; from any thread. Calls run in the order in which they were posted."""
    _calls.post(call)


def after(seconds: float, call: Call) -> int:
    """Run `call` once after a delay in seconds; from any thread. Returns a number for `cancel`."""
    return _calls.after(seconds, call)


def cancel(number: int) -> None:
    """Take back what `after` promised; no error when it has been done already."""
    _calls.cancel(number)


class Watch:
    """Calls `call` while a descriptor is readable, until `end`; `first`: before all else that is due.

    A call that raises, as for want of a free descriptor, is told and called again after a pause, and after `missed`,
    since it may have taken something and done nothing about it.
    """

    def __init__(self, descriptor: int, call: Call, missed: Call = lambda: None, first: bool = False) -> None:
        self._descriptor, self._call, self._missed = descriptor, call, missed
        self._priority = GLib.PRIORITY_HIGH if first else GLib.PRIORITY_DEFAULT
        self._source = self._timer = 0
        self._begin()

    def _begin(self) -> None:
        self._source = GLib.io_add_watch(self._descriptor, self._priority, GLib.IO_IN, self._readable)

    def _readable(self, *_: object) -> bool:
        try:
            self._call()
        except SystemExit:
            raise
        except BaseException:
            sys.excepthook(*sys.exc_info())
            if self._source:
                self._source, self._timer = 0, after(_PAUSE, self._go_on)
            return False
        return True

    def _go_on(self) -> None:
        self._timer = 0
        self._begin()
        self._missed()

    def end(self) -> None:
        """Call no more; to be said before the descriptor is closed, whose number is somebody else's then."""
        if self._source:
            GLib.source_remove(self._source)
        if self._timer:
            cancel(self._timer)
        self._source = self._timer = 0
