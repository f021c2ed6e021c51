"""Bars in the cells of a table, before their text; who hears the text hears the same."""

from __future__ import annotations

from qnet_gui.tray.qt import (
    QModelIndex,
    QPainter,
    QRect,
    QStyle,
    QStyleOptionProgressBar,
    QStyleOptionViewItem,
)
from qnet_gui.tray.widgets.tables.own_order import OwnOrder
from qnet_gui.tray.widgets.tables.table_model import SHARE

#: Pixels: how wide a bar is at least and at most, how far it is from the cell's sides and from its text.
_WIDE, _SPACE = (24, 120), 8
#: The longest text that stands beside a bar, with what the style leaves beside it.
_TEXT = "\u2003100 %\u2003"


class Bars(OwnOrder):
    """The style's own bars."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """The text at the end of the cell, and before it the bar, where there is room."""
        super().paint(painter, option, index)
        share = index.data(SHARE)
        room = option.rect.width() - option.fontMetrics.horizontalAdvance(_TEXT) - 2 * _SPACE
        if share is None or room < _WIDE[0]:
            return
        wide, high = min(room, _WIDE[1]), min(option.rect.height(), option.fontMetrics.height())
        place = QRect(option.rect.left() + _SPACE + room - wide, 0, wide, high)
        place.moveTop(option.rect.center().y() - high // 2)
        bar = QStyleOptionProgressBar()
        bar.rect = QStyle.visualRect(option.direction, option.rect, place)
        bar.palette, bar.fontMetrics, bar.direction = option.palette, option.fontMetrics, option.direction
        bar.state = QStyle.State(option.state) | QStyle.StateFlag.State_Horizontal
        bar.minimum, bar.maximum, bar.progress = 0, 100, round(share)
        option.widget.style().drawControl(QStyle.ControlElement.CE_ProgressBar, bar, painter, option.widget)
