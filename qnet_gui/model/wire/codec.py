"""Dataclasses as plain data (dicts, lists, strings, integers, booleans) and back, as their type hints say. Pure.

It knows `bool`, `int`, `str`, enums with texts for values, `IPv4Address` (a text; where it may be None, that is the
empty text), tuples of one type (a list), dataclasses (a dict with a key for each field), and classes with a form of
their own. The way back is strict: a
number is no boolean, a text is no list, and a key that is missing is an error; further keys are passed over, since a
newer program may know more. What a type means is worked out once and kept.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from ipaddress import IPv4Address
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints, runtime_checkable

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import shown

T = TypeVar("T")
_Way = Callable[[Any], Any]


@runtime_checkable
class OwnForm(Protocol):
    """A class that says itself what it is as plain data."""

    def as_plain(self) -> dict[str, Any]:
        """It as plain data."""
        ...

    @classmethod
    def from_plain(cls, wire: Any) -> OwnForm:
        """It again; `ValueError` for what is not of that form."""
        ...


class _Off(ValueError):
    """What is off, and where: `path` is put together from within."""

    def __init__(self, what: str, *path: str) -> None:
        super().__init__(what)
        self.what, self.path = what, path


@dataclass(frozen=True, slots=True)
class _Coder:
    """The two ways of a type. `there` is None where a value is plain already."""

    there: _Way | None
    back: _Way


def encode(value: object) -> Any:
    """A dataclass as plain data; its keys are in the order of its fields."""
    kind: Any = type(value)
    there = _coder(kind).there
    return there(value) if there else value


def decode(kind: type[T], wire: object) -> T:
    """The dataclass again; `BadInput`, with the place in it, for what is not of `encode`'s form."""
    hint: Any = kind
    try:
        value: T = _coder(hint).back(wire)
    except _Off as off:
        where = ".".join(off.path) or kind.__name__
        raise BadInput(ValueCode.WRONG_VALUE, key=where, value=shown(off.what)) from None
    return value


@cache
def _coder(hint: Any) -> _Coder:
    """How values of a type are written and read. `TypeError` for a type that is not known here."""
    if hint in (bool, int, str):
        return _Coder(None, _exactly(hint))
    if hint is IPv4Address:
        return _Coder(str, _address)
    if get_origin(hint) in (Union, UnionType) and set(get_args(hint)) == {IPv4Address, NoneType}:
        return _Coder(_text_or_none, lambda wire: None if wire == "" else _address(wire))
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        return _list_of(_coder(get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _Coder(attrgetter("_value_"), _one_of(hint))
    if isinstance(hint, type) and issubclass(hint, OwnForm):
        return _Coder(hint.as_plain, _from_own_form(hint))
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(hint)
    raise TypeError(f"{hint} has no form as plain data")


def _exactly(kind: type) -> _Way:
    def back(wire: Any) -> Any:
        if type(wire) is not kind:  # a bool is an int, and a D-Bus string a str, but not here
            raise _Off(wire)
        return wire

    return back


def _address(wire: Any) -> IPv4Address:
    if type(wire) is not str:  # a number would be taken for an address
        raise _Off(wire)
    try:
        return IPv4Address(wire)
    except ValueError:
        raise _Off(wire) from None


def _text_or_none(value: IPv4Address | None) -> str:
    return "" if value is None else str(value)


def _one_of(kind: type[enum.Enum]) -> _Way:
    members = {member.value: member for member in kind}

    def back(wire: Any) -> enum.Enum:
        member = members.get(wire) if type(wire) is str else None
        if member is None:
            raise _Off(wire)
        return member

    return back


def _from_own_form(kind: type[OwnForm]) -> _Way:
    def back(wire: Any) -> OwnForm:
        try:
            return kind.from_plain(wire)
        except ValueError:
            raise _Off(wire) from None

    return back


def _list_of(inner: _Coder) -> _Coder:
    there, one = inner.there, inner.back

    def back(wire: Any) -> tuple[Any, ...]:
        if type(wire) is not list:
            raise _Off(wire)
        try:
            return tuple(map(one, wire))
        except _Off as off:
            raise _Off(off.what, "*", *off.path) from None

    return _Coder((lambda values: list(map(there, values))) if there else list, back)


def _record(kind: type) -> _Coder:
    hints = get_type_hints(kind)
    coders = {field.name: _coder(hints[field.name]) for field in fields(kind)}
    to_read = [(name, coder.back) for name, coder in coders.items()]

    def back(wire: Any) -> Any:
        if type(wire) is not dict:
            raise _Off(wire)
        values = []
        for name, way in to_read:
            try:
                values.append(way(wire[name]))
            except KeyError:
                raise _Off("missing", name) from None
            except _Off as off:
                raise _Off(off.what, name, *off.path) from None
        return kind(*values)

    return _Coder(_written_out({name: coder.there for name, coder in coders.items()}), back)


def _written_out(ways: Mapping[str, _Way | None]) -> _Way:
    """What makes a dict of a record, compiled from its fields' names: a loop over them takes twice as long."""
    items = [f"{name!r}: ways[{name!r}](record.{name})" if ways[name] else f"{name!r}: record.{name}" for name in ways]
    # nothing but names of fields of our own classes comes in here
    written: _Way = eval(f"lambda record: {{{', '.join(items)}}}", {"ways": ways})  # noqa: S307
    return written
