"""The field in which a person writes what a list is to be filtered by."""

from __future__ import annotations

from qnet_gui.model.translation import tr
from qnet_gui.tray.qt import QKeyEvent, QKeySequence, QLineEdit, Qt

#: Characters that are seen of it at least.
_WIDTH = 20


class FilterField(QLineEdit):
    """Escape empties it first; where nothing is selected, the key that copies is left to the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(tr("Filter…"))
        self.setAccessibleName(tr("Filter"))
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """See the class."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.matches(QKeySequence.Copy) and not self.hasSelectedText():
            event.ignore()
        else:
            super().keyPressEvent(event)
