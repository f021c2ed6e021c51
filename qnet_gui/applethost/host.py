"""The host as a whole: both kinds of icons, the window that they are in, and the program that it was started for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import dbus
from dbus.mainloop.glib import DBusGMainLoop

from qnet_gui.applethost.item import Item
from qnet_gui.applethost.qt import QAbstractEventDispatcher, QApplication, QObject, QProcess, QSocketNotifier, QTimer
from qnet_gui.applethost.watcher import NAME, Watcher
from qnet_gui.applethost.window import Window
from qnet_gui.applethost.xembed import XTray
from qnet_gui.runtime.dbus_service import leave_bus

log = logging.getLogger(__name__)


class Host(QObject):
    """Goes on until the last icon has left, its window is closed, or the command ends before any has come.

    `status` is the exit status then. Without a command the window is there at once, with one when the first icon is.
    """

    def __init__(self, tray: Callable[..., XTray], command: list[str]) -> None:
        super().__init__()
        self.status = 0
        self._command = command
        self._window = Window(self._end)
        self._items: dict[tuple[str, str], Item] = {}
        self._ended = False
        self._watcher: Watcher | None = None
        self._process = QProcess(self)
        self._tray = tray(self._place, self._icon_left, self._end)
        self._notifier = QSocketNotifier(self._tray.fileno(), QSocketNotifier.Type.Read, self)  # type: ignore[arg-type]
        self._notifier.activated.connect(self._read)

    def start(self) -> None:
        """Be the tray, then start the command."""
        self._tray.start()
        self._read()
        self._start_watcher()
        if not self._command:
            self._window.show()
            return
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedChannels)
        self._process.finished.connect(self._command_ended)
        self._process.errorOccurred.connect(self._command_failed)
        self._process.start(self._command[0], self._command[1:])

    def _start_watcher(self) -> None:
        """Icons of the new kind, where there is a session bus and nobody shows them yet."""
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is None or "Glib" not in dispatcher.metaObject().className():
            log.warning("This Qt does not run on GLib's loop, so icons of the new kind are not shown.")
            return
        try:
            bus: Any = dbus.SessionBus(private=True, mainloop=DBusGMainLoop())
        except dbus.DBusException as error:
            log.info("No session bus, so no icons of the new kind: %s", error.get_dbus_message())
            return
        bus.set_exit_on_disconnect(False)
        if Watcher.first(bus):
            self._watcher = Watcher(bus, lambda *key: self._item_came(bus, *key), self._item_gone)
            self._watcher.StatusNotifierHostRegistered()
        else:
            log.info("%s is somebody else, who shows icons of the new kind", NAME)
            leave_bus(bus)

    # -- icons of the old kind

    def _read(self) -> None:
        self._tray.read()

    def _place(self, number: int) -> tuple[int, int, int]:
        cell = self._window.new_cell()
        self._window.add(number, cell)
        # what came while answers were waited for is read already, and the socket does not tell it again
        QTimer.singleShot(0, self._read)
        ratio = cell.devicePixelRatioF()
        return int(cell.winId()), round(cell.width() * ratio), self._window.background()

    def _icon_left(self, number: int) -> None:
        self._window.remove(number)
        self._end_if_empty()

    # -- icons of the new kind

    def _item_came(self, bus: Any, name: str, path: str) -> None:
        item = self._items[name, path] = Item(bus, name, path, self._window.icon_size)
        self._window.add((name, path), item)

    def _item_gone(self, name: str, path: str) -> None:
        self._items.pop((name, path)).forget()
        self._window.remove((name, path))
        self._end_if_empty()

    # -- the end

    def _end_if_empty(self) -> None:
        if not len(self._window):
            self._end()

    def _command_failed(self, problem: QProcess.ProcessError) -> None:
        if problem == QProcess.ProcessError.FailedToStart:
            log.error("%s cannot be started: %s", self._command[0], self._process.errorString())
            self.status = 127
            self._end()

    def _command_ended(self, status: int, _how: QProcess.ExitStatus) -> None:
        if not len(self._window) and not self._ended:
            log.error("%s has ended before it showed an icon", self._command[0])
            self.status = status or 1
            self._end()

    def _end(self) -> None:
        """Once: give the icons back, end the command, leave the loop."""
        if not self._ended:
            self._ended = True
            self._notifier.setEnabled(False)
            self._tray.close()
            if self._process.state() != QProcess.ProcessState.NotRunning:
                self._process.terminate()
                self._process.waitForFinished(2000)
            QApplication.quit()

    def stop(self) -> None:
        """End it, for a signal."""
        self._end()
