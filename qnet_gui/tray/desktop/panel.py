"""Wait for a tray before an icon is made.

Qt decides once, at the first question about trays, whether icons go to a StatusNotifierItem host or to an XEmbed
tray, and keeps to it for the life of the process. At login the applet is often there before the panel, so it waits
for the host, a short while; after that it takes XEmbed, and if a host comes later still, or goes for good, the applet
starts itself anew, which is the only way to make Qt decide again.
"""

from __future__ import annotations

from qnet_gui.tray.qt import QDBusConnection, QDBusMessage, QDBusServiceWatcher, QObject, QTimer, pyqtSignal
from qnet_gui.tray.session.dbus import Answer, Service, message_slot

NAME = "org.kde.StatusNotifierWatcher"
PATH = "/StatusNotifierWatcher"
#: Milliseconds after which an XEmbed tray will do.
SNI_MILLISECONDS = 3000
#: Milliseconds that a panel has to be back, after it was killed or restarted.
GONE_MILLISECONDS = 15000


class TrayHost(QObject):
    """Emits `ready` once: with True when a StatusNotifierItem host is there, with False when none has come in time.
    Emits `late` when a host comes after that, `gone` when the one that was there has not come back in time, and `back`
    when it comes then."""

    ready = pyqtSignal(bool)
    late = pyqtSignal()
    gone = pyqtSignal()
    back = pyqtSignal()

    def __init__(
        self, bus: QDBusConnection, parent: QObject | None = None, sni_milliseconds: int = SNI_MILLISECONDS
    ) -> None:
        super().__init__(parent)
        self._service = Service(bus, NAME, PATH)
        self._host: bool | None = None
        self._watcher = QDBusServiceWatcher(NAME, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self)
        self._watcher.serviceRegistered.connect(self._ask)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(sni_milliseconds)
        self._timer.timeout.connect(lambda: self._decide(False))
        self._watcher.serviceUnregistered.connect(self._missing)
        self._gone_timer = QTimer(self)
        self._gone_timer.setSingleShot(True)
        self._gone_timer.setInterval(GONE_MILLISECONDS)
        self._gone_timer.timeout.connect(self._tell_gone)
        self._told_gone = False

    def start(self) -> None:
        """Begin to wait."""
        self._service.listen(NAME, "StatusNotifierHostRegistered", self._registered)
        self._service.listen(NAME, "StatusNotifierHostUnregistered", self._unregistered)
        self._timer.start()
        self._ask()

    def _ask(self) -> None:
        self._service.get(self, NAME, "IsStatusNotifierHostRegistered", self._answered, start=False)

    def _answered(self, answer: Answer) -> None:
        if answer.arguments == [True]:
            self._decide(True)
        elif answer.arguments == [False]:
            self._missing()

    @message_slot
    def _registered(self, _message: QDBusMessage) -> None:
        self._decide(True)

    @message_slot
    def _unregistered(self, _message: QDBusMessage) -> None:
        """One host of maybe several."""
        self._ask()

    def _missing(self) -> None:
        if self._host:
            self._gone_timer.start()

    def _tell_gone(self) -> None:
        self._told_gone = True
        self.gone.emit()

    def _decide(self, host: bool) -> None:
        if host:
            self._gone_timer.stop()
            if self._told_gone:
                self._told_gone = False
                self.back.emit()
        if self._host is None:
            self._host = host
            self._timer.stop()
            self.ready.emit(host)
        elif host and not self._host:
            self._host = True
            self.late.emit()
