"""When the popup opens and closes, and where it stands. What it is made of is imported at the first click."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from qnet_gui.tray.qt import QCursor, QGuiApplication, QObject, QRect, QScreen, Qt, QTimer
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.placement import Point, Rect, Screen, anchor, fitting, place

if TYPE_CHECKING:
    from qnet_gui.tray.popup.window import Popup

#: Seconds: a click on the icon takes the keyboard from the popup, which closes it; the click itself comes after that.
_SAME_CLICK = 0.3
#: Where a window can be told where to stand.
_PLATFORMS = ("xcb", "offscreen")


class PopupDoor(QObject):
    """One popup at most."""

    def __init__(self, app_state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app_state = app_state
        self._popup: Popup | None = None
        self._icon: QRect | None = None
        self._pointer = Point(0, 0)
        self._closed = 0.0

    @property
    def popup(self) -> Popup | None:
        """The one that is open."""
        return self._popup

    def toggle(self, icon: QRect | None = None) -> None:
        """A click on the icon, which is at that place where the tray knows it: open the popup, or close it."""
        if self._popup is not None:
            self._popup.close()
        elif time.monotonic() - self._closed > _SAME_CLICK:
            self._open(icon)

    def close(self) -> None:
        """Close it if it is open."""
        if self._popup is not None:
            self._popup.close()

    def _open(self, icon: QRect | None) -> None:
        from qnet_gui.tray.desktop.task_bar import leave_out
        from qnet_gui.tray.popup.window import Popup
        from qnet_gui.tray.widgets.let_qt_end import let_qt_end
        from qnet_gui.tray.widgets.raise_window import raise_window

        anchored = QGuiApplication.platformName() in _PLATFORMS
        pointer = QCursor.pos()
        self._icon, self._pointer = icon, Point(pointer.x(), pointer.y())
        self._popup = Popup(self._app_state, anchored)
        let_qt_end(self._popup)
        if anchored:
            leave_out(self._popup)
        self._popup.closed.connect(self._gone)
        self._popup.resized.connect(self._fit)
        for screen in QGuiApplication.screens():
            screen.availableGeometryChanged.connect(self._fit)
        self._fit()
        self._popup.first_stop()
        raise_window(self._popup)
        QTimer.singleShot(0, self._fit)  # what the style has made of it when it was shown may be another size

    def _fit(self) -> None:
        """Its size, and its place at the panel, which must hold for whatever it has to show now."""
        popup = self._popup
        if popup is None:
            return
        to = anchor(_screens(), _rect(self._icon) if self._icon else None, self._pointer)
        wanted = popup.wanted()
        size = fitting(wanted.width(), wanted.height(), to.screen)
        if popup.anchored:
            mirrored = popup.layoutDirection() == Qt.LayoutDirection.RightToLeft
            popup.setGeometry(*place(*size, to, mirrored), *size)
        else:
            popup.resize(*size)

    def _gone(self) -> None:
        for screen in QGuiApplication.screens():
            with contextlib.suppress(TypeError):  # one that came while it was open
                screen.availableGeometryChanged.disconnect(self._fit)
        self._popup, self._closed = None, time.monotonic()


def _rect(rect: QRect) -> Rect:
    return Rect(rect.x(), rect.y(), rect.width(), rect.height())


def _screen(screen: QScreen) -> Screen:
    return Screen(_rect(screen.geometry()), _rect(screen.availableGeometry()))


def _screens() -> list[Screen]:
    """All of them, that of the panel first as a rule; a panel may have come or gone."""
    primary = QGuiApplication.primaryScreen()
    return [_screen(primary), *(_screen(screen) for screen in QGuiApplication.screens() if screen is not primary)]
