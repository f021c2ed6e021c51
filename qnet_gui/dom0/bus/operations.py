"""Operations: what takes long and must not be done twice at once, each with a number, steps and one end.

One operation at a time. It runs on a thread of its own, so what it does may block; whoever is interested is told of its
steps and of its end on the main loop.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from qnet_gui.model.errors import Busy, QnetError, Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.outcome import EndedOperation, Outcome
from qnet_gui.model.snapshot import Operation
from qnet_gui.runtime.jobs import JobThread
from qnet_gui.runtime.mainloop import post

log = logging.getLogger(__name__)
T = TypeVar("T")

#: What a person who has to wait is told that somebody else is doing.
_BUSY = {
    "connect": HelperCode.BUSY_CONNECTING,
    "disconnect": HelperCode.BUSY_DISCONNECTING,
    "recover": HelperCode.BUSY_RECOVERING,
    "set-netvm": HelperCode.BUSY_CHOOSING,
    "attach": HelperCode.BUSY_ATTACHING,
    "detach": HelperCode.BUSY_DETACHING,
    "start-netvm": HelperCode.BUSY_CONTROLLING,
    "stop-netvm": HelperCode.BUSY_CONTROLLING,
    "restart-netvm": HelperCode.BUSY_CONTROLLING,
}


class Progress(Protocol):
    """What a job says while it is at work, from its own thread."""

    @property
    def cancelled(self) -> Message | None:
        """Why it is to stop, put everything back and raise; None while it may go on."""
        ...

    def begun(self, step: str, what: Message) -> None:
        """A step has begun; `what` is being done."""
        ...

    def done(self, step: str, what: Message) -> None:
        """A step is done; `what` has been done."""
        ...

    def failed(self, step: str, why: Message) -> None:
        """A step has failed."""
        ...

    def undone(self, step: str, what: Message) -> None:
        """A step has been taken back; `what` has been done for that."""
        ...


class Listener(Protocol):
    """Who is told, on the main loop."""

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        """A step has changed."""
        ...

    def ended(self, operation: int, error: QnetError | None, outcome: Message) -> None:
        """An operation has ended; `outcome` is the error's message where there is one."""
        ...


#: Does the work; returns what tells people how it went.
Job = Callable[[Progress], Message]
#: Told of that, or of the error, in the same moment in which nobody can join the operation any more.
Over = Callable[[Message | QnetError], None]


@dataclass(slots=True)
class _Running:
    """An operation that runs or waits for its turn; also its own `Progress`."""

    what: Operation
    job: Job
    listener: Listener
    over: Over
    cancelled: Message | None = None

    def _say(self, step: str, state: str, message: Message) -> None:
        log.info("operation %d: %s %s: %s", self.what.id, step, state, message)
        post(lambda: self.listener.step(self.what.id, step, state, message))

    def begun(self, step: str, what: Message) -> None:
        self._say(step, "begun", what)

    def done(self, step: str, what: Message) -> None:
        self._say(step, "done", what)

    def failed(self, step: str, why: Message) -> None:
        self._say(step, "failed", why)

    def undone(self, step: str, what: Message) -> None:
        self._say(step, "undone", what)


class Operations:
    """`listener` is told of steps and ends; `changed` is called when another operation, or none, runs."""

    def __init__(self, listener: Listener, changed: Callable[[], None]) -> None:
        self._listener = listener
        self._changed = changed
        self._worker = JobThread("operation")
        self._numbers = itertools.count(1)
        self._running: _Running | None = None
        self._waiting: deque[_Running] = deque()
        self._last: dict[str, EndedOperation] = {}

    @property
    def current(self) -> Operation:
        """What runs now; number 0 for nothing."""
        return self._running.what if self._running else Operation()

    @property
    def ended(self) -> tuple[EndedOperation, ...]:
        """Of each kind the last that has ended, in the order of their numbers."""
        return tuple(sorted(self._last.values(), key=lambda ended: ended.id))

    def check_idle(self) -> None:
        """Raise `Busy` with who and what when one is under way."""
        if self._running is not None:
            what = self._running.what
            raise Busy(_BUSY[what.kind], user=what.by)

    def start(self, kind: str, by: str, job: Job, over: Over = lambda _: None) -> int:
        """Start an operation; `Busy` when another one is under way. Returns its number."""
        self.check_idle()
        return self._enqueue(kind, by, job, over)

    def start_urgent(self, kind: str, by: str, job: Job, why: Message | None, over: Over = lambda _: None) -> int:
        """Start one that must not be refused; what runs is cancelled because of `why`. A second one joins the first."""
        everything = [*([self._running] if self._running else []), *self._waiting]
        same = next((operation for operation in everything if operation.what.kind == kind), None)
        if same is not None:
            return same.what.id
        if self._running is not None:
            self._running.cancelled = why
        return self._enqueue(kind, by, job, over)

    def aside(self, job: Callable[[], T], done: Callable[[T | QnetError], None]) -> None:
        """Do something small between two operations that is none: no number, no steps, nobody is refused."""
        self._worker.submit(job, done)

    def _enqueue(self, kind: str, by: str, job: Job, over: Over) -> int:
        running = _Running(Operation(next(self._numbers), kind, by), job, self._listener, over)
        self._waiting.append(running)
        self._next()
        return running.what.id

    def _next(self) -> None:
        if self._running is None and self._waiting:
            running = self._running = self._waiting.popleft()
            log.info("operation %d: %s of %s begins", running.what.id, running.what.kind, running.what.by)
            self._worker.submit(lambda: running.job(running), lambda result: self._ended(running, result))
            self._changed()

    def _remember(self, what: Operation, result: Message | QnetError) -> None:
        error, outcome = (result.dbus_name, result.message) if isinstance(result, QnetError) else ("", result)
        self._last[what.kind] = EndedOperation(
            what.id, what.kind, what.by, int(time.time()), error, Outcome.of(outcome)
        )

    def _ended(self, running: _Running, result: Message | QnetError) -> None:
        self._running = None
        self._remember(running.what, result)
        running.over(result)
        self._changed()  # first, so that whoever looks because of the end sees what it has led to
        if isinstance(result, QnetError):
            log.log(logging.INFO if isinstance(result, Refused) else logging.WARNING, "it failed: %s", result)
            self._listener.ended(running.what.id, result, result.message)
        else:
            log.info("operation %d ended: %s", running.what.id, result)
            self._listener.ended(running.what.id, None, result)
        self._next()
