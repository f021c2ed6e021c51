"""The helper as the command line reads it: calls over the system bus, each with a deadline, errors as ours.

Nobody is asked for a password by any of them; deeds go over the line, see line.py.
"""

from __future__ import annotations

from typing import Any

import dbus
from dbus.lowlevel import MethodCallMessage

from qnet_gui.cli.preflight import OTHER_VERSION, Preflight, from_answer
from qnet_gui.model.errors import DBUS_PREFIX, NoAnswer, NotAuthorised, QnetError, from_dbus
from qnet_gui.model.parse import printable
from qnet_gui.model.sentence import HELPER_AWAY
from qnet_gui.model.snapshot import Snapshot, from_wire
from qnet_gui.wire import plain

NAME = "org.qnet.Helper1"
PATH = "/org/qnet/Helper1"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_BUS_ERROR = "org.freedesktop.DBus.Error."
#: Seconds.
READ_DEADLINE = 10.0
#: Characters of a sentence of the helper's that are shown.
SENTENCE = 500
_AWAY = {"ServiceUnknown", "NameHasNoOwner", "FileNotFound", "NoServer", "Disconnected", "Failed"}
_STRANGE = {"UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidArgs"}
_SILENT = {"NoReply", "Timeout", "TimedOut"}


class HelperAway(QnetError):
    """Nobody answers on the bus."""

    name = "HelperAway"


def understood(name: str, text: str) -> QnetError:
    """A D-Bus error as one of ours, with a sentence for people whoever it comes from."""
    if name.startswith(DBUS_PREFIX):
        return from_dbus(name, printable(text, SENTENCE))
    short = name.removeprefix(_BUS_ERROR)
    if short in _AWAY or short.startswith("Spawn."):
        return HelperAway(HELPER_AWAY)
    if short in _SILENT:
        return NoAnswer("The network helper does not answer.")
    if short in _STRANGE:
        return QnetError(OTHER_VERSION)
    if short in ("AccessDenied", "AuthFailed"):
        return NotAuthorised("The system bus does not let you talk to the network helper.")
    return QnetError(f"The network helper cannot be asked ({printable(short) or 'no reason given'}).")


def _error(error: Any) -> QnetError:
    return understood(str(error.get_dbus_name() or ""), str(error.get_dbus_message()))


class Helper:
    """One connection to the system bus."""

    def __init__(self) -> None:
        try:
            self._bus = dbus.SystemBus(private=True)
        except dbus.DBusException as error:
            raise _error(error) from error

    def _call(self, interface: str, member: str, signature: str, arguments: tuple[Any, ...]) -> Any:
        message = MethodCallMessage(NAME, PATH, interface, member)
        if signature:
            message.append(*arguments, signature=signature)
        try:
            values = self._bus.send_message_with_reply_and_block(message, READ_DEADLINE).get_args_list()
        except dbus.DBusException as error:
            raise _error(error) from error
        return plain(values[0]) if values else None

    def snapshot(self) -> tuple[dict[str, Any], Snapshot, str]:
        """The snapshot as it came, the same understood, and the helper's version."""
        found = self._call(_PROPERTIES, "GetAll", "s", (NAME,))
        try:
            wire, version = found["Snapshot"], found["Version"]
        except (KeyError, TypeError):
            raise QnetError(OTHER_VERSION) from None
        return wire, from_wire(wire), version

    def routes(self, domain: str) -> list[dict[str, Any]]:
        """A routing table."""
        found: list[dict[str, Any]] = self._call(NAME, "GetRoutes", "s", (domain,))
        return found

    def preflight(self) -> Preflight:
        """What connecting dom0 would meet."""
        return from_answer(self._call(NAME, "Preflight", "", ()))
