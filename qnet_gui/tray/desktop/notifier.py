"""Notifications through org.freedesktop.Notifications; a desktop without that service is told of once, in the log."""

from __future__ import annotations

import logging

from qnet_gui.model.preflight import minutes
from qnet_gui.model.translation import tr
from qnet_gui.tray.qt import (
    QDBus,
    QDBusArgument,
    QDBusConnection,
    QDBusMessage,
    QDBusServiceWatcher,
    QMetaType,
    QObject,
    QUrl,
    pyqtSignal,
)
from qnet_gui.tray.session import artwork
from qnet_gui.tray.session.dbus import Answer, Service, message_slot, unsigned
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.menu import EXTEND_MINUTES, Action
from qnet_gui.tray.state.notifications import Announcement, Kind, Notification, Withdrawal

log = logging.getLogger(__name__)

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
_BYTE_CRITICAL = 2
#: Milliseconds that the server has for each of the last calls.
_LAST = 500


def _button_text(action: Action) -> str:
    texts = {
        Action.STATUS: tr("Status"),
        Action.NAMES: tr("Name servers"),
        Action.UPGRADE: tr("Upgrade networking"),
        Action.NETAPPLET: tr("Network settings"),
        Action.START_NETVM: tr("Start the netvm"),
        Action.DISCONNECT: tr("Disconnect now"),
        Action.EXTEND: tr("Another {minutes}", minutes=minutes(EXTEND_MINUTES)),
    }
    return texts[action]


class Notifier(QObject):
    """One notification of each kind: the next takes the place of the one before. `requested` asks for an `Action`."""

    requested = pyqtSignal(object)

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = Service(bus, NAME, PATH)
        self._ids: dict[Kind, int] = {}
        self._latest: dict[Kind, Announcement] = {}
        #: Of what was to be seen when the last server went, what is urgent.
        self._lost: set[Kind] = set()
        self._warned = False
        self._server.listen(NAME, "ActionInvoked", self._action_invoked)
        self._server.listen(NAME, "NotificationClosed", self._closed)
        mode = QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange
        self._watcher = QDBusServiceWatcher(NAME, bus, mode, self)
        self._watcher.serviceOwnerChanged.connect(self._server_changed)

    def show(self, announcement: Announcement) -> None:
        """Ask the server what it understands (it may be another one than last time), then show, or withdraw."""
        self._latest[announcement.kind] = announcement
        if isinstance(announcement, Withdrawal):
            self._withdraw(announcement.kind)
        else:
            self._server.call(self, NAME, "GetCapabilities", [], lambda answer: self._send(answer, announcement))

    def _server_changed(self, _name: str, _old: str, new: str) -> None:
        """The next server counts anew: a number of the last one's would be another program's notification there.

        What is urgent stays until a person closes it, so the next one has to show it as well.
        """
        self._lost |= self._urgent()
        self._ids.clear()
        if new:
            lost, self._lost = self._lost, set()
            for kind in filter(self._is_urgent, lost):
                self.show(self._latest[kind])

    def _is_urgent(self, kind: Kind) -> bool:
        """Whether what was told last of it stays until somebody closes it."""
        latest = self._latest.get(kind)
        return isinstance(latest, Notification) and latest.urgent

    def _urgent(self) -> set[Kind]:
        """Of what is to be seen, what is urgent."""
        return set(filter(self._is_urgent, self._ids))

    def _withdraw(self, kind: Kind) -> None:
        if number := self._ids.pop(kind, 0):
            self._close(number)

    def _close(self, number: int) -> None:
        self._server.call(self, NAME, "CloseNotification", [unsigned(number)], lambda _: None, start=False)

    def withdraw_urgent(self) -> list[Kind]:
        """Withdraw those that stay until they are closed, and are still to be seen; their kinds.

        For the end of this process: whoever follows does not know their numbers. It waits, since nothing comes after.
        """
        kinds = sorted(self._urgent(), key=lambda kind: kind.value)
        for kind in kinds:
            message = QDBusMessage.createMethodCall(NAME, PATH, NAME, "CloseNotification")
            message.setArguments([unsigned(self._ids.pop(kind))])
            message.setAutoStartService(False)
            self._server.bus.call(message, QDBus.CallMode.Block, _LAST)
        return kinds

    def _send(self, answer: Answer, notification: Notification) -> None:
        if answer.error:
            self._warn_once(answer.error)
            return
        if self._latest[notification.kind] is not notification:
            return
        capabilities = answer.arguments[0] if answer.arguments and isinstance(answer.arguments[0], list) else []
        actions = [text for action in notification.actions for text in (action.value, _button_text(action))]
        if actions:
            actions = ["default", actions[1], *actions]
        hints: dict[str, object] = {"desktop-entry": "org.qnet.Tray"}
        if notification.urgent:
            hints["urgency"] = QDBusArgument(_BYTE_CRITICAL, QMetaType.Type.UChar)
        arguments = (
            "qnet",
            unsigned(self._ids.get(notification.kind, 0)),
            QUrl.fromLocalFile(str(artwork.notification(notification.icon))).toString(),
            notification.title,
            plain_text.markup(notification.body) if "body-markup" in capabilities else notification.body,
            QDBusArgument(actions if "actions" in capabilities else [], QMetaType.Type.QStringList),
            hints,
            -1,
        )
        self._server.call(self, NAME, "Notify", arguments, lambda answer: self._shown(answer, notification))

    def _shown(self, answer: Answer, notification: Notification) -> None:
        if answer.error:
            self._warn_once(answer.error)
        match answer.arguments:
            case [int() as number]:
                self._keep(notification, number)
                if isinstance(self._latest[notification.kind], Withdrawal):  # meanwhile
                    self._withdraw(notification.kind)

    def _keep(self, notification: Notification, number: int) -> None:
        """Remember its number. Of two that were under way neither knew the other's, so both are shown: one goes."""
        known, newest = self._ids.get(notification.kind, 0), self._latest[notification.kind] is notification
        keeps, goes = (number, known) if newest or not known else (known, number)
        self._ids[notification.kind] = keeps
        if goes not in (0, keeps):
            self._close(goes)

    def _warn_once(self, error: str) -> None:
        if not self._warned:
            log.warning("This desktop shows no notifications: %s", error)
        self._warned = True

    @message_slot
    def _action_invoked(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [int() as number, str() as key]:
                kind = next((kind for kind, known in self._ids.items() if known == number), None)
                shown = self._latest.get(kind) if kind else None
                if isinstance(shown, Notification):
                    requested = {action.value: action for action in shown.actions}
                    if key in ("default", *requested):
                        self.requested.emit(_harmless(shown) if key == "default" else requested[key])

    @message_slot
    def _closed(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [int() as number, int()]:
                self._ids = {kind: known for kind, known in self._ids.items() if known != number}


def _harmless(notification: Notification) -> Action:
    """What a click on the notification itself does: it opens a window, and never does more."""
    windows = (Action.STATUS, Action.NAMES, Action.UPGRADE)
    return next((action for action in notification.actions if action in windows), Action.STATUS)
