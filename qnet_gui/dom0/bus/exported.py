"""An object on the bus: what comes in is refused or admitted at once, and what is admitted is done when its turn comes.

All messages wait in one line before they get here, so whoever floods delays the others by what a refusal costs: nothing
is unpacked, built or asked for a call that does not get in. Messages are dispatched here and not by dbus.service, which
sends tracebacks to callers. Touches the connection that it is given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from dbus.lowlevel import HANDLER_RESULT_HANDLED, HANDLER_RESULT_NOT_YET_HANDLED, MethodCallMessage, SignalMessage

from qnet_gui.dom0.bus.callers import Caller, Callers
from qnet_gui.dom0.bus.declare import ANYONE, Call, Declaration, message_body
from qnet_gui.dom0.bus.interface import DeclaredObject, Interface
from qnet_gui.dom0.bus.introspect import INTROSPECTABLE, PROPERTIES, describe, describe_parent
from qnet_gui.dom0.bus.polkit import Authority, Question
from qnet_gui.dom0.bus.turns import USUAL, Turns
from qnet_gui.model.errors import BadInput, Busy, NotAuthorised
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.runtime.dbus_values import plain
from qnet_gui.runtime.mainloop import after, post

_BUS_ERROR = "org.freedesktop.DBus.Error."
_HANDLED, _NOT_OURS = int(HANDLER_RESULT_HANDLED), int(HANDLER_RESULT_NOT_YET_HANDLED)
#: Nobody who has made no call yet.
_NOBODY = Caller("")
#: Characters that a text in a call may have.
_TEXT_MAX = 4096


class _Member(NamedTuple):
    """What can be called: its signatures, and what is done with the call and its arguments. `reads`: and no more."""

    takes: str
    gives: str
    run: Callable[..., None]
    reads: bool = True
    urgent: bool = False


#: What is to be written is not looked at: to unpack it would take seconds where it is large.
_READ_ONLY = _Member("ssv", "", lambda call: call.fail_as(_BUS_ERROR + "PropertyReadOnly", "Nothing here is writable."))


@cache
def _busy(code: Code) -> tuple[str, tuple[str, str, Any]]:
    error = Busy(code)
    return error.dbus_name, message_body(error.message)


class Exported:
    """Answers for an object as soon as it is made.

    `interfaces`: one of each class that `declared` names, in its order. `when_ready` calls what it is given once it is
    known enough to judge what somebody wants, now or later.
    """

    def __init__(
        self, connection: Any, authority: Authority, declared: DeclaredObject, interfaces: Sequence[Interface],
        when_ready: Callable[[Callable[[], None]], None],
    ) -> None:  # fmt: skip
        if tuple(type(interface) for interface in interfaces) != declared.interfaces:
            raise TypeError(f"{declared.path} has other interfaces than it declares.")
        self._connection = connection
        self._authority = authority
        self._declared = declared
        self._when_ready = when_ready
        self._callers = Callers(connection)
        self._turns = Turns()
        self._turning = False
        self._with_properties = [interface for interface in interfaces if interface.properties]
        self._members = self._standard_members()
        for interface in interfaces:
            for name, (declaration, attribute) in interface.methods.items():
                member = self._declared_member(declaration, getattr(interface, attribute), interface)
                self._members[(declared.interface_name, name)] = self._members[(None, name)] = member
        connection.add_message_filter(self._filter)

    def _standard_members(self) -> dict[tuple[str | None, str], _Member]:
        text = describe(self._declared)
        members: dict[tuple[str | None, str], _Member] = {
            (INTROSPECTABLE, "Introspect"): _Member("", "s", lambda call: call.reply(text)),
            (PROPERTIES, "Get"): _Member("ss", "v", self._get),
            (PROPERTIES, "GetAll"): _Member("s", "a{sv}", self._get_all),
            (PROPERTIES, "Set"): _READ_ONLY,
        }
        return members | {(None, name): member for (_, name), member in members.items()}

    def _declared_member(self, declared: Declaration, handler: Callable[..., None], interface: Interface) -> _Member:
        if declared.action == ANYONE:
            return _Member(declared.takes, declared.gives, handler)

        def authorise(call: Call, *arguments: Any) -> None:
            self._authorise(call, declared, handler, interface, arguments)

        return _Member(declared.takes, declared.gives, authorise, reads=False, urgent=declared.urgent)

    # -- at the door

    def _filter(self, connection: Any, message: Any) -> int:
        if not isinstance(message, MethodCallMessage):
            if isinstance(message, SignalMessage):
                self._callers.signal(message)
            return _NOT_OURS
        if message.get_path() != self._declared.path:
            return self._elsewhere(connection, message)
        try:
            self._look_at(connection, message)
        except Exception as error:
            Call(connection, message, _NOBODY).fail(error)
        return _HANDLED

    def _look_at(self, connection: Any, message: Any) -> None:
        name = message.get_member()
        member = self._members.get((message.get_interface(), name))
        if member is None:
            Call(connection, message, _NOBODY).fail_as(f"{_BUS_ERROR}UnknownMethod", f"There is no method {name} here.")
        elif message.get_signature() != member.takes:
            sentence = f"{name} takes {member.takes or 'nothing'}."
            Call(connection, message, _NOBODY).fail_as(f"{_BUS_ERROR}InvalidArgs", sentence)
        elif member is _READ_ONLY:
            member.run(Call(connection, message, _NOBODY))
        elif not (member.reads and message.get_no_reply()):  # else nobody would read it
            caller = self._callers.of(message.get_sender() or "")
            refusal = self._refusal(caller, member)
            if refusal is None:
                self._enter(caller, connection, message, member)
            else:
                Call(connection, message, caller).fail_with(*_busy(refusal))

    def _refusal(self, caller: Caller, member: _Member) -> Code | None:
        """Why a call does not get in; None when it does. Of whom the bus has not told yet, few wait for that."""
        if caller.uid >= 0:
            return self._turns.refusal(caller, member.urgent)
        return HelperCode.CALLS_TOO_MANY if len(caller.when_known) >= USUAL.connection else None

    def _elsewhere(self, connection: Any, message: Any) -> int:
        """Browsers of the bus look at the paths above the object's, to find it."""
        if message.get_member() != "Introspect" or message.get_interface() != INTROSPECTABLE:
            return _NOT_OURS
        parent = describe_parent(str(message.get_path()), self._declared.path)
        if not parent:
            return _NOT_OURS
        Call(connection, message, _NOBODY, "s").reply(parent)
        return _HANDLED

    def _enter(self, caller: Caller, connection: Any, message: Any, member: _Member) -> None:
        arguments = [plain(value) for value in message.get_args_list()] if member.takes else []
        if any(isinstance(value, str) and len(value) > _TEXT_MAX for value in arguments):
            raise BadInput(HelperCode.TEXT_TOO_LONG, high=_TEXT_MAX)

        def begin() -> None:
            call = Call(connection, message, caller, member.gives, lambda: self._turns.answered(caller, member.urgent))
            if caller.gone:
                call.drop()
                return
            try:
                member.run(call, *arguments)
            except Exception as error:
                call.fail(error)

        def admit() -> None:
            if caller.gone:
                return
            refusal = self._turns.refusal(caller, member.urgent)
            if refusal is not None:
                Call(connection, message, caller).fail_with(*_busy(refusal))
                return
            self._turns.add(caller, member.urgent, begin)
            if not self._turning:
                self._turning = True
                post(self._turn)

        if caller.uid >= 0 or caller.gone:
            admit()
        else:
            caller.when_known.append(admit)

    # -- one after the other

    def _turn(self) -> None:
        """Do what is next; before there is more, what comes over the bus has as long a time to itself."""
        begun = time.monotonic()
        calls = self._turns.round()
        for begin in calls:
            begin()
        if calls:
            after(time.monotonic() - begun, self._turn)
        else:
            self._turning = False

    def _authorise(
        self, call: Call, declared: Declaration, handler: Callable[..., None], interface: Interface,
        arguments: Sequence[Any],
    ) -> None:  # fmt: skip
        def run(refusal: NotAuthorised | None) -> None:
            if refusal is not None:
                call.fail(refusal)
                return
            try:
                handler(call, *arguments)
            except Exception as error:
                call.fail(error)

        def begin() -> None:
            try:
                told = declared.first(interface, *arguments) if declared.first is not None else {}
                question = Question(declared.action, told, call.interactive, declared.urgent)
                self._authority.check(call.caller, question, run)
            except Exception as error:
                call.fail(error)

        if declared.first is None:
            begin()
        else:
            self._when_ready(begin)

    # -- org.freedesktop.DBus.Properties: reading is for everyone, writing for nobody

    def _get_all(self, call: Call, interface: str) -> None:
        self._check_interface(interface)
        self._read_all(self._with_properties, {}, call.reply)

    def _get(self, call: Call, interface: str, name: str) -> None:
        self._check_interface(interface)
        wanted = self._declared.properties.get(name)
        if wanted is None:
            call.fail_as(_BUS_ERROR + "UnknownProperty", "There is no such property here.")
            return
        interfaces = [interface for interface in self._with_properties if wanted in interface.properties]
        self._read_all(interfaces, {}, lambda values: call.reply(values[wanted.name]))

    def _check_interface(self, name: str) -> None:
        if name not in (self._declared.interface_name, ""):
            raise BadInput(HelperCode.NO_INTERFACE)

    def _read_all(
        self, interfaces: Sequence[Interface], values: Mapping[str, object],
        done: Callable[[Mapping[str, object]], None],
    ) -> None:  # fmt: skip
        """Have one interface after the other read its properties."""
        if interfaces:
            first, *others = interfaces
            first.read_properties(lambda more: self._read_all(others, {**values, **more}, done))
        else:
            done(values)
