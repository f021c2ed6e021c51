"""Does what a click asks for: opens windows, asks before what cannot be taken back, has the helper do the rest."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from qnet_gui.model.errors import QnetError
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.tray.app.helper_actions import Deeds
from qnet_gui.tray.qt import QMessageBox, QObject, QWidget, pyqtSignal
from qnet_gui.tray.session.app_state import Desk
from qnet_gui.tray.session.network_applet import NetworkApplet
from qnet_gui.tray.state.menu import Action, Want
from qnet_gui.tray.windows.raise_window import bring

#: What opens a window, and the module below `windows` that has it.
WINDOWS = {
    Action.STATUS: "status",
    Action.ROUTES: "routes",
    Action.NAMES: "names",
    Action.UPGRADE: "upgrade",
    Action.SETTINGS: "settings",
    Action.HELP: "help",
}


class Doer(QObject):
    """Windows and boxes are imported when they are first needed: most days nobody opens most of them.

    `leave` is emitted when the applet is to end.
    """

    leave = pyqtSignal()

    def __init__(self, desk: Desk, netapplet: NetworkApplet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._netapplet = netapplet
        netapplet.failed.connect(lambda text: self._failed(Want(Action.NETAPPLET), QnetError(text)))
        self._windows: dict[Action, QWidget] = {}
        self._boxes: dict[object, QMessageBox] = {}
        self._leaving = False
        self._deeds = Deeds(desk, self)
        self._deeds.failed.connect(self._failed)
        desk.changed.connect(self._leave_when_closed)

    def do(self, want: Want) -> None:
        """Whatever it is."""
        if want.action in WINDOWS:
            self.open(want.action)
        elif want.action is Action.NETAPPLET:
            self._netapplet.start()
        elif want.action is Action.ABOUT:
            self._about()
        elif want.action is Action.QUIT:
            self._quit()
        elif want.action is Action.NETVM:
            self._choose(want)
        else:
            if want.action is Action.DISCONNECT:
                self.open(Action.UPGRADE)
            self._deeds.do(want)

    def open(self, action: Action) -> None:
        """Open a window, or bring it to the front."""
        if action not in self._windows:
            module = importlib.import_module(f"qnet_gui.tray.windows.{WINDOWS[action]}")
            self._windows[action] = module.make(self._desk)
        self._windows[action].present()

    def close(self) -> None:
        """Close all windows and boxes, at the end."""
        for each in [*self._windows.values(), *self._boxes.values()]:
            each.close()
            each.deleteLater()
        self._windows.clear()
        self._boxes.clear()

    def window(self, action: Action) -> QWidget | None:
        """A window, if it has been opened."""
        return self._windows.get(action)

    def _show(self, key: object, make: Callable[[], QMessageBox]) -> None:
        """Show a box, each kind of them once."""
        if key not in self._boxes:
            made = self._boxes[key] = make()
            made.finished.connect(lambda _result: self._forget(key))
        bring(self._boxes[key])

    def _forget(self, key: object) -> None:
        self._boxes.pop(key, None)

    def _about(self) -> None:
        from qnet_gui.tray.windows.questions import about

        self._show("about", about)

    def _failed(self, want: Want, error: QnetError) -> None:
        from qnet_gui.tray.windows.questions import trouble

        self._leaving = False
        self._show(("trouble", want), lambda: trouble(want, error))

    def _choose(self, want: Want) -> None:
        from qnet_gui.tray.windows.questions import choose_netvm

        snapshot = self._desk.snapshot
        if snapshot is None or snapshot.netvm.name != want.name:
            self._show(want, lambda: choose_netvm(want, lambda move: self._deeds.choose_netvm(want, move)))

    # -- the end

    def _quit(self) -> None:
        from qnet_gui.tray.windows.questions import quit_connected

        snapshot = self._desk.snapshot
        if snapshot is None or not self._desk.connected:
            self.leave.emit()
            return
        until = snapshot.dom0.until
        self._show("quit", lambda: quit_connected(until, self._disconnect_and_leave, self.leave.emit))

    def _disconnect_and_leave(self) -> None:
        self._leaving = True
        self.do(Want(Action.DISCONNECT))
        self._leave_when_closed()

    def _leave_when_closed(self) -> None:
        snapshot = self._desk.snapshot
        if self._leaving and snapshot is not None and snapshot.dom0.state is Dom0State.CLOSED:
            self.leave.emit()
