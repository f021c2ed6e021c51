"""The helper as the command line sees it: calls over the system bus, each with a deadline, errors as ours."""

from __future__ import annotations

from typing import Any

import dbus
from dbus.lowlevel import MethodCallMessage

from qnet_gui.model.errors import DBUS_PREFIX, NoAnswer, NotAuthorised, QnetError, from_dbus
from qnet_gui.model.parse import printable
from qnet_gui.model.sentence import HELPER_AWAY
from qnet_gui.model.snapshot import Snapshot, from_wire
from qnet_gui.wire import plain

_NAME = "org.qnet.Helper1"
_PATH = "/org/qnet/Helper1"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_BUS_ERROR = "org.freedesktop.DBus.Error."
#: Seconds. A person may have to type a password before the answer to a deed.
READ_DEADLINE, DEED_DEADLINE = 10.0, 300.0
_AWAY = {"ServiceUnknown", "NameHasNoOwner", "FileNotFound", "NoServer", "Disconnected", "Failed"}
_SILENT = {"NoReply", "Timeout", "TimedOut"}


class HelperAway(QnetError):
    """Nobody answers on the bus."""

    name = "HelperAway"


def _error(error: Any) -> QnetError:
    name = str(error.get_dbus_name() or "")
    if name.startswith(DBUS_PREFIX):
        return from_dbus(name, printable(str(error.get_dbus_message()), 500))
    short = name.removeprefix(_BUS_ERROR)
    if short in _AWAY or short.startswith("Spawn."):
        return HelperAway(HELPER_AWAY)
    if short in _SILENT:
        return NoAnswer("The network helper does not answer.")
    if short in ("AccessDenied", "AuthFailed"):
        return NotAuthorised("The system bus does not let you talk to the network helper.")
    return QnetError(f"The network helper cannot be asked ({printable(short) or 'no reason given'}).")


class Helper:
    """One connection to the system bus."""

    def __init__(self) -> None:
        try:
            self._bus = dbus.SystemBus(private=True)
        except dbus.DBusException as error:
            raise _error(error) from error

    def _call(self, interface: str, member: str, signature: str, arguments: tuple[Any, ...], deadline: float) -> Any:
        message = MethodCallMessage(_NAME, _PATH, interface, member)
        if signature:
            message.append(*arguments, signature=signature)
        message.set_allow_interactive_authorization(deadline > READ_DEADLINE)
        try:
            values = self._bus.send_message_with_reply_and_block(message, deadline).get_args_list()
        except dbus.DBusException as error:
            raise _error(error) from error
        return plain(values[0]) if values else None

    def snapshot(self) -> tuple[dict[str, Any], Snapshot, str]:
        """The snapshot as it came, the same understood, and the helper's version."""
        found = self._call(_PROPERTIES, "GetAll", "s", (_NAME,), READ_DEADLINE)
        try:
            wire, version = found["Snapshot"], found["Version"]
        except (KeyError, TypeError):
            raise QnetError("The network helper is of another version. Restart it.") from None
        return wire, from_wire(wire), version

    def routes(self, domain: str) -> list[dict[str, Any]]:
        """A routing table."""
        found: list[dict[str, Any]] = self._call(_NAME, "GetRoutes", "s", (domain,), READ_DEADLINE)
        return found

    def reapply(self) -> None:
        """Have the netvm set everything up again."""
        self._call(_NAME, "Reapply", "", (), DEED_DEADLINE)
