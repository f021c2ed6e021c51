"""The icon and its menu: puts a `View` on the screen, painting only what differs from the one before."""

from __future__ import annotations

from qnet_gui.tray import plain
from qnet_gui.tray.icons import tray_icon
from qnet_gui.tray.qt import QApplication, QMenu, QObject, QSystemTrayIcon, QTimer, pyqtSignal
from qnet_gui.tray.view import Action, Row, View

#: Milliseconds that a frame of the connecting icon stays.
FRAME = 500


class Shell(QObject):
    """Emits `chosen` with the `Action` of a row, or of a click on the icon. `exported`: the menu goes over D-Bus."""

    chosen = pyqtSignal(object)

    def __init__(self, exported: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = plain.exported_menu if exported else plain.menu
        self._view: View | None = None
        self._frame = 0
        self._menu = QMenu()
        self._tray = QSystemTrayIcon(self)
        self._tray.setContextMenu(self._menu)
        self._tray.activated.connect(self._activated)
        self._turn = QTimer(self)
        self._turn.setInterval(FRAME)
        self._turn.timeout.connect(self._next_frame)
        if isinstance(application := QApplication.instance(), QApplication):
            application.paletteChanged.connect(self._paint_icon)

    def show(self, view: View) -> None:
        """Show a view; the icon appears with the first one."""
        old, self._view = self._view, view
        if old is None or old.icons != view.icons:
            self._frame = 0
            self._paint_icon()
            if len(view.icons) > 1:
                self._turn.start()
            else:
                self._turn.stop()
        if old is None or (old.title, old.line) != (view.title, view.line):
            self._tray.setToolTip(plain.tooltip(f"{view.title}\n{view.line}"))
        if old is None or old.rows != view.rows:
            self._fill(view.rows)
        if old is None:
            self._tray.show()

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

    def _fill(self, rows: tuple[Row, ...]) -> None:
        """Change texts in place where the rows are of the same kind, so that a menu that is open stays whole."""
        entries = self._menu.actions()
        if [bool(row.action) for row in rows] != [not entry.isSeparator() for entry in entries]:
            self._menu.clear()
            entries = [self._menu.addAction("") if row.action else self._menu.addSeparator() for row in rows]
            for index, entry in enumerate(entries):
                entry.triggered.connect(lambda _checked, index=index: self._clicked(index))
        for row, entry in zip(rows, entries, strict=True):
            if row.action:
                entry.setText(self._text(row.text))

    def _clicked(self, index: int) -> None:
        if self._view and self._view.rows[index].action:
            self.chosen.emit(self._view.rows[index].action)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.chosen.emit(Action.STATUS)
