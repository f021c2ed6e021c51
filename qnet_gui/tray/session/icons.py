"""Icons for the tray in the colours of the palette, drawn from the bundled files at each usual size.

A panel's colour need not be the palette's, and neither tray protocol tells it: a soft edge in the palette's window
colour keeps an icon visible on any panel, and is not to be seen where the two agree.
"""

from __future__ import annotations

from functools import lru_cache

from qnet_gui.tray.qt import QByteArray, QColor, QIcon, QPainter, QPalette, QPixmap, QRectF, QSvgRenderer
from qnet_gui.tray.session import artwork

SIZES = (16, 22, 24, 32, 44, 48, 64)
_EDGE_OPACITY = 0.75
_AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1))


def _blank(pixels: int) -> QPixmap:
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(QColor(0, 0, 0, 0))
    return pixmap


def _drawn(name: str, pixels: int, colours: artwork.Colours) -> QPixmap:
    grid, times = artwork.grid_for(pixels)
    pixmap, margin = _blank(pixels), (pixels - grid * times) // 2
    painter = QPainter(pixmap)
    renderer = QSvgRenderer(QByteArray(artwork.drawing(name, grid, colours)))
    renderer.render(painter, QRectF(margin, margin, grid * times, grid * times))
    painter.end()
    return pixmap


def _edged(pixmap: QPixmap, colour: QColor) -> QPixmap:
    """The picture on its own shadow, one pixel (of the grid) wide in `colour`."""
    shadow = QPixmap(pixmap)
    painter = QPainter(shadow)
    painter.setCompositionMode(QPainter.CompositionMode_SourceIn)
    painter.fillRect(shadow.rect(), colour)
    painter.end()
    result, step = _blank(pixmap.width()), max(1, pixmap.width() // 22)
    painter = QPainter(result)
    for x, y in _AROUND:
        painter.drawPixmap(x * step, y * step, shadow)
    painter.setCompositionMode(QPainter.CompositionMode_DestinationIn)
    painter.fillRect(result.rect(), QColor.fromRgbF(0, 0, 0, _EDGE_OPACITY))
    painter.setCompositionMode(QPainter.CompositionMode_SourceOver)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return result


@lru_cache(maxsize=16)
def _icon(name: str, text: str, window: str) -> QIcon:
    icon = QIcon()
    for pixels in SIZES:
        icon.addPixmap(_edged(_drawn(name, pixels, artwork.Colours(text)), QColor(window)))
    return icon


@lru_cache(maxsize=8)
def _plain(name: str, text: str) -> QIcon:
    icon = QIcon()
    for pixels in (32, 64):
        icon.addPixmap(_drawn(name, pixels, artwork.Colours(text)))
    return icon


def plain_icon(name: str, palette: QPalette) -> QIcon:
    """The icon of a state for our own windows, whose background is the palette's: it needs no edge."""
    return _plain(name, palette.color(QPalette.WindowText).name())


def tray_icon(name: str, palette: QPalette) -> QIcon:
    """The icon of a state, in a palette's colours."""
    return _icon(name, palette.color(QPalette.WindowText).name(), palette.color(QPalette.Window).name())


def named_icon(name: str) -> QIcon | None:
    """The icon of a state by its name in the theme, for a panel that paints it in its own colours; None where it is not
    installed."""
    return QIcon.fromTheme(f"qnet-{name}") if QIcon.hasThemeIcon(f"qnet-{name}") else None


@lru_cache(maxsize=1)
def application_icon() -> QIcon:
    """The application's own icon; one, since Qt keeps the pictures that it has made of each."""
    return QIcon(str(artwork.folder() / artwork.APPLICATION))
