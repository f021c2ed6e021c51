"""Does what a click asks for: opens windows, asks before what cannot be taken back, has the helper do the rest."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from qnet_gui.model.errors import QnetError
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.tray.app.helper_actions import HelperActions
from qnet_gui.tray.app.popup_door import PopupDoor
from qnet_gui.tray.qt import QMessageBox, QObject, QWidget, pyqtSignal
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.network_applet import NetworkApplet
from qnet_gui.tray.session.units import HELPER, Units
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.windows.raise_window import raise_window

#: What opens a window, and the module below `windows` that has it.
WINDOWS = {
    Action.STATUS: "status",
    Action.ROUTES: "routes",
    Action.NAMES: "names",
    Action.UPGRADE: "upgrade",
    Action.SETTINGS: "settings",
    Action.HELP: "help",
}


class ActionDispatcher(QObject):
    """Windows and boxes are imported when they are first needed: most days nobody opens most of them.

    `leave` is emitted when the applet is to end.
    """

    leave = pyqtSignal()

    def __init__(
        self, app_state: AppState, netapplet: NetworkApplet, units: Units, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._app_state = app_state
        self._netapplet = netapplet
        self._units = units
        self.popup_door = PopupDoor(app_state, self)
        netapplet.failed.connect(lambda error: self._failed(ActionRequest(Action.NETAPPLET), error))
        self._windows: dict[Action, QWidget] = {}
        self._boxes: dict[object, QMessageBox] = {}
        self._leaving = False
        self._helper_actions = HelperActions(app_state, self)
        self._helper_actions.failed.connect(self._failed)
        app_state.changed.connect(self._leave_when_closed)

    def do(self, request: ActionRequest) -> None:
        """Whatever it is."""
        if request.action in WINDOWS:
            self.open(request.action)
        elif request.action is Action.NETAPPLET:
            self._netapplet.start()
        elif request.action is Action.ABOUT:
            self._about()
        elif request.action is Action.QUIT:
            self._quit()
        elif request.action is Action.NETVM:
            self._choose(request)
        elif request.action is Action.MOVE:
            self._helper_actions.choose_netvm(request, True)
        elif request.action is Action.START_HELPER:
            self._start_helper(request)
        else:
            if request.action is Action.DISCONNECT:
                self.open(Action.UPGRADE)
            self._helper_actions.do(request)

    def open(self, action: Action) -> None:
        """Open a window, or bring it to the front."""
        if action not in self._windows:
            module = importlib.import_module(f"qnet_gui.tray.windows.{WINDOWS[action]}")
            self._windows[action] = module.make(self._app_state)
        self._windows[action].present()

    def close(self) -> None:
        """Close all windows and boxes, at the end."""
        self.popup_door.close()
        for widget in [*self._windows.values(), *self._boxes.values()]:
            widget.close()
            widget.deleteLater()
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
        raise_window(self._boxes[key])

    def _forget(self, key: object) -> None:
        self._boxes.pop(key, None)

    def _start_helper(self, request: ActionRequest) -> None:
        self._app_state.ask(request, True)

        def answered(error: QnetError | None) -> None:
            self._app_state.ask(request, False)
            if error is not None:
                self._failed(request, error)

        self._units.start(HELPER, answered)

    def _about(self) -> None:
        from qnet_gui.tray.windows.questions import about

        self._show("about", about)

    def _failed(self, request: ActionRequest, error: QnetError) -> None:
        from qnet_gui.tray.windows.questions import trouble

        self._leaving = False
        self._show(("trouble", request), lambda: trouble(request, error))

    def _choose(self, request: ActionRequest) -> None:
        from qnet_gui.tray.windows.questions import choose_netvm

        snapshot = self._app_state.snapshot
        if snapshot is None or snapshot.netvm.name != request.name:
            self._show(
                request, lambda: choose_netvm(request, lambda move: self._helper_actions.choose_netvm(request, move))
            )

    # -- the end

    def _quit(self) -> None:
        from qnet_gui.tray.windows.questions import leave_connected

        snapshot = self._app_state.snapshot
        if snapshot is None or not self._app_state.connected:
            self.leave.emit()
            return
        until = snapshot.dom0.until
        self._show("quit", lambda: leave_connected(until, False, self._disconnect_and_leave, self.leave.emit))

    def _disconnect_and_leave(self) -> None:
        self._leaving = True
        self.do(ActionRequest(Action.DISCONNECT))
        self._leave_when_closed()

    def _leave_when_closed(self) -> None:
        snapshot = self._app_state.snapshot
        if self._leaving and snapshot is not None and snapshot.dom0.state is Dom0State.CLOSED:
            self.leave.emit()
