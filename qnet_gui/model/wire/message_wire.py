"""Messages as plain data, for D-Bus and JSON, and back. Pure.

A message is its code and a dict of its arguments by name. An argument is a string, a number, or a list of what follows;
a message as an argument is a dict of its own: `{"code": …, "arguments": {…}}`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from qnet_gui.model.messages.code import KINDS, Code, Kind
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Argument, Message, argument_names
from qnet_gui.model.parse import printable

#: Characters of a sentence, or of one argument, that are shown.
SENTENCE = 500
#: Messages within messages, and all values and characters of one message, that are taken in.
_DEPTH, _VALUES, _CHARACTERS = 6, 1024, 20_000
_NUMBER_MAX = 2**53
#: The last second of the year 9998, which any clock can show.
MOMENT_MAX = 253_370_764_799


@cache
def codes() -> Mapping[str, Code]:
    """Every code by its word. Whoever never reads a message need not load them all."""
    from qnet_gui.model.messages import (  # noqa: F401
        agent,
        domains,
        isolation,
        netvm_image,
        problems,
        screen,
        service,
        system,
        upgrade,
        values,
        xen,
    )

    return {code.value: code for kind in Code.__subclasses__() for code in kind}


def _plain(value: Argument) -> Any:
    if isinstance(value, Message):
        return {"code": value.code.value, "arguments": arguments(value)}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def arguments(message: Message) -> dict[str, Any]:
    """A message's arguments as plain data."""
    return {name: _plain(value) for name, value in message.arguments}


class _Nonsense(Exception):
    """It is not of the form above."""


class _Reader:
    """Reads one message; `_Nonsense` for one that is too large, too deep or of another version."""

    def __init__(self) -> None:
        self._values, self._characters = _VALUES, _CHARACTERS

    def message(self, code: object, given: object, depth: int = _DEPTH) -> Message:
        """The message."""
        own_code = codes().get(code) if isinstance(code, str) else None
        if own_code is None or not depth or not isinstance(given, Mapping) or given.keys() != argument_names(own_code):
            raise _Nonsense
        read = {name: self._argument(KINDS[name], value, depth) for name, value in given.items()}
        try:
            return Message(own_code, **read)
        except TypeError:
            raise _Nonsense from None

    def _argument(self, kind: Kind, value: object, depth: int) -> Argument:
        self._values -= 1
        if self._values < 0:
            raise _Nonsense
        match value:
            case str():
                return self._text(value)
            case bool():
                raise _Nonsense
            case int() if abs(value) <= _NUMBER_MAX and (kind is not Kind.MOMENT or 0 <= value <= MOMENT_MAX):
                return int(value)
            case float() if math.isfinite(value):
                return value
            case list() if kind in (Kind.LIST, Kind.SENTENCES):
                return tuple(self._part(part, depth) for part in value)
            case Mapping():
                return self._message(value, depth)
        raise _Nonsense

    def _part(self, value: object, depth: int) -> str | Message:
        part = self._argument(Kind.REASON, value, depth)
        if not isinstance(part, str | Message):
            raise _Nonsense
        return part

    def _message(self, value: Mapping[Any, object], depth: int) -> Message:
        if value.keys() != {"code", "arguments"}:
            raise _Nonsense
        return self.message(value["code"], value["arguments"], depth - 1)

    def _text(self, value: str) -> str:
        text = printable(value, SENTENCE)
        self._characters -= len(text)
        if self._characters < 0:
            raise _Nonsense
        return text


def read(code: object, given: object) -> Message | None:
    """The message of a code and arguments that came from elsewhere; None when they are none of this version's."""
    try:
        return _Reader().message(code, given)
    except _Nonsense:
        return None


def from_parts(sentence: object, code: object = "", given: object = None) -> Message:
    """The message that came as an English sentence, a code and arguments; of another version's only the sentence."""
    return read(code, given) or Message(HelperCode.SAID, text=printable(str(sentence), SENTENCE))


def from_plain(wire: object) -> Message:
    """`from_parts` for a dict with the keys `sentence`, `code`, `arguments`; `ValueError` when it has no sentence."""
    if not isinstance(wire, Mapping) or not isinstance(wire.get("sentence"), str):
        raise ValueError("no sentence")
    return from_parts(wire["sentence"], wire.get("code"), wire.get("arguments"))


def as_plain(message: Message) -> dict[str, Any]:
    """The dict that `from_plain` reads: the English sentence, the code and the arguments."""
    return {"sentence": message.english, "code": message.code.value, "arguments": arguments(message)}
