"""Paints the map's shapes in the colours and letters of the person's own theme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from qnet_gui.model.domain import Label
from qnet_gui.netmap.drawing import Ink, Mark, Shape, Words
from qnet_gui.netmap.labels import COLOURS as LABELS
from qnet_gui.netmap.places import Metrics
from qnet_gui.tray.paint.colours import NEGATIVE, NEUTRAL, POSITIVE, accent, mixed, scaled
from qnet_gui.tray.qt import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QIcon,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
    QPointF,
    Qt,
)

_GOOD, _ATTENTION, _DANGER = QColor(POSITIVE), QColor(NEUTRAL), QColor(NEGATIVE)
#: The sizes in which a sign is wanted of an icon.
_SIZES = (16, 22, 32, 44)


def inks(palette: QPalette) -> Mapping[Ink | Label, QColor]:
    """The colours of a palette."""
    window, text = palette.color(QPalette.Active, QPalette.Window), palette.color(QPalette.Active, QPalette.WindowText)
    base = palette.color(QPalette.Active, QPalette.Base)
    highlight = palette.color(QPalette.Active, QPalette.Highlight)
    return {
        Ink.TEXT: text,
        Ink.FAINT: mixed(window, text, 0.68),
        Ink.LINE: mixed(window, text, 0.30),
        Ink.BASE: base,
        Ink.TINT: mixed(window, text, 0.03),
        Ink.MARKED: mixed(base, highlight, 0.22),
        Ink.HIGHLIGHT: accent(palette),
        Ink.GOOD: _GOOD,
        Ink.ATTENTION: _ATTENTION,
        Ink.DANGER: _DANGER,
        Ink.DANGER_TINT: mixed(base, _DANGER, 0.18),
        **{label: QColor(colour) for label, colour in LABELS.items()},
    }


class Letters:
    """The fonts that texts are painted in, and how large they are; `slim`: for a map with little room."""

    def __init__(self, font: QFont, slim: bool = False) -> None:
        self._fonts: dict[tuple[bool, bool], QFont] = {}
        self._measures: dict[tuple[bool, bool], QFontMetricsF] = {}
        for bold in (False, True):
            for small in (False, True):
                made = scaled(font, 0.88, 6.0) if small else QFont(font)
                made.setWeight(QFont.DemiBold if bold else QFont.Normal)
                self._fonts[bold, small] = made
                self._measures[bold, small] = QFontMetricsF(made)
        self.metrics = Metrics(self._width, self._measures[False, False].height(), slim)

    def _width(self, text: str, bold: bool, small: bool) -> float:
        return self._measures[bold, small].horizontalAdvance(text)

    def font(self, words: Words) -> QFont:
        """The font of a text."""
        return self._fonts[words.bold, words.small]


def _path(shape: Shape) -> QPainterPath:
    path = QPainterPath()
    for letter, numbers in shape.path:
        points = [QPointF(*numbers[index : index + 2]) for index in range(0, len(numbers), 2)]
        if letter == "M":
            path.moveTo(points[0])
        elif letter == "L":
            path.lineTo(points[0])
        elif letter == "C":
            path.cubicTo(*points)
        else:
            path.closeSubpath()
    return path


def paint(
    painter: QPainter, marks: Iterable[Mark], colours: Mapping[Ink | Label, QColor], letters: Letters | None
) -> None:
    """Paint them, where the painter's origin is theirs; without letters only shapes."""
    painter.setRenderHint(QPainter.Antialiasing)
    # of each text its own: read from the right, the arrow of one rate would stand at the number of the other
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    for drawn in marks:
        if isinstance(drawn, Shape):
            pen = QPen(Qt.PenStyle.NoPen)
            if drawn.stroke:
                pen = QPen(colours[drawn.stroke], drawn.width)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap if drawn.dashed else Qt.PenCapStyle.RoundCap)
                if drawn.dashed:
                    pen.setDashPattern([4 / drawn.width, 3 / drawn.width])
            painter.setPen(pen)
            painter.setBrush(QBrush(colours[drawn.fill]) if drawn.fill else QBrush(Qt.BrushStyle.NoBrush))
            painter.drawPath(_path(drawn))
        elif letters is not None:
            painter.setFont(letters.font(drawn))
            painter.setPen(colours[drawn.ink])
            painter.drawText(QPointF(drawn.x, drawn.y), drawn.text)


def sign_pixmap(shapes: Iterable[Shape], pixels: int, colours: Mapping[Ink | Label, QColor]) -> QPixmap:
    """A sign of a grid of 16 as a picture."""
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.scale(pixels / 16, pixels / 16)
    paint(painter, shapes, colours, None)
    painter.end()
    return pixmap


def sign_icon(shapes: Iterable[Shape], palette: QPalette) -> QIcon:
    """The same as an icon, which is in the colour of selected text where it is selected; one for each theme.

    All of it is, since green is none on what is selected: its shape tells enough.

    Of each new icon Qt keeps the names under which it had its pictures, for good.
    """
    usual = tuple((ink, colour.rgba()) for ink, colour in inks(palette).items())
    return _sign_icon(tuple(shapes), usual, palette.color(QPalette.Active, QPalette.HighlightedText).rgba())


@lru_cache(maxsize=64)
def _sign_icon(shapes: tuple[Shape, ...], colours: tuple[tuple[Ink | Label, int], ...], selected_text: int) -> QIcon:
    icon, usual = QIcon(), {ink: QColor.fromRgba(colour) for ink, colour in colours}
    selected = {ink: QColor.fromRgba(selected_text) for ink in usual}
    for pixels in _SIZES:
        icon.addPixmap(sign_pixmap(shapes, pixels, usual), QIcon.Mode.Normal)
        icon.addPixmap(sign_pixmap(shapes, pixels, selected), QIcon.Mode.Selected)
    return icon
