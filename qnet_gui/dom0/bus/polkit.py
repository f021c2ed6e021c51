"""Asks polkit whether a caller may do something. Never waits: the answer comes by a callback.

The subject is the caller's unique bus name, never a pid. Whatever goes wrong means no. Touches the system bus.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from typing import Any

import dbus

from qnet_gui.model.errors import NotAuthorised
from qnet_gui.model.messages.helper import HelperCode

log = logging.getLogger(__name__)
Answer = Callable[[NotAuthorised | None], None]

_NAME = "org.freedesktop.PolicyKit1"
_PATH = "/org/freedesktop/PolicyKit1/Authority"
_INTERFACE = "org.freedesktop.PolicyKit1.Authority"
_ALLOW_INTERACTION = 1
#: Seconds that a person may sit before a password dialog.
_DEADLINE = 300.0


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

    def check(self, sender: str, action: str, interactive: bool, answer: Answer) -> None:
        """Call `answer` once: with None for yes, with the reason for no. Cancelled when the caller leaves the bus."""
        if not sender:
            answer(NotAuthorised(HelperCode.CALLER_NAMELESS))
            return
        _Check(self._connection, f"qnet-{next(self._serial)}", sender, interactive, answer).ask(action)


class _Check:
    """One question under way."""

    def __init__(self, connection: Any, serial: str, sender: str, interactive: bool, answer: Answer) -> None:
        self._connection = connection
        self._serial = serial
        self._sender = sender
        self._interactive = interactive
        self._answer: Answer | None = answer
        self._watch: Any = None

    def ask(self, action: str) -> None:
        """Ask; exactly one answer follows."""
        subject = ("system-bus-name", dbus.Dictionary({"name": dbus.String(self._sender)}, signature="sv"))
        self._connection.call_async(
            _NAME, _PATH, _INTERFACE, "CheckAuthorization", "(sa{sv})sa{ss}us",
            (subject, action, {}, _ALLOW_INTERACTION if self._interactive else 0, self._serial),
            self._replied, self._failed, timeout=_DEADLINE,
        )  # fmt: skip
        self._watch = self._connection.watch_name_owner(self._sender, self._owner)

    def _owner(self, owner: str) -> None:
        if not owner and self._answer is not None:
            self._cancel()
            self._end(NotAuthorised(HelperCode.CALLER_GONE))

    def _cancel(self) -> None:
        self._connection.call_async(
            _NAME, _PATH, _INTERFACE, "CancelCheckAuthorization", "s", (self._serial,),
            lambda *_: None, lambda error: log.debug("nothing to cancel: %s", error.get_dbus_name()),
        )  # fmt: skip

    def _replied(self, result: Any) -> None:
        allowed, challenge, details = result
        if allowed:
            self._end(None)
        else:
            plain = {str(key): str(value) for key, value in details.items()}
            self._end(refusal(bool(challenge), plain, self._interactive))

    def _failed(self, error: Any) -> None:
        name = error.get_dbus_name() if isinstance(error, dbus.DBusException) else type(error).__name__
        if name == "org.freedesktop.DBus.Error.NoReply":
            self._cancel()
        if self._answer is not None:
            log.warning("polkit cannot be asked: %s", name)
        self._end(NotAuthorised(HelperCode.POLKIT_SILENT))

    def _end(self, result: NotAuthorised | None) -> None:
        answer, self._answer = self._answer, None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if answer is not None:
            answer(result)
