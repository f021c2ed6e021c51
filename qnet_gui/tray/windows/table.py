"""A table of texts: sortable, copyable, and changed only where it differs. What an outsider wrote stays plain text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from qnet_gui.tray.qt import (
    QAbstractItemView,
    QAbstractTableModel,
    QFontDatabase,
    QGuiApplication,
    QHeaderView,
    QKeyEvent,
    QKeySequence,
    QModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTableView,
    pyqtSignal,
)

_NOWHERE = QModelIndex()
#: Behind a number, which would touch the next cell's text otherwise.
_AFTER = "\u2003"
#: Rows that are measured for a column's width; to measure all of thousands takes seconds.
_MEASURED = 100
#: Pixels between a cell's text and the next cell's.
_GAP = 12
#: Pixels that a table needs at most before it scrolls: wide, high.
_MOST = (900, 160)


class _Model(QAbstractTableModel):
    """Rows of cells. Numbers are right-aligned, `fixed` columns are in a font of fixed width."""

    def __init__(self, heads: Sequence[str], numbers: Collection[int], fixed: Collection[int]) -> None:
        super().__init__()
        self._heads, self._numbers, self._fixed = heads, numbers, fixed
        self._font = QFontDatabase.systemFont(QFontDatabase.FixedFont)
        self.rows: Sequence[Sequence[str]] = ()

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:  # noqa: N802 (Qt's)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _NOWHERE) -> int:  # noqa: N802 (Qt's)
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802 (Qt's)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section] + (_AFTER if section in self._numbers else "")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column in self._numbers else Qt.AlignmentFlag.AlignLeft
        return int(side) | int(Qt.AlignmentFlag.AlignVCenter)

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        text = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text + _AFTER if index.column() in self._numbers else text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return text
        if role == Qt.ItemDataRole.UserRole:
            return _sorts_as(text)
        if role == Qt.ItemDataRole.FontRole and index.column() in self._fixed:
            return self._font
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return None

    def show(self, rows: Sequence[Sequence[str]]) -> None:
        """Other rows; of equally many, only those that differ are painted."""
        old = self.rows
        if len(old) != len(rows):
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        self.rows = rows
        for number, (before, now) in enumerate(zip(old, rows, strict=True)):
            if before != now:
                self.dataChanged.emit(self.index(number, 0), self.index(number, len(self._heads) - 1))


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
    """`chosen` is emitted when another row is selected, or none."""

    chosen = pyqtSignal()

    def __init__(
        self, name: str, heads: Sequence[str], numbers: Collection[int] = (), fixed: Collection[int] = ()
    ) -> None:
        super().__init__()
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
        self.horizontalHeader().setResizeContentsPrecision(_MEASURED)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self._need_room()
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows."""
        if rows != self._model.rows:
            self._model.show(rows)
            self._need_room()

    def _need_room(self) -> None:
        """Nothing is cut off that need not be."""
        head = self.horizontalHeader()
        columns = range(self._model.columnCount())
        width = sum(max(self.sizeHintForColumn(column), head.sectionSizeHint(column)) for column in columns)
        width += self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        self.setMinimumSize(min(width, _MOST[0]), _MOST[1])

    def sizeHintForColumn(self, column: int) -> int:  # noqa: N802 (Qt's)
        """A column with room around its texts."""
        return super().sizeHintForColumn(column) + _GAP

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
