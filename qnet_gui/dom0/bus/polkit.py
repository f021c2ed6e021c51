"""Asks polkit whether a caller may do something. Never waits: the answer comes by a callback.

The subject is the caller's unique bus name, never a pid. Whatever goes wrong means no. Root is not asked about, since
polkit lets it do everything. There is room for so many questions only, of each user and of all. Touches the system bus.
"""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Callable
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


def refusal(challenge: bool, details: dict[str, str], interactive: bool) -> NotAuthorised:
    """Why polkit said no."""
    if details.get("polkit.dismissed"):
        return NotAuthorised(HelperCode.PASSWORD_NOT_GIVEN)
    if challenge and not interactive:
        return NotAuthorised(HelperCode.PASSWORD_NOT_WANTED)
    if challenge:
        return NotAuthorised(HelperCode.PASSWORD_OF_NOBODY)
    if interactive:  # polkit tells neither from the other, and KDE's dialog not even that it was dismissed
        return NotAuthorised(HelperCode.PASSWORD_WRONG)
    return NotAuthorised(HelperCode.NOT_ALLOWED)


class Authority:
    """polkit, seen from one connection to the system bus."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._serial = itertools.count(1)
        self._under_way: tuple[Counter[int], Counter[int]] = (Counter(), Counter())

    def check(self, caller: Caller, action: str, interactive: bool, answer: Answer, urgent: bool = False) -> None:
        """Call `answer` once: with None for yes, with the reason for no. Cancelled when the caller leaves the bus.

        `Busy` when too many questions are under way.
        """
        if caller.gone:
            answer(NotAuthorised(HelperCode.CALLER_GONE))
            return
        if caller.uid == ROOT:
            answer(None)
            return
        counted = self._under_way[urgent]
        if counted[caller.uid] >= _OF_USER[urgent]:
            raise Busy(HelperCode.QUESTIONS_TOO_MANY)
        if counted.total() >= _OF_ALL[urgent]:
            raise Busy(HelperCode.QUESTIONS_OF_OTHERS)
        counted[caller.uid] += 1

        def over() -> None:
            counted[caller.uid] -= 1
            if not counted[caller.uid]:
                del counted[caller.uid]

        _Check(self._connection, next(self._serial), caller, interactive, answer, over).ask(action)


class _Check:
    """One question under way. `over` is called when polkit is done with it, which may be after the answer."""

    def __init__(
        self, connection: Any, number: int, caller: Caller, interactive: bool, answer: Answer, over: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._number = number
        self._serial = f"qnet-{number}"
        self._caller = caller
        self._interactive = interactive
        self._answer: Answer | None = answer
        self._over = over

    def ask(self, action: str) -> None:
        """Ask; exactly one answer follows."""
        self._caller.when_gone[self._number] = self._gone
        subject = ("system-bus-name", dbus.Dictionary({"name": dbus.String(self._caller.name)}, signature="sv"))
        self._connection.call_async(
            _NAME, _PATH, _INTERFACE, "CheckAuthorization", "(sa{sv})sa{ss}us",
            (subject, action, {}, _ALLOW_INTERACTION if self._interactive else 0, self._serial),
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
        self._over()
        allowed, challenge, details = result
        if allowed:
            self._end(None)
        else:
            plain = {str(key): str(value) for key, value in details.items()}
            self._end(refusal(bool(challenge), plain, self._interactive))

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
