"""What all parts of the applet share: the snapshot, the operation under way, the helper, and who wants what.

The windows read from it and follow its signals; none of them knows another.
"""

from __future__ import annotations

from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.tray.qt import QDBusConnection, QObject, pyqtSignal
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.session.settings import Settings
from qnet_gui.tray.state import operation_progress as courses
from qnet_gui.tray.state.menu import Action, Want
from qnet_gui.tray.state.operation_progress import Course


class Desk(QObject):
    """`changed`: there is another snapshot. `moved`: the operation under way has moved on. `wanted`: somebody wants
    something done, with a `Want`."""

    changed = pyqtSignal()
    moved = pyqtSignal()
    wanted = pyqtSignal(object)

    def __init__(self, system: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.snapshot: Snapshot | None = None
        self.course = Course()
        self.settings = Settings()
        self.client = Client(system, self)
        self.client.changed.connect(self._changed)
        self.client.stepped.connect(lambda *step: self._move(courses.stepped(self.course, *step)))
        self.client.ended.connect(lambda *end: self._move(courses.ended(self.course, *end)))
        self.client.gone.connect(lambda: self._move(courses.abandoned(self.course)))

    @property
    def connected(self) -> bool:
        """Whether dom0 is, or may be, connected to the network."""
        return self.snapshot is not None and self.snapshot.dom0.state is not Dom0State.CLOSED

    def want(self, action: Action) -> None:
        """Have something done that is about no domain."""
        self.wanted.emit(Want(action))

    def _changed(self, snapshot: Snapshot | None) -> None:
        self.snapshot = snapshot
        self._move(courses.begun(self.course, snapshot))
        self.changed.emit()

    def _move(self, course: Course) -> None:
        if course != self.course:
            self.course = course
            self.moved.emit()
