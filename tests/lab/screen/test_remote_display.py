"""The netvm's real nm-applet on a display outside: in a panel's tray, and in a window where there is no tray."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dbus
import dbus.bus
import pytest
from waiting import DEADLINE

from qnet_gui.lab.box.enter import dom0_bus_address
from qnet_gui.lab.desktop.light import LightDesktop

from ..conftest import Lab

NAME, PATH = "org.qnet.Helper1", "/org/qnet/Helper1"
PICTURES = Path(__file__).parents[3] / "build" / "applethost"


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightDesktop]:
    with LightDesktop(tmp_path_factory.mktemp("panel")) as light:
        yield light


@pytest.fixture(scope="module")
def trayless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightDesktop]:
    with LightDesktop(tmp_path_factory.mktemp("trayless"), tray="") as light:
        yield light


@pytest.fixture
def show(lab: Lab) -> Iterator[Callable[..., str]]:
    """Has the helper show it as root; returns the sentence of its error, empty for none."""
    bus = dbus.bus.BusConnection(dom0_bus_address(lab.name))
    bus.set_exit_on_disconnect(False)

    def ask(display: str, cookie: str = "") -> str:
        try:
            bus.call_blocking(NAME, PATH, NAME, "ShowNetworkApplet", "ss", (display, cookie), timeout=DEADLINE)
        except dbus.DBusException as error:
            return str(error.get_dbus_message())
        return ""

    yield ask
    bus.close()
    lab.exec("netvm", "pkill", "-x", "nm-applet", check=False)
    lab.wait("its end", lambda: lab.exec("netvm", "pgrep", "-x", "dbus-run-sessio", check=False).returncode)


def windows(desktop: LightDesktop) -> set[str]:
    return set(desktop.run("xdotool", "search", "--onlyvisible", "--class", "nm-applet").split())


def test_it_docks_in_the_panel_and_its_menu_opens(lab: Lab, panel: LightDesktop, show: Callable[..., str]) -> None:
    assert show(panel.env["DISPLAY"]) == ""
    icon = next(iter(lab.wait("the icon", lambda: windows(panel))))
    place = re.search(r"Position: (\d+),(\d+)", panel.run("xdotool", "getwindowgeometry", icon))
    assert place
    time.sleep(1)  # the panel moves it once more
    panel.run("xdotool", "mousemove", "--window", icon, "8", "8", "click", "3")
    lab.wait("the menu", lambda: len(windows(panel)) > 1)
    time.sleep(0.5)
    panel.screenshot(PICTURES / "nm-applet-panel.png")
    panel.run("xdotool", "key", "Escape")
    assert show(panel.env["DISPLAY"]) == "nm-applet of netvm runs already. Its icon is in the tray."


def test_where_there_is_no_tray_it_brings_one(lab: Lab, trayless: LightDesktop, show: Callable[..., str]) -> None:
    assert show(trayless.env["DISPLAY"]) == ""
    lab.wait("the icon", lambda: windows(trayless))
    find = ("xdotool", "search", "--onlyvisible", "--name", "^Applets of netvm")
    assert trayless.run(*find)
    trayless.run("xdotool", "mousemove", "22", "22", "click", "3")
    lab.wait("the menu", lambda: len(windows(trayless)) > 1)
    time.sleep(0.5)
    trayless.screenshot(PICTURES / "nm-applet-window.png")
    trayless.run("xdotool", "key", "Escape")
    lab.exec("netvm", "pkill", "-KILL", "-x", "nm-applet")
    lab.wait("the end of the window", lambda: not trayless.run(*find))


def test_it_goes_with_its_netvm(lab: Lab, panel: LightDesktop, show: Callable[..., str]) -> None:
    assert show(panel.env["DISPLAY"]) == ""
    lab.wait("the icon", lambda: windows(panel))
    lab.restart("netvm")
    assert not windows(panel)
    lab.wait("the helper's view", lambda: show(panel.env["DISPLAY"]) == "")
    lab.wait("the icon", lambda: windows(panel))


def test_nothing_else_in_the_netvm_sees_the_display(lab: Lab, panel: LightDesktop, show: Callable[..., str]) -> None:
    assert show(panel.env["DISPLAY"]) == ""
    lab.wait("the icon", lambda: windows(panel))
    assert lab.exec("netvm", "ls", "/tmp/.X11-unix", check=False).returncode
    assert "Xauthority" not in lab.out("netvm", "ls", "-A", "/tmp")


@pytest.mark.parametrize("name", ["", ":", ":x", "host:0", ":0:1", ":99999", "/tmp/socket", ":0\n"])
def test_what_is_no_display(lab: Lab, show: Callable[..., str], name: str) -> None:
    assert re.search(r"is not a display of this machine|not printable", show(name))


def test_a_display_that_is_not_there(lab: Lab, show: Callable[..., str]) -> None:
    assert show(":4242") == "There is no display :4242 in dom0 or on the host of this lab."


def test_not_while_the_netvm_is_paused(lab: Lab, panel: LightDesktop, show: Callable[..., str]) -> None:
    lab.pause("netvm")
    try:
        assert show(panel.env["DISPLAY"]) == "netvm is paused. Unpause it."
    finally:
        lab.unpause("netvm")
