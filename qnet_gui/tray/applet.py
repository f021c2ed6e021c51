"""The applet as a whole: helper, icon, window and notifications, tied together."""

from __future__ import annotations

import logging
import os
import sys
import time

from qnet_gui import __version__
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.tray.client import Client
from qnet_gui.tray.host import TrayHost
from qnet_gui.tray.icons import application_icon
from qnet_gui.tray.notify import Notifier
from qnet_gui.tray.page import page
from qnet_gui.tray.qt import QApplication, QDBusConnection, QMessageBox, QObject, Qt, QTimer
from qnet_gui.tray.shell import Shell
from qnet_gui.tray.status import StatusWindow
from qnet_gui.tray.transitions import Notification, Tracker
from qnet_gui.tray.view import Action, view

log = logging.getLogger(__name__)


class Applet(QObject):
    """Everything happens by events; nothing wakes while nothing happens."""

    def __init__(self, session: QDBusConnection, system: QDBusConnection) -> None:
        super().__init__()
        self._snapshot: Snapshot | None = None
        self._shell: Shell | None = None
        self._status: StatusWindow | None = None
        self._about: QMessageBox | None = None
        self._tracker = Tracker()
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(lambda: self._tell(self._tracker.tick(time.monotonic())))
        self._notifier = Notifier(session, self)
        self._notifier.wanted.connect(self.show_status)
        self._client = Client(system, self)
        self._client.changed.connect(self._changed)
        self._host = TrayHost(session, self)
        self._host.ready.connect(self._tray_ready)
        self._host.late.connect(_start_anew)

    def start(self) -> None:
        """Wait for the tray and for the helper, at the same time."""
        self._host.start()
        self._client.start()

    def stop(self) -> None:
        """Take the icon away and leave the loop."""
        if self._shell:
            self._shell.hide()
        QApplication.quit()

    def _tray_ready(self, host: bool) -> None:
        log.info("The icon goes to %s", "a StatusNotifierItem host" if host else "the XEmbed tray")
        # Under KDE the menu is exported by KDE's own plug-in for Qt, which translates `&` and `_` itself.
        self._shell = Shell(host and "KDE" not in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"), self)
        self._shell.chosen.connect(self._chosen)
        self._shell.show(view(self._snapshot))

    def _changed(self, snapshot: Snapshot | None) -> None:
        self._snapshot = snapshot
        if self._shell:
            self._shell.show(view(snapshot))
        if self._status:
            self._status.show_page(page(snapshot))
        self._tell(self._tracker.see(snapshot, time.monotonic()))

    def _tell(self, notification: Notification | None) -> None:
        if notification:
            self._notifier.show(notification)
        if self._tracker.due is None:
            self._due.stop()
        else:
            self._due.start(max(0, round((self._tracker.due - time.monotonic()) * 1000) + 1))

    def _chosen(self, action: Action) -> None:
        match action:
            case Action.STATUS:
                self.show_status()
            case Action.ABOUT:
                self.show_about()
            case Action.QUIT:
                self.stop()

    def show_status(self) -> None:
        """Open the Status window, or bring it to the front."""
        if self._status is None:
            self._status = StatusWindow()
        self._status.show_page(page(self._snapshot))
        self._status.present()

    def show_about(self) -> None:
        """Say what this is."""
        if self._about is None:
            self._about = QMessageBox()
            self._about.setWindowTitle("About qnet")
            self._about.setTextFormat(Qt.TextFormat.PlainText)
            self._about.setIconPixmap(application_icon().pixmap(48))
            self._about.setText(f"qnet {__version__}")
            self._about.setInformativeText(
                "Shows the network that this machine's domains reach through netvm.\n\nGPL, version 3 or later."
            )
        self._about.show()
        self._about.raise_()


def _start_anew() -> None:
    log.info("A StatusNotifierItem host has come late; starting anew to use it")
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
