"""What signals do for a while. Only the main thread may say it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

#: What ends a program from outside.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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


@contextmanager
def held(prepare: Callable[[], None] = lambda: None) -> Iterator[Callable[[], None]]:
    """Meanwhile what would end this thread waits. Gives a `preexec_fn` for the child that is forked here.

    Without it the child would take up this program's way of ending, which is none of its business, and say so to
    whoever reads its errors. It does `prepare`, then has the usual way, and ends there if it was told to.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)

    def prepared() -> None:
        prepare()
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        yield prepared
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
