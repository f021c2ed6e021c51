"""The icon and its menu: puts a `View` on the screen, painting only what differs from the one before."""

from __future__ import annotations

from qnet_gui.tray.app.menu_widget import MenuWidget
from qnet_gui.tray.desktop import kde_item
from qnet_gui.tray.qt import QApplication, QIcon, QObject, QStyle, QSystemTrayIcon, QTimer, pyqtSignal
from qnet_gui.tray.session.icons import named_icon, tray_icon
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.view import Status, View

#: Milliseconds that a frame of the connecting icon stays.
FRAME_MILLISECONDS = 500


def _moves() -> bool:
    """Whether this person wants things to move; who has switched animations off has them take no time."""
    return bool(QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0)


class TrayIcon(QObject):
    """Emits `chosen` with the `ActionRequest` of a row of the menu, and `clicked` with the icon's place, which is empty
    where the tray does not tell it. `exported`: the menu is on D-Bus. `kde`: the panel is Plasma's.
    """

    chosen = pyqtSignal(object)
    clicked = pyqtSignal(object)

    def __init__(self, exported: bool, kde: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kde = kde
        self._view: View | None = None
        self._frame = 0
        self._frames: tuple[str, ...] = ()
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
            still = len(view.icons) > 1 and not _moves()
            self._frames = view.icons[len(view.icons) // 2 :][:1] if still else view.icons
            self._paint_icon()
            if len(self._frames) > 1:
                self._frame_timer.start()
            else:
                self._frame_timer.stop()
        self._menu.fill(view.rows)
        if old is None:
            self._tray.show()
        if old is None or (old.title, old.line) != (view.title, view.line):
            self._show_tooltip(view)
        if view.status is not (old.status if old else Status.ACTIVE):
            kde_item.ask_attention(view.status is Status.ATTENTION)

    def _show_tooltip(self, view: View) -> None:
        """A head and a second line: Plasma has places for both, elsewhere they are two lines."""
        title, line = plain_text.tooltip(view.title), plain_text.tooltip(view.line)
        if not (self._kde and kde_item.set_tooltip(title, line)):
            self._tray.setToolTip(f"{title}\n{line}")

    def hide(self) -> None:
        """Take the icon away, before the process ends."""
        self._tray.hide()

    def _paint_icon(self) -> None:
        if self._view:
            self._tray.setIcon(self._icon(self._frames[self._frame % len(self._frames)]))

    def _icon(self, name: str) -> QIcon:
        """By name, Plasma paints it in its panel's colours, which no protocol tells; a picture elsewhere."""
        return (named_icon(name) if self._kde else None) or tray_icon(name, QApplication.palette())

    def _next_frame(self) -> None:
        self._frame += 1
        self._paint_icon()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.clicked.emit(self._tray.geometry())
