"""An object on the bus: dispatches calls to declared methods, asks polkit first, tells errors in our own way.

Messages are dispatched here and not by dbus.service, which sends tracebacks to callers. Touches the connection that it
is given.
"""

from __future__ import annotations

import pwd
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from dbus.lowlevel import HANDLER_RESULT_HANDLED, HANDLER_RESULT_NOT_YET_HANDLED, MethodCallMessage, SignalMessage

from qnet_gui.dom0.bus.declare import ANYONE, Call, Declaration
from qnet_gui.dom0.bus.introspect import INTROSPECTABLE, PROPERTIES, describe, describe_parent
from qnet_gui.dom0.bus.polkit import Authority
from qnet_gui.model.errors import BadInput, NotAuthorised
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.runtime.dbus_values import plain

_BUS_ERROR = "org.freedesktop.DBus.Error."


def _user_name(uid: int) -> str:
    """A user as people call him; his number where nobody does any more."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _declared_in(base: type) -> dict[str, tuple[Declaration, str]]:
    """What a class itself declares, by the methods' names; refuses a class that has a D-Bus method of another kind."""
    found: dict[str, tuple[Declaration, str]] = {}
    for attribute, value in vars(base).items():
        declared = getattr(value, "declaration", None)
        if hasattr(value, "_dbus_is_method") or (attribute[0].isupper() and callable(value) and not declared):
            raise TypeError(f"{base.__name__}.{attribute} is a D-Bus method without a declared action.")
        if declared:
            if declared.name in found:
                raise TypeError(f"{base.__name__}: {declared.name} is declared twice.")
            found[declared.name] = (declared, attribute)
    return found


class Exported:
    """Base of an object on the bus. A subclass names its path, interface and properties and declares its methods."""

    path: ClassVar[str]
    interface: ClassVar[str]
    #: Name to D-Bus signature; all are read-only and signalled when they change.
    properties: ClassVar[Mapping[str, str]] = {}
    methods: ClassVar[dict[str, tuple[Declaration, str]]] = {}
    #: Name to the names and D-Bus signatures of its arguments.
    signals: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.methods = {}
        for base in reversed(cls.__mro__):  # a base need not be one of ours to bring methods in
            for name, found in _declared_in(base).items():
                if name in cls.methods:
                    raise TypeError(f"{cls.__name__}: {name} is declared twice.")
                cls.methods[name] = found
        if len({attribute for _, attribute in cls.methods.values()}) < len(cls.methods):
            raise TypeError(f"{cls.__name__}: one handler hides that of another method.")

    def __init__(self, connection: Any, authority: Authority) -> None:
        self._connection = connection
        self._authority = authority
        connection.add_message_filter(self._filter)

    def read_properties(self, done: Callable[[Mapping[str, object]], None]) -> None:
        """Give all properties to `done`, now or later."""
        raise NotImplementedError

    def when_ready(self, then: Callable[[], None]) -> None:
        """Call `then` once it is known enough to judge what somebody wants, now or later."""
        then()

    def properties_changed(self, changed: Mapping[str, object]) -> None:
        """Tell everybody who listens."""
        signal = SignalMessage(self.path, PROPERTIES, "PropertiesChanged")
        signal.append(self.interface, changed, [], signature="sa{sv}as")
        self._connection.send_message(signal)

    def emit(self, name: str, *values: object) -> None:
        """Send one of the declared signals."""
        signal = SignalMessage(self.path, self.interface, name)
        signal.append(*values, signature="".join(self.signals[name].values()))
        self._connection.send_message(signal)

    def with_user(self, call: Call, then: Callable[[str], None]) -> None:
        """Give the name of the user who calls to `then`; whoever has left the bus meanwhile is told nothing."""

        def answered(uid: Any) -> None:
            try:
                then(_user_name(int(uid)))
            except Exception as error:
                call.fail(error)

        bus = "org.freedesktop.DBus"
        self._connection.call_async(
            bus, "/org/freedesktop/DBus", bus, "GetConnectionUnixUser", "s", (call.sender,),
            answered, lambda _: call.fail(NotAuthorised(HelperCode.CALLER_GONE)),
        )  # fmt: skip

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

        arguments = [plain(value) for value in message.get_args_list()]

        def run(refusal: NotAuthorised | None = None) -> None:
            if refusal is not None:
                call.fail(refusal)
                return
            try:
                getattr(self, attribute)(call, *arguments)
            except Exception as error:
                call.fail(error)

        def begin() -> None:
            try:
                if declared.first is not None:
                    declared.first(self, *arguments)
                self._authority.check(call.sender, declared.action, call.interactive, run)
            except Exception as error:
                call.fail(error)

        if declared.action == ANYONE:
            run()
        elif declared.first is None:
            begin()
        else:
            self.when_ready(begin)

    def _property(self, message: Any) -> None:
        """The three methods of org.freedesktop.DBus.Properties; reading is for everyone, writing for nobody."""
        takes, gives = {"Get": ("ss", "v"), "GetAll": ("s", "a{sv}"), "Set": ("ssv", "")}[message.get_member()]
        call = Call(self._connection, message, gives)
        if message.get_signature() != takes:
            call.fail_as(_BUS_ERROR + "InvalidArgs", f"{message.get_member()} takes {takes}.")
            return
        interface, *rest = map(plain, message.get_args_list())
        if interface not in (self.interface, ""):
            raise BadInput(HelperCode.NO_INTERFACE)
        if gives == "a{sv}":
            self.read_properties(call.reply)
        elif rest[0] not in self.properties:
            call.fail_as(_BUS_ERROR + "UnknownProperty", "There is no such property here.")
        elif gives == "v":
            self.read_properties(lambda values: call.reply(values[rest[0]]))
        else:
            call.fail_as(_BUS_ERROR + "PropertyReadOnly", f"{rest[0]} cannot be written.")
