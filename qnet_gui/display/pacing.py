"""When pixels are copied: at most so often, and never while nobody looks or nothing has changed. Pure.

It is a turn that is paced and not only the copy: a netvm that rings without end costs no more turns than one that shows
a film. Who uses it has a clock of seconds that never goes back, and asks how long to wait: None is until something else
happens.
"""

from __future__ import annotations

from collections.abc import Iterable

from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle, coalesced

#: Seconds from one turn to the next at least.
INTERVAL = 1 / 30


class Pacer:
    """Of one screen. What changes while nobody looks is not remembered: who begins to look gets all of it."""

    def __init__(self, geometry: Geometry, interval: float = INTERVAL) -> None:
        self._geometry, self._interval = geometry, interval
        self._dirty: tuple[Rectangle, ...] = ()
        self._looks = self._woken = False
        self._next = float("-inf")

    @property
    def looks(self) -> bool:
        """Whether somebody looks."""
        return self._looks

    def look(self, looks: bool) -> None:
        """Somebody begins to look, looks once more, or ends it."""
        self._looks = looks
        self._dirty = (self._geometry.whole,) if looks else ()

    def wake(self) -> None:
        """There is a reason for a turn."""
        self._woken = True

    def changed(self, rectangles: Iterable[Rectangle]) -> None:
        """These parts of the screen have other pixels."""
        if self._looks:
            self._dirty = coalesced((*self._dirty, *rectangles))

    def wait(self, now: float) -> float | None:
        """Seconds until there is a turn: 0 for now, None where there is no reason for one."""
        return max(0.0, self._next - now) if self._dirty or self._woken else None

    def begin(self, now: float) -> bool:
        """Whether it is time for a turn, which then has begun."""
        if self.wait(now) != 0:
            return False
        self._woken = False
        self._next = now + self._interval
        return True

    def take(self) -> tuple[Rectangle, ...]:
        """What is to be copied in this turn, and is clean from then on."""
        taken, self._dirty = self._dirty, ()
        return taken
