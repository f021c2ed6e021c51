"""Requests of dom0 to the netvm: `qnet/request` holds "<serial> <verb>"; the answer goes to `data/qnet/answer/…`.

Pieces first, the head last, in one transaction. A request that has been answered is not answered again, so a restart of
the agent repeats nothing. dom0 gives up by its own deadline.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
#: Does what a verb asks for, on the main loop, and returns the answer's lines.
Verb = Callable[[], Sequence[str]]
#: The same for what takes a while: gives the answer's lines to what it gets.
SlowVerb = Callable[[Callable[[Sequence[str]], None]], None]


def _read(store: Store) -> tuple[int, str, int]:
    """The request's serial and verb, and the serial of the last answer; 0 for none."""
    line = store.read(keys.REQUEST.at())
    if line is None:
        return 0, "", 0
    request, head = keys.REQUEST.parse(line), store.read(keys.ANSWER_HEAD.at())
    return request.serial, request.verb, keys.ANSWER_HEAD.parse(head).serial if head else 0


def answer(serial: int, word: str, lines: Sequence[str]) -> Callable[[Store], None]:
    """The change of xenstore that is an answer."""
    pieces = keys.pieces(lines)[: keys.PIECES]

    def change(store: Store) -> None:
        store.delete(f"{keys.HOME_DOMAIN}/answer")
        for index, piece in enumerate(pieces):
            store.write(keys.ANSWER_PIECE.at(index), piece)
        head = keys.AnswerHead(serial, word == "ok", len(pieces))
        store.write(keys.ANSWER_HEAD.at(), keys.ANSWER_HEAD.form.text(head))

    return change


class Requests:
    """Answers requests with `verbs`, and with `slow` ones."""

    def __init__(self, worker: StoreWorker, verbs: Mapping[str, Verb], slow: Mapping[str, SlowVerb]) -> None:
        self._worker = worker
        self._verbs = verbs
        self._slow = slow
        self._under_way = 0

    def start(self) -> None:
        """Watch for requests."""
        self._worker.watch(keys.REQUEST.at(), lambda _: self._worker.submit(_read, self._serve))

    def _serve(self, request: tuple[int, str, int] | QnetError) -> None:
        if isinstance(request, QnetError):
            log.warning("a request of dom0 cannot be read: %s", request)
            return
        serial, verb, answered = request
        if serial in (0, answered, self._under_way):
            return
        if verb in self._slow:
            self._under_way = serial
            self._slow[verb](lambda lines: self._write(serial, "ok", lines))
            return
        try:
            if verb not in self._verbs:
                raise QnetError(AgentCode.VERB_UNKNOWN, verb=verb)
            word, lines = "ok", list(self._verbs[verb]())
        except QnetError as error:
            word, lines = "error", [error.sentence]
        self._write(serial, word, lines)

    def _write(self, serial: int, word: str, lines: Sequence[str]) -> None:
        self._under_way = 0
        change = answer(serial, word, lines)
        self._worker.submit(lambda store: store.atomically(change), self._answered)

    @staticmethod
    def _answered(result: QnetError | None) -> None:
        if result is not None:
            log.warning("an answer to dom0 cannot be written: %s", result)
