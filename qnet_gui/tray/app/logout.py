"""The end of the desktop session while dom0 is connected: asks as quitting does, and can call the logout off.

Qt tells of it by `commitDataRequest`, and whoever wants to ask has to do so before it returns; so here, and nowhere
else, an inner loop runs.
"""

from __future__ import annotations

import logging

from qnet_gui.model.errors import QnetError
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.tray.qt import QEventLoop, QObject, QSessionManager, QTimer
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import Action, ActionRequest

log = logging.getLogger(__name__)

#: Milliseconds until dom0 must be disconnected; else the logout is called off.
_DEADLINE = 60_000


class Logout(QObject):
    """Asks once at a time."""

    def __init__(self, app_state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app_state = app_state
        self._asking = False

    def session_ends(self, manager: QSessionManager) -> None:
        """The session is about to end. Without leave to ask, dom0 stays connected until its deadline."""
        if self._asking or not self._app_state.may_be_connected:
            return
        if not manager.allowsInteraction():
            log.warning("The session ends while dom0 is connected, and nobody may be asked.")
            return
        self._asking = True
        try:
            if not self._may_end():
                manager.cancel()
        finally:
            self._asking = False
            manager.release()

    def _may_end(self) -> bool:
        from qnet_gui.tray.window.questions import leave_connected, tell_connection

        state = self._app_state
        answers: list[bool] = []
        now = state.packages.upgrade.stage, state.unreadable
        box = leave_connected(state.snapshot, True, lambda: answers.append(True), lambda: answers.append(False), *now)

        def look() -> None:
            if self._is_closed():
                box.close()
            else:
                tell_connection(box, state.snapshot, state.packages.upgrade.stage, state.unreadable)

        self._app_state.changed.connect(look)
        try:
            box.exec_()
        finally:
            self._app_state.changed.disconnect(look)
        if not answers:
            return self._is_closed()
        return not answers[0] or self._disconnected()

    def _disconnected(self) -> bool:
        """Whether it could be; its window tells what has become of it."""
        loop, timer = QEventLoop(), QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(loop.quit)
        timer.start(_DEADLINE)

        def look() -> None:
            if self._is_closed():
                loop.quit()

        def ended(_number: int, error: str, _outcome: object) -> None:
            if error:
                loop.quit()

        def refused(answer: object) -> None:
            if isinstance(answer, QnetError):
                loop.quit()

        self._app_state.changed.connect(look)
        self._app_state.client.ended.connect(ended)
        try:
            self._app_state.client.do("DisconnectDom0", [], refused)
            look()
            if not self._is_closed():
                loop.exec_()
        finally:
            self._app_state.changed.disconnect(look)
            self._app_state.client.ended.disconnect(ended)
        if not self._is_closed():
            self._app_state.requested.emit(ActionRequest(Action.UPGRADE))
        return self._is_closed()

    def _is_closed(self) -> bool:
        snapshot = self._app_state.snapshot
        return snapshot is not None and snapshot.dom0.state is Dom0State.CLOSED
