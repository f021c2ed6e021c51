"""The window: a row of icons, and what stands there while there are none."""

from __future__ import annotations

import socket
from collections.abc import Callable

from qnet_gui.applethost.qt import QApplication, QHBoxLayout, QLabel, QSize, Qt, QWidget

_ICON = 24
_EMPTY = "No applet has come yet."


class Window(QWidget):
    """`closed` is called when a person closes it. Icons are put in and taken out by the keys of who brings them."""

    def __init__(self, closed: Callable[[], None]) -> None:
        super().__init__()
        self._closed = closed
        self._cells: dict[object, QWidget] = {}
        self.setWindowTitle(f"Applets of {socket.gethostname()}")
        self.setAccessibleName("Applets")
        self._row = QHBoxLayout(self)
        self._empty = QLabel(_EMPTY)
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._row.addWidget(self._empty)
        self._row.addStretch()
        # so that what it is can be read in its title
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 36)

    @property
    def icon_size(self) -> QSize:
        """The size of an icon."""
        return QSize(_ICON, _ICON)

    def __len__(self) -> int:
        return len(self._cells)

    def new_cell(self) -> QWidget:
        """A cell with an X window of its own, for the icon of another program."""
        cell = QWidget()
        cell.setFixedSize(self.icon_size)
        cell.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        cell.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        return cell

    def add(self, key: object, cell: QWidget) -> None:
        """Add an icon at the end of the row."""
        self._cells[key] = cell
        self._row.insertWidget(self._row.count() - 1, cell)
        self._empty.hide()
        cell.show()
        if not self.isVisible():
            self.show()

    def remove(self, key: object) -> None:
        """Remove an icon, if it is there."""
        cell = self._cells.pop(key, None)
        if cell is not None:
            self._row.removeWidget(cell)
            cell.hide()
            cell.deleteLater()

    def background(self) -> int:
        """Its colour, as 0xRRGGBB."""
        return int(QApplication.palette().color(self.backgroundRole()).rgb() & 0xFFFFFF)

    def closeEvent(self, event: object) -> None:  # noqa: N802
        """A person has closed it."""
        self._closed()
