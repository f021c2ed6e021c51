"""For the tray's tests: a private system bus with a stand-in for the helper, a light desktop with a real tray."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tray_process import Tray
from tray_shared import Helper
from waiting import DEADLINE

from qnet_gui.lab.desktop.light import LightDesktop
from qnet_gui.tray.app.action_dispatcher import ActionDispatcher
from qnet_gui.tray.qt import QDBusConnection, QEventLoop, QObject, QSettings, QTimer
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.network_applet import NetworkApplet
from qnet_gui.tray.session.units import Units

_numbers = itertools.count()

# For the tests that draw inside this process; programs on the light desktop do not inherit it.
os.environ["QT_QPA_PLATFORM"] = "offscreen"


class Bus:
    """A private bus in the part of the system bus."""

    def __init__(self, folder: Path) -> None:
        self._path, self._config = folder / "system_bus", folder / "system.conf"
        self.address = f"unix:path={self._path}"
        self._config.write_text(
            f"<busconfig><type>system</type><listen>{self.address}</listen><auth>EXTERNAL</auth>"
            '<policy context="default"><allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/>'
            "</policy></busconfig>"
        )
        self.start()

    def start(self) -> None:
        self._daemon = subprocess.Popen(
            ["/usr/bin/dbus-daemon", "--nofork", "--print-address", f"--config-file={self._config}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._daemon.stdout is not None
        with self._daemon.stdout as said:  # its socket is there before anybody can connect
            assert said.readline(), "dbus-daemon did not start"

    def end(self) -> None:
        self._daemon.terminate()
        self._daemon.wait()
        self._path.unlink(missing_ok=True)


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """Waits for as long as all tests do."""
    monkeypatch.setattr(qtbot, "waitUntil", partial(qtbot.waitUntil, timeout=int(DEADLINE * 1000)))
    return qtbot


@pytest.fixture
def bus() -> Iterator[Bus]:
    # not pytest's own folder, since the name of a socket may have 107 characters
    with tempfile.TemporaryDirectory(prefix="qnet") as folder:
        daemon = Bus(Path(folder))
        yield daemon
        daemon.end()


@pytest.fixture
def system_bus(bus: Bus) -> str:
    """Its address."""
    return bus.address


@pytest.fixture
def helper(system_bus: str) -> Iterator[Helper]:
    stand_in = Helper(system_bus)
    yield stand_in
    stand_in.kill()


@pytest.fixture
def pictures() -> Path:
    """Where screenshots are kept to be looked at."""
    folder = Path(os.environ.get("QNET_TEST_PICTURES", Path(__file__).parents[2] / "build")) / "tray"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def desktop(screen: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightDesktop]:
    with LightDesktop(tmp_path_factory.mktemp("desktop")) as light:
        yield light


def end_in_the_loop(receiver: QObject) -> None:
    """Delete what D-Bus's signals are delivered to, and its children, as the main loop does: without Python's lock.

    Qt waits for the thread of its D-Bus at the end of such an object, and that thread for Python's lock whenever it
    ends one of its own: who drops the last reference, or sends posted events himself, has the two wait for each other.
    """
    loop = QEventLoop()
    receiver.deleteLater()
    QTimer.singleShot(0, loop.quit)
    loop.exec_()


@pytest.fixture
def app_state(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], AppState]]:
    """What the applet's parts share, on a system bus; what it wants is done. Its settings are the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    QSettings.setPath(QSettings.NativeFormat, QSettings.UserScope, str(tmp_path / "config"))
    names: list[str] = []
    made: list[AppState] = []

    def make(address: str) -> AppState:
        names.append(f"desk-{next(_numbers)}")
        bus = QDBusConnection.connectToBus(address, names[-1])
        state = AppState(bus)
        made.append(state)
        state.dispatcher = ActionDispatcher(state, NetworkApplet(bus, state), Units(bus, state), state)  # type: ignore[attr-defined]
        state.requested.connect(state.dispatcher.do)  # type: ignore[attr-defined]
        state.client.start()
        return state

    yield make
    for ended in made:
        ended.client.ask = lambda *_: None  # type: ignore[method-assign]  # nobody waits for another answer
        ended.dispatcher.close()  # type: ignore[attr-defined]
        end_in_the_loop(ended)
    made.clear()
    for name in names:
        QDBusConnection.disconnectFromBus(name)


def _lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qnet_gui.lab", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="session")
def lab(as_root: None) -> Iterator[str]:
    """The name of a lab with work, personal and vault."""
    name = f"y{os.getpid() % 100000}"
    try:
        done = _lab("up", "--name", name, "--domains", "work,personal,vault")
        assert done.returncode == 0, done.stderr
        yield name
    finally:
        _lab("down", "--name", name)


@pytest.fixture
def tray(desktop: LightDesktop, system_bus: str) -> Iterator[Tray]:
    running = Tray(desktop, system_bus)
    yield running
    if running.process:
        desktop.end("qnet-tray")
    text = running.log.read_text() if running.log.exists() else ""
    assert "Traceback" not in text
    assert not re.search(r"QObject|QDBus|Could not|critical", text), text
