"""Waits until something in xenstore is as it should be, without ever polling it. It blocks.

Watches are set before the first look, so nothing that happens meanwhile is missed. A xenstore that is away may come
back: it is tried again until the deadline, and its watches then fire anew. Touches xenstore through the `Store` that it
is given, whose other events are lost meanwhile.
"""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from qnet_gui.model.errors import StoreGone
from qnet_gui.store.client import Store

T = TypeVar("T")
#: Seconds between two looks whether somebody has cancelled it, where no descriptor tells that.
CANCEL_INTERVAL = 0.2
#: Seconds until a xenstore that is away is tried again.
_RECONNECT = 0.5


class Deadline:
    """So many seconds from now, by the monotonic clock. Whoever waits sees that it was moved."""

    def __init__(self, seconds: float) -> None:
        self.moment = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; none or less when it has passed."""
        return self.moment - time.monotonic()

    def restart(self, seconds: float) -> None:
        """So many seconds from now instead."""
        self.moment = time.monotonic() + seconds


class Descriptor(Protocol):
    """What select(2) takes."""

    def fileno(self) -> int:
        """Its number."""
        ...


def wait_until(
    store: Store, paths: Iterable[str], look: Callable[[set[str]], T | None], deadline: Deadline, *,
    check: Callable[[], None] = lambda: None, wakes: Descriptor | None = None, interval: float | None = None,
) -> T | None:  # fmt: skip
    """The first thing but None that `look` returns; None when the deadline has passed without.

    `look` gets those of the watched `paths` for which there were events: at first, and after a loss, all of them. It
    is called at each event, and with none of them after `interval` seconds, for what tells no event of xenstore's.
    `check` may raise what ends it early; it is called before each look, and when `wakes` is readable.
    Raises what they raise, and `StoreGone` at the deadline when xenstore is away then.
    """
    wanted = list(paths)
    watched_before = {path for path in wanted if store.watches(path)}
    try:
        return _wait(store, wanted, watched_before, look, deadline, check, wakes, interval)
    finally:
        for path in wanted:
            if path not in watched_before:
                with contextlib.suppress(StoreGone):  # and its watches with it
                    store.unwatch(path)


def _wait(
    store: Store, paths: list[str], pending: set[str], look: Callable[[set[str]], T | None], deadline: Deadline,
    check: Callable[[], None], wakes: Descriptor | None, interval: float | None,
) -> T | None:  # fmt: skip
    """`pending`: paths that are to be looked at though they do not fire, because they were watched before."""
    outcome: T | None
    while True:
        check()
        outcome, gone = None, None
        try:
            for path in paths:
                store.watch(path)
            changed = {watched for _, watched in store.events()} | pending
            if changed or interval is not None:
                pending = set()
                outcome = look(changed)
        except StoreGone as error:
            gone = error
        if outcome is not None:
            return outcome
        if deadline.left <= 0:
            if gone is not None:
                raise gone
            return None
        limits = [deadline.left, interval, _RECONNECT if gone else None]
        _sleep(None if gone else store, wakes, min(seconds for seconds in limits if seconds is not None))


def _sleep(store: Store | None, wakes: Descriptor | None, seconds: float) -> None:
    poller = select.poll()
    for descriptor in (store, wakes):
        if descriptor is not None:
            poller.register(descriptor, select.POLLIN)
    poller.poll(max(0.0, seconds) * 1000)
