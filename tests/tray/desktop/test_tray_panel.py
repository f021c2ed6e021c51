"""Where the icon goes, and which applet is whose: panels that come and go, displays that share a session's bus."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from qnet_gui.tray.app import restart
from qnet_gui.tray.app.restart import OPTION, RETELL, Restart
from qnet_gui.tray.desktop import panel
from qnet_gui.tray.desktop.panel import TrayHost
from qnet_gui.tray.desktop.single_instance import Instance
from qnet_gui.tray.main import _arguments
from qnet_gui.tray.qt import QDBusConnection
from qnet_gui.tray.session.dbus import Answer
from qnet_gui.tray.state.bus_name import NAME, name_on
from qnet_gui.tray.state.page_names import PAGE_NAMES

THERE, AWAY = Answer([True]), Answer([False])


class Listener:
    """What a `TrayHost` says of a panel, in order."""

    def __init__(self, host: TrayHost) -> None:
        self.said: list[object] = []
        host.ready.connect(self.said.append)
        host.late.connect(lambda: self.said.append("late"))
        host.gone.connect(lambda: self.said.append("gone"))
        host.back.connect(lambda: self.said.append("back"))


@pytest.fixture
def host(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> TrayHost:
    """On no bus: the answers are the test's."""
    monkeypatch.setattr(panel, "GONE_MILLISECONDS", 50)
    return TrayHost(QDBusConnection("none"), sni_milliseconds=20)


def test_a_host_that_is_there_and_one_that_comes_late(qtbot: QtBot, host: TrayHost) -> None:
    listener = Listener(host)
    host.start()
    qtbot.waitUntil(lambda: listener.said == [False])
    host._answered(AWAY)
    host._answered(THERE)
    host._answered(THERE)
    assert listener.said == [False, "late"]


def test_a_host_that_has_gone_for_good_is_told_and_one_that_comes_back_is_not(qtbot: QtBot, host: TrayHost) -> None:
    listener = Listener(host)
    host._watcher.serviceUnregistered.emit(panel.NAME)
    host._answered(THERE)
    for away, back in (
        (lambda: host._watcher.serviceUnregistered.emit(panel.NAME), lambda: host._answered(THERE)),
        (lambda: host._answered(AWAY), lambda: host._answered(THERE)),
    ):
        away()
        back()
        qtbot.wait(100)
        assert listener.said == [True]
    host._answered(AWAY)
    qtbot.waitUntil(lambda: listener.said == [True, "gone"])
    host._answered(THERE)
    host._answered(THERE)
    assert listener.said == [True, "gone", "back"]


def test_what_a_restart_was_for_may_be_over(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel that was back brought a restart when the last window closed, and a look every two seconds until then."""
    begun: list[str] = []
    monkeypatch.setattr(restart, "_LOOK", 20)
    monkeypatch.setattr(Restart, "at_once", lambda _self, why: begun.append(why))
    shown, busy = ["names"], [True]
    made = Restart(lambda: shown, lambda: busy[0], list)
    made.when_idle("one")
    made.withdraw()
    shown.clear()
    busy[0] = False
    qtbot.wait(60)
    assert begun == []
    busy[0] = True
    made.when_idle("other")
    qtbot.wait(60)
    assert begun == []
    busy[0] = False
    qtbot.waitUntil(lambda: begun != [])
    assert set(begun) == {"other"}


def test_the_words_for_the_next_one_are_understood_by_it() -> None:
    given = _arguments([f"{OPTION}=names", f"{RETELL}=guard", f"{RETELL}=dom0"])
    assert (given.reopened, given.retold) == (("names",), ("guard", "dom0"))
    assert _arguments([]).retold == ()


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, NAME), ({"DISPLAY": ""}, NAME),
        ({"DISPLAY": ":0"}, f"{NAME}.on__0"), ({"DISPLAY": ":0.1"}, f"{NAME}.on__0"),
        ({"DISPLAY": "far.example:10.0"}, f"{NAME}.on_far_example_10"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, f"{NAME}.on_wayland_0"),
        ({"DISPLAY": "/tmp/launch-ü/x:0"}, f"{NAME}.on__tmp_launch___x_0"),
    ],
)  # fmt: skip
def test_an_applet_has_the_name_of_its_display(environment: dict[str, str], name: str) -> None:
    assert name_on(environment) == name
    assert len(name_on({"DISPLAY": "x" * 9000})) < 255


def test_others_ask_the_first_one_for_a_page(qtbot: QtBot) -> None:
    instance, asked = Instance(QDBusConnection("none")), list[str]()
    instance.requested.connect(asked.append)
    instance.applet_requested.connect(lambda: asked.append("applet"))
    instance.Open()
    instance.OpenPage("names")
    instance.OpenPage("nonsense")
    instance.ShowNetworkApplet()
    assert asked == [PAGE_NAMES[0], "names", PAGE_NAMES[0], "applet"]
    assert not instance.first(), "there is no bus"
