"""Where the helper is on the bus, and what its errors mean: any D-Bus error as one of ours, with a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.model.errors import DBUS_PREFIX, NoAnswer, NotAuthorised, QnetError, from_dbus
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.parse import printable
from qnet_gui.model.wire.message_wire import from_parts

#: The helper's name and object on the system bus; its interface is called like the name.
NAME = "org.qnet.Helper1"
PATH = "/org/qnet/Helper1"
_BUS_ERROR = "org.freedesktop.DBus.Error."
#: Seconds until the answer to a call for which nobody is asked for a password.
READ_DEADLINE = 10.0
_AWAY = {"ServiceUnknown", "NameHasNoOwner", "FileNotFound", "NoServer", "Disconnected", "Failed"}
_STRANGE = {"UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidArgs"}
_SILENT = {"NoReply", "Timeout", "TimedOut"}


class HelperAway(QnetError):
    """Nobody answers on the bus."""

    name = "HelperAway"


def understood(name: str, body: Sequence[object]) -> QnetError:
    """A D-Bus error as one of ours, whoever it comes from; `body` is what came with its name.

    An error of the helper's has the English sentence in its body, the code and the arguments.
    """
    if name.startswith(DBUS_PREFIX):
        return from_dbus(name, from_parts(*body[:3]) if body else from_parts(""))
    short = name.removeprefix(_BUS_ERROR)
    if short in _AWAY or short.startswith("Spawn."):
        return HelperAway(HelperCode.HELPER_AWAY)
    if short in _SILENT:
        return NoAnswer(HelperCode.HELPER_SILENT)
    if short in _STRANGE:
        return QnetError(HelperCode.HELPER_OF_OTHER_VERSION)
    if short in ("AccessDenied", "AuthFailed"):
        return NotAuthorised(HelperCode.HELPER_FORBIDDEN)
    if short:
        return QnetError(HelperCode.HELPER_NOT_ASKED, why=printable(short))
    return QnetError(HelperCode.HELPER_NOT_ASKED_SILENT)
