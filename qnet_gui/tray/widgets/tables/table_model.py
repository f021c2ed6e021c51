"""What a table shows: rows of texts, changed only where they differ. What an outsider wrote stays plain text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from qnet_gui.model.translation import mark, tr
from qnet_gui.tray.pages.cell import Cell, Share
from qnet_gui.tray.qt import QAbstractTableModel, QFontDatabase, QIcon, QModelIndex, QObject, Qt
from qnet_gui.tray.state import plain_text

_NO_PARENT = QModelIndex()
#: The role of how many percent long a cell's bar is; None for a cell without one.
SHARE = Qt.ItemDataRole.UserRole + 1
#: Behind a number, which would touch the next cell's text otherwise.
_EM_SPACE = "\u2003"
#: Heads that are signs, and the one of what can be done with a row, for those who hear them.
_SPOKEN = {"↓": mark("Received"), "↑": mark("Sent"), "": mark("Actions")}


class TableModel(QAbstractTableModel):
    """Rows of cells. Numbers are right-aligned, `fixed` columns are in a font of fixed width.

    `signs`: the icons that may stand before a row's first cell, by their names; `row_signs` are the rows' own.
    `identity`: the column by which a row is the same as before, where no two have the same there.
    """

    def __init__(
        self, heads: Sequence[str], numbers: Collection[int], fixed: Collection[int], parent: QObject, identity: int = 0
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._identity = identity
        self._heads, self._numbers, self.fixed = heads, numbers, fixed
        self.font = QFontDatabase.systemFont(QFontDatabase.FixedFont)
        self.rows: list[Sequence[str]] = []
        self.row_signs: list[str] = []
        self.signs: Mapping[str, QIcon] = {}

    def rowCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # noqa: N802 (Qt's)
        """Qt's word for how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # noqa: N802 (Qt's)
        """Qt's word for how many columns there are."""
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802 (Qt's)
        """The head of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section] + (_EM_SPACE if section in self._numbers else "")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.AccessibleTextRole:
            head = self._heads[section]
            return tr(_SPOKEN[head]) if head in _SPOKEN else head
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column in self._numbers else Qt.AlignmentFlag.AlignLeft
        return int(side) | int(Qt.AlignmentFlag.AlignVCenter)

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        """What is to be known of a cell."""
        text = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text + _EM_SPACE if index.column() in self._numbers else text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return plain_text.spoken(text)
        if role == Qt.ItemDataRole.UserRole:
            return _sorts_as(text)
        if role == SHARE:
            return text.key if isinstance(text, Share) else None
        if role == Qt.ItemDataRole.FontRole and index.column() in self.fixed:
            return self.font
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.DecorationRole and not index.column() and index.row() < len(self.row_signs):
            return self.signs.get(self.row_signs[index.row()])
        return None

    def show_signs(self, signs: Sequence[str]) -> None:
        """Other signs, after the rows that they belong to."""
        self.row_signs, old = list(signs), self.row_signs
        differ = [row for row, pair in enumerate(zip(self.row_signs, old, strict=False)) if pair[0] != pair[1]]
        differ += range(len(old), len(signs))
        for first, last in _runs(differ):
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0))

    def show(self, rows: Sequence[Sequence[str]]) -> None:
        """Other rows. A row that stays is the same for whoever has selected it, and only what differs is painted."""
        if not self._replace(rows):
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()

    def _replace(self, rows: Sequence[Sequence[str]]) -> bool:
        """Take out and put in run by run; False where rows cannot be told apart, or their order is another one."""
        old, new = _keys(self._identity, self.rows, rows)
        before, requested = set(old), set(new)
        kept = [key for key in old if key in requested]
        if len(requested) < len(new) or len(before) < len(old) or kept != [key for key in new if key in before]:
            return False
        gone = _runs(number for number, key in enumerate(old) if key not in requested)
        for first, last in reversed([*gone]):
            self.beginRemoveRows(_NO_PARENT, first, last)
            del self.rows[first : last + 1]
            self.endRemoveRows()
        for first, last in _runs(number for number, key in enumerate(new) if key not in before):
            self.beginInsertRows(_NO_PARENT, first, last)
            self.rows[first:first] = rows[first : last + 1]
            self.endInsertRows()
        self._change(rows)
        return True

    def _change(self, rows: Sequence[Sequence[str]]) -> None:
        """Other texts of the same rows; told in runs, since each telling costs."""
        differ = [number for number, row in enumerate(rows) if row != self.rows[number]]
        self.rows = list(rows)
        for first, last in _runs(differ):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._heads) - 1))


def _keys(identity: int, *tables: Sequence[Sequence[str]]) -> Iterator[list[Any]]:
    """What tells rows apart: one cell where that is a name, else all of them, as of a list of what happened."""
    for table in tables:
        if len({row[identity] for row in table}) < len(table):
            yield from ([tuple(row) for row in table] for table in tables)
            return
    yield from ([row[identity] for row in table] for table in tables)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow upon each other."""
    first = last = -2
    for number in numbers:
        if number != last + 1:
            if last >= 0:
                yield first, last
            first = number
        last = number
    if last >= 0:
        yield first, last


def _sorts_as(text: str) -> str | float:
    """Numbers in it by their value: vif4.0 before vif10.0, 10.137.0.9 before 10.137.0.16."""
    if isinstance(text, Cell):
        return text.key
    parts, digits = [], ""
    for char in text.casefold() + "\0":
        if char.isdigit():
            digits += char
        else:
            parts.append(digits.zfill(10) if digits else "")
            parts.append(char)
            digits = ""
    return "".join(parts)
