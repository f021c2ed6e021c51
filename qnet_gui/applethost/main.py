"""`qnet applet-host`: be the tray of a display that has none, for a while. Runs as whoever sits at that display."""

from __future__ import annotations

import os
import shutil

from qnet_gui.applethost.host import Host
from qnet_gui.applethost.qt import QApplication
from qnet_gui.applethost.signals import Signals
from qnet_gui.applethost.xembed import XTray
from qnet_gui.model.errors import NotFound, Refused
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.log import setup


def _has_tray() -> bool:
    """Whether the display has a tray already; raises `NotFound` where there is no display."""
    if not os.environ.get("DISPLAY"):
        raise NotFound(SystemCode.NO_DISPLAY)
    probe = XTray(lambda _: (0, 0, 0), lambda _: None, lambda: None)
    try:
        return probe.taken()
    finally:
        probe.close()


def run(command: list[str], debug: bool = False) -> int:
    """Host the icons of `command`, or of whoever comes; returns the exit status.

    On a display that has a tray the command runs as if it had been started without us: this call does not return then.
    """
    setup("qnet applet-host", debug)
    if command and not shutil.which(command[0]):
        raise NotFound(SystemCode.PROGRAM_MISSING, program=command[0])
    if _has_tray():
        if not command:
            raise Refused(SystemCode.TRAY_THERE)
        os.execvp(command[0], command)  # noqa: S606
    os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")
    os.environ["QT_QPA_PLATFORM"] = "xcb"  # icons of the old kind are X windows
    application = QApplication(["qnet-applet-host"])
    application.setApplicationName("qnet-applet-host")
    application.setApplicationDisplayName("qnet")
    application.setQuitOnLastWindowClosed(False)
    host = Host(XTray, command)
    signals = Signals(host.stop)
    host.start()
    try:
        application.exec_()
    finally:
        signals.close()
    return host.status
