"""Starts the root part of `qnet-display` again when it dies: libxl starts it once, and nobody else would.

The minder is what libxl started, and does nothing but wait. It ends with the root part's good end, and where that could
not begin in the first place, so that libxl hears of it; the root part ends with the minder, whatever becomes of that.
Touches processes and signals. It must have one thread only.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Callable
from typing import NoReturn

from qnet_gui.display.confinement.sandbox import end_with_parent

log = logging.getLogger(__name__)
#: Exit statuses of the root part: a good end, no beginning, an end that it was not to have.
WELL, NOT_BEGUN, BROKEN = range(3)
#: Seconds until it is started again, by how often in a row it could not begin.
DELAYS = (1, 2, 4, 8, 10)
#: libxl's word for it, when the domain is destroyed, and systemd's.
ENDING = (signal.SIGHUP, signal.SIGTERM)
_HEARD = {*ENDING, signal.SIGCHLD}


def mind(work: Callable[[], int], delays: tuple[float, ...] = DELAYS) -> int:
    """Have `work` done in a process of its own until it ends well, and return the exit status of that."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    try:
        failures = 0
        while True:
            status = _once(work, before)
            if status == WELL or (status == NOT_BEGUN and failures == 0):
                return status
            # who has served and is broken begins anew with the shortest delay
            delay = delays[min(failures, len(delays) - 1) if status == NOT_BEGUN else 0]
            failures += 1
            log.warning("the netvm's screen has ended (%s); it is started again", _words(status))
            if signal.sigtimedwait(ENDING, delay):
                return WELL
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _words(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"


def _once(work: Callable[[], int], mask: set[int | signal.Signals]) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _live(work, mask, parent)
    while True:
        heard = signal.sigwait(_HEARD)
        if heard in ENDING:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, heard)
            os.waitpid(pid, 0)
            return WELL
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)


def _live(work: Callable[[], int], mask: set[int | signal.Signals], parent: int) -> NoReturn:
    """The root part's life, of which nothing comes past this frame, which is the minder's."""
    status = BROKEN
    try:
        for number in ENDING:  # by which the minder ends it; whoever started that may have ignored them, as nohup does
            signal.signal(number, signal.SIG_DFL)
        end_with_parent(parent, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        status = work()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else BROKEN
    except BaseException:
        log.exception("the netvm's screen")
    finally:
        os._exit(status)
