"""Talking D-Bus from Qt without ever blocking: a call with a callback, and typed slots for signals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from qnet_gui.tray.qt import (
    QDBusArgument,
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCall,
    QDBusPendingCallWatcher,
    QDBusPendingReply,
    QMetaType,
    QObject,
    pyqtSlot,
)

PROPERTIES = "org.freedesktop.DBus.Properties"
_DISCONNECTED = "org.freedesktop.DBus.Error.Disconnected"

_Method = TypeVar("_Method", bound=Callable[..., None])


def unsigned(number: int) -> QDBusArgument:
    """A number as D-Bus's `u`; Qt would send every number as `i`."""
    return QDBusArgument(number, QMetaType.Type.UInt)


def moment(seconds: int) -> QDBusArgument:
    """Seconds since the epoch as D-Bus's `x`."""
    return QDBusArgument(seconds, QMetaType.Type.LongLong)


def message_slot(method: _Method) -> _Method:
    """A method that QtDBus can call with the message of a signal."""
    return cast(_Method, pyqtSlot(QDBusMessage)(method))


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to a call: its arguments, or those of the error and its name."""

    arguments: Sequence[object] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """An object of a service on a bus."""

    bus: QDBusConnection
    name: str
    path: str

    def listen(self, interface: str, signal: str, slot: Callable[..., None]) -> bool:
        """Have a signal of this object's, and of nobody else's, delivered to a `message_slot`."""
        return self.bus.connect(self.name, self.path, interface, signal, slot)

    def ignore(self, interface: str, signal: str, slot: Callable[..., None]) -> None:
        """Have it delivered no longer: the bus does not even send it."""
        self.bus.disconnect(self.name, self.path, interface, signal, slot)

    def call(
        self,
        parent: QObject,
        interface: str,
        method: str,
        arguments: Sequence[object],
        then: Callable[[Answer], None],
        start: bool = True,
        seconds: float | None = None,
        interactive: bool = False,
    ) -> None:
        """Call a method; `then` is called with the answer while `parent` lives. `start`: activate it if need be.

        No answer within `seconds` (25 when not given) is an error. `interactive`: a password may be asked for.
        """
        message = QDBusMessage.createMethodCall(self.name, self.path, interface, method)
        message.setArguments(list(arguments))
        message.setAutoStartService(start)
        message.setInteractiveAuthorizationAllowed(interactive)
        timeout = -1 if seconds is None else round(seconds * 1000)
        waiting = QDBusPendingCallWatcher(self._begun(message, timeout), parent)

        def answered(done: QDBusPendingCallWatcher) -> None:
            done.deleteLater()
            reply = QDBusPendingReply(done)
            if reply.isError():
                error = reply.error()
                # an error of Qt's own, such as a deadline, has no reply
                then(Answer(reply.reply().arguments() or [error.message()], error.name()))
            else:
                then(Answer(reply.reply().arguments()))

        waiting.finished.connect(answered)

    def _begun(self, message: QDBusMessage, timeout: int) -> QDBusPendingCall:
        """The call under way; Qt itself never answers one on a bus that has gone."""
        if self.bus.isConnected():
            return self.bus.asyncCall(message, timeout)
        return QDBusPendingCall.fromCompletedCall(QDBusMessage.createError(_DISCONNECTED, "The bus has gone."))

    def get(
        self,
        parent: QObject,
        interface: str,
        name: str,
        then: Callable[[Answer], None],
        start: bool,
        seconds: float | None = None,
    ) -> None:
        """Ask for a property; it is the answer's only argument."""
        self.call(parent, PROPERTIES, "Get", [interface, name], then, start, seconds)
