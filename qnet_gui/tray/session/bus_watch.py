"""Notices that the system bus has gone, and when there is one again. Looks for it only while there is none."""

from __future__ import annotations

import itertools
import logging

from qnet_gui.tray.qt import QDBusConnection, QDBusMessage, QObject, QTimer, pyqtSignal
from qnet_gui.tray.session.dbus import message_slot

log = logging.getLogger(__name__)

#: Milliseconds between two looks.
_INTERVAL = 3000
_LOCAL, _LOCAL_PATH = "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local"
_numbers = itertools.count()


class BusWatch(QObject):
    """Emits `lost` once, and then `back` once. Qt does not connect anew by itself, nor lets it be done by others."""

    lost = pyqtSignal()
    back = pyqtSignal()

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self._try_to_connect)

    def start(self) -> None:
        """Begin; there may be no bus yet."""
        self._bus.connect("", _LOCAL_PATH, _LOCAL, "Disconnected", self._disconnected)
        if not self._bus.isConnected():
            self._timer.start()

    @message_slot
    def _disconnected(self, _message: QDBusMessage) -> None:
        log.warning("The system bus has gone; nothing is known of the network until it is back.")
        self.lost.emit()
        self._timer.start()

    def _try_to_connect(self) -> None:
        name = f"look-{next(_numbers)}"
        connected = QDBusConnection.connectToBus(QDBusConnection.BusType.SystemBus, name).isConnected()
        QDBusConnection.disconnectFromBus(name)
        if connected:
            self._timer.stop()
            self.back.emit()
