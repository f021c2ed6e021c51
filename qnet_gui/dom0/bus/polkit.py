"""Asks polkit whether a caller may do something. Never waits: the answer comes by a callback.

The subject is the caller's unique bus name, never a pid. Whatever goes wrong means no. Root is not asked about, since
polkit lets it do everything. There is room for so many questions only, of each user and of all. Touches the system bus.
"""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dbus

from qnet_gui.dom0.bus.callers import ROOT, Caller
from qnet_gui.model.errors import Busy, NotAuthorised
from qnet_gui.model.messages.helper import HelperCode

log = logging.getLogger(__name__)
Answer = Callable[[NotAuthorised | None], None]

_NAME = "org.freedesktop.PolicyKit1"
_PATH = "/org/freedesktop/PolicyKit1/Authority"
_INTERFACE = "org.freedesktop.PolicyKit1.Authority"
_ALLOW_INTERACTION = 1
#: Seconds that a person may sit before a password dialog.
_DEADLINE = 300.0
#: How many questions of one user, and of all, may be under way: usual ones, and apart from them the urgent ones.
_OF_USER, _OF_ALL = (4, 2), (32, 16)


@dataclass(frozen=True, slots=True)
class Question:
    """Whether somebody may do an action. `told`: the words that its message in the policy has as `$(word)`.

    `interactive`: a person may be asked for a password; `urgent`: there is room for it whatever others ask.
    """

    action: str
    told: Mapping[str, str]
    interactive: bool
    urgent: bool = False


def refusal(challenge: bool, details: dict[str, str], interactive: bool, another_dialog: bool = False) -> NotAuthorised:
    """Why polkit said no. `another_dialog`: one of the same user is open, and a desktop shows one at a time."""
    if details.get("polkit.dismissed"):
        return NotAuthorised(HelperCode.PASSWORD_NOT_GIVEN)
    if challenge and not interactive:
        return NotAuthorised(HelperCode.PASSWORD_NOT_WANTED)
    if challenge:
        return NotAuthorised(HelperCode.PASSWORD_OF_NOBODY)
    if interactive and another_dialog:
        return NotAuthorised(HelperCode.DIALOG_OPEN)
    if interactive:  # polkit tells neither from the other, and KDE's dialog not even that it was dismissed
        return NotAuthorised(HelperCode.PASSWORD_WRONG)
    return NotAuthorised(HelperCode.NOT_ALLOWED)


class Authority:
    """polkit, seen from one connection to the system bus."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._serial = itertools.count(1)
        self._under_way: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        #: Questions of each user that may have led to a password dialog.
        self._interactive: Counter[int] = Counter()

    def check(self, caller: Caller, question: Question, answer: Answer) -> None:
        """Call `answer` once: with None for yes, with the reason for no. Cancelled when the caller leaves the bus.

        `Busy` when too many questions are under way.
        """
        if caller.gone:
            answer(NotAuthorised(HelperCode.CALLER_GONE))
            return
        if caller.uid == ROOT:
            answer(None)
            return
        counted = self._under_way[question.urgent]
        if counted[caller.uid] >= _OF_USER[question.urgent]:
            raise Busy(HelperCode.QUESTIONS_TOO_MANY)
        if counted.total() >= _OF_ALL[question.urgent]:
            raise Busy(HelperCode.QUESTIONS_OF_OTHERS)
        counters = [counted, self._interactive] if question.interactive else [counted]
        for counter in counters:
            counter[caller.uid] += 1

        def over() -> bool:
            for counter in counters:
                counter[caller.uid] -= 1
                if not counter[caller.uid]:
                    del counter[caller.uid]
            return caller.uid in self._interactive

        _Check(self._connection, next(self._serial), caller, question, answer, over).ask()


class _Check:
    """One question under way. `over` is called when polkit is done with it, which may be after the answer.

    It tells whether the same user may have another dialog open.
    """

    def __init__(
        self, connection: Any, number: int, caller: Caller, question: Question, answer: Answer, over: Callable[[], bool]
    ) -> None:
        self._connection = connection
        self._number = number
        self._serial = f"qnet-{number}"
        self._caller = caller
        self._question = question
        self._answer: Answer | None = answer
        self._over = over

    def ask(self) -> None:
        """Ask; exactly one answer follows."""
        self._caller.when_gone[self._number] = self._gone
        subject = ("system-bus-name", dbus.Dictionary({"name": dbus.String(self._caller.name)}, signature="sv"))
        self._connection.call_async(
            _NAME, _PATH, _INTERFACE, "CheckAuthorization", "(sa{sv})sa{ss}us",
            (
                subject, self._question.action, dbus.Dictionary(self._question.told, signature="ss"),
                _ALLOW_INTERACTION if self._question.interactive else 0, self._serial,
            ),
            self._replied, self._failed, timeout=_DEADLINE,
        )  # fmt: skip

    def _gone(self) -> None:
        if self._answer is not None:
            self._cancel()
            self._end(NotAuthorised(HelperCode.CALLER_GONE))

    def _cancel(self) -> None:
        self._connection.call_async(
            _NAME, _PATH, _INTERFACE, "CancelCheckAuthorization", "s", (self._serial,),
            lambda *_: None, lambda error: log.debug("nothing to cancel: %s", error.get_dbus_name()),
        )  # fmt: skip

    def _replied(self, result: Any) -> None:
        another_dialog = self._over()
        allowed, challenge, details = result
        if allowed:
            self._end(None)
        else:
            plain = {str(key): str(value) for key, value in details.items()}
            self._end(refusal(bool(challenge), plain, self._question.interactive, another_dialog))

    def _failed(self, error: Any) -> None:
        self._over()
        name = error.get_dbus_name() if isinstance(error, dbus.DBusException) else type(error).__name__
        if name == "org.freedesktop.DBus.Error.NoReply":
            self._cancel()
        if self._answer is not None:
            log.warning("polkit cannot be asked: %s", name)
        self._end(NotAuthorised(HelperCode.POLKIT_SILENT))

    def _end(self, result: NotAuthorised | None) -> None:
        answer, self._answer = self._answer, None
        self._caller.when_gone.pop(self._number, None)
        if answer is not None:
            answer(result)
