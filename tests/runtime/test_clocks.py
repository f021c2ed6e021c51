"""The alarm by the clock since boot, and what tells that the wall's clock was set."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator

import pytest
from fakes.loop import Loop

from qnet_gui.runtime.clocks import KernelAlarm, KernelClocks

_ADJ_SETOFFSET = 0x0100


@pytest.fixture
def loop() -> Iterator[Loop]:
    with Loop() as loop:
        yield loop


def _set_clock(microseconds: int) -> None:
    """Set the wall's clock by so much, which hurts nobody when it is put back. `OSError` for who may not."""
    timex = (ctypes.c_long * 64)()
    ctypes.cast(timex, ctypes.POINTER(ctypes.c_uint))[0] = _ADJ_SETOFFSET
    timex[9], timex[10] = divmod(microseconds, 1_000_000)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.clock_adjtime(time.CLOCK_REALTIME, timex) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def test_an_alarm_rings_once_at_its_moment_and_not_when_it_was_taken_back(loop: Loop) -> None:
    clocks, rung = KernelClocks(), []
    alarm = clocks.alarm(lambda: rung.append(clocks.boot()), lambda: None)
    begun = clocks.boot()
    alarm.set(begun + 0.01)
    alarm.set(None)
    alarm.set(begun + 0.1)
    loop.until(lambda: rung)
    alarm.set(begun - 5)  # over already
    loop.until(lambda: len(rung) == 2)
    assert begun + 0.1 <= rung[0] <= rung[1]


@pytest.mark.usefixtures("as_root")
def test_the_kernel_tells_each_time_that_the_clock_is_set(loop: Loop) -> None:
    told: list[None] = []
    KernelClocks().alarm(lambda: None, lambda: told.append(None))
    loop.settle()
    for number, microseconds in ((1, 1), (2, -1)):
        try:
            _set_clock(microseconds)
        except PermissionError:
            pytest.skip("only who may set the clock")
        loop.until(lambda number=number: len(told) == number)  # type: ignore[misc]


@pytest.mark.usefixtures("as_root")
def test_a_clock_that_is_set_again_while_that_is_looked_at_stops_nothing(loop: Loop) -> None:
    """Set at boot, by whoever asks a time server, it ended the helper's start, or was told as unexpected."""
    told: list[None] = []
    alarm = KernelClocks().alarm(lambda: None, lambda: told.append(None))
    loop.settle()
    assert isinstance(alarm, KernelAlarm)
    try:
        _set_clock(1)
    except PermissionError:
        pytest.skip("only who may set the clock")
    alarm._post_sentry()
    _set_clock(-1)
    loop.until(lambda: told)
