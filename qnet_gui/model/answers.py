"""Where the helper is on the bus, and what its errors mean: any D-Bus error as one of ours, with a sentence. Pure."""

from __future__ import annotations

from qnet_gui.model.errors import DBUS_PREFIX, NoAnswer, NotAuthorised, QnetError, from_dbus
from qnet_gui.model.parse import printable
from qnet_gui.model.sentence import HELPER_AWAY
from qnet_gui.model.translation import mark, tr

#: The helper's name and object on the system bus; its interface is called like the name.
NAME = "org.qnet.Helper1"
PATH = "/org/qnet/Helper1"
OTHER_VERSION = mark("The network helper is of another version. Restart it.")
_BUS_ERROR = "org.freedesktop.DBus.Error."
#: Seconds until the answer to a call for which nobody is asked for a password.
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
        return HelperAway(tr(HELPER_AWAY))
    if short in _SILENT:
        return NoAnswer(tr("The network helper does not answer."))
    if short in _STRANGE:
        return QnetError(tr(OTHER_VERSION))
    if short in ("AccessDenied", "AuthFailed"):
        return NotAuthorised(tr("The system bus does not let you talk to the network helper."))
    return QnetError(tr("The network helper cannot be asked ({why}).", why=printable(short) or tr("no reason given")))
