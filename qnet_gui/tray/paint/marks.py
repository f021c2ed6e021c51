"""How a domain stands, by shape first and then by colour: a disc, two bars, a broken ring, a ring, a sign."""

from __future__ import annotations

from qnet_gui.tray.paint.colours import NEGATIVE, NEUTRAL, POSITIVE, faint
from qnet_gui.tray.qt import QColor, QPainter, QPalette, QPen, QPointF, QRectF, Qt
from qnet_gui.tray.state.popup_rows import RowState

#: Pixels: how far a mark reaches from its middle.
RADIUS = 5.0


def draw_state(painter: QPainter, middle: QPointF, state: RowState, palette: QPalette, times: float) -> None:
    """The mark of a state, so many times as large as usual."""
    painter.save()
    painter.translate(middle)
    painter.scale(times, times)
    _draw(painter, state, palette)
    painter.restore()


def _draw(painter: QPainter, state: RowState, palette: QPalette) -> None:
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if state is RowState.CONNECTED:
        _filled(painter, QColor(POSITIVE))
        painter.drawEllipse(QPointF(), RADIUS, RADIUS)
    elif state is RowState.PAUSED:
        _filled(painter, QColor(NEUTRAL))
        for x in (-RADIUS, 1.5):
            painter.drawRect(QRectF(x, -RADIUS, 3.5, 2 * RADIUS))
    elif state is RowState.WAITING:
        pen = QPen(QColor(NEUTRAL), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([1.6, 1.4])
        painter.setPen(pen)
        painter.drawEllipse(QPointF(), RADIUS, RADIUS)
    elif state is RowState.CUT_OFF:
        painter.setPen(QPen(faint(palette), 1.5))
        painter.drawEllipse(QPointF(), RADIUS - 0.5, RADIUS - 0.5)
    else:
        _warning(painter)


def _filled(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)


def _warning(painter: QPainter) -> None:
    """A triangle with an exclamation mark cut out of it."""
    _filled(painter, QColor(NEGATIVE))
    reach = RADIUS + 1
    painter.drawPolygon(QPointF(0, -reach), QPointF(reach, reach - 1), QPointF(-reach, reach - 1))
    painter.setBrush(QColor("#ffffff"))
    painter.drawRect(QRectF(-0.75, -2.5, 1.5, 4))
    painter.drawRect(QRectF(-0.75, 2.5, 1.5, 1.5))
