"""Letters that are larger, smaller or heavier than the application's, and follow those when a person chooses others."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.tray.qt import QApplication, QFont, QLabel, QWidget

Made = Callable[[QFont], QFont]
#: The property that has how its font is made.
_HOW = "qnet-font"
#: Pixels: the sizes that icons are drawn for.
_ICONS = (16, 22, 32, 48, 64)


def own_font(made: QLabel, how: Made) -> None:
    """Give a label a font that is made of its usual one."""
    made.setProperty(_HOW, how)
    made.setFont(how(made.font()))


def follow_font(window: QWidget) -> None:
    """Make them anew for a window whose font is another: Qt leaves alone a size or a weight that was set."""
    for made in window.findChildren(QLabel):
        if isinstance(made, QLabel) and (how := made.property(_HOW)):
            made.setFont(how(QApplication.font(made)))


def icon_side(height: int, least: int = _ICONS[0]) -> int:
    """Pixels of an icon that has so much room beside large letters; no smaller than `least`, for usual ones."""
    return max(least, max((side for side in _ICONS if side <= height), default=least))
