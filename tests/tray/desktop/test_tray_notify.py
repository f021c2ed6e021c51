"""What a notification server gets of the whole applet, and what a click in it does."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, OTHER, STATES, WIFI, Helper, up
from waiting import DEADLINE

from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.package_upgrade.packages import Stage, Upgrade, Work
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State
from qnet_gui.tray.app.applet import Applet
from qnet_gui.tray.qt import QDBusConnection, QSettings, QUrl
from qnet_gui.tray.session import artwork
from qnet_gui.tray.session.dbus import Answer, Service
from qnet_gui.tray.state import notifications
from qnet_gui.tray.state.condition import Condition, _netvm_notification, _uplink_notification
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.notifications import Kind, Notification, Withdrawal

_numbers = itertools.count()
OPEN = up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, int(time.time()) + 3600, ("work",), "alice"))


class Server:
    """The stand-in `notification_server.py`; `calls` grows."""

    def __init__(self, address: str) -> None:
        self.calls: list[list[Any]] = []
        env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}
        pipe = subprocess.PIPE
        command = [sys.executable, str(Path(__file__).parents[1] / "notification_server.py")]
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=env, text=True)
        assert self._process.stdout
        assert self._process.stdout.readline() == '["ready"]\n'
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.calls.append(json.loads(line))

    def click(self, *what: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def take(self, number: int) -> None:
        """Numbers up to this one are another program's."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"taken": number}) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        assert self._process.stdin
        if self._process.stdin.closed:
            return
        self._process.stdin.close()
        self._process.wait(DEADLINE)
        self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()


@pytest.fixture
def server(system_bus: str) -> Iterator[Server]:
    """On the same private bus, which is the session's here too."""
    notifications = Server(system_bus)
    yield notifications
    notifications.close()


