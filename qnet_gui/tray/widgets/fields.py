"""Fields that leave the wheel to the page that they are on, unless the keyboard is in them.

Whoever scrolls a page would change what comes below the pointer: for how long dom0 is connected, for one.
"""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.tray.qt import QComboBox, QSpinBox, Qt, QWheelEvent


class SpinBox(QSpinBox):
    """A number."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # nor does the wheel bring the keyboard

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's)
        """See above."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ComboBox(QComboBox):
    """One of several."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """What can be chosen, each with its words; what stays keeps its row in a list that is open. Else the first."""
        chosen = self.currentData()
        for row in reversed(range(self.count())):
            if self._at(row) not in choices:
                self.removeItem(row)
        for row, choice in enumerate(choices):
            if self._at(row) != choice:
                self.insertItem(row, choice[1], choice[0])
        for row in reversed(range(len(choices), self.count())):
            self.removeItem(row)
        self.setCurrentIndex(max(0, self.findData(chosen)))

    def _at(self, row: int) -> tuple[str, str]:
        return self.itemData(row), self.itemText(row)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's)
        """See above."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
