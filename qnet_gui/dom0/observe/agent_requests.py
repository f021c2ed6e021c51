"""Asks the netvm to do something: a numbered request that dom0 alone may write, an answer in pieces, a deadline.

Writes `qnet/request` in the netvm's home, reads `data/qnet/answer/…` there. One request at a time; callers who want the
same that is not yet asked share one. Runs on the main loop, xenstore on its worker's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from qnet_gui.model.errors import BadInput, NoAnswer, QnetError, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.parse import shown
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.home import within_home
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
Done = Callable[[list[str] | QnetError], None]

DEADLINE = 3.0
_SERIALS = 9_999_999_999


@dataclass(slots=True)
class _Request:
    verb: str
    callers: list[Done] = field(default_factory=list)
    serial: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    serial: int
    ok: bool
    lines: list[str]


def _ask(store: Store, netvm: int, verb: str) -> int:
    """Write a request under a number that neither the last request nor the last answer has."""
    path = keys.REQUEST.under(netvm)

    def change(inside: Store) -> int:
        last = max(_serial(inside.read(path), keys.REQUEST), _serial(inside.read(_head(netvm)), keys.ANSWER_HEAD))
        serial = last % _SERIALS + 1
        inside.write(path, keys.REQUEST.form.text(keys.Request(serial, verb)))
        inside.set_perms(path, keys.REQUEST.permissions(netvm))
        return serial

    serial = within_home(store, netvm, change)
    if serial is None:
        raise Refused(DomainCode.NOT_RUNNING, name="netvm")
    return serial


def _head(netvm: int) -> str:
    return keys.ANSWER_HEAD.under(netvm)


def _serial(untrusted_value: bytes | None, key: keys.Key[keys.Request] | keys.Key[keys.AnswerHead]) -> int:
    try:
        return key.parse(untrusted_value).serial if untrusted_value is not None else 0
    except BadInput:
        return 0


def read_answer(store: Store, netvm: int) -> _Answer | None:
    """The answer that is there now; None for none; `BadInput` for nonsense."""
    untrusted_head = store.read(_head(netvm))
    if untrusted_head is None:
        return None
    head = keys.ANSWER_HEAD.parse(untrusted_head)
    lines: list[str] = []
    for index in range(min(head.pieces, keys.PIECES)):
        untrusted_piece = store.read(keys.ANSWER_PIECE.under(netvm, index))
        if untrusted_piece is None:
            raise BadInput(HelperCode.ANSWER_INCOMPLETE, number=index)
        lines += [line for line in keys.ANSWER_PIECE.parse(untrusted_piece).split(";") if line]
    return _Answer(head.serial, head.ok, lines)


class Requests:
    """`silence` is told True when a request was left without an answer, False when one was answered."""

    def __init__(self, store: StoreWorker, silence: Callable[[bool], None]) -> None:
        self._store = store
        self._silence = silence
        self._netvm: int | None = None
        self._queue: list[_Request] = []
        self._current: _Request | None = None
        self._timer: int | None = None

    def follow(self, netvm: int | None) -> None:
        """Ask this domain from now on; what was asked of another one has failed."""
        if netvm != self._netvm:
            self._netvm = netvm
            for request in self._queue + ([self._current] if self._current else []):
                self._tell(request, NoAnswer(HelperCode.NETVM_STOPPED))
            self._queue = []
            self._end()

    def ask(self, verb: str, done: Done) -> None:
        """Ask; `done` gets the lines of the answer or an error, within the deadline from when its turn comes."""
        if self._netvm is None:
            done(Refused(DomainCode.NOT_RUNNING, name="netvm"))
            return
        request = next((queued for queued in self._queue if queued.verb == verb), None)
        if request is None:
            request = _Request(verb)
            self._queue.append(request)
        request.callers.append(done)
        self._next()

    def answer_changed(self) -> None:
        """The answer's head has changed."""
        netvm, request = self._netvm, self._current
        if netvm is None or request is None:
            return
        self._store.submit(lambda store: read_answer(store, netvm), lambda answer: self._answered(request, answer))

    def _next(self) -> None:
        if self._current is not None or not self._queue or self._netvm is None:
            return
        request, netvm = self._queue.pop(0), self._netvm
        self._current = request
        self._timer = after(DEADLINE, lambda: self._expired(request))
        self._store.submit(lambda store: _ask(store, netvm, request.verb), lambda result: self._asked(request, result))

    def _asked(self, request: _Request, result: int | QnetError) -> None:
        if isinstance(result, QnetError):
            self._finish(request, result)
        else:
            request.serial = result

    def _answered(self, request: _Request, answer: _Answer | QnetError | None) -> None:
        if answer is None or request is not self._current:
            return
        if isinstance(answer, QnetError):
            log.warning("the netvm's answer: %s", answer)
            self._finish(request, NoAnswer(HelperCode.AGENT_NONSENSE) if isinstance(answer, BadInput) else answer)
        elif answer.serial == request.serial:
            self._silence(False)
            if answer.ok:
                self._finish(request, answer.lines)
            else:
                log.warning("the netvm could not do %s: %s", request.verb, shown(answer.lines))
                self._finish(request, QnetError(HelperCode.AGENT_COULD_NOT))

    def _expired(self, request: _Request) -> None:
        if request is self._current:
            self._timer = None
            log.warning("the netvm did not answer %s", request.verb)
            self._silence(True)
            self._finish(request, NoAnswer(HelperCode.AGENT_NO_ANSWER, seconds=DEADLINE))

    def _finish(self, request: _Request, result: list[str] | QnetError) -> None:
        if request is self._current:
            self._end()
            self._tell(request, result)
            self._next()

    def _end(self) -> None:
        self._current = None
        if self._timer is not None:
            cancel(self._timer)
            self._timer = None

    @staticmethod
    def _tell(request: _Request, result: list[str] | QnetError) -> None:
        callers, request.callers = request.callers, []
        for done in callers:
            done(result)
