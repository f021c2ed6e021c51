"""D-Bus methods by declaration: who may call what, what goes in and out, and how errors are told.

A method exists on the bus only through `@method`, and `@method` cannot be written without an action. Messages are
dispatched here and not by dbus.service, which sends tracebacks to callers. Touches the connection that it is given.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import dbus
from dbus.lowlevel import (
    HANDLER_RESULT_HANDLED,
    HANDLER_RESULT_NOT_YET_HANDLED,
    ErrorMessage,
    MethodCallMessage,
    MethodReturnMessage,
    SignalMessage,
)

from qnet_gui.dom0.introspect import INTROSPECTABLE, PROPERTIES, describe, describe_parent
from qnet_gui.dom0.polkit import Authority
from qnet_gui.model.errors import BadInput, NotAuthorised, QnetError

log = logging.getLogger(__name__)
Handler = TypeVar("Handler", bound=Callable[..., None])

#: Instead of a polkit action: everyone may, nobody is asked.
ANYONE = "anyone"
_ACTION = re.compile(r"org\.qnet\.[a-z0-9-]+")
_BUS_ERROR = "org.freedesktop.DBus.Error."
_SENTENCE_FOR_THE_UNEXPECTED = "The network helper failed unexpectedly; its log says why."


@dataclass(frozen=True, slots=True)
class Declaration:
    """A method as the bus sees it: its action and the D-Bus signatures and names of its arguments."""

    name: str
    action: str
    takes: str
    gives: str
    names: tuple[str, ...]


def method(name: str, *, action: str, takes: str = "", gives: str = "") -> Callable[[Handler], Handler]:
    """Declare a D-Bus method. The handler gets the `Call` and the arguments, and answers now or later by the call."""
    if action != ANYONE and not _ACTION.fullmatch(action):
        raise TypeError(f"{name}: {action!r} is neither ANYONE nor an action of ours.")

    def declare(handler: Handler) -> Handler:
        names = tuple(inspect.signature(handler).parameters)[2:]
        if len(names) != len(list(dbus.Signature(takes))):
            raise TypeError(f"{name}: {takes!r} does not fit {names}.")
        handler.__dict__["declaration"] = Declaration(name, action, takes, gives, names)
        return handler

    return declare


def told(error: BaseException) -> tuple[str, str]:
    """The D-Bus name and the sentence by which a caller learns of an error; our log gets the rest."""
    if isinstance(error, QnetError):
        return error.dbus_name, error.sentence
    log.error("unexpected: %r", error, exc_info=error)
    return QnetError("").dbus_name, _SENTENCE_FOR_THE_UNEXPECTED


class Call:
    """One call of a method: who called, and the one answer to it."""

    def __init__(self, connection: Any, message: MethodCallMessage, gives: str = "") -> None:
        self._connection = connection
        self._message = message
        self._gives = gives
        self._answered = False

    @property
    def sender(self) -> str:
        """The caller's unique name on the bus; polkit's subject."""
        return str(self._message.get_sender() or "")

    @property
    def interactive(self) -> bool:
        """Whether the caller lets a person be asked for a password."""
        return bool(self._message.get_allow_interactive_authorization())

    def reply(self, *values: object) -> None:
        """Answer with values of the declared types."""
        try:
            answer = MethodReturnMessage(self._message)
            if self._gives:
                answer.append(*values, signature=self._gives)
        except Exception as error:
            self.fail(error)
            return
        self._send(answer)

    def fail(self, error: BaseException) -> None:
        """Answer with an error."""
        self.fail_as(*told(error))

    def fail_as(self, name: str, sentence: str) -> None:
        """Answer with an error of the bus's own."""
        self._send(ErrorMessage(self._message, name, sentence))

    def _send(self, answer: Any) -> None:
        if self._answered:
            log.error("%s was answered twice", self._message.get_member())
        elif not self._message.get_no_reply():
            self._connection.send_message(answer)
        self._answered = True


