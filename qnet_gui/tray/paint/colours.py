"""Colours and fonts made of a palette's, so that they fit every theme; and the few that mean something."""

from __future__ import annotations

from qnet_gui.model.domain import Label
from qnet_gui.netmap.labels import COLOURS
from qnet_gui.tray.qt import QColor, QFont, QPalette

#: Breeze's colours of meaning.
POSITIVE, NEUTRAL, NEGATIVE, INFORMATION = "#27ae60", "#f67400", "#da4453", "#3daee9"
#: How much of the text's colour is in a line between parts, around a colour, and in a text that matters less.
_LINE, _EDGE, _FAINT, _HEAD = 0.2, 0.35, 0.7, 0.06
#: Contrasts, as the web's guidelines have them (WCAG 2.1): of text, of a sign, and of a line in the theme's own accent,
#: which is none on its ground in some themes. Breeze's are above that.
TEXT, SIGN, _ACCENT = 4.5, 3.1, 1.9
_STEPS = 10


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


def contrast(one: QColor, other: QColor) -> float:
    """How much two colours differ in brightness: from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )  # fmt: skip
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def legible(colour: QColor, ground: QColor, text: QColor, least: float) -> QColor:
    """The colour, with as much of the text's in it as it needs to be seen on a ground."""
    shades = (mixed(colour, text, step / _STEPS) for step in range(_STEPS))
    return next((shade for shade in shades if contrast(shade, ground) >= least), text)


def on_window(colour: QColor, palette: QPalette) -> QColor:
    """A colour for lines and areas on a window."""
    return legible(colour, palette.color(QPalette.Window), palette.color(QPalette.WindowText), _ACCENT)


def accent(palette: QPalette) -> QColor:
    """The theme's own colour, where it is no ground of a text but a line."""
    return on_window(palette.color(QPalette.Active, QPalette.Highlight), palette)


def edge(palette: QPalette) -> QColor:
    """Around a colour that may be the window's."""
    return _toward_text(palette, _EDGE)


def label_colour(label: Label) -> QColor | None:
    """A label's; None where there is none."""
    return QColor(COLOURS[label]) if label in COLOURS else None


def legible_on(colour: QColor) -> QColor:
    """Black or white, whichever stands out more from a colour."""
    return max(QColor("#000000"), QColor("#ffffff"), key=lambda one: contrast(one, colour))


def scaled(font: QFont, times: float, least: float = 0.0) -> QFont:
    """Larger or smaller, but not below so many points; in pixels where it is measured in them."""
    made = QFont(font)
    if font.pixelSize() > 0:
        made.setPixelSize(max(1, round(font.pixelSize() * times)))
    else:
        made.setPointSizeF(max(least, font.pointSizeF() * times))
    return made


def bold(font: QFont) -> QFont:
    """For what stands out among its like."""
    made = QFont(font)
    made.setBold(True)
    return made


def small(font: QFont) -> QFont:
    """For second lines."""
    return scaled(font, 0.9)


def strong(font: QFont, times: float = 1.0) -> QFont:
    """For titles."""
    made = scaled(font, times)
    made.setWeight(QFont.DemiBold)
    return made
