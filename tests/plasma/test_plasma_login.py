"""Logins of all kinds: the applet before the panel and after it, large and dark desktops, two screens."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from plasma_tray import Pixels, Tray, eventually
from two_screens import TwoScreens

from qnet_gui.lab.box.place import Place
from qnet_gui.lab.desktop.plasma import Plasma

DARK = "[General]\nColorScheme=BreezeDark\n[KDE]\nLookAndFeelPackage=org.kde.breezedark.desktop\n"
TWICE = "[KScreen]\nScaleFactor=2\nScreenScaleFactors=screen=2;\n"


@contextmanager
def open_tray(plasma: Plasma, lab: Place) -> Iterator[Tray]:
    tray = Tray(plasma, lab)
    try:
        yield tray
    finally:
        tray.close()


@pytest.mark.parametrize("delay", [0, 6])
def test_the_applet_is_there_before_the_panel(
    login: Callable[..., Plasma], lab: Place, delay: int, pictures: Path
) -> None:
    """Within its patience, and after it: then it has to start anew to be seen."""
    plasma = login()
    try:
        plasma.start_display()
        plasma.start_bus()
        plasma.start("qnet-tray", ["qnet-tray"])
        time.sleep(delay)
        plasma.log_in()
        with open_tray(plasma, lab) as tray:
            tray.wait_until_shown(lambda snapshot: snapshot.uplink)
            tray.picture(pictures / f"applet-first-{delay}.png", 4)
        log = (plasma.folder / "qnet-tray.log").read_text()
        assert delay == 0 or "starting anew" in log
    finally:
        plasma.stop()


def test_the_panel_is_there_before_the_applet(login: Callable[..., Plasma], lab: Place) -> None:
    hidden = {"autostart/org.qnet.Tray.desktop": "[Desktop Entry]\nHidden=true\n"}
    with login(settings=hidden) as plasma, open_tray(plasma, lab) as tray:
        time.sleep(2)
        assert not tray.bus.name_has_owner("org.qnet.Tray")
        tray.ensure()
        tray.wait_until_shown(lambda snapshot: snapshot.uplink)


def look(tray: Tray, pictures: Path, name: str, scale: int = 1) -> Pixels:
    """Pictures of everything that there is to be looked at."""
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    tray.click("Open…")
    eventually(lambda: tray.windows("Network status"))
    tray.picture(pictures / f"{name}-status.png", 3)
    tray.close_windows()
    with_icon = Pixels(tray.picture(pictures / f"{name}.png", 2))
    tray.click("Quit")
    eventually(lambda: not tray._find())
    x, y = with_icon.icon(tray.picture(pictures / "search.png", 2), scale)
    (pictures / "search.png").unlink()
    tray.ensure()
    tray.wait_until_shown()
    time.sleep(1)
    for step in (0, 1, 2):
        tray.plasma.run("xdotool", "mousemove", str(x + step), str(y))
    tray.picture(pictures / f"{name}-tooltip.png", 2)
    tray.plasma.run("xdotool", "click", "3")
    tray.picture(pictures / f"{name}-menu.png", 1)
    tray.plasma.run("xdotool", "key", "Escape")
    return with_icon


def test_dark(login: Callable[..., Plasma], lab: Place, pictures: Path) -> None:
    with login(settings={"kdeglobals": DARK}) as plasma, open_tray(plasma, lab) as tray:
        look(tray, pictures, "dark")


def test_from_light_to_dark_while_it_runs(login: Callable[..., Plasma], lab: Place, pictures: Path) -> None:
    with login() as plasma, open_tray(plasma, lab) as tray:
        tray.wait_until_shown(lambda snapshot: snapshot.uplink)
        tray.click("Open…")
        eventually(lambda: tray.windows("Network status"))
        tray.picture(pictures / "light-before-dark.png", 3)
        before = Pixels(pictures / "light-before-dark.png").panel_brightness()
        plasma.run("plasma-apply-lookandfeel", "-a", "org.kde.breezedark.desktop")
        # Plasma paints the icon, which it knows by name, in its panel's colours
        later = pictures / "light-to-dark.png"
        eventually(lambda: Pixels(tray.picture(later, 4)).panel_brightness() < before - 80)
        name = tray.get(tray.item, "/StatusNotifierItem", "org.kde.StatusNotifierItem", "IconName")
        assert str(name).startswith("qnet-")


def test_everything_twice_as_large(login: Callable[..., Plasma], lab: Place, pictures: Path) -> None:
    settings = {"kdeglobals": TWICE, "kcmfonts": "[General]\nforceFontDPI=192\n"}
    with login(size=(2560, 1600), settings=settings) as plasma, open_tray(plasma, lab) as tray:
        look(tray, pictures, "scale-2", 2)


def test_two_screens(lab: Place, tmp_path: Path, pictures: Path) -> None:
    """The menu of the icon opens beside it, windows on the screen where one is at work."""
    with TwoScreens(lab.name, tmp_path) as plasma, open_tray(plasma, lab) as tray:
        plasma.run("xdotool", "mousemove", "1900", "400", "click", "1")
        look(tray, pictures, "two-screens")
        tray.click("Open…")
        window = eventually(lambda: tray.windows("Network status"))[0]
        match = re.search(r"Position: (\d+),(\d+)", plasma.run("xdotool", "getwindowgeometry", window))
        assert match
        assert 0 <= int(match[1]) < 2560
        tray.picture(pictures / "two-screens-again.png")
