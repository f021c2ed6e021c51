"""The network applet: has the helper show netvm's nm-applet on this display, or says why that cannot be.

Shows nothing itself. Reads the display's cookie from the person's own .Xauthority, and gives it to the helper alone.
"""

from __future__ import annotations

from qnet_gui.model.errors import NotFound
from qnet_gui.model.parse import printable
from qnet_gui.model.sentence import HELPER_AWAY
from qnet_gui.screen import own_display
from qnet_gui.tray.bus import Answer, Service
from qnet_gui.tray.qt import (
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusPendingReply,
    QDBusServiceWatcher,
    QObject,
    pyqtSignal,
)

NAME = "org.qnet.Helper1"
PATH = "/org/qnet/Helper1"
_SENTENCE = 300
_AWAY = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.Disconnected",
)
#: Milliseconds: a person may have to type a password first.
_DEADLINE = 300_000


class NetworkApplet(QObject):
    """`reason` is a sentence why it cannot be shown, empty when it can; `changed` when that is another.

    `failed` has the sentence for a person when a start has come to nothing. What is shown is not ours to follow.
    """

    changed = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reason = HELPER_AWAY
        self._bus = bus
        self._helper = Service(bus, NAME, PATH)
        self._asked = 0
        self._watcher = QDBusServiceWatcher(NAME, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self)
        self._watcher.serviceOwnerChanged.connect(lambda _name, _old, new: self._ask() if new else self._lost())
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        turn = self._asked
        self._helper.get(self, NAME, "AppletRefusal", lambda answer: self._answered(answer, turn), start=False)

    def _lost(self) -> None:
        self._asked += 1
        self._set(HELPER_AWAY)

    def _answered(self, answer: Answer, turn: int) -> None:
        if turn != self._asked:
            return
        match answer.arguments:
            case [str() as refusal]:
                self._set(printable(refusal, _SENTENCE) or self._here())
            case _:
                self._set(HELPER_AWAY)

    @staticmethod
    def _here() -> str:
        """What stands in the way on this side."""
        try:
            own_display()
        except NotFound as error:
            return error.sentence
        return ""

    def _set(self, reason: str) -> None:
        if reason != self.reason:
            self.reason = reason
            self.changed.emit()

    def start(self) -> None:
        """Have it shown; it may take a moment, and somebody may be asked for a password."""
        if self.reason:
            self.failed.emit(self.reason)
            return
        wanted = own_display()
        message = QDBusMessage.createMethodCall(NAME, PATH, NAME, "ShowNetworkApplet")
        message.setArguments([f":{wanted.number}", wanted.cookie])
        message.setInteractiveAuthorizationAllowed(True)
        waiting = QDBusPendingCallWatcher(self._bus.asyncCall(message, _DEADLINE), self)
        waiting.finished.connect(self._started)

    def _started(self, done: QDBusPendingCallWatcher) -> None:
        done.deleteLater()
        reply = QDBusPendingReply(done)
        if reply.isError():
            away = reply.error().name() in _AWAY
            self.failed.emit(HELPER_AWAY if away else printable(reply.error().message(), _SENTENCE))
