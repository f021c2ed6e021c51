"""Every error that qnet raises on purpose: one hierarchy, each with a D-Bus name and a sentence for people.

The sentence says what is wrong and, where there is one, the cure. It is safe to show: whatever an outsider wrote
must have been reduced by `parse.printable` before it becomes part of it. Imports nothing.
"""

from __future__ import annotations

DBUS_PREFIX = "org.qnet.Error."


class QnetError(Exception):
    """Base of all; `str(error)` is the sentence. Raised itself only for what has no name of its own."""

    name = "Failed"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    @property
    def dbus_name(self) -> str:
        """The full D-Bus error name, for example `org.qnet.Error.Busy`."""
        return DBUS_PREFIX + self.name


class BadInput(QnetError):
    """A value from outside does not have the form that it must have."""

    name = "BadInput"


class NotFound(QnetError):
    """A domain, vif or node that was named does not exist."""

    name = "NotFound"


class Busy(QnetError):
    """Another operation is under way; the sentence says whose and which."""

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


def _all_subclasses(base: type[QnetError]) -> list[type[QnetError]]:
    found = [base]
    for child in base.__subclasses__():
        found.extend(_all_subclasses(child))
    return found


def from_dbus(dbus_name: str, sentence: str) -> QnetError:
    """The error that stands for a D-Bus error name; an unknown name becomes a plain `QnetError`."""
    for kind in _all_subclasses(QnetError):
        if DBUS_PREFIX + kind.name == dbus_name:
            return kind(sentence)
    return QnetError(sentence)
