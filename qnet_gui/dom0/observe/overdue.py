"""Says what has been awaited for too long: one timer at a time, none while nothing is awaited."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from qnet_gui.runtime.mainloop import after, cancel


class OverdueReports:
    """`changed` is called when something becomes overdue; `clock` counts seconds and never goes back."""

    def __init__(self, changed: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._changed = changed
        self._clock = clock
        self._deadlines: dict[int, float] = {}
        self._timer: int | None = None

    def overdue(self, awaited: Mapping[int, float]) -> frozenset[int]:
        """Who is overdue of those that are awaited now; each has its seconds from when it was first awaited."""
        now = self._clock()
        self._deadlines = {key: self._deadlines.get(key, now + seconds) for key, seconds in awaited.items()}
        if self._timer is not None:
            cancel(self._timer)
            self._timer = None
        waiting = [deadline for deadline in self._deadlines.values() if deadline > now]
        if waiting:
            self._timer = after(min(waiting) - now + 0.01, self._fire)
        return frozenset(key for key, deadline in self._deadlines.items() if deadline <= now)

    def _fire(self) -> None:
        self._timer = None
        self._changed()
