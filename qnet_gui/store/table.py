"""Tables: what travels through xenstore as a whole, a row for each field of the dataclass that it is. Pure.

A table whose rows are not exactly the fields of its dataclass, by name and by type, does not import. The tables
themselves are in `reports`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, get_type_hints

from qnet_gui.model.errors import BadInput
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.keys import Key

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
#: Gives what is in a node, by its path relative to the home of whoever writes it; None where there is none.
Get = Callable[[str], bytes | None]
#: What a field is whose node is not there, or is off.
_ABSENT: Any = object()


class Row(Protocol):
    """What a field of a report is made of."""

    @property
    def hint(self) -> Any:
        """The field's type."""

    def keys(self) -> Iterator[Key[Any]]:
        """The keys in it."""

    def nodes(self, value: Any, *index: int) -> dict[str, str]:
        """Its nodes, for who writes them."""

    def read(self, get: Get, dropped: list[str], *index: int) -> Any:
        """Its value, or `_ABSENT`; paths of what is off are added to `dropped`."""


@dataclass(frozen=True, slots=True)
class _One:
    """A field that is one node."""

    key: Key[Any]

    @property
    def hint(self) -> Any:
        return self.key.form.hint

    def keys(self) -> Iterator[Key[Any]]:
        yield self.key

    def nodes(self, value: Any, *index: int) -> dict[str, str]:
        return {self.key.at(*index): self.key.form.text(value)}

    def read(self, get: Get, dropped: list[str], *index: int) -> Any:
        path = self.key.at(*index)
        untrusted_value = get(path)
        if untrusted_value is None:
            return _ABSENT
        try:
            return self.key.parse(untrusted_value)
        except BadInput:
            dropped.append(path)
            return _ABSENT


class Table(Generic[T]):
    """The rows of a report: a key for each field of its dataclass, or what stands for several."""

    def __init__(self, kind: type[T], /, **rows: Key[Any] | Row) -> None:
        self._kind: Any = kind
        self._rows: dict[str, Row] = {name: _One(row) if isinstance(row, Key) else row for name, row in rows.items()}
        hints = get_type_hints(kind)
        declared = {field.name: hints[field.name] for field in fields(self._kind)}
        given = {name: row.hint for name, row in self._rows.items()}
        if given != declared:
            differ = {name for name in {*given, *declared} if given.get(name) != declared.get(name)}
            raise TypeError(f"{kind.__name__} and its table differ in {', '.join(sorted(differ))}")
        self._needed = {field.name for field in fields(self._kind) if field.default is MISSING}

    def __getitem__(self, name: str) -> Key[Any]:
        """The first key of a field."""
        return next(self._rows[name].keys())

    def keys(self) -> Iterator[Key[Any]]:
        """All keys in it."""
        for row in self._rows.values():
            yield from row.keys()

    def nodes(self, value: T, *index: int) -> dict[str, str]:
        """Texts by path, for who writes it."""
        nodes: dict[str, str] = {}
        for name, row in self._rows.items():
            nodes |= row.nodes(getattr(value, name), *index)
        return nodes

    def read(self, get: Get, dropped: list[str], *index: int) -> T | None:
        """What somebody wrote, field by field: what is off is dropped, its path noted, and has its default.

        None when nothing at all is there, or a field that has no default is missing, whose path is noted too.
        """
        before, values = len(dropped), {}
        for name, row in self._rows.items():
            if (value := row.read(get, dropped, *index)) is not _ABSENT:
                values[name] = value
        if missing := self._needed - values.keys():
            paths = [self[name].at(*index) for name in sorted(missing)]
            dropped += [path for path in paths if path not in dropped]
            return None
        report: T | None = self._kind(**values) if values or len(dropped) > before else None
        return report

    def read_all(self, get: Get) -> T | None:
        """What one's betters wrote: None as long as it is not whole; `BadInput` when any of it is off.

        A field that has a default may be missing: an older dom0 does not know it.
        """
        values = {name: value for name in self._rows if (value := get(self[name].at())) is not None}
        if not self._needed <= values.keys():
            return None
        report: T = self._kind(**{name: self[name].parse(value) for name, value in values.items()})
        return report


@dataclass(frozen=True, slots=True)
class Several(Generic[T]):
    """A field that is a list of records: their number, and a table of each."""

    kind: type[T]
    number: Key[int]
    table: Table[T]
    most: int

    @property
    def hint(self) -> Any:
        """See `Row`."""
        return tuple[self.kind, ...]  # type: ignore[name-defined]

    def keys(self) -> Iterator[Key[Any]]:
        """See `Row`."""
        yield self.number
        yield from self.table.keys()

    def nodes(self, value: tuple[T, ...], *_: int) -> dict[str, str]:
        """See `Row`."""
        records = value[: self.most]
        nodes = {self.number.at(): self.number.form.text(len(records))}
        for index, record in enumerate(records):
            nodes |= self.table.nodes(record, index)
        return nodes

    def read(self, get: Get, dropped: list[str], *_: int) -> Any:
        """See `Row`."""
        number = _One(self.number).read(get, dropped)
        if number is _ABSENT:
            return _ABSENT
        records = (self.table.read(get, dropped, index) for index in range(number))
        return tuple(record for record in records if record is not None)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A field that is a list of vifs, many in one node: a thousand nodes would be too many."""

    number: Key[int]
    piece: Key[tuple[VifId, ...]]
    hint: Any = tuple[VifId, ...]

    def keys(self) -> Iterator[Key[Any]]:
        """See `Row`."""
        yield from (self.number, self.piece)

    def nodes(self, value: tuple[VifId, ...], *_: int) -> dict[str, str]:
        """See `Row`."""
        pieces = keys.pieces([vif.name.removeprefix("vif") for vif in value], separator=" ")[: keys.PIECES]
        nodes = {self.number.at(): self.number.form.text(len(pieces))}
        return nodes | {self.piece.at(index): piece for index, piece in enumerate(pieces)}

    def read(self, get: Get, dropped: list[str], *_: int) -> Any:
        """See `Row`; in dom0 nobody asks for them, so they are not read."""
        return _ABSENT
