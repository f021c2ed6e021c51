"""The icon and its menu: puts a `View` on the screen, painting only what differs from the one before."""

from __future__ import annotations

from qnet_gui.tray.app.menu_widget import MenuWidget
from qnet_gui.tray.qt import QApplication, QObject, QSystemTrayIcon, QTimer, pyqtSignal
from qnet_gui.tray.session import attention
from qnet_gui.tray.session.icons import tray_icon
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.view import Status, View

#: Milliseconds that a frame of the connecting icon stays.
FRAME_MILLISECONDS = 500


class TrayIcon(QObject):
    """Emits `chosen` with the `ActionRequest` of a row of the menu, and `clicked` with the icon's place, which is empty
    where the tray does not tell it. `exported`: the menu is on D-Bus."""

    chosen = pyqtSignal(object)
    clicked = pyqtSignal(object)

    def __init__(self, exported: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view: View | None = None
        self._frame = 0
        self._menu = MenuWidget(plain_text.exported_menu if exported else plain_text.menu, self.chosen.emit)
        self._tray = QSystemTrayIcon(self)
        self._tray.setContextMenu(self._menu)
        self._tray.activated.connect(self._activated)
        self._frame_timer = QTimer(self)
        self._frame_timer.setInterval(FRAME_MILLISECONDS)
        self._frame_timer.timeout.connect(self._next_frame)
        if isinstance(application := QApplication.instance(), QApplication):
            application.paletteChanged.connect(self._paint_icon)

    def show(self, view: View) -> None:
        """Show a view; the icon appears with the first one."""
        old, self._view = self._view, view
        if old is None or old.icons != view.icons:
            self._frame = 0
            self._paint_icon()
            if len(view.icons) > 1:
                self._frame_timer.start()
            else:
                self._frame_timer.stop()
        if old is None or (old.title, old.line) != (view.title, view.line):
            self._tray.setToolTip(plain_text.tooltip(f"{view.title}\n{view.line}"))
        self._menu.fill(view.rows)
        if old is None:
            self._tray.show()
        if view.status is not (old.status if old else Status.ACTIVE):
            attention.ask(view.status is Status.ATTENTION)

    def hide(self) -> None:
        """Take the icon away, before the process ends."""
        self._tray.hide()

    def _paint_icon(self) -> None:
        if self._view:
            name = self._view.icons[self._frame % len(self._view.icons)]
            self._tray.setIcon(tray_icon(name, QApplication.palette()))

    def _next_frame(self) -> None:
        self._frame += 1
        self._paint_icon()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.clicked.emit(self._tray.geometry())
