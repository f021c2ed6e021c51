"""A table of texts: sortable, filtered, copyable, and changed only where it differs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from qnet_gui.netmap.drawing import Shape
from qnet_gui.tray.qt import (
    QAbstractItemView,
    QContextMenuEvent,
    QEvent,
    QFontMetrics,
    QGuiApplication,
    QHeaderView,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPoint,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTableView,
    QToolTip,
    pyqtSignal,
)
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.widgets.inline import InlineAction, InlineActions
from qnet_gui.tray.widgets.map_painter import sign_icon
from qnet_gui.tray.widgets.tables.bars import Bars
from qnet_gui.tray.widgets.tables.own_order import OwnOrder
from qnet_gui.tray.widgets.tables.table_model import TableModel

__all__ = ["InlineAction", "Table"]
#: Pixels between a cell's text and the next cell's; and what a sign before it takes.
_GAP, _SIGN, _INLINE = 16, 26, 76
#: With Control they sort by the first column, the second, and so on.
_DIGITS = range(Qt.Key.Key_1, Qt.Key.Key_9 + 1)
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
#: Pixels that a table has at least, wide and high; rows that are seen when its page opens, at most.
_SMALLEST, _ROWS_SHOWN = (240, 120), 12


def _about(text: str) -> int:
    """How wide a text is, in letters; Qt would measure it, which takes long for all cells."""
    return len(text) + text.count("W") + text.count("M") + (text.count("w") + text.count("m")) // 2


class Table(QTableView):
    """`chosen` is emitted when another row is selected, or none; `menu_wanted` with a place on the screen.

    `signs` may stand before the first cells, by their names. A column is as wide as its longest text; Qt would measure
    every cell, which takes long in Python. Columns of numbers only grow, so that nothing moves with each number.
    `rows`: so many are seen where there is little room. `identity`: the column by which a row is the same as before.
    """

    chosen = pyqtSignal()
    menu_wanted = pyqtSignal(object)
    inline_chosen = pyqtSignal(int, str)

    def __init__(
        self, name: str, heads: Sequence[str], numbers: Collection[int] = (), fixed: Collection[int] = (),
        signs: Mapping[str, Sequence[Shape]] | None = None, rows: int = _ROWS_SHOWN, identity: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self._numbers, self._rows = numbers, rows
        self._longest: list[str] = [""] * len(heads)
        self._signs = signs or {}
        self._inline: InlineActions | None = None
        self._model = TableModel(heads, numbers, fixed, self, identity)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(Qt.ItemDataRole.UserRole)
        self._sorted.setFilterKeyColumn(-1)
        self._sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._sorted.setDynamicSortFilter(True)
        self.setModel(self._sorted)
        self._order_texts()
        self.setAccessibleName(name)
        self._set_behaviour()
        self._draw_signs()
        self._fit_all()
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())

    def _order_texts(self) -> None:
        """Where people read from the right; it costs a call of Python for each cell that is painted."""
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            self.setItemDelegate(OwnOrder(self))

    def _set_behaviour(self) -> None:
        self.setSortingEnabled(True)
        self._sorted.sort(-1)
        header = self.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setSelectionMode(QAbstractItemView.ExtendedSelection)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header.setSectionResizeMode(QHeaderView.Interactive)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)

    # -- what it shows

    def show_rows(self, rows: Sequence[Sequence[str]], signs: Sequence[str] = ()) -> None:
        """Show these rows, and the sign of each."""
        if list(rows) != self._model.rows:
            self._model.show(rows)
            longest = [max(column, key=_about) for column in zip(*rows, strict=True)]
            for column in self._numbers if longest else ():
                longest[column] = max(longest[column], self._longest[column], key=_about)
            if longest and longest != self._longest:
                before, self._longest = self._longest, longest
                last = len(longest) - 1  # it has been stretched to what was free
                pairs = enumerate(zip(longest, before, strict=True))
                self._fit_columns(column for column, (now, old) in pairs if now != old or column == last)
        if list(signs) != self._model.row_signs:
            self._model.show_signs(signs)

    def set_filter(self, text: str) -> None:
        """Show only rows that have a text in one of their cells."""
        self._sorted.setFilterFixedString(text)

    def put_inline(self, actions: Callable[[int], Sequence[InlineAction]]) -> None:
        """Have the last column show what can be done to a row; `inline_chosen` tells of a click there."""
        self._inline = InlineActions(self, lambda row: actions(self.source_row(row)))
        self._inline.chosen.connect(lambda row, key: self.inline_chosen.emit(self.source_row(row), key))
        self.setItemDelegateForColumn(len(self._longest) - 1, self._inline)
        self.setMouseTracking(True)
        self._fit_all()

    def put_bars(self, column: int) -> None:
        """Have a column's shares of a whole shown as bars."""
        self.setItemDelegateForColumn(column, Bars(self))

    def source_row(self, row: int) -> int:
        """Which of the rows that were given to `show_rows` stands at a place."""
        return self._sorted.mapToSource(self._sorted.index(row, 0)).row()

    def _draw_signs(self) -> None:
        self._model.signs = {name: sign_icon(shapes, self.palette()) for name, shapes in self._signs.items()}

    def _fit_all(self) -> None:
        """To the letters as they are now."""
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        self._fit_columns(range(len(self._longest)))

    def _fit_columns(self, columns: Iterable[int]) -> None:
        """Nothing is cut off that need not be; the others stay as wide as a person has made them."""
        header, usual = self.horizontalHeader(), self.fontMetrics()
        fixed = QFontMetrics(self._model.font.resolve(self.font()))  # as Qt paints it: it may say a family alone
        for column in columns:
            text = self._longest[column]
            metrics = fixed if column in self._model.fixed else usual
            need = max(metrics.horizontalAdvance(text) + _GAP, header.sectionSizeHint(column))
            if column in self._numbers:
                need += usual.height() // 2
            if self._signs and not column:
                need += _SIGN
            if self._inline is not None and column == len(self._longest) - 1:
                need = _INLINE
            header.resizeSection(column, need)
        self.setMinimumSize(*_SMALLEST)
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's)
        """As high as its rows are, within bounds, and as wide as its columns."""
        rows = min(len(self._model.rows), self._rows) * self.verticalHeader().defaultSectionSize()
        height = self.horizontalHeader().sizeHint().height() + rows + 2 * self.frameWidth()
        width = self.horizontalHeader().length() + self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        return QSize(width, max(height, self.minimumHeight()))

    def height_of_rows(self) -> int:
        """So high that all rows are seen, for a few of them."""
        rows = len(self._model.rows) * self.verticalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar().sizeHint().height()
        return self.horizontalHeader().sizeHint().height() + rows + 2 * self.frameWidth() + bar

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another palette needs other signs, other letters other room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_model"):
            self._draw_signs()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_model"):
            self._fit_all()
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self._order_texts()

    # -- what a person does

    def selected_rows(self) -> list[int]:
        """The selected rows, as they were given to `show_rows`, in the order in which they are seen."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.source_row(row) for row in rows]

    def _copied(self, rows: Sequence[int]) -> str:
        return "\n".join("\t".join(self._model.rows[row]).rstrip() for row in rows)

    def copy_selected(self) -> None:
        """Whole rows, with tabs between the cells; without any, what is on the clipboard stays."""
        if rows := self.selected_rows():
            QGuiApplication.clipboard().setText(self._copied(rows))

    def _seen(self) -> list[int]:
        return [self.source_row(row) for row in range(self._sorted.rowCount())]

    def seen_rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of all rows that are seen, in that order."""
        return tuple(tuple(self._model.rows[row]) for row in self._seen())

    def text(self) -> str:
        """All rows that are seen, likewise."""
        return self._copied(self._seen()) + "\n"

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """What is selected is copied; without a selection, and for Escape, the window is asked. Some sort it.

        Return asks what can be done to what is selected.
        """
        if event.matches(QKeySequence.Copy) and self.selectionModel().hasSelection():
            self.copy_selected()
        elif event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.Copy):
            event.ignore()
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in _DIGITS:
            self._sort_by(_DIGITS.index(event.key()))
        elif event.key() in _RETURN and self.selectionModel().hasSelection():
            self.menu_wanted.emit(self._below_selected())
        else:
            super().keyPressEvent(event)

    def _sort_by(self, column: int) -> None:
        """As a click on its head does it: once more turns it round."""
        if column >= len(self._longest) - (self._inline is not None):  # what can be done to a row is in no order
            return
        header = self.horizontalHeader()
        again = header.sortIndicatorSection() == column
        backwards = again and header.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        self.sortByColumn(column, Qt.SortOrder.DescendingOrder if backwards else Qt.SortOrder.AscendingOrder)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 (Qt's)
        """Where a click acts on a row, rows do not change their order below the pointer. What is cut off is told."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            if index.isValid() and self.itemDelegate(index) is self.itemDelegate():
                cut = self.sizeHintForIndex(index).width() > self.visualRect(index).width()
                text = plain_text.tip(self._model.rows[self.source_row(index.row())][index.column()])
                QToolTip.showText(event.globalPos(), text if cut else "", self)
                return True
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave) and self._inline is not None:
            self._sorted.setDynamicSortFilter(event.type() == QEvent.Type.Leave)
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's)
        """By the mouse about the row below it, by the key about what is selected."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_wanted.emit(self._below_selected() if by_key else event.globalPos())

    def _below_selected(self) -> QPoint:
        rows = self.selectionModel().selectedRows()
        return self.viewport().mapToGlobal(self.visualRect(rows[0]).bottomLeft() if rows else QPoint(0, 0))
