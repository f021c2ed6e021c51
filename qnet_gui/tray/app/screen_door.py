"""When the window with the netvm's screen opens. What it is made of is imported when somebody first wants to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qnet_gui.tray.qt import QObject
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.widgets.let_qt_end import let_qt_end
from qnet_gui.tray.widgets.raise_window import raise_window

if TYPE_CHECKING:
    from qnet_gui.tray.window.screen_window import ScreenWindow


class ScreenDoor(QObject):
    """One window at most, and none that nobody has asked for."""

    def __init__(self, app_state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app_state = app_state
        self.window: ScreenWindow | None = None

    def open(self) -> None:
        """Open it, or bring it to the front."""
        if self.window is None:
            from qnet_gui.tray.window.screen_window import ScreenWindow

            self.window = ScreenWindow(self._app_state)
            let_qt_end(self.window)
            self.window.closed.connect(self._gone)
        raise_window(self.window)

    def close(self) -> None:
        """Close it if it is open."""
        if self.window is not None:
            self.window.close()

    def _gone(self) -> None:
        self.window = None
