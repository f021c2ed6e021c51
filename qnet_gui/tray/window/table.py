"""A table of texts: sortable, copyable, and changed only where it differs. What an outsider wrote stays plain text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from qnet_gui.tray.qt import (
    QAbstractItemView,
    QAbstractTableModel,
    QFontDatabase,
    QFontMetrics,
    QGuiApplication,
    QHeaderView,
    QKeyEvent,
    QKeySequence,
    QModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTableView,
    pyqtSignal,
)

_NO_PARENT = QModelIndex()
#: Behind a number, which would touch the next cell's text otherwise.
_EM_SPACE = "\u2003"
#: Pixels between a cell's text and the next cell's.
_GAP = 12
#: Pixels that a table needs at most before it scrolls: wide, high. Rows that are seen when its window opens, at most.
_MAX_SIZE, _ROWS_SHOWN = (900, 160), 12


class _Model(QAbstractTableModel):
    """Rows of cells. Numbers are right-aligned, `fixed` columns are in a font of fixed width."""

    def __init__(self, heads: Sequence[str], numbers: Collection[int], fixed: Collection[int]) -> None:
        super().__init__()
        self._heads, self._numbers, self.fixed = heads, numbers, fixed
        self.font = QFontDatabase.systemFont(QFontDatabase.FixedFont)
        self.rows: list[Sequence[str]] = []

    def rowCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # noqa: N802 (Qt's)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # noqa: N802 (Qt's)
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802 (Qt's)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section] + (_EM_SPACE if section in self._numbers else "")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column in self._numbers else Qt.AlignmentFlag.AlignLeft
        return int(side) | int(Qt.AlignmentFlag.AlignVCenter)

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        text = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text + _EM_SPACE if index.column() in self._numbers else text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return text
        if role == Qt.ItemDataRole.UserRole:
            return _sorts_as(text)
        if role == Qt.ItemDataRole.FontRole and index.column() in self.fixed:
            return self.font
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return None

    def show(self, rows: Sequence[Sequence[str]]) -> None:
        """Other rows. A row that stays is the same for whoever has selected it, and only what differs is painted."""
        if not self._replace(rows):
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()

    def _replace(self, rows: Sequence[Sequence[str]]) -> bool:
        """Take out and put in row by row; False where first cells are no names, or their order is another one."""
        names = [row[0] for row in rows]
        before, requested = {row[0] for row in self.rows}, set(names)
        kept = [row[0] for row in self.rows if row[0] in requested]
        if (
            len(requested) < len(names)
            or len(before) < len(self.rows)
            or kept != [name for name in names if name in before]
        ):
            return False
        for number in reversed(range(len(self.rows))):
            if self.rows[number][0] not in requested:
                self.beginRemoveRows(_NO_PARENT, number, number)
                del self.rows[number]
                self.endRemoveRows()
        for number, row in enumerate(rows):
            if number == len(self.rows) or self.rows[number][0] != row[0]:
                self.beginInsertRows(_NO_PARENT, number, number)
                self.rows.insert(number, row)
                self.endInsertRows()
        self._change(rows)
        return True

    def _change(self, rows: Sequence[Sequence[str]]) -> None:
        """Other texts of the same rows; told in runs, since each telling costs."""
        differ = [number for number, row in enumerate(rows) if row != self.rows[number]]
        self.rows = list(rows)
        for first, last in _runs(differ):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._heads) - 1))


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


def _sorts_as(text: str) -> str:
    """Numbers in it by their value: vif4.0 before vif10.0, 10.137.0.9 before 10.137.0.16."""
    parts, digits = [], ""
    for char in text.casefold() + "\0":
        if char.isdigit():
            digits += char
        else:
            parts.append(digits.zfill(10) if digits else "")
            parts.append(char)
            digits = ""
    return "".join(parts)


class Table(QTableView):
    """`chosen` is emitted when another row is selected, or none.

    A column is as wide as its longest text; Qt would measure every cell, which takes long in Python.
    """

    chosen = pyqtSignal()

    def __init__(
        self, name: str, heads: Sequence[str], numbers: Collection[int] = (), fixed: Collection[int] = ()
    ) -> None:
        super().__init__()
        self._longest: list[str] = [""] * len(heads)
        self._model = _Model(heads, numbers, fixed)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(Qt.ItemDataRole.UserRole)
        self._sorted.setDynamicSortFilter(True)
        self.setModel(self._sorted)
        self.setAccessibleName(name)
        self.setSortingEnabled(True)
        self._sorted.sort(-1)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setSelectionMode(QAbstractItemView.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.Interactive)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self._fit_columns()
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows."""
        if list(rows) != self._model.rows:
            self._model.show(rows)
            longest = [max(column, key=len) for column in zip(*rows, strict=True)]
            if longest and longest != self._longest:
                self._longest = longest
                self._fit_columns()

    def _fit_columns(self) -> None:
        """Nothing is cut off that need not be."""
        header, width = self.horizontalHeader(), 0
        for column, text in enumerate(self._longest):
            metrics = QFontMetrics(self._model.font) if column in self._model.fixed else self.fontMetrics()
            need = max(metrics.horizontalAdvance(text + _EM_SPACE) + _GAP, header.sectionSizeHint(column))
            header.resizeSection(column, need)
            width += need
        width += self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        self.setMinimumSize(min(width, _MAX_SIZE[0]), _MAX_SIZE[1])
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's)
        """As high as its rows are, within bounds."""
        rows = min(len(self._model.rows), _ROWS_SHOWN) * self.verticalHeader().defaultSectionSize()
        height = self.horizontalHeader().sizeHint().height() + rows + 2 * self.frameWidth()
        return QSize(self.minimumWidth(), max(height, self.minimumHeight()))

    def selected(self) -> int:
        """The one selected row, as it was given to `show_rows`; -1 when none or several are."""
        rows = self.selectionModel().selectedRows()
        return self._sorted.mapToSource(rows[0]).row() if len(rows) == 1 else -1

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """Copying copies whole rows, with tabs between the cells."""
        if event.matches(QKeySequence.Copy):
            rows = sorted(index.row() for index in self.selectionModel().selectedRows())
            chosen = [self._model.rows[self._sorted.mapToSource(self._sorted.index(row, 0)).row()] for row in rows]
            QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in chosen))
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()  # the window's
        else:
            super().keyPressEvent(event)
