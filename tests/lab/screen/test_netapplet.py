"""The tray's NetworkApplet against the real helper: what becomes of a start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PyQt5.QtDBus import QDBusConnection
from PyQt5.QtWidgets import QApplication
from waiting import DEADLINE

from qnet_gui.lab.box.enter import dom0_bus_address
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.session.network_applet import NetworkApplet

from ..conftest import Lab

NO_SUCH_DISPLAY = "There is no display :4242 in dom0 or on the host of this lab."


@pytest.fixture
def applet(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], NetworkApplet]]:
    """Makes one in a session with such a display."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("XAUTHORITY", "/nonexistent")
    application = QApplication.instance() or QApplication(["test"])
    name = f"qnet-test-{time.monotonic_ns()}"
    bus = QDBusConnection.connectToBus(dom0_bus_address(lab.name), name)

    def make(display: str) -> NetworkApplet:
        monkeypatch.setenv("DISPLAY", display)
        return NetworkApplet(Client(bus))

    yield make
    QDBusConnection.disconnectFromBus(name)
    assert application


def spin(ready: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    until = time.monotonic() + seconds
    while not (answer := ready()):
        assert time.monotonic() < until, "it did not come"
        QApplication.processEvents()
        time.sleep(0.01)
    return answer


def test_a_display_that_cannot_be_used_is_told_by_the_helpers_sentence(applet: Callable[[str], NetworkApplet]) -> None:
    nm_applet, messages = applet(":4242"), []
    nm_applet.failed.connect(messages.append)
    nm_applet.start()
    assert [str(error) for error in spin(lambda: messages)] == [NO_SUCH_DISPLAY]


@pytest.mark.parametrize("display", ["", "elsewhere:0"])
def test_without_a_display_it_says_why(applet: Callable[[str], NetworkApplet], display: str) -> None:
    nm_applet, messages = applet(display), []
    nm_applet.failed.connect(messages.append)
    nm_applet.start()
    assert [error.message.code for error in messages] == [SystemCode.NO_X_DISPLAY]


def test_a_helper_that_the_bus_starts_for_it_looks_before_it_answers(
    lab: Lab, applet: Callable[[str], NetworkApplet]
) -> None:
    """It said that netvm is not running."""
    nm_applet, messages = applet(":4242"), []
    nm_applet.failed.connect(messages.append)
    lab.kill_program("dom0", "qnet-helper")
    nm_applet.start()
    assert [str(error) for error in spin(lambda: messages)] == [NO_SUCH_DISPLAY]
