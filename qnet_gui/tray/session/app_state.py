"""What all parts of the applet share: the snapshot, the operation under way, the helper, and who wants what.

The windows read from it and follow its signals; none of them knows another.
"""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.model.errors import QnetError
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.netmap.rates import Rates
from qnet_gui.tray.qt import QDBusConnection, QObject, pyqtSignal
from qnet_gui.tray.session.event_log import EventLog
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.session.package_upgrade import PackageUpgrade
from qnet_gui.tray.session.settings import Settings
from qnet_gui.tray.session.traffic_watch import TrafficWatch
from qnet_gui.tray.state import operation_progress as operation_progress
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.operation_progress import OperationProgress


class AppState(QObject):
    """`changed`: there is another snapshot. `moved`: the operation under way, or what was asked for, has moved on.
    `requested`: somebody wants something done, with an `ActionRequest`. `page_requested`: somebody wants to see a page
    of the window, by its name. `unfulfilled`: what was to be done by itself could not be, with an `ActionRequest` and
    the error.
    """

    changed = pyqtSignal()
    moved = pyqtSignal()
    requested = pyqtSignal(object)
    page_requested = pyqtSignal(str)
    unfulfilled = pyqtSignal(object, object)

    def __init__(self, system: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.snapshot: Snapshot | None = None
        self.progress = OperationProgress()
        #: What the helper was asked for and has not answered yet: somebody may be typing a password.
        self.asked: frozenset[ActionRequest] = frozenset()
        self.settings = Settings()
        self.event_log = EventLog(self)
        self.client = Client(system, self)
        self.traffic = TrafficWatch(self.client, self)
        self.packages = PackageUpgrade(system, self)
        #: Whether dom0 is disconnected by itself when its packages have been upgraded.
        self.disconnect_when_done = True
        #: How dom0 stood to the network when that was known last.
        self.last_known = Dom0State.CLOSED
        self.packages.changed.connect(self.moved)
        self.packages.ended.connect(self._packages_ended)
        self.client.answered.connect(self.moved)
        self.client.changed.connect(self._changed)
        self.client.stepped.connect(lambda *step: self._move(operation_progress.stepped(self.progress, *step)))
        self.client.ended.connect(lambda *end: self._move(operation_progress.ended(self.progress, *end)))
        self.client.gone.connect(lambda: self._move(operation_progress.abandoned(self.progress)))

    @property
    def connected(self) -> bool:
        """Whether dom0 is, or may be, connected to the network."""
        return self.snapshot is not None and self.snapshot.dom0.state is not Dom0State.CLOSED

    @property
    def in_doubt(self) -> bool:
        """Whether nothing is known, and dom0 was connected when something was."""
        return self.snapshot is None and self.last_known is not Dom0State.CLOSED

    @property
    def may_be_connected(self) -> bool:
        """Either of these: whoever leaves the applet is asked before."""
        return self.connected or self.in_doubt

    @property
    def unreadable(self) -> bool:
        """Whether there is no snapshot because the helper is of another version than this applet."""
        return self.client.unreadable

    @property
    def rates(self) -> Rates:
        """What domains get and send now, as far as it is known: while `traffic` is watched."""
        series = self.traffic.history.domains
        return {
            domid: (float(one.down_rate), float(one.up_rate))
            for domid, one in series.items()
            if one.down_rate is not None and one.up_rate is not None
        }

    def request(self, action: Action) -> None:
        """Have something done that is about no domain."""
        self.requested.emit(ActionRequest(action))

    def ask(self, request: ActionRequest, waiting: bool) -> None:
        """The helper is asked for something, or has answered."""
        asked = self.asked | {request} if waiting else self.asked - {request}
        if asked != self.asked:
            self.asked = asked
            self.moved.emit()

    def open_page(self, name: str) -> None:
        """Have the window opened at a page: overview, domains, routes, names, upgrade, log, settings, help."""
        self.page_requested.emit(name)

    def _packages_ended(self) -> None:
        """The way back, when there is nothing left to do with the network; after a failure a person may try again.

        What another person upgrades is his to end.

        The upgrade may have been one of qnet: the helper is away for a moment, or speaks otherwise than this applet.
        """
        done = self.packages.upgrade.stage.went_well and self.packages.own
        if done and self.disconnect_when_done and self.last_known is not Dom0State.CLOSED:
            self.client.do("DisconnectDom0", [], self._back_to_normal)

    def _back_to_normal(self, answer: Sequence[object] | QnetError) -> None:
        """Nobody looks for what is promised to him."""
        if isinstance(answer, QnetError) and self.last_known is not Dom0State.CLOSED:
            self.unfulfilled.emit(ActionRequest(Action.DISCONNECT), answer)

    def _follow_packages(self, snapshot: Snapshot | None) -> None:
        """Whoever connects dom0 begins anew; and while it is connected, an upgrade may be under way already."""
        if snapshot is None:
            return
        old, new = self.last_known, snapshot.dom0.state
        self.last_known = new
        if new is Dom0State.OPEN and old is not Dom0State.OPEN:
            self.packages.look()
        if old is Dom0State.CLOSED and new is not Dom0State.CLOSED:
            self.packages.forget()

    def _changed(self, snapshot: Snapshot | None) -> None:
        self._follow_packages(snapshot)
        self.snapshot = snapshot
        self.event_log.follow(snapshot)
        self._move(operation_progress.begun(self.progress, snapshot))
        self.changed.emit()

    def _move(self, progress: OperationProgress) -> None:
        if progress != self.progress:
            self.progress = progress
            self.moved.emit()
