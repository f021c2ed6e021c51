"""Does what a click asks for: opens windows, asks before what cannot be taken back, has the helper do the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qnet_gui.model.errors import QnetError
from qnet_gui.tray.app.helper_actions import HelperActions
from qnet_gui.tray.app.popup_door import PopupDoor
from qnet_gui.tray.app.screen_door import ScreenDoor
from qnet_gui.tray.qt import QMessageBox, QObject, QPixmapCache, QTimer, pyqtSignal
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.network_applet import NetworkApplet
from qnet_gui.tray.session.units import HELPER, Units
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.widgets.let_qt_end import let_qt_end
from qnet_gui.tray.widgets.raise_window import raise_window

if TYPE_CHECKING:
    from qnet_gui.tray.window.main_window import MainWindow

#: What takes the network from all who go through the netvm.
_INTERRUPTS = (Action.RESTART_NETVM, Action.STOP_NETVM)
#: What stands for the netvm's screen beside the window's pages.
SCREEN = "screen"
#: Milliseconds after the window's end at which what is left of it goes.
_TIDY = 200
#: What opens the window, and at which page.
PAGE_OF = {
    Action.STATUS: "overview",
    Action.ROUTES: "routes",
    Action.NAMES: "names",
    Action.UPGRADE: "upgrade",
    Action.SETTINGS: "settings",
    Action.HELP: "help",
}


class ActionDispatcher(QObject):
    """The window and boxes are imported when they are first needed: most days nobody opens most of them.

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
        self.screen_door = ScreenDoor(app_state, self)
        netapplet.failed.connect(lambda error: self._failed(ActionRequest(Action.NETAPPLET), error))
        self._window: MainWindow | None = None
        self._tidy = QTimer(self)
        self._tidy.setSingleShot(True)
        self._tidy.setInterval(_TIDY)
        self._tidy.timeout.connect(self._give_back)
        self._boxes: dict[object, QMessageBox] = {}
        self._leaving = False
        self._helper_actions = HelperActions(app_state, self)
        self._helper_actions.failed.connect(self._failed)
        app_state.changed.connect(self._leave_when_closed)
        app_state.client.ended.connect(self._operation_ended)
        app_state.page_requested.connect(self.open_page)
        app_state.unfulfilled.connect(self._failed)

    def do(self, request: ActionRequest) -> None:
        """Whatever it is."""
        if request.action in PAGE_OF:
            self.open_page(PAGE_OF[request.action])
        elif request.action is Action.NETAPPLET:
            self._show_netapplet()
        elif request.action is Action.ABOUT:
            self._about()
        elif request.action is Action.QUIT:
            self._quit()
        elif request.action is Action.NETVM:
            self._choose(request)
        elif request.action is Action.MOVE:
            self._helper_actions.choose_netvm(request, True)
        elif request.action in _INTERRUPTS:
            self._interrupt(request)
        elif request.action is Action.START_HELPER:
            self._start_helper(request)
        else:
            if request.action is Action.DISCONNECT:
                self.open_page("upgrade")
            self._helper_actions.do(request)

    def _show_netapplet(self) -> None:
        """Where the netvm's screen comes as pixels, in a window of its own; else on this display."""
        snapshot = self._app_state.snapshot
        if snapshot is not None and snapshot.netvm.screen:
            self.screen_door.open()
        else:
            self._netapplet.start()

    def open_page(self, name: str) -> None:
        """Open the window at a page, by the page's name, or bring it to the front."""
        if self._window is None:
            from qnet_gui.tray.window.main_window import MainWindow

            self._window = MainWindow(self._app_state)
            let_qt_end(self._window)
            self._window.closed.connect(self._forget_window)
        self._window.open_page(name)
        self._window.present()

    def _forget_window(self) -> None:
        """Qt deletes it when its event is over; what is left of it then goes at once, and not when there is more."""
        self._window = None
        self._tidy.start()

    @staticmethod
    def _give_back() -> None:
        """Pictures that Qt keeps. No garbage is collected here: some is D-Bus's, whose thread may wait for us."""
        QPixmapCache.clear()

    def close(self) -> None:
        """Close the window and all boxes, at the end."""
        self.popup_door.close()
        self.screen_door.close()
        for widget in [*([self._window] if self._window else []), *self._boxes.values()]:
            widget.close()
            widget.deleteLater()
        self._window = None
        self._boxes.clear()

    @property
    def shown(self) -> tuple[str, ...]:
        """What of its windows is open, by name: a page of the window, and `SCREEN` for the netvm's screen."""
        pages = [self._window.page_name] if self._window is not None else []
        return (*pages, *([SCREEN] if self.screen_door.window is not None else []))

    @property
    def asking(self) -> bool:
        """Whether a box or the popup is open, which nobody can open again in its place."""
        return bool(self._boxes) or self.popup_door.popup is not None

    @property
    def window(self) -> MainWindow | None:
        """The window, while it is open."""
        return self._window

    def _show(self, key: object, make: Callable[[], QMessageBox]) -> None:
        """Show a box, each kind of them once."""
        if key not in self._boxes:
            made = self._boxes[key] = make()
            let_qt_end(made)
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
        from qnet_gui.tray.window.questions import about

        self._show("about", about)

    def _failed(self, request: ActionRequest, error: QnetError) -> None:
        from qnet_gui.tray.window.questions import trouble

        self._leaving = False
        reason = ("trouble", request.action, error.message)  # of many at a time it is told once
        self._show(reason, lambda: trouble(request, error))

    def _choose(self, request: ActionRequest) -> None:
        from qnet_gui.tray.window.questions import choose_netvm

        snapshot = self._app_state.snapshot
        if snapshot is None or snapshot.netvm.name != request.name:
            self._show(
                request, lambda: choose_netvm(request, lambda move: self._helper_actions.choose_netvm(request, move))
            )

    def _interrupt(self, request: ActionRequest) -> None:
        """Asks first where anybody would be without a network."""
        from qnet_gui.tray.pages.netvm import served
        from qnet_gui.tray.window.questions import interrupt_netvm

        if names := served(self._app_state.snapshot):
            self._show(request, lambda: interrupt_netvm(request, names, lambda: self._helper_actions.do(request)))
        else:
            self._helper_actions.do(request)

    # -- the end

    def _quit(self) -> None:
        from qnet_gui.tray.window.questions import leave_connected

        state = self._app_state
        if not state.may_be_connected:
            self.leave.emit()
            return
        now = state.packages.upgrade.stage, state.unreadable
        self._show(
            "quit", lambda: leave_connected(state.snapshot, False, self._disconnect_and_leave, self.leave.emit, *now)
        )

    def _disconnect_and_leave(self) -> None:
        self._leaving = True
        self.do(ActionRequest(Action.DISCONNECT))
        self._leave_when_closed()

    def _operation_ended(self, _number: int, error: str, _outcome: object) -> None:
        """What could not be disconnected is looked into, and is no reason to leave at its deadline."""
        self._leaving = self._leaving and not error

    def _leave_when_closed(self) -> None:
        """Then there is nothing left to ask either. A question that is still there follows what it tells of."""
        state, question = self._app_state, self._boxes.get("quit")
        if state.connected or state.snapshot is None:
            if question is not None:
                from qnet_gui.tray.window.questions import tell_connection

                tell_connection(question, state.snapshot, state.packages.upgrade.stage, state.unreadable)
        elif self._leaving or question is not None:
            self.leave.emit()
