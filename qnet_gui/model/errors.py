"""Every error that qnet raises on purpose: one hierarchy, each with a D-Bus name and a message for people.

The kind of an error is for programs; its message, a code with arguments, says what is wrong and, where there is one,
the cure. Pure.
"""

from __future__ import annotations

from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Argument, Message

DBUS_PREFIX = "org.qnet.Error."


class QnetError(Exception):
    """Base of all; `str(error)` is the sentence. Raised itself only for what has no name of its own.

    Made from a code and its arguments, or from a message that is there already. `TypeError` when they do not fit.
    """

    name = "Failed"

    def __init__(self, what: Code | Message, /, **arguments: Argument) -> None:
        if isinstance(what, Message) and arguments:
            raise TypeError(f"{what} has its arguments already.")
        self.message = what if isinstance(what, Message) else Message(what, **arguments)
        super().__init__(self.message.english)

    @property
    def sentence(self) -> str:
        """In English."""
        return self.message.english

    @property
    def translated(self) -> str:
        """In the person's language."""
        return self.message.translated

    @property
    def dbus_name(self) -> str:
        """The full D-Bus error name, for example `org.qnet.Error.Busy`."""
        return DBUS_PREFIX + self.name


#: The D-Bus name of what has none of its own.
FAILED = DBUS_PREFIX + QnetError.name


class BadInput(QnetError):
    """A value from outside does not have the form that it must have."""

    name = "BadInput"


class NotFound(QnetError):
    """A domain, vif or node that was named does not exist."""

    name = "NotFound"


class Busy(QnetError):
    """Another operation is under way, and the sentence says whose and which; or there is too much to do at once."""

    name = "Busy"


class NotAuthorised(QnetError):
    """polkit said no, could not be asked, or the caller has gone."""

    name = "NotAuthorised"


class Refused(QnetError):
    """The request is understood and not allowed in the present state; the sentence says what stands in the way."""

    name = "Refused"


class Stuck(QnetError):
    """The way back failed: dom0 may still be connected. The helper keeps trying."""

    name = "Stuck"


class StoreError(QnetError):
    """xenstore answered with an error that is not one of the two below."""

    name = "Store"


class StoreDenied(StoreError):
    """xenstore refused: permission or quota."""

    name = "StoreDenied"


class StoreGone(StoreError):
    """xenstore cannot be reached, dropped the connection or did not answer within the deadline."""

    name = "StoreGone"


class NoAnswer(QnetError):
    """A domain, service or program did not answer within the deadline."""

    name = "NoAnswer"


class KernelError(QnetError):
    """The kernel (netlink, nftables, sysctl) refused."""

    name = "Kernel"


class HypervisorError(QnetError):
    """The hypervisor or its toolstack refused."""

    name = "Hypervisor"


def kinds(base: type[QnetError] = QnetError) -> list[type[QnetError]]:
    """All kinds of errors, `base` first."""
    return [base, *(kind for child in base.__subclasses__() for kind in kinds(child))]


def from_dbus(dbus_name: str, message: Message) -> QnetError:
    """The error that stands for a D-Bus error name; an unknown name becomes a plain `QnetError`."""
    kind = next((kind for kind in kinds() if DBUS_PREFIX + kind.name == dbus_name), QnetError)
    return kind(message)


def unexpected(error: BaseException) -> Message:
    """What is told of any error: of one of ours its message, of another one only its kind."""
    return error.message if isinstance(error, QnetError) else Message(HelperCode.UNEXPECTED, kind=type(error).__name__)
