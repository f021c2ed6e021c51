"""What signals do for a while. Only the main thread may say it."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def restored(numbers: Iterable[int]) -> Iterator[None]:
    """Afterwards these signals do again what they do now, whatever is set meanwhile."""
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def handled(numbers: Iterable[int], handler: Any) -> Iterator[None]:
    """Meanwhile `handler`, one of those that `signal.signal` takes, is what these signals come to."""
    own = tuple(numbers)
    with restored(own):
        for number in own:
            signal.signal(number, handler)
        yield