class Exported:
    """Base of an object on the bus. A subclass names its path, interface and properties and declares its methods."""

    path: ClassVar[str]
    interface: ClassVar[str]
    #: Name to D-Bus signature; all are read-only and signalled when they change.
    properties: ClassVar[Mapping[str, str]] = {}
    methods: ClassVar[dict[str, tuple[Declaration, str]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.methods = dict(cls.methods)
        for attribute, value in vars(cls).items():
            declared = getattr(value, "declaration", None)
            if hasattr(value, "_dbus_is_method") or (attribute[0].isupper() and callable(value) and not declared):
                raise TypeError(f"{cls.__name__}.{attribute} is a D-Bus method without a declared action.")
            if declared:
                if declared.name in cls.methods:
                    raise TypeError(f"{cls.__name__}: {declared.name} is declared twice.")
                cls.methods[declared.name] = (declared, attribute)

    def __init__(self, connection: Any, authority: Authority) -> None:
        self._connection = connection
        self._authority = authority
        connection.add_message_filter(self._filter)

    def read_properties(self, done: Callable[[Mapping[str, object]], None]) -> None:
        """Give all properties to `done`, now or later."""
        raise NotImplementedError

    def properties_changed(self, changed: Mapping[str, object]) -> None:
        """Tell everybody who listens."""
        signal = SignalMessage(self.path, PROPERTIES, "PropertiesChanged")
        signal.append(self.interface, changed, [], signature="sa{sv}as")
        self._connection.send_message(signal)

    # -- dispatch

    def _filter(self, connection: Any, message: Any) -> int:
        if not isinstance(message, MethodCallMessage):
            return int(HANDLER_RESULT_NOT_YET_HANDLED)
        call = Call(connection, message)
        try:
            return int(HANDLER_RESULT_HANDLED if self._dispatch(call, message) else HANDLER_RESULT_NOT_YET_HANDLED)
        except Exception as error:
            call.fail(error)
            return int(HANDLER_RESULT_HANDLED)

    def _dispatch(self, call: Call, message: Any) -> bool:
        """False when this message is not for this object."""
        interface, member = message.get_interface(), message.get_member()
        path = str(message.get_path())
        if path != self.path:
            parent = describe_parent(path, self.path)
            if interface == INTROSPECTABLE and member == "Introspect" and parent:
                Call(self._connection, message, "s").reply(parent)
                return True
            return False
        if interface in (INTROSPECTABLE, None) and member == "Introspect":
            Call(self._connection, message, "s").reply(describe(self))
        elif interface in (PROPERTIES, None) and member in ("Get", "GetAll", "Set"):
            self._property(message)
        elif interface in (self.interface, None) and member in self.methods:
            self._method(message, *self.methods[member])
        else:
            call.fail_as(_BUS_ERROR + "UnknownMethod", f"There is no method {member} here.")
        return True

    def _method(self, message: Any, declared: Declaration, attribute: str) -> None:
        call = Call(self._connection, message, declared.gives)
        if message.get_signature() != declared.takes:
            call.fail_as(_BUS_ERROR + "InvalidArgs", f"{declared.name} takes {declared.takes or 'nothing'}.")
            return

        def run(refusal: NotAuthorised | None = None) -> None:
            if refusal is not None:
                call.fail(refusal)
                return
            try:
                getattr(self, attribute)(call, *message.get_args_list())
            except Exception as error:
                call.fail(error)

        if declared.action == ANYONE:
            run()
        else:
            self._authority.check(call.sender, declared.action, call.interactive, run)

    def _property(self, message: Any) -> None:
        """The three methods of org.freedesktop.DBus.Properties; reading is for everyone, writing for nobody."""
        takes, gives = {"Get": ("ss", "v"), "GetAll": ("s", "a{sv}"), "Set": ("ssv", "")}[message.get_member()]
        call = Call(self._connection, message, gives)
        if message.get_signature() != takes:
            call.fail_as(_BUS_ERROR + "InvalidArgs", f"{message.get_member()} takes {takes}.")
            return
        interface, *rest = message.get_args_list()
        if interface not in (self.interface, ""):
            raise BadInput("There is no such interface here.")
        if gives == "a{sv}":
            self.read_properties(call.reply)
        elif rest[0] not in self.properties:
            call.fail_as(_BUS_ERROR + "UnknownProperty", "There is no such property here.")
        elif gives == "v":
            self.read_properties(lambda values: call.reply(values[rest[0]]))
        else:
            call.fail_as(_BUS_ERROR + "PropertyReadOnly", f"{rest[0]} cannot be written.")
