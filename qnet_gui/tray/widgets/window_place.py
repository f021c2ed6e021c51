"""Where a window comes up: where it was, on a screen that is there now, and no larger than that."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.tray.qt import QByteArray, QGuiApplication, QRect, QWidget


def bring_back(window: QWidget, place: QByteArray | None, size_anew: Callable[[], None]) -> None:
    """Give a window the place that it had; `size_anew` gives it a size where that is not known."""
    if place is None or not window.restoreGeometry(place):
        size_anew()
    if (screen := window.screen()) is None:
        return
    room = screen.availableGeometry()
    window.resize(window.size().boundedTo(room.size()))
    if 2 * _seen(window.geometry()) < window.width() * window.height():
        window.move(room.center() - window.rect().center())


def _seen(place: QRect) -> int:
    """How many pixels of it are on screens."""
    parts = [place.intersected(screen.availableGeometry()) for screen in QGuiApplication.screens()]
    return sum(part.width() * part.height() for part in parts if part.isValid())
