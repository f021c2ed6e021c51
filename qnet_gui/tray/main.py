"""qnet-tray: the applet on the user's desktop. Runs as the user, decides nothing, holds no privilege."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from qnet_gui import __version__
from qnet_gui.model.clock import twelve_hours
from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.distribution import distribution, package
from qnet_gui.runtime.log import setup
from qnet_gui.tray.app.action_dispatcher import SCREEN
from qnet_gui.tray.app.applet import Applet
from qnet_gui.tray.app.restart import OPTION, RETELL
from qnet_gui.tray.desktop.clipboard import keep_plain
from qnet_gui.tray.desktop.single_instance import Instance, ask_first
from qnet_gui.tray.qt import (
    QApplication,
    QDBusConnection,
    QSessionManager,
    QSocketNotifier,
    Qt,
    QtMsgType,
    qInstallMessageHandler,
)
from qnet_gui.tray.session import artwork, language
from qnet_gui.tray.session.icons import application_icon
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import Kind
from qnet_gui.tray.state.page_names import PAGE_NAMES


class _Arguments(NamedTuple):
    """`page`: at which the window is to be opened instead of the icon, empty for the icon. `restored`: a session starts
    it as what ran when the last one ended. Of an applet that has started itself anew, `reopened`: what was open in it,
    `retold`: the kinds of urgent notifications that it had shown.
    """

    debug: bool = False
    page: str = ""
    restored: bool = False
    reopened: tuple[str, ...] = ()
    retold: tuple[str, ...] = ()


def _arguments(argv: Sequence[str]) -> _Arguments:
    if not argv:
        return _Arguments()
    import argparse  # half a megabyte, and nobody gives any at login

    parser = argparse.ArgumentParser("qnet-tray", description="Shows in the tray how the network of netvm is.")
    parser.add_argument(
        "--window", nargs="?", const=PAGE_NAMES[0], default="", choices=PAGE_NAMES, metavar="PAGE",
        help="open the window instead of an icon in the tray, at this page: %(choices)s",
    )  # fmt: skip
    parser.add_argument("--debug", action="store_true", help="log more, to standard error")
    for option in ("session", "name"):  # what a session manager restores has them, of all programs that use Qt
        parser.add_argument(f"-{option}", help=argparse.SUPPRESS)
    parser.add_argument(
        OPTION, dest="reopened", action="append", default=[], choices=(*PAGE_NAMES, SCREEN), help=argparse.SUPPRESS
    )
    kinds = [kind.value for kind in Kind]
    parser.add_argument(
        RETELL, dest="retold", action="append", default=[], choices=kinds, help=argparse.SUPPRESS
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"qnet-tray {__version__}")
    given = parser.parse_args(argv)
    restored = given.session is not None
    return _Arguments(given.debug, given.window, restored, tuple(given.reopened), tuple(given.retold))


class _Signals:
    """Calls back on SIGINT and SIGTERM. Python runs a handler only between its own instructions, and inside Qt's loop
    there are none: the byte that the signal writes to a pipe makes the loop turn."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._read, write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: call())
        self._notifier = QSocketNotifier(self._read, QSocketNotifier.Type.Read)  # type: ignore[arg-type]
        self._notifier.activated.connect(self._drain)

    def _drain(self) -> None:
        os.read(self._read, 64)


def _problem_before_start() -> str:
    """Why it cannot run at all, in a sentence; Qt itself would abort."""
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return "There is no display; start qnet-tray in a desktop session."
    try:
        artwork.folder()
    except QnetError as error:
        return str(error)
    return ""


def _unusable() -> str:
    """Why Qt can show nothing, in a sentence."""
    if plug_in := os.environ.get("QT_QPA_PLATFORM"):
        return f"Qt cannot show anything here: there is no plug-in {plug_in}."
    if display := os.environ.get("DISPLAY"):
        return f"The display {display} cannot be used; start qnet-tray as whose session it is."
    missing = package("qtwayland", distribution())
    display = os.environ.get("WAYLAND_DISPLAY")
    return f"The display {display} cannot be used; on Wayland, Qt's plug-in for it may be missing: {missing}."


def _application() -> QApplication:
    """Qt's application. Where it can show nothing, Qt would abort, and leave a core."""
    held: list[str] = []

    def hear(kind: QtMsgType, _context: object, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            print(f"qnet-tray: {_unusable()}", file=sys.stderr)
            _end(1)
        held.append(text)

    qInstallMessageHandler(hear)
    application = QApplication(["qnet-tray"])
    qInstallMessageHandler(None)
    for text in held:
        print(text, file=sys.stderr)
    return application


def _leave_to_autostart(manager: QSessionManager) -> None:
    """The next session starts it by itself; what it restored besides would be a second one."""
    manager.setRestartHint(QSessionManager.RestartHint.RestartNever)


def _end(status: int) -> NoReturn:
    """End without taking anything apart: all that is to be kept is written, and the kernel closes the rest.

    Who takes apart what D-Bus's signals are delivered to waits for the thread of Qt's D-Bus, holding Python's lock, and
    that thread may wait for the lock: an applet that never ends.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run until the session ends or Quit is chosen; returns only when it does not come to that."""
    given = _arguments(sys.argv[1:] if argv is None else argv)
    setup("qnet-tray", given.debug)
    if problem := _problem_before_start():
        print(f"qnet-tray: {problem}", file=sys.stderr)
        return 1
    # Nothing here is drawn with OpenGL, and loading it would double the memory.
    os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")
    # With two screens Qt does not look for what panels leave of them, unless it is told to believe the window manager.
    os.environ.setdefault("QT_RELY_ON_NET_WORKAREA_ATOM", "1")
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_UseHighDpiPixmaps)  # else icons are enlarged small ones
    application = _application()
    application.setApplicationName("qnet-tray")
    application.setApplicationDisplayName("qnet")
    application.setDesktopFileName("org.qnet.Tray")
    application.setWindowIcon(application_icon())
    application.setQuitOnLastWindowClosed(False)
    keep_plain()
    language.install()
    twelve_hours(language.has_twelve_hours())
    session = QDBusConnection.sessionBus()
    if not session.isConnected():
        print("qnet-tray: There is no session bus; start qnet-tray in a desktop session.", file=sys.stderr)
        return 1
    instance = Instance(session)
    if not instance.first():
        if given.restored:  # and by autostart as well, at the same login
            return 0
        answers = ask_first(session, given.page)
        print("qnet-tray: It is running already in this session" + ("." if answers else ", but does not answer."))
        return 0 if answers else 1
    applet = Applet(session, QDBusConnection.systemBus(), given.page, lambda: instance.alone)
    instance.requested.connect(applet.app_state.open_page)
    instance.applet_requested.connect(lambda: applet.app_state.request(Action.NETAPPLET))
    application.commitDataRequest.connect(applet.logout.session_ends)
    application.saveStateRequest.connect(_leave_to_autostart)
    _signals = _Signals(applet.stop)
    applet.start(given.reopened, given.retold)
    status = int(application.exec_())
    applet.keep()
    _end(status)


if __name__ == "__main__":
    sys.exit(main())
