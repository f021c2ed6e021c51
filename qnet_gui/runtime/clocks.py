"""Two clocks: the wall's, which people read and may set, and the one since boot, which nobody can, and which goes on
while the machine sleeps. And an alarm by the second that also tells when the first was set.

Both need no polling: the kernel's timerfd wakes the main loop, also at once when the machine wakes up.
"""

from __future__ import annotations

import ctypes
import errno
import os
import time
from collections.abc import Callable
from typing import Protocol

from gi.repository import GLib

#: Of linux/timerfd.h.
TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET = 1, 2
TFD_FLAGS = os.O_CLOEXEC | os.O_NONBLOCK
#: Seconds since the epoch at which nothing of this runs any more; an alarm that is there only to be cancelled.
_NEVER = 2**33


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _timerfd_settime(fd: int, flags: int, moment: float) -> None:
    """`moment` in seconds of the timer's own clock; 0 stops it."""
    seconds = int(moment)
    value = _Itimerspec(_Timespec(0, 0), _Timespec(seconds, int((moment - seconds) * 1e9)))
    _checked(_libc.timerfd_settime(fd, flags, ctypes.byref(value), None))


class Alarm(Protocol):
    """Something that rings once, and can be set anew."""

    def set(self, moment: float | None) -> None:
        """Ring when the clock since boot shows so many seconds, None for not at all."""
        ...


class Clocks(Protocol):
    """What time it is, in seconds."""

    def wall(self) -> float:
        """Since the epoch, as the wall's clock has it."""
        ...

    def boot(self) -> float:
        """Since this machine's boot."""
        ...

    def alarm(self, rings: Callable[[], None], clock_set: Callable[[], None]) -> Alarm:
        """`rings` and `clock_set` are called on the main loop; `clock_set` each time that the wall's clock was set."""
        ...


def boot_seconds() -> float:
    """What the clock since boot shows."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class KernelAlarm:
    """An `Alarm` of the kernel's. It lives as long as the program."""

    def __init__(self, rings: Callable[[], None], clock_set: Callable[[], None]) -> None:
        self._rings, self._clock_set = rings, clock_set
        self._alarm = _checked(_libc.timerfd_create(time.CLOCK_BOOTTIME, TFD_FLAGS))
        self._sentry = _checked(_libc.timerfd_create(time.CLOCK_REALTIME, TFD_FLAGS))
        self._post_sentry()
        for fd, ready in ((self._alarm, self._rung), (self._sentry, self._cancelled)):
            GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, fd, GLib.IO_IN, ready)

    def set(self, moment: float | None) -> None:
        """See `Alarm`."""
        _timerfd_settime(self._alarm, TFD_TIMER_ABSTIME, 0 if moment is None else max(moment, 1e-9))

    def _post_sentry(self) -> None:
        """A clock that was set since it was posted last, or read, cancels the call itself, though it is posted then."""
        try:
            _timerfd_settime(self._sentry, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, _NEVER)
        except OSError as error:
            if error.errno != errno.ECANCELED:
                raise

    def _rung(self, *_: object) -> bool:
        try:
            os.read(self._alarm, 8)
        except BlockingIOError:  # it was set anew meanwhile
            return True
        self._rings()
        return True

    def _cancelled(self, *_: object) -> bool:
        try:
            os.read(self._sentry, 8)
        except BlockingIOError:
            return True
        except OSError:  # ECANCELED: that is how the kernel tells
            self._post_sentry()
        self._clock_set()
        return True


class KernelClocks:
    """`Clocks` of the kernel's."""

    def wall(self) -> float:
        """See `Clocks`."""
        return time.time()

    def boot(self) -> float:
        """See `Clocks`."""
        return boot_seconds()

    def alarm(self, rings: Callable[[], None], clock_set: Callable[[], None]) -> Alarm:
        """See `Clocks`."""
        return KernelAlarm(rings, clock_set)
