"""Two minutes of traffic as a curve: small in a row, with a scale below the uplink."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.tray.qt import QColor, QLinearGradient, QPainter, QPainterPath, QPen, QPointF, QRectF, Qt

#: Bytes a second: below that a curve is not blown up to fill its room, since it would show nothing but noise.
QUIET = 10_000
_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)


def top(values: Sequence[int]) -> int:
    """A round number somewhat above all values, for the upper end of a scale."""
    most = max(QUIET, *values) * 1.1 if values else float(QUIET)
    power = 10.0 ** (len(str(int(most))) - 1)
    return int(next((step * power for step in _STEPS if step * power >= most), 10 * power))


def curve(painter: QPainter, area: QRectF, values: Sequence[int], colour: QColor, most: int, places: int) -> None:
    """A filled curve, the newest value at the right end; `places` is how many values fill the area, `most` its top."""
    shown = values[-places:]
    if len(shown) < 2:
        return
    step, start = area.width() / (places - 1), places - len(shown)
    line = QPainterPath()
    for index, value in enumerate(shown):
        point = QPointF(
            area.left() + (start + index) * step, area.bottom() - min(1.0, value / max(1, most)) * area.height()
        )
        line.lineTo(point) if index else line.moveTo(point)
    below = QPainterPath(line)
    below.lineTo(area.right(), area.bottom())
    below.lineTo(area.left() + start * step, area.bottom())
    below.closeSubpath()
    fill = QLinearGradient(area.topLeft(), area.bottomLeft())
    for place, alpha in ((0.0, 110), (1.0, 25)):
        shade = QColor(colour)
        shade.setAlpha(alpha)
        fill.setColorAt(place, shade)
    painter.setRenderHint(QPainter.Antialiasing)
    painter.fillPath(below, fill)
    painter.strokePath(line, QPen(colour, 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))


def grid(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """Lines at the bottom, the middle and the top."""
    painter.setPen(QPen(colour, 1))
    for share in (0.0, 0.5, 1.0):
        y = round(area.bottom() - share * area.height()) + 0.5
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
