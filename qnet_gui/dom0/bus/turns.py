"""Whose call is next: bounds on what waits, and fair turns between users and between the connections of each. Pure.

A call that comes in is admitted or refused at once, in some microseconds. What is admitted counts until it is answered,
and is begun when its turn comes: what must not wait (the way back) and the rest in turn, root first among either, then
one user after the other, and of each user one connection after the other. So whoever floods waits for himself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from qnet_gui.dom0.bus.callers import ROOT, Caller
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.helper import HelperCode

Begin = Callable[[], None]


class Bounds(NamedTuple):
    """How many calls without an answer there may be: of one connection, of one user, of all but root."""

    connection: int
    user: int
    everybody: int


#: For the usual calls, and for the urgent ones, which so have room whatever the others do.
USUAL, URGENT = Bounds(16, 32, 256), Bounds(4, 8, 64)
#: Root is bounded for the case of an accident only.
_ROOT = 4096


class _Queue:
    """Calls of one kind, usual or urgent, and how many of them have no answer yet."""

    def __init__(self, bounds: Bounds, kind: int) -> None:
        self._bounds = bounds
        self._kind = kind
        self._of_user: dict[int, int] = {}
        self._all = 0
        self._users: dict[int, dict[Caller, deque[Begin]]] = {}

    def refusal(self, caller: Caller) -> Code | None:
        """Why he may not have another call; None when he may."""
        bounds = self._bounds
        if caller.uid == ROOT:
            return HelperCode.CALLS_TOO_MANY if self._of_user.get(ROOT, 0) >= _ROOT else None
        if caller.open[self._kind] >= bounds.connection or self._of_user.get(caller.uid, 0) >= bounds.user:
            return HelperCode.CALLS_TOO_MANY
        return HelperCode.CALLS_OF_OTHERS if self._all >= bounds.everybody else None

    def add(self, caller: Caller, begin: Begin) -> None:
        """He has another call."""
        caller.open[self._kind] += 1
        self._of_user[caller.uid] = self._of_user.get(caller.uid, 0) + 1
        self._all += caller.uid != ROOT
        self._users.setdefault(caller.uid, {}).setdefault(caller, deque()).append(begin)

    def answered(self, caller: Caller) -> None:
        """One of his calls has its answer."""
        caller.open[self._kind] -= 1
        self._all -= caller.uid != ROOT
        left = self._of_user[caller.uid] - 1
        if left:
            self._of_user[caller.uid] = left
        else:
            del self._of_user[caller.uid]

    def next(self) -> Begin | None:
        """Whose turn it is; he is the last one afterwards."""
        if not self._users:
            return None
        uid = ROOT if ROOT in self._users else next(iter(self._users))
        callers = self._users.pop(uid)
        caller = next(iter(callers))
        calls = callers.pop(caller)
        begin = calls.popleft()
        if calls:
            callers[caller] = calls
        if callers:
            self._users[uid] = callers
        return begin


class Turns:
    """All calls that are under way."""

    def __init__(self) -> None:
        self._queues = (_Queue(USUAL, 0), _Queue(URGENT, 1))

    def refusal(self, caller: Caller, urgent: bool) -> Code | None:
        """Why he may not have another call now; None when he may."""
        return self._queues[urgent].refusal(caller)

    def add(self, caller: Caller, urgent: bool, begin: Begin) -> None:
        """Have `begin` take its turn."""
        self._queues[urgent].add(caller, begin)

    def answered(self, caller: Caller, urgent: bool) -> None:
        """A call that was added has its answer, or nobody to hear it any more."""
        self._queues[urgent].answered(caller)

    def round(self) -> list[Begin]:
        """One urgent call and one of the others, as far as there are any."""
        return [begin for queue in reversed(self._queues) if (begin := queue.next()) is not None]
