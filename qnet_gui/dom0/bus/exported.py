"""An object on the bus: dispatches calls to its interfaces' methods, asks polkit first, tells errors in our own way.

Messages are dispatched here and not by dbus.service, which sends tracebacks to callers. Touches the connection that it
is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dbus.lowlevel import HANDLER_RESULT_HANDLED, HANDLER_RESULT_NOT_YET_HANDLED, MethodCallMessage

from qnet_gui.dom0.bus.declare import ANYONE, Call, Declaration
from qnet_gui.dom0.bus.interface import DeclaredObject, Interface
from qnet_gui.dom0.bus.introspect import INTROSPECTABLE, PROPERTIES, describe, describe_parent
from qnet_gui.dom0.bus.polkit import Authority
from qnet_gui.model.errors import BadInput, NotAuthorised
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.runtime.dbus_values import plain

_BUS_ERROR = "org.freedesktop.DBus.Error."


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
        self._handlers = {
            name: (declaration, interface, attribute)
            for interface in interfaces
            for name, (declaration, attribute) in interface.methods.items()
        }
        self._with_properties = [interface for interface in interfaces if interface.properties]
        connection.add_message_filter(self._filter)

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
        if path != self._declared.path:
            parent = describe_parent(path, self._declared.path)
            if interface == INTROSPECTABLE and member == "Introspect" and parent:
                Call(self._connection, message, "s").reply(parent)
                return True
            return False
        if interface in (INTROSPECTABLE, None) and member == "Introspect":
            Call(self._connection, message, "s").reply(describe(self._declared))
        elif interface in (PROPERTIES, None) and member in ("Get", "GetAll", "Set"):
            self._property(message)
        elif interface in (self._declared.interface_name, None) and member in self._handlers:
            self._method(message, *self._handlers[member])
        else:
            call.fail_as(_BUS_ERROR + "UnknownMethod", f"There is no method {member} here.")
        return True

    def _method(self, message: Any, declared: Declaration, interface: Interface, attribute: str) -> None:
        call = Call(self._connection, message, declared.gives)
        if message.get_signature() != declared.takes:
            call.fail_as(_BUS_ERROR + "InvalidArgs", f"{declared.name} takes {declared.takes or 'nothing'}.")
            return

        arguments = [plain(value) for value in message.get_args_list()]

        def run(refusal: NotAuthorised | None = None) -> None:
            if refusal is not None:
                call.fail(refusal)
                return
            try:
                getattr(interface, attribute)(call, *arguments)
            except Exception as error:
                call.fail(error)

        def begin() -> None:
            try:
                if declared.first is not None:
                    declared.first(interface, *arguments)
                self._authority.check(call.sender, declared.action, call.interactive, run)
            except Exception as error:
                call.fail(error)

        if declared.action == ANYONE:
            run()
        elif declared.first is None:
            begin()
        else:
            self._when_ready(begin)

    def _property(self, message: Any) -> None:
        """The three methods of org.freedesktop.DBus.Properties; reading is for everyone, writing for nobody."""
        takes, gives = {"Get": ("ss", "v"), "GetAll": ("s", "a{sv}"), "Set": ("ssv", "")}[message.get_member()]
        call = Call(self._connection, message, gives)
        if message.get_signature() != takes:
            call.fail_as(_BUS_ERROR + "InvalidArgs", f"{message.get_member()} takes {takes}.")
            return
        interface, *rest = map(plain, message.get_args_list())
        if interface not in (self._declared.interface_name, ""):
            raise BadInput(HelperCode.NO_INTERFACE)
        if gives == "a{sv}":
            self._read_all(self._with_properties, {}, call.reply)
        elif rest[0] not in self._declared.properties:
            call.fail_as(_BUS_ERROR + "UnknownProperty", "There is no such property here.")
        elif gives == "v":
            wanted = self._declared.properties[rest[0]]
            interfaces = [interface for interface in self._with_properties if wanted in interface.properties]
            self._read_all(interfaces, {}, lambda values: call.reply(values[wanted.name]))
        else:
            call.fail_as(_BUS_ERROR + "PropertyReadOnly", f"{rest[0]} cannot be written.")

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
