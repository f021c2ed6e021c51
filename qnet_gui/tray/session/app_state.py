"""What all parts of the applet share: the snapshot, the operation under way, the helper, and who wants what.

The windows read from it and follow its signals; none of them knows another.
"""

from __future__ import annotations

from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.tray.qt import QDBusConnection, QObject, pyqtSignal
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.session.settings import Settings
from qnet_gui.tray.session.traffic_watch import TrafficWatch
from qnet_gui.tray.state import operation_progress as operation_progress
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.operation_progress import OperationProgress


class AppState(QObject):
    """`changed`: there is another snapshot. `moved`: the operation under way, or what was asked for, has moved on.
    `requested`: somebody wants something done, with an `ActionRequest`."""

    changed = pyqtSignal()
    moved = pyqtSignal()
    requested = pyqtSignal(object)

    def __init__(self, system: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.snapshot: Snapshot | None = None
        self.progress = OperationProgress()
        #: What the helper was asked for and has not answered yet: somebody may be typing a password.
        self.asked: frozenset[ActionRequest] = frozenset()
        self.settings = Settings()
        self.client = Client(system, self)
        self.traffic = TrafficWatch(self.client, self)
        self.client.changed.connect(self._changed)
        self.client.stepped.connect(lambda *step: self._move(operation_progress.stepped(self.progress, *step)))
        self.client.ended.connect(lambda *end: self._move(operation_progress.ended(self.progress, *end)))
        self.client.gone.connect(lambda: self._move(operation_progress.abandoned(self.progress)))

    @property
    def connected(self) -> bool:
        """Whether dom0 is, or may be, connected to the network."""
        return self.snapshot is not None and self.snapshot.dom0.state is not Dom0State.CLOSED

    def request(self, action: Action) -> None:
        """Have something done that is about no domain."""
        self.requested.emit(ActionRequest(action))

    def ask(self, request: ActionRequest, waiting: bool) -> None:
        """The helper is asked for something, or has answered."""
        asked = self.asked | {request} if waiting else self.asked - {request}
        if asked != self.asked:
            self.asked = asked
            self.moved.emit()

    def _changed(self, snapshot: Snapshot | None) -> None:
        self.snapshot = snapshot
        self._move(operation_progress.begun(self.progress, snapshot))
        self.changed.emit()

    def _move(self, progress: OperationProgress) -> None:
        if progress != self.progress:
            self.progress = progress
            self.moved.emit()
