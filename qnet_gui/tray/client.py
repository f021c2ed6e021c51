"""The helper over D-Bus: every snapshot that it publishes, and None while it is away. Never blocks, never polls."""

from __future__ import annotations

import logging

from qnet_gui.model.errors import BadInput
from qnet_gui.model.snapshot import Snapshot, from_wire
from qnet_gui.tray.bus import PROPERTIES, Answer, Service, message_slot
from qnet_gui.tray.qt import QDBusConnection, QDBusMessage, QDBusServiceWatcher, QObject, pyqtSignal

log = logging.getLogger(__name__)

NAME = "org.qnet.Helper1"
PATH = "/org/qnet/Helper1"


class Client(QObject):
    """Emits `changed` with a `Snapshot` or None; for the first time with the answer to the first Get."""

    changed = pyqtSignal(object)

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._helper = Service(bus, NAME, PATH)
        self._watcher = QDBusServiceWatcher(NAME, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self)
        self._watcher.serviceOwnerChanged.connect(self._owner_changed)
        self._asked = 0

    def start(self) -> None:
        """Subscribe, then fetch: what changes between the two is not missed. The Get may start the helper."""
        if not self._helper.listen(PROPERTIES, "PropertiesChanged", self._properties_changed):
            log.warning("The system bus cannot be reached; nothing is known of the network.")
            self.changed.emit(None)
        else:
            self._fetch()

    def _fetch(self) -> None:
        self._asked += 1
        turn = self._asked
        self._helper.get(self, NAME, "Snapshot", lambda answer: self._answered(answer, turn), start=True)

    def _answered(self, answer: Answer, turn: int) -> None:
        if turn != self._asked:
            return
        if answer.error:
            log.info("The helper does not answer: %s", answer.error)
            self.changed.emit(None)
        else:
            self._take(*answer.arguments[:1])

    def _owner_changed(self, _name: str, _old: str, new: str) -> None:
        if new:
            self._fetch()
        else:
            self._asked += 1
            log.info("The helper has gone")
            self.changed.emit(None)

    @message_slot
    def _properties_changed(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [str() as interface, dict() as values, list() as invalidated] if interface == NAME:
                if "Snapshot" in values:
                    self._take(values["Snapshot"])
                elif "Snapshot" in invalidated:
                    self._fetch()

    def _take(self, wire: object = None) -> None:
        snapshot: Snapshot | None = None
        try:
            snapshot = from_wire(wire if isinstance(wire, dict) else {})
        except BadInput as error:
            log.warning("%s Is the helper of the same version as this applet?", error)
        self.changed.emit(snapshot)
