"""The two clocks in the hands of a test: the wall's can be set, and both can be made to pass."""

from __future__ import annotations

import time
from collections.abc import Callable


class FakeAlarm:
    """Rings when the test lets the time pass."""

    def __init__(self, rings: Callable[[], None], clock_set: Callable[[], None]) -> None:
        self.rings, self.clock_set = rings, clock_set
        self.moment: float | None = None

    def set(self, moment: float | None) -> None:
        """See `clocks.Alarm`."""
        self.moment = moment


class FakeClocks:
    """`Clocks` that go as the kernel's do, but for what a test does to them."""

    def __init__(self) -> None:
        self.skew = 0.0
        self.passed = 0.0
        self.alarms: list[FakeAlarm] = []

    def wall(self) -> float:
        """See `clocks.Clocks`."""
        return time.time() + self.skew + self.passed

    def boot(self) -> float:
        """See `clocks.Clocks`."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) + self.passed

    def alarm(self, rings: Callable[[], None], clock_set: Callable[[], None]) -> FakeAlarm:
        """See `clocks.Clocks`."""
        self.alarms.append(FakeAlarm(rings, clock_set))
        return self.alarms[-1]

    def set_wall(self, seconds: float, told: bool = True) -> None:
        """Somebody sets the wall's clock by so much; `told`: and the kernel says so."""
        self.skew += seconds
        for alarm in self.alarms if told else ():
            alarm.clock_set()

    def let_pass(self, seconds: float) -> None:
        """So much time passes, awake or asleep."""
        self.passed += seconds
        for alarm in self.alarms:
            if alarm.moment is not None and self.boot() >= alarm.moment:
                alarm.moment = None
                alarm.rings()
