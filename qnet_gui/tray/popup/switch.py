"""A switch: shows what is so, and asks for the other when it is clicked. It never moves by itself."""

from __future__ import annotations

from qnet_gui.tray.paint.colours import accent as theme_accent
from qnet_gui.tray.paint.colours import mixed
from qnet_gui.tray.qt import QAbstractButton, QPainter, QPaintEvent, QPalette, QPen, QRectF, QSize, Qt, QWidget

#: Pixels: as high as it is at least, and so many times as wide as high.
_LOWEST, _WIDE = 20, 1.8


class Switch(QAbstractButton):
    """Checked when it is on, as the snapshot has it: a click does not toggle it, what follows from it does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's)
        """As high as a line."""
        high = max(_LOWEST, self.fontMetrics().height())
        return QSize(round(high * _WIDE), high)

    def nextCheckState(self) -> None:  # noqa: N802 (Qt's)
        """Nothing is shown that somebody only hopes for."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """A knob in a groove; at the left when off, at the right when on, mirrored where people read so."""
        painter, palette = QPainter(self), self.palette()
        painter.setRenderHint(QPainter.Antialiasing)
        accent = theme_accent(palette)
        window, text = (palette.color(QPalette.Active, role) for role in (QPalette.Window, QPalette.WindowText))
        if not self.isEnabled():
            painter.setOpacity(0.45)
        on, hot = self.isChecked(), self.underMouse() or self.hasFocus()
        groove = QRectF(0.5, 1.5, self.width() - 1, self.height() - 3)
        radius = groove.height() / 2
        painter.setPen(QPen(accent if on or hot else mixed(window, text, 0.4), 1))
        painter.setBrush(mixed(window, accent, 0.55) if on else mixed(window, text, 0.1))
        painter.drawRoundedRect(groove, radius, radius)
        at_right = on != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        knob = QRectF(
            groove.right() - groove.height() if at_right else groove.left(),
            groove.top(),
            groove.height(),
            groove.height(),
        )
        painter.setBrush(palette.color(QPalette.Active, QPalette.Button))
        painter.setPen(QPen(accent if on or hot else mixed(window, text, 0.45), 1))
        painter.drawEllipse(knob)
        if self.hasFocus():
            painter.setPen(QPen(accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(groove.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
