"""When dom0 is to be disconnected: one truth, by the clock since boot, and what the wall's clock will show then.

Runs on the main loop.
"""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.runtime.clocks import Clocks

#: Seconds by which the clocks must part before another time is published; a clock that is steered parts slowly.
_PARTED = 1.0


class Deadline:
    """`over` is called when it is over, `changed` when the wall's clock was set, so that it will show another time."""

    def __init__(self, clocks: Clocks, over: Callable[[], None], changed: Callable[[], None]) -> None:
        self._clocks = clocks
        self._over = over
        self._changed = changed
        self._ends: int | None = None
        self._offset = self._now_apart()
        self._alarm = clocks.alarm(self._rung, self.look_at_clocks)

    def _now_apart(self) -> int:
        return round(self._clocks.wall() - self._clocks.boot())

    def set(self, ends: int | None) -> None:
        """It is when the clock since boot shows so many seconds; None for none."""
        self._ends = ends
        self.look_at_clocks()
        self._alarm.set(ends)

    def until(self, ends: int) -> int:
        """What the wall's clock will show then, in seconds since the epoch."""
        return ends + self._offset

    def ends(self, until: int) -> int:
        """The way back: what the clock since boot will show then."""
        return until - self._offset

    def after(self, seconds: int) -> int:
        """What the clock since boot will show so many seconds from now."""
        return int(self._clocks.boot()) + seconds

    def seconds_left(self, ends: int) -> int:
        """From now until then; negative when it is over."""
        return ends - int(self._clocks.boot())

    def look_at_clocks(self) -> None:
        """The wall's clock may have been set, by a person or by another that is right."""
        if abs(self._clocks.wall() - self._clocks.boot() - self._offset) > _PARTED:
            self._offset = self._now_apart()
            self._changed()

    def _rung(self) -> None:
        if self._ends is not None and self._clocks.boot() >= self._ends:
            self._over()
