"""Arrows in the popup: up and down from row to row, left and right within one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qnet_gui.tray.popup.row import DomainRow
from qnet_gui.tray.qt import QKeySequence, QScrollArea, QShortcut, Qt, QWidget

_KEYS = {
    Qt.Key.Key_Up: (-1, True), Qt.Key.Key_Down: (1, True), Qt.Key.Key_Left: (-1, False), Qt.Key.Key_Right: (1, False),
}  # fmt: skip


def follow_arrows(window: QWidget, rows: Callable[[], Sequence[DomainRow]]) -> None:
    """Have arrows lead through a window. Shortcuts, since buttons would take them for something of their own."""
    for key, way in _KEYS.items():
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda way=way: _move(window, rows(), *way))


def _move(window: QWidget, rows: Sequence[DomainRow], direction: int, rowwise: bool) -> None:
    focused = window.focusWidget()
    here = next((row for row in rows if focused in row.stops), None)
    if here is None or focused is None:
        window.focusNextPrevChild(direction > 0)
    elif not rowwise:
        if window.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            direction = -direction
        stops = here.stops
        stops[(stops.index(focused) + direction) % len(stops)].setFocus()
    else:
        _to_row(window, rows, here, direction)
    _show(window)


def _to_row(window: QWidget, rows: Sequence[DomainRow], here: DomainRow, direction: int) -> None:
    """The row itself has it then, not what happens to be below a button."""
    place = rows.index(here) + direction
    if 0 <= place < len(rows):
        rows[place].setFocus()
        return
    # beyond the ends, to what stands above or below the rows
    stops = here.stops
    (stops[0] if direction < 0 else stops[-1]).setFocus()
    window.focusNextPrevChild(direction > 0)


def _show(window: QWidget) -> None:
    focused = window.focusWidget()
    for area in window.findChildren(QScrollArea):
        if focused is not None and isinstance(area, QScrollArea) and area.isAncestorOf(focused):
            area.ensureWidgetVisible(focused, 0, focused.height())