@pytest.fixture
def applet(
    qtbot: QtBot, system_bus: str, helper: Helper, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Applet]:
    """The applet with the cable connected; what is wanted of it is collected in `wants`, and not done."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    QSettings.setPath(QSettings.NativeFormat, QSettings.UserScope, str(tmp_path / "config"))
    name = f"notify-{next(_numbers)}"
    bus = QDBusConnection.connectToBus(system_bus, name)
    helper.publish(up(CABLE))
    tray = Applet(bus, bus)
    tray.requests = []  # type: ignore[attr-defined]
    tray.app_state.requested.disconnect()
    tray.app_state.requested.connect(tray.requests.append)  # type: ignore[attr-defined]
    tray.app_state.client.start()
    qtbot.waitUntil(lambda: tray.app_state.snapshot == up(CABLE))
    yield tray
    tray.deleteLater()
    QDBusConnection.disconnectFromBus(name)


def last_call(qtbot: QtBot, server: Server, count: int) -> list[Any]:
    qtbot.waitUntil(lambda: len(server.calls) >= count)
    assert len(server.calls) == count
    return server.calls[-1]


def wait_until_known(qtbot: QtBot, applet: Applet, number: int) -> None:
    """Nobody clicks before the applet has heard the number of what it had shown."""
    qtbot.waitUntil(lambda: number in applet._notifier._ids.values())


def test_an_uplink_that_changed(qtbot: QtBot, applet: Applet, helper: Helper, server: Server) -> None:
    helper.publish(up(dataclasses.replace(WIFI, ssid="<b>&")))
    kind, number, title, body, actions, urgency, icon = last_call(qtbot, server, 1)
    assert (kind, title, urgency) == ("notify", "Uplink changed", 1)
    assert body == "eth0 (cable) → &lt;b&gt;&amp; (Wi-Fi)"
    assert actions == ["default", "Status", "status", "Status"]
    assert icon.endswith("qnet-notify-changed.svg")
    wait_until_known(qtbot, applet, number)
    server.click(number, "status")
    server.click(number, "default")
    server.click(number, "quit")
    server.click(number + 1, "status")
    qtbot.waitUntil(lambda: len(applet.requests) == 2)  # type: ignore[attr-defined]
    qtbot.wait(200)
    assert applet.requests == 2 * [ActionRequest(Action.STATUS)]  # type: ignore[attr-defined]


def test_dom0_connected_with_a_way_back_and_replaced_by_its_end(
    qtbot: QtBot, applet: Applet, helper: Helper, server: Server
) -> None:
    helper.publish(OPEN)
    _, number, title, body, actions, _, icon = last_call(qtbot, server, 1)
    assert title == "dom0 is connected to the network"
    assert body.endswith("1 domain is paused. Connected by alice.")
    assert actions[2:] == ["disconnect", "Disconnect now", "upgrade", "Upgrade networking"]
    assert icon.endswith("qnet-notify-dom0-open.svg")
    wait_until_known(qtbot, applet, number)
    server.click(number, "default")  # a click that was not meant for a button must do no more than open a window
    qtbot.waitUntil(lambda: applet.requests == [ActionRequest(Action.UPGRADE)])  # type: ignore[attr-defined]
    server.click(number, "disconnect")
    qtbot.waitUntil(lambda: applet.requests[1:] == [ActionRequest(Action.DISCONNECT)])  # type: ignore[attr-defined]
    helper.publish(up(CABLE))
    assert last_call(qtbot, server, 2)[:3] == ["notify", number, "dom0 is disconnected from the network"]


def test_a_way_back_that_fails_is_critical(qtbot: QtBot, applet: Applet, helper: Helper, server: Server) -> None:
    stuck = STATES["dom0"]
    assert stuck
    helper.publish(OPEN)
    last_call(qtbot, server, 1)
    helper.publish(dataclasses.replace(stuck, problems=(Problem(ProblemCode.DOM0_STUCK),)))
    assert last_call(qtbot, server, 2)[5] == 2


def test_what_is_moot_is_withdrawn(qtbot: QtBot, applet: Applet, helper: Helper, server: Server) -> None:
    helper.publish(up(CABLE, problems=(Problem(ProblemCode.DOM0_REACHABLE),)))
    number = last_call(qtbot, server, 1)[1]
    helper.publish(up(CABLE))
    assert last_call(qtbot, server, 2) == ["close", number]


def test_what_was_dismissed_is_shown_anew(qtbot: QtBot, applet: Applet, helper: Helper, server: Server) -> None:
    helper.publish(OPEN)
    number = last_call(qtbot, server, 1)[1]
    wait_until_known(qtbot, applet, number)
    server.click(number)
    qtbot.wait(200)
    helper.publish(up(CABLE))
    assert last_call(qtbot, server, 2)[1] == number + 1


def test_kinds_that_are_not_wanted_are_not_told(qtbot: QtBot, applet: Applet, helper: Helper, server: Server) -> None:
    applet.app_state.settings.set_notifies(Kind.UPLINK, False)
    helper.publish(up(OTHER))
    qtbot.waitUntil(lambda: applet.app_state.snapshot == up(OTHER))
    helper.publish(dataclasses.replace(OPEN, uplinks=(OTHER,)))
    assert last_call(qtbot, server, 1)[2] == "dom0 is connected to the network"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_that_were_under_way_one_is_left(
    applet: Applet, monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    """The server told the number of neither before the other was sent: the older one would stay there for good."""
    held: list[Any] = []
    closed: list[int] = []

    def call(_self: object, _parent: object, _interface: str, method: str, arguments: Any, then: Any, **_: Any) -> None:
        if method == "GetCapabilities":
            then(Answer([[]]))
        elif method == "Notify":
            held.append(then)
        elif method == "CloseNotification":
            closed.append(arguments[0])

    monkeypatch.setattr(Service, "call", call)
    monkeypatch.setattr("qnet_gui.tray.desktop.notifier.unsigned", lambda number: number)
    for title in ("one", "two"):
        applet._notifier.show(Notification(Kind.UPLINK, title, "", urgent=True))
    for place in order:
        held[place](Answer([40 + place]))
    assert closed == [40]
    applet._notifier.show(Withdrawal(Kind.UPLINK))
    assert closed == [40, 41]


def test_no_restart_drops_the_question_for_a_password(applet: Applet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be it that the window from which it was asked for is closed by now."""
    held: list[Any] = []
    monkeypatch.setattr(Service, "call", lambda *words, **_: held.append(words[5]))
    begun: list[str] = []
    monkeypatch.setattr(applet._restart, "at_once", begun.append)
    applet.app_state.client.do("ConnectDom0", [], lambda _: None)
    applet._restart.when_idle("A test")
    assert begun == []
    held[0](Answer([1]))
    applet._restart._look()
    assert begun == ["A test"]
    applet._restart.withdraw()


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.FAILED, Stage.STOPPED])
def test_what_came_of_an_upgrade_is_no_reason_to_wait_when_it_has_been_read(applet: Applet, stage: Stage) -> None:
    """The icon of an applet whose panel was another by now came back when dom0 was connected the next time."""
    state = applet.app_state
    state.packages._take(Upgrade(Stage.INSTALLING, Work.UPGRADE))
    assert applet._busy()
    state.open_page("upgrade")
    assert applet._busy()
    window = applet._dispatcher.window
    assert window
    window.open_page("log")
    state.packages._take(Upgrade(stage, failed_in=Work.UPGRADE))
    assert applet._busy(), "nobody has seen it"
    window.open_page("upgrade")
    assert not applet._busy()
    window.close()
    assert not applet._busy()
    state.packages._take(Upgrade(Stage.READY))
    assert applet._busy()


