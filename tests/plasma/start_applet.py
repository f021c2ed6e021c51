"""Runs the tray's NetworkApplet as the applet does, for once: prints how start() ended."""

from __future__ import annotations

import sys

from qnet_gui.tray.qt import QApplication, QDBusConnection, QTimer
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.session.network_applet import NetworkApplet


def main() -> None:
    application = QApplication(["start-applet"])
    applet = NetworkApplet(Client(QDBusConnection.systemBus()))

    def say(text: str) -> None:
        print(text, flush=True)
        QTimer.singleShot(0, application.quit)

    applet.failed.connect(lambda error: say(f"failed: {error}"))
    QTimer.singleShot(0, applet.start)
    # a start that does not fail says nothing; the test looks at the tray
    QTimer.singleShot(3000, lambda: say("no failure"))
    application.exec_()


if __name__ == "__main__":
    sys.exit(main())
