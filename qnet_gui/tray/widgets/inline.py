"""What can be done to a row of a table, at its end: signs to click on, painted, so that no row needs widgets.

They are for the mouse alone. The same is offered by buttons above the table and by its menu, for keys and for those who
hear it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qnet_gui.netmap.drawing import Ink, Shape
from qnet_gui.tray.qt import (
    QAbstractItemModel,
    QAbstractItemView,
    QEvent,
    QHelpEvent,
    QModelIndex,
    QMouseEvent,
    QPainter,
    QPalette,
    QPoint,
    QRect,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    Qt,
    QToolTip,
    pyqtSignal,
)
from qnet_gui.tray.widgets.map_painter import inks, paint

_SIZE, _SPACE = 16, 12


@dataclass(frozen=True, slots=True)
class InlineAction:
    """A sign, and the words for it."""

    key: str
    text: str
    sign: tuple[Shape, ...]


class InlineActions(QStyledItemDelegate):
    """`chosen` is emitted with the row, as it is seen, and the key of what was clicked on."""

    chosen = pyqtSignal(int, str)

    def __init__(self, view: QAbstractItemView, actions: Callable[[int], Sequence[InlineAction]]) -> None:
        super().__init__(view)
        self._actions = actions
        #: The sign that the left button went down on, and what it meant then.
        self._pressed: InlineAction | None = None

    @staticmethod
    def _place(cell: QRect, index: int) -> QRect:
        return QRect(cell.left() + _SPACE + index * (_SIZE + _SPACE), cell.center().y() - _SIZE // 2 + 1, _SIZE, _SIZE)

    def _at(self, cell: QRect, row: int, where: QPoint) -> InlineAction | None:
        for index, action in enumerate(self._actions(row)):
            if self._place(cell, index).adjusted(-4, -4, 4, 4).contains(where):
                return action
        return None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """The signs; fainter where neither the pointer is nor the row is selected."""
        super().paint(painter, option, index)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        looked_at = selected or bool(option.state & QStyle.StateFlag.State_MouseOver)
        colours = dict(inks(option.palette))
        role = QPalette.HighlightedText if selected else QPalette.Text
        colours[Ink.TEXT] = option.palette.color(role)
        for number, action in enumerate(self._actions(index.row())):
            place = self._place(option.rect, number)
            painter.save()
            painter.setOpacity(1.0 if looked_at else 0.45)
            painter.translate(place.topLeft())
            paint(painter, action.sign, colours, None)
            painter.restore()

    def editorEvent(  # noqa: N802 (Qt's)
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: QModelIndex
    ) -> bool:
        """A click on a sign, from its beginning to its end; that it is one row's Qt sees to."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            action = self._at(option.rect, index.row(), event.pos())
            pressed, self._pressed = self._pressed, None
            if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                self._pressed = action
            elif event.type() == QEvent.Type.MouseButtonRelease and action is not None and action == pressed:
                self.chosen.emit(index.row(), action.key)
                return True
        return bool(super().editorEvent(event, model, option, index))

    def helpEvent(  # noqa: N802 (Qt's)
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: QModelIndex
    ) -> bool:
        """What a sign means."""
        action = self._at(option.rect, index.row(), event.pos())
        QToolTip.showText(event.globalPos(), action.text if action else "", view)
        return True
