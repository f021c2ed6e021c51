"""Runs the tray's NetworkApplet as the applet does, for once: prints its reason, or how start() ended."""

from __future__ import annotations

import sys

from qnet_gui.tray.netapplet import NetworkApplet
from qnet_gui.tray.qt import QApplication, QDBusConnection, QTimer


def main() -> None:
    application = QApplication(["start-applet"])
    applet = NetworkApplet(QDBusConnection.systemBus())

    def say(text: str) -> None:
        print(text, flush=True)
        QTimer.singleShot(0, application.quit)

    def changed() -> None:
        print(f"reason: {applet.reason}", flush=True)
        applet.start()
        # a start that does not fail says nothing; the test looks at the tray
        QTimer.singleShot(3000, lambda: say("no failure"))

    applet.changed.connect(changed)
    applet.failed.connect(lambda sentence: say(f"failed: {sentence}"))
    QTimer.singleShot(10000, lambda: say("nothing happened"))
    application.exec_()


if __name__ == "__main__":
    sys.exit(main())
