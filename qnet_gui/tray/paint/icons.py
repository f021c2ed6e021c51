"""Icons in menus and on buttons: the theme's own, and bundled drawings where the theme does not have them all."""

from __future__ import annotations

from functools import lru_cache

from qnet_gui.tray.qt import QByteArray, QColor, QIcon, QPainter, QPalette, QPixmap, QRectF, QSvgRenderer
from qnet_gui.tray.session import artwork

#: Pixels; all are multiples of the grid that they are drawn on, but for 22, which has a margin.
_SIZES = (16, 22, 32, 44)
_GRID = 16


def icon(name: str, palette: QPalette) -> QIcon:
    """An icon by freedesktop.org's name, in the colour of a palette's text where it is ours."""
    if not name:
        return QIcon()
    if _theme_has_all(QIcon.themeName()):
        return QIcon.fromTheme(name)
    return _drawn(name, palette.color(QPalette.WindowText).name())


@lru_cache(maxsize=4)
def _theme_has_all(_name: str) -> bool:
    """Whether the theme of that name has all that we use: half of them in one hand and half in another is ugly."""
    return all(QIcon.hasThemeIcon(name) for name in artwork.glyphs())


@lru_cache(maxsize=64)
def _drawn(name: str, text: str) -> QIcon:
    made = QIcon()
    renderer = QSvgRenderer(QByteArray(artwork.glyph(name, artwork.Colours(text))))
    for pixels in _SIZES:
        pixmap = QPixmap(pixels, pixels)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        side = pixels // _GRID * _GRID
        renderer.render(painter, QRectF((pixels - side) // 2, (pixels - side) // 2, side, side))
        painter.end()
        made.addPixmap(pixmap)
    return made
