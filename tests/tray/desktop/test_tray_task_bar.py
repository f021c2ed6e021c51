"""What a task bar sees of the applet's windows (EWMH), with a small real window manager: openbox."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tray_process import ROOT, Tray
from tray_shared import CABLE, Helper, eventually, up

from qnet_gui.lab.desktop.light import LightDesktop

WINDOW = "Network status"
CLOSE = ROOT / "tests/plasma/close_window.py"


@pytest.fixture(scope="module")
def desktop(screen: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightDesktop]:
    with LightDesktop(tmp_path_factory.mktemp("desktop")) as light:
        light.start("openbox", ["openbox", "--sm-disable"])
        light.wait(lambda: "window id" in light.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"), "openbox")
        yield light


@pytest.fixture
def running(tray: Tray, helper: Helper) -> Tray:
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    return tray


def said(tray: Tray, window: str, *names: str) -> str:
    """Properties of a window as `xprop` tells them."""
    return tray.desktop.run("env", "LC_ALL=C.UTF-8", "xprop", "-id", window, *names)


def opened(tray: Tray) -> str:
    """The window's number, as soon as it has the keyboard."""
    tray.click("Open…")
    window = str(eventually(lambda: tray.window_id(WINDOW)))
    eventually(lambda: has_keyboard(tray, window))
    return window


def has_keyboard(tray: Tray, window: str) -> bool:
    return tray.desktop.run("xdotool", "getactivewindow").strip() == window


def in_task_bar(tray: Tray) -> set[str]:
    """The windows that a task bar has a button for."""
    listed = re.findall(r"0x[0-9a-f]+", tray.desktop.run("xprop", "-root", "_NET_CLIENT_LIST"))
    windows = {str(int(number, 16)) for number in listed}
    skipped = {one for one in windows if "SKIP_TASKBAR" in said(tray, one, "_NET_WM_STATE")}
    docks = {one for one in windows if "TYPE_DOCK" in said(tray, one, "_NET_WM_WINDOW_TYPE")}
    return windows - skipped - docks


def test_a_task_bar_knows_the_window_and_not_the_popup(running: Tray) -> None:
    window = opened(running)
    kind = said(running, window, "_NET_WM_WINDOW_TYPE", "WM_CLASS", "_NET_WM_NAME", "_NET_WM_PID", "WM_PROTOCOLS")
    assert "= _NET_WM_WINDOW_TYPE_NORMAL" in kind
    assert '"qnet-tray", "qnet-tray"' in kind
    assert f'"{WINDOW} — qnet"' in kind
    assert running.process is not None
    assert f"_NET_WM_PID(CARDINAL) = {running.process.pid}" in kind
    assert "WM_DELETE_WINDOW" in kind
    assert "Icon (16 x 16)" in said(running, window, "_NET_WM_ICON")
    eventually(lambda: in_task_bar(running) == {window})
    running.activate()
    popup = eventually(running.popup).split()[0]
    eventually(lambda: has_keyboard(running, popup))
    states = said(running, popup, "_NET_WM_STATE")
    for state in ("SKIP_TASKBAR", "SKIP_PAGER", "ABOVE"):
        assert f"_NET_WM_STATE_{state}" in states
    assert in_task_bar(running) == {window}


def test_it_is_minimised_and_raised_by_the_task_bar_and_by_the_menu(running: Tray) -> None:
    window = opened(running)
    for raise_again in (
        lambda: running.desktop.run("xdotool", "windowactivate", window),
        lambda: running.click("Open…"),
    ):
        running.desktop.run("xdotool", "windowminimize", window)
        eventually(lambda: "Iconic" in said(running, window, "WM_STATE"))
        assert in_task_bar(running) == {window}
        raise_again()
        eventually(lambda: "Normal" in said(running, window, "WM_STATE"))
        eventually(lambda: has_keyboard(running, window))
        eventually(lambda: running.window_id(WINDOW) == window)


def test_a_task_bar_closes_it(running: Tray) -> None:
    """By the same message as the cross in its frame."""
    window = opened(running)
    running.desktop.run("/usr/bin/python3", str(CLOSE), window)
    eventually(lambda: not in_task_bar(running))
    assert running.process is not None
    assert running.process.poll() is None, "the applet stays"
    assert opened(running)
