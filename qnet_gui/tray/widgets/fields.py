"""Fields that leave the wheel to the page that they are on, unless the keyboard is in them.

Whoever scrolls a page would change what comes below the pointer: for how long dom0 is connected, for one.
"""

from __future__ import annotations

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

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's)
        """See above."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
