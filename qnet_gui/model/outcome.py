"""How an operation ended, as part of the snapshot: so that it is known to whoever looks later. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.wire.message_wire import as_plain, from_plain

#: Kinds of operations that connect or disconnect dom0.
CONNECT, DISCONNECT, RECOVER = "connect", "disconnect", "recover"
DOM0_KINDS = frozenset({CONNECT, DISCONNECT, RECOVER})


class Outcome(Message):
    """What is told of an end: a message."""

    __slots__ = ()
    #: The keys of its plain form: the D-Bus signature of each, and what it is.
    PLAIN_FORM: ClassVar[Mapping[str, tuple[str, str]]] = {
        "sentence": ("s", "how it ended, in English"),
        "code": ("s", "one of the codes below"),
        "arguments": ("a{sv}", "the arguments of the code, by name"),
    }

    def as_plain(self) -> dict[str, object]:
        """It as plain data."""
        return as_plain(self)

    @classmethod
    def from_plain(cls, wire: object) -> Outcome:
        """It again; `ValueError` for what has no sentence."""
        return cls.of(from_plain(wire))

    @classmethod
    def of(cls, message: Message) -> Outcome:
        """The outcome that says the same as a message."""
        return cls(message.code, **dict(message.arguments))


@dataclass(frozen=True, slots=True)
class EndedOperation:
    """An operation that has ended: its number, kind and user, and `at`, when that was, in seconds since the epoch.

    `error` is the name of what it failed with, empty when it did not.
    """

    id: int
    kind: str
    by: str
    at: int
    error: str
    outcome: Outcome


def gone_wrong(ended: Iterable[EndedOperation]) -> EndedOperation | None:
    """What was done last to dom0's own connection, if that failed, or ended although nobody wanted it; else None."""
    last = last_of_dom0(ended)
    if last is None or last.error:
        return last
    why = dict(last.outcome.arguments).get("why")
    unwanted = isinstance(why, Message) and why.code is not UpgradeCode.TIME_OVER
    return last if unwanted and last.outcome.code is UpgradeCode.DISCONNECTED_BECAUSE else None


def last_of_dom0(ended: Iterable[EndedOperation]) -> EndedOperation | None:
    """What was done last to dom0's own connection; None for nothing yet."""
    of_dom0 = [operation for operation in ended if operation.kind in DOM0_KINDS]
    return max(of_dom0, key=lambda operation: operation.id, default=None)