@pytest.mark.parametrize("closed", [False, True])
def test_an_applet_that_starts_itself_anew_leaves_no_urgent_notification_behind(
    qtbot: QtBot, applet: Applet, helper: Helper, server: Server, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    """Its number would be lost: it stayed when it was over, and its buttons did nothing. The next one tells anew."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, words: commands.append(words))
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-m", "qnet_gui.tray.main", "--retell=dom0", "--debug"])
    helper.publish(up(OTHER, problems=(Problem(ProblemCode.DOM0_REACHABLE),)))
    qtbot.waitUntil(lambda: len(server.calls) == 2)
    number = next(call[1] for call in server.calls if "nobody asked for" in call[2])
    wait_until_known(qtbot, applet, number)
    if closed:
        server.click(number)
        qtbot.waitUntil(lambda: number not in applet._notifier._ids.values())
    applet._restart.at_once("A test")
    qtbot.waitUntil(lambda: closed or len(server.calls) == 3)
    assert [call for call in server.calls if call[0] == "close"] == ([] if closed else [["close", number]])
    (words,) = commands
    assert [word for word in words if "retell" in word] == ([] if closed else ["--retell=guard"])
    assert "--debug" in words


def test_what_is_not_so_any_longer_is_withdrawn_though_its_kind_is_not_wanted_any_more(
    qtbot: QtBot, applet: Applet, helper: Helper, server: Server
) -> None:
    """An urgent one stays until somebody closes it, and its buttons do what they say."""
    helper.publish(up(CABLE, problems=(Problem(ProblemCode.DOM0_REACHABLE),)))
    number = last_call(qtbot, server, 1)[1]
    wait_until_known(qtbot, applet, number)
    applet.app_state.settings.set_notifies(Kind.GUARD, False)
    helper.publish(up(CABLE))
    assert last_call(qtbot, server, 2) == ["close", number]


def test_the_next_server_counts_anew(
    qtbot: QtBot, applet: Applet, helper: Helper, server: Server, system_bus: str
) -> None:
    """What had a number with the last server is another program's notification with the next one."""
    helper.publish(OPEN)
    number = last_call(qtbot, server, 1)[1]
    wait_until_known(qtbot, applet, number)
    server.close()
    qtbot.waitUntil(lambda: not applet._notifier._ids)
    following = Server(system_bus)
    try:
        following.take(number)
        following.click(number, "disconnect")
        helper.publish(up(CABLE))
        kind, other, title, *_ = last_call(qtbot, following, 1)
        assert (kind, title) == ("notify", "dom0 is disconnected from the network")
        assert other == number + 1
        assert not applet.requests  # type: ignore[attr-defined]
    finally:
        following.close()


@pytest.mark.parametrize("over", [False, True])
def test_what_is_urgent_outlives_the_server_that_showed_it(
    qtbot: QtBot, applet: Applet, helper: Helper, server: Server, system_bus: str, over: bool
) -> None:
    """As when Plasma's shell is started anew: nobody had closed it, and it was gone. What only changed is no news."""
    helper.publish(up(OTHER, problems=(Problem(ProblemCode.DOM0_REACHABLE),)))
    qtbot.waitUntil(lambda: len(server.calls) == 2)
    for call in server.calls:
        wait_until_known(qtbot, applet, call[1])
    server.close()
    qtbot.waitUntil(lambda: not applet._notifier._ids)
    if over:
        helper.publish(up(OTHER))
        qtbot.waitUntil(lambda: applet.app_state.snapshot == up(OTHER))
    following = Server(system_bus)
    try:
        if not over:
            assert "nobody asked for" in last_call(qtbot, following, 1)[2]
        helper.publish(up(OTHER, dom0=OPEN.dom0))
        qtbot.waitUntil(lambda: any("dom0 is connected" in call[2] for call in following.calls if call[0] == "notify"))
        told = [call[2] for call in following.calls if call[0] == "notify"]
        assert len([title for title in told if "nobody asked for" in title]) == (0 if over else 1)
        assert not [title for title in told if "Uplink" in title]
    finally:
        following.close()


def test_a_notification_has_what_fits_and_looks_like_what_it_tells(
    qtbot: QtBot, applet: Applet, helper: Helper, server: Server
) -> None:
    tell = [
        _uplink_notification(Condition(True, "", "eth0"), Condition(False, "netvm has no uplink.")),
        _netvm_notification(Condition(True, "", "netvm"), Condition(False, "netvm is not running.", "netvm")),
    ]
    for count, notification in enumerate(tell, 1):
        applet._tell([notification])
        qtbot.waitUntil(lambda count=count: len(server.calls) == count)
    actions = [call[4][2:] for call in server.calls]
    assert actions == [
        ["status", "Status", "netapplet", "Network settings"], ["status", "Status", "start-netvm", "Start the netvm"],
    ]  # fmt: skip
    assert all(Path(QUrl(call[6]).toLocalFile()).name == "qnet-notify-lost.svg" for call in server.calls)
    assert all(Path(QUrl(call[6]).toLocalFile()).is_file() for call in server.calls)


def test_every_icon_of_a_notification_is_there_and_large() -> None:
    for name in (notifications.LOST, notifications.BACK, notifications.CHANGED, notifications.FAILED,
                 notifications.DONE, notifications.OPENED, notifications.CLOSED):  # fmt: skip
        assert 'width="48" height="48"' in artwork.notification(name).read_text("ascii")
    assert artwork.notification("").name == "org.qnet.Tray.svg"
    drawings = {path.read_text("ascii") for path in artwork.notification("lost").parent.iterdir()}
    assert len(drawings) == 7
