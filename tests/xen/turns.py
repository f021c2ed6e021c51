"""Who may run now: several machines beside each other, or one alone because something is measured on it.

The tests run in more than one process (pytest-xdist). Touches files in build/xen, for their locks alone.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from parts import BUILD


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Nobody else is in the block of this name meanwhile."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / f".{name}-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def turn(alone: bool) -> Iterator[None]:
    """Run beside others, or alone: then it waits until they are done, and they wait behind it."""
    with only_one("door"):  # held while one waits, so that nobody slips in before it
        room = (BUILD / ".room-lock").open("w")
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    with room:
        yield
