"""D-Bus methods by declaration: who may call what, what goes in and out; and a call with its one answer.

A method exists on the bus only through `@method`, and `@method` cannot be written without an action.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import dbus
from dbus.lowlevel import ErrorMessage, MethodCallMessage, MethodReturnMessage

from qnet_gui.dom0.bus.callers import Caller
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.wire import message_wire
from qnet_gui.runtime.dbus_values import typed

log = logging.getLogger(__name__)
Handler = TypeVar("Handler", bound=Callable[..., None])

#: Instead of a polkit action: everyone may, nobody is asked.
ANYONE = "anyone"
#: Looks at a call before anybody is asked for a password; what it returns is told to who is.
First = Callable[..., Mapping[str, str]]
_NOTHING: Mapping[str, str] = MappingProxyType({})
_ACTION = re.compile(r"org\.qnet\.[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A method as the bus sees it: its action, the D-Bus signatures and names of its arguments and of its results.

    `text` is what the handler's docstring says of it.
    """

    name: str
    action: str
    takes: str
    names: tuple[str, ...]
    gives: str
    results: tuple[str, ...]
    text: str
    first: First | None = None
    urgent: bool = False


def method(
    name: str, *, action: str, takes: str = "", gives: Mapping[str, str] = _NOTHING,
    first: First | None = None, urgent: bool = False,
) -> Callable[[Handler], Handler]:  # fmt: skip
    """Declare a D-Bus method. The handler gets the `Call` and the arguments, and answers now or later by the call.

    `takes`: the D-Bus signatures of the arguments, which are called as the handler calls them. `gives`: names and D-Bus
    signatures of the results. `first` gets the interface and the arguments before anybody is asked for a password, and
    raises when that would be in vain; it returns the words that the password dialog's message has as `$(word)`. The
    handler has to check again, since a person may take minutes to answer.
    `urgent`: it goes before what others want, and there is room for it whatever they do.
    """
    if action != ANYONE and not _ACTION.fullmatch(action):
        raise TypeError(f"{name}: {action!r} is neither ANYONE nor an action of ours.")

    def declare(handler: Handler) -> Handler:
        names = tuple(inspect.signature(handler).parameters)[2:]
        if len(names) != len(list(dbus.Signature(takes))):
            raise TypeError(f"{name}: {takes!r} does not fit {names}.")
        if any(len(list(dbus.Signature(kind))) != 1 for kind in gives.values()):
            raise TypeError(f"{name}: of {dict(gives)} each has to be one type.")
        handler.__dict__["declaration"] = Declaration(
            name, action, takes, names, "".join(gives.values()), tuple(gives), inspect.getdoc(handler) or "", first,
            urgent,
        )  # fmt: skip
        return handler

    return declare


#: A message on D-Bus: its parts and their signatures.
MESSAGE = {"sentence": "s", "code": "s", "arguments": "a{sv}"}
_MORE = "".join(MESSAGE.values()).removeprefix("s")


def message_body(message: Message) -> tuple[str, str, Any]:
    """The parts of `MESSAGE`: the English sentence, the code, the arguments."""
    return message.english, message.code.value, typed(message_wire.arguments(message))


def error_reply(error: BaseException) -> QnetError:
    """The error by which a caller learns of any; our log gets the rest."""
    if isinstance(error, QnetError):
        return error
    log.error("unexpected: %r", error, exc_info=error)
    return QnetError(HelperCode.HELPER_FAILED)


class Call:
    """One call of a method: who called, and the one answer to it. `answered` is called once it has it."""

    def __init__(
        self, connection: Any, message: MethodCallMessage, caller: Caller, gives: str = "",
        answered: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.caller = caller
        self._connection = connection
        self._message = message
        self._gives = gives
        self._after_answer = answered
        self._answered = False

    @property
    def interactive(self) -> bool:
        """Whether the caller lets a person be asked for a password."""
        return bool(self._message.get_allow_interactive_authorization())

    @property
    def in_vain(self) -> bool:
        """Whether nobody waits for its answer any more, or ever did."""
        return self.caller.gone or bool(self._message.get_no_reply())

    def reply(self, *values: object) -> None:
        """Answer with values of the declared types."""
        if self.in_vain:
            self._send(None)
            return
        try:
            answer = MethodReturnMessage(self._message)
            if self._gives:
                answer.append(*values, signature=self._gives)
        except Exception as error:
            self.fail(error)
            return
        self._send(answer)

    def fail(self, error: BaseException) -> None:
        """Answer with an error; its body begins with the English sentence, which is what any tool of the bus shows."""
        known = error_reply(error)
        self.fail_with(known.dbus_name, message_body(known.message))

    def fail_with(self, name: str, body: tuple[str, str, Any]) -> None:
        """Answer with an error that is made already: its D-Bus name and the parts of `MESSAGE`."""
        if self.in_vain:
            self._send(None)
            return
        sentence, *more = body
        answer = ErrorMessage(self._message, name, sentence)
        answer.append(*more, signature=_MORE)
        self._send(answer)

    def fail_as(self, name: str, sentence: str) -> None:
        """Answer with an error of the bus's own."""
        self._send(None if self.in_vain else ErrorMessage(self._message, name, sentence))

    def drop(self) -> None:
        """Leave it without an answer, since nobody waits for one."""
        self._send(None)

    def _send(self, answer: Any) -> None:
        if self._answered:
            log.error("%s was answered twice", self._message.get_member())
            return
        self._answered = True
        if answer is not None:
            self._connection.send_message(answer)
        self._after_answer()
