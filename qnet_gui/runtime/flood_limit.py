"""Slows down rounds of work that others can cause at will: so many a second, then only a few."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_SECOND = 1.0


class FloodLimit:
    """`burst` rounds within a second have their usual delay, further ones `slow` seconds. The clock is monotonic."""

    def __init__(self, burst: int = 50, slow: float = 0.25, clock: Callable[[], float] = time.monotonic) -> None:
        self._slow = slow
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=burst)

    def delay(self, usual: float) -> float:
        """Seconds to wait before the next round."""
        full = len(self._recent) == self._recent.maxlen
        return self._slow if full and self._clock() - self._recent[0] < _SECOND else usual

    def count(self) -> None:
        """A round begins."""
        self._recent.append(self._clock())
