"""A message: a code and its arguments, which can be said in English and in the person's language. Pure.

What an outsider wrote must have been reduced by `parse.printable` or `parse.shown` before it becomes an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TypeAlias

from qnet_gui.model.clock import clock
from qnet_gui.model.messages.code import KINDS, Code, Kind, Plural
from qnet_gui.model.translation import tr, tr_count

Argument: TypeAlias = "str | int | float | Message | tuple[str | Message, ...]"
#: Says a literal, `count` being the number that a plural depends on; what it returns has its braces still.
_Say = Callable[[str | Plural, int], str]


@cache
def argument_names(code: Code) -> frozenset[str]:
    """The arguments of a code: the braces of its sentence, and the number that a plural depends on."""
    forms = (code.form,) if isinstance(code.form, str) else code.form
    names = {field for form in forms for _, field, _, _ in Formatter().parse(form) if field is not None}
    return frozenset(names if isinstance(code.form, str) else names | {"count"})


def _fits(kind: Kind, value: object) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.NUMBER | Kind.MOMENT:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.SECONDS:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.REASON:
            return isinstance(value, str | Message)
        case Kind.PROBLEM:
            return isinstance(value, Message) and bool(value.code.cure)
        case Kind.LIST:
            return isinstance(value, tuple) and all(isinstance(part, str | Message) for part in value)
        case Kind.SENTENCES:
            return isinstance(value, tuple) and all(isinstance(part, Message) for part in value)


def _checked(code: Code, arguments: dict[str, Argument]) -> tuple[tuple[str, Argument], ...]:
    """The arguments by name; `TypeError` for a missing, a surplus or a wrong one."""
    if not isinstance(code, Code):
        raise TypeError(f"{code!r} is not a code.")
    if arguments.keys() != argument_names(code):
        raise TypeError(f"{code} takes {sorted(argument_names(code))}, not {sorted(arguments)}.")
    for name, value in arguments.items():
        if not _fits(KINDS[name], value):
            raise TypeError(f"{name} of {code} is no {KINDS[name].value}: {value!r}.")
    return tuple(sorted(arguments.items()))


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """`arguments` are pairs of name and value, by name."""

    code: Code
    arguments: tuple[tuple[str, Argument], ...]

    def __init__(self, code: Code, /, **arguments: Argument) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "arguments", _checked(code, arguments))

    def __str__(self) -> str:
        return self.english

    @property
    def english(self) -> str:
        """In English, for logs, the command line, and whoever does not know the code."""
        return _said(self, self.code.form, _in_english)

    @property
    def translated(self) -> str:
        """In the person's language."""
        return _said(self, self.code.form, _in_their_language)

    @property
    def cure(self) -> str:
        """What to do about it, in the person's language; empty where it is no problem."""
        return _said(self, self.code.cure, _in_their_language) if self.code.cure else ""


def _in_english(form: str | Plural, count: int) -> str:
    return form if isinstance(form, str) else form.one if count == 1 else form.many


def _in_their_language(form: str | Plural, count: int) -> str:
    return tr(form) if isinstance(form, str) else tr_count(*form, count)


def _said(message: Message, form: str | Plural, say: _Say) -> str:
    arguments = dict(message.arguments)
    count = arguments.get("count", 0)
    literal = say(form, count if isinstance(count, int) else 0)
    return literal.format(**{name: _written(KINDS[name], value, say) for name, value in arguments.items()})


def _written(kind: Kind, value: Argument, say: _Say) -> str:
    match value:
        case Message() if kind is Kind.PROBLEM:
            return f"{_said(value, value.code.form, say)} {_said(value, value.code.cure, say)}"
        case Message():
            return _said(value, value.code.form, say)
        case tuple():
            parts = (_written(Kind.REASON, part, say) for part in value)
            return (" " if kind is Kind.SENTENCES else ", ").join(parts)
        case int() if kind is Kind.MOMENT:
            return clock(value, say=lambda literal: say(literal, 0))
        case int() | float() if kind is Kind.SECONDS:
            return f"{value:g}"
        case _:
            return str(value)
