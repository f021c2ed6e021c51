"""The network applet: has the helper show netvm's nm-applet on this display, or says why that cannot be.

Shows nothing itself. Reads the display's cookie from the person's own .Xauthority, and gives it to the helper alone.
"""

from __future__ import annotations

from qnet_gui.model.answers import NAME, PATH
from qnet_gui.model.errors import NotFound
from qnet_gui.model.parse import printable
from qnet_gui.model.sentence import HELPER_AWAY
from qnet_gui.model.translation import tr
from qnet_gui.runtime.x_display import own_display
from qnet_gui.tray.qt import (
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusPendingReply,
    QObject,
    pyqtSignal,
)
from qnet_gui.tray.state.heard import heard

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
    """`failed` has the sentence for a person when a start has come to nothing. What is shown is not ours to follow."""

    failed = pyqtSignal(str)

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus

    def start(self) -> None:
        """Have it shown; it may take a moment, and somebody may be asked for a password."""
        try:
            requested = own_display()
        except NotFound as error:
            self.failed.emit(tr(error.sentence))
            return
        message = QDBusMessage.createMethodCall(NAME, PATH, NAME, "ShowNetworkApplet")
        message.setArguments([f":{requested.number}", requested.cookie])
        message.setInteractiveAuthorizationAllowed(True)
        waiting = QDBusPendingCallWatcher(self._bus.asyncCall(message, _DEADLINE), self)
        waiting.finished.connect(self._started)

    def _started(self, done: QDBusPendingCallWatcher) -> None:
        done.deleteLater()
        reply = QDBusPendingReply(done)
        if reply.isError():
            away = reply.error().name() in _AWAY
            self.failed.emit(tr(HELPER_AWAY) if away else heard(printable(reply.error().message(), _SENTENCE)))
