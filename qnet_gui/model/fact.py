"""Facts: what was found of dom0's isolation, as messages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.wire import message_wire


class Fact(Message):
    """One thing that dom0 has: what its code says, with these arguments."""

    __slots__ = ()
    #: The keys of its plain form: the D-Bus signature of each, and what it is.
    PLAIN_FORM: ClassVar[Mapping[str, tuple[str, str]]] = {
        "code": ("s", "one of [IsolationCode](#isolationcode)"),
        "arguments": ("a{sv}", "the arguments of the code, by name"),
        "sentence": ("s", "the fact in English"),
    }

    @classmethod
    def of(cls, message: Message) -> Fact:
        """A message as a fact."""
        return cls(message.code, **dict(message.arguments))

    def as_plain(self) -> dict[str, Any]:
        """It as plain data; the sentence is for whoever does not know the code."""
        return message_wire.as_plain(self)

    @classmethod
    def from_plain(cls, wire: object) -> Fact:
        """It again, of another version's only the sentence; `ValueError` when there is none."""
        return cls.of(message_wire.from_plain(wire))


def rest(count: int) -> tuple[Message, ...]:
    """What ends a list from which so many were left out; nothing when it is whole."""
    return (Message(IsolationCode.MORE, count=count),) if count else ()
