"""The popup in a real Plasma: at the panel, with the keyboard, gone when somebody looks elsewhere; the icon by name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plasma_tray import ITEM, Tray, eventually

TITLE = "^Network( [^ ]+ qnet)?$"


def active(tray: Tray) -> str:
    """The window that has the keyboard."""
    return tray.plasma.run("xdotool", "getactivewindow").strip()


def workarea(tray: Tray) -> list[int]:
    """What the panel leaves of the screen: left, top, wide, high; all of it while nobody says."""
    text = tray.plasma.run("xprop", "-root", "_NET_WORKAREA").partition("=")[2]
    return [int(part) for part in text.split(",")[:4]] if text.strip() else [0, 0, 1280, 800]


def opened(tray: Tray) -> str:
    """The popup's window, as soon as it has the keyboard."""
    tray.activate()
    window = str(eventually(lambda: tray.windows(TITLE), what="no popup")[0])
    eventually(lambda: active(tray) == window, what="it has no keyboard")
    return window


def closed(tray: Tray) -> None:
    eventually(lambda: not tray.windows(TITLE), what="the popup stays")
    time.sleep(0.4)  # another click so soon would be taken for the one that closed it


@pytest.fixture
def other(tray: Tray) -> Iterator[str]:
    """Another window, in which somebody works."""
    program = tray.plasma.start("other", ["/usr/bin/python3", str(Path(__file__).with_name("other_window.py"))])
    window = eventually(lambda: tray.plasma.run("xdotool", "search", "--onlyvisible", "--class", "^other$").split())[0]
    eventually(lambda: active(tray) == window)
    yield window
    program.terminate()
    program.wait()


def test_it_stands_at_the_panel_and_closes_on_escape(tray: Tray, pictures: Path) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    eventually(lambda: workarea(tray)[3] < 800, what="the panel takes no room")
    window = opened(tray)
    tray.picture(pictures / "popup.png", 0.5)
    text = tray.plasma.run("xdotool", "getwindowgeometry", "--shell", window)
    place = {name: int(value) for name, value in (line.split("=") for line in text.split())}
    x, y, width, height = workarea(tray)
    assert place["Y"] + place["HEIGHT"] == y + height, "flush with the panel"
    assert x <= place["X"]
    assert place["X"] + place["WIDTH"] <= x + width
    tray.plasma.run("xdotool", "key", "Escape")
    closed(tray)


def test_a_second_click_closes_it(tray: Tray) -> None:
    opened(tray)
    tray.activate()
    closed(tray)
    opened(tray)
    tray.activate()
    closed(tray)


def test_it_goes_when_somebody_works_elsewhere_and_comes_in_front_of_him(tray: Tray, other: str) -> None:
    """KWin lets nobody come to the front of his own accord; what comes up then has the keyboard."""
    window = opened(tray)
    assert window != other
    tray.plasma.run("xdotool", "windowactivate", other)
    closed(tray)
    assert active(tray) == other


def test_by_keyboard_to_the_upgrade(tray: Tray, pictures: Path) -> None:
    opened(tray)
    for _ in range(30):
        tray.plasma.run("xdotool", "key", "Down")
    tray.picture(pictures / "popup-keyboard.png", 0.3)
    tray.plasma.run("xdotool", "key", "Escape")
    closed(tray)


def test_the_icon_goes_by_name_so_that_the_panel_paints_it(tray: Tray) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    name = tray.get(tray.item, "/StatusNotifierItem", ITEM, "IconName")
    assert str(name).startswith("qnet-wired")
    assert len(tray.get(tray.item, "/StatusNotifierItem", ITEM, "IconPixmap")) == 0
