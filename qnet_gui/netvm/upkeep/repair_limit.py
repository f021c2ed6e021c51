"""How soon something may be repaired once more, so that two who undo each other's work do not do so for ever. Pure."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

#: So many repairs of a kind within so many seconds are somebody's misfortune; with more, somebody else is at work.
MANY, PERIOD = 10, 60.0
#: Seconds within which repairs are one: what one command of somebody's does may come in several pieces.
_ONE = 0.1
#: Seconds between two repairs while somebody else is at work: the first, twice as long each time, never more than that.
_FIRST, LONGEST = 0.1, 1.0


class RepairLimit:
    """Of one kind of repairs."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._times: deque[float] = deque()
        self._last = float("-inf")

    def note(self) -> None:
        """One was made."""
        now = self._now()
        if not self._times or now - self._times[-1] >= _ONE:
            self._times.append(now)
        self._last = now
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._times and now - self._times[0] > PERIOD:
            self._times.popleft()

    @property
    def exceeded(self) -> bool:
        """Whether there were more than should be."""
        self._forget(self._now())
        return len(self._times) > MANY

    def wait(self) -> float:
        """Seconds until the next one may be made, 0 for at once."""
        if not self.exceeded:
            return 0.0
        doublings = min(len(self._times) - MANY - 1, 8)
        between: float = min(_FIRST * 2**doublings, LONGEST)
        return max(0.0, self._last + between - self._now())
