"""Notifications through org.freedesktop.Notifications; a desktop without that service is told of once, in the log."""

from __future__ import annotations

import logging

from qnet_gui.tray import artwork, plain
from qnet_gui.tray.bus import Answer, Service, message_slot
from qnet_gui.tray.qt import QDBusArgument, QDBusConnection, QDBusMessage, QMetaType, QObject, QUrl, pyqtSignal
from qnet_gui.tray.transitions import Notification

log = logging.getLogger(__name__)

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
#: The action's key in the protocol; the server gives it back when it is clicked.
_STATUS = "status"


class Notifier(QObject):
    """Shows one notification at a time: the next takes the place of the one before. `wanted` asks for Status."""

    wanted = pyqtSignal()

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = Service(bus, NAME, PATH)
        self._id = 0
        self._complained = False
        self._server.listen(NAME, "ActionInvoked", self._action_invoked)

    def show(self, notification: Notification) -> None:
        """Ask the server what it understands (it may be another one than last time), then show."""
        self._server.call(self, NAME, "GetCapabilities", [], lambda answer: self._send(answer, notification))

    def _send(self, answer: Answer, notification: Notification) -> None:
        if answer.error:
            self._complain(answer.error)
            return
        understood = answer.arguments[0] if answer.arguments and isinstance(answer.arguments[0], list) else []
        arguments = (
            "qnet",
            QDBusArgument(self._id, QMetaType.Type.UInt),
            QUrl.fromLocalFile(str(artwork.folder() / artwork.APPLICATION)).toString(),
            notification.title,
            plain.markup(notification.body) if "body-markup" in understood else notification.body,
            QDBusArgument([_STATUS, "Status"] if "actions" in understood else [], QMetaType.Type.QStringList),
            {"desktop-entry": "org.qnet.Tray"},
            -1,
        )
        self._server.call(self, NAME, "Notify", arguments, self._shown)

    def _shown(self, answer: Answer) -> None:
        if answer.error:
            self._complain(answer.error)
        match answer.arguments:
            case [int() as number]:
                self._id = number

    def _complain(self, error: str) -> None:
        if not self._complained:
            log.warning("This desktop shows no notifications: %s", error)
        self._complained = True

    @message_slot
    def _action_invoked(self, message: QDBusMessage) -> None:
        if message.arguments()[:2] == [self._id, _STATUS]:
            self.wanted.emit()
