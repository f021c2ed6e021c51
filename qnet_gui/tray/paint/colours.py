"""Colours and fonts made of a palette's, so that they fit every theme; and the few that mean something."""

from __future__ import annotations

from qnet_gui.model.domain import Label
from qnet_gui.netmap.labels import COLOURS
from qnet_gui.tray.qt import QColor, QFont, QPalette

#: Breeze's colours of meaning.
POSITIVE, NEUTRAL, NEGATIVE, INFORMATION = "#27ae60", "#f67400", "#da4453", "#3daee9"
#: How much of the text's colour is in a line between parts, and in a text that matters less.
_LINE, _FAINT, _HEAD = 0.2, 0.7, 0.06


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with a share (0 to 1) of the other in it."""
    first, second = (one.redF(), one.greenF(), one.blueF()), (other.redF(), other.greenF(), other.blueF())
    red, green, blue = (a * (1 - share) + b * share for a, b in zip(first, second, strict=True))
    return QColor.fromRgbF(red, green, blue)


def _toward_text(palette: QPalette, share: float) -> QColor:
    return mixed(palette.color(QPalette.Window), palette.color(QPalette.WindowText), share)


def line(palette: QPalette) -> QColor:
    """What separates parts."""
    return _toward_text(palette, _LINE)


def faint(palette: QPalette) -> QColor:
    """A text that matters less than the one above it."""
    return _toward_text(palette, _FAINT)


def head(palette: QPalette) -> QColor:
    """Behind a head."""
    return _toward_text(palette, _HEAD)


def tinted(palette: QPalette, colour: QColor, share: float = 0.2) -> QColor:
    """The window's colour with a touch of another."""
    return mixed(palette.color(QPalette.Window), colour, share)


def label_colour(label: Label) -> QColor | None:
    """A label's; None where there is none."""
    return QColor(COLOURS[label]) if label in COLOURS else None


def legible_on(colour: QColor) -> QColor:
    """Black or white, whichever stands out more from a colour."""
    # how bright its parts are to the eye (ITU-R BT.601)
    bright = 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF()
    return QColor("#000000") if bright > 0.55 else QColor("#ffffff")


def small(font: QFont) -> QFont:
    """For second lines."""
    made = QFont(font)
    made.setPointSizeF(font.pointSizeF() * 0.9)
    return made


def strong(font: QFont, times: float = 1.0) -> QFont:
    """For titles."""
    made = QFont(font)
    made.setWeight(QFont.DemiBold)
    made.setPointSizeF(font.pointSizeF() * times)
    return made
