"""The applet in a real Plasma, logged in to once: icon, menu, windows; panel and helper that go and come."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from plasma_tray import Pixels, Tray, eventually

from qnet_gui.hypervisor.lab import ask
from qnet_gui.lab.box.place import Place
from qnet_gui.model.sentence import sentence


def kill(tray: Tray, name: str) -> None:
    """Kill a program of the session by its name, from within dom0, whose processes have numbers of their own."""
    tray.plasma.run("pkill", "-KILL", "-u", str(tray.plasma.uid), "-x", name)


def test_the_icon_comes_by_itself_at_login(tray: Tray, pictures: Path) -> None:
    line = tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    assert "eth0" in line
    tray.picture(pictures / "login.png", 3)
    assert "qnet-tray" in (tray.plasma.folder / "plasma.log").read_text(), "by its autostart file"


def test_the_menu_says_what_the_helper_says(tray: Tray) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    texts = [entry.text for entry in tray.entries()]
    assert texts[0] == sentence(tray.snapshot())
    assert "Open…" in texts
    assert texts[-1] == "Quit"


def test_an_entry_does_what_it_says(tray: Tray, pictures: Path) -> None:
    tray.click("Open…")
    eventually(lambda: tray.windows("Network status"))
    tray.picture(pictures / "status.png")

    def closed() -> bool:
        tray.plasma.run("xdotool", "key", "alt+F4")  # soon after a login nobody listens to it yet
        time.sleep(0.5)
        return not tray.windows("Network status")

    eventually(closed, what="Alt+F4 does not close it")


def test_by_pixels_tooltip_and_menu(tray: Tray, pictures: Path) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    x, y = place(tray, pictures / "search.png")
    for step in (0, 1, 2):
        tray.plasma.run("xdotool", "mousemove", str(x + step), str(y))
    tray.picture(pictures / "tooltip.png", 1.5)
    tray.plasma.run("xdotool", "click", "3")
    tray.picture(pictures / "menu.png", 1)
    tray.plasma.run("xdotool", "key", "Escape")
    tray.plasma.run("xdotool", "mousemove", "300", "300")


def test_quit_and_start_again(tray: Tray) -> None:
    tray.click("Quit")
    eventually(lambda: not tray.bus.name_has_owner("org.qnet.Tray"))
    eventually(lambda: not tray._find(), what="the icon stays")
    tray.ensure()
    tray.wait_until_shown()


def test_the_panel_is_killed_and_comes_back(tray: Tray, pictures: Path) -> None:
    tray.wait_until_shown()
    before = tray.pid
    kill(tray, "plasmashell")
    tray.plasma.wait(lambda: not tray.plasma.has_name("org.kde.plasmashell"), "the end of the panel")
    tray.plasma.start("plasmashell", ["plasmashell", "--no-respawn"])
    tray.plasma.wait(tray.plasma.has_panel, "the panel")
    tray.wait_until_shown()
    assert tray.pid == before, "the same process"
    tray.picture(pictures / "panel-again.png", 4)


def test_the_daemon_that_knows_the_icons_is_killed_and_comes_back(tray: Tray) -> None:
    """kded5 is org.kde.StatusNotifierWatcher; without it no panel learns of an icon."""
    kill(tray, "kded5")
    eventually(lambda: not tray.items())
    tray.plasma.start("kded5", ["kded5"])
    tray.plasma.wait(tray.plasma.has_panel, "kded5")
    tray.wait_until_shown()


def test_the_helper_is_killed_and_comes_back(tray: Tray, lab: Place) -> None:
    ask(lab.control, "program", domain="dom0", program="qnet-helper", action="kill")
    eventually(lambda: tray.line() == sentence(None))
    assert tray.entries()[0].text == sentence(None)
    ask(lab.control, "program", domain="dom0", program="qnet-helper", action="start")
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)


def test_the_netvm_goes_and_comes_back(tray: Tray, lab: Place, run_lab: Callable[..., str], pictures: Path) -> None:
    ask(lab.control, "stop", 60, name="netvm")
    line = tray.wait_until_shown(lambda snapshot: snapshot.netvm.state.value == "absent")
    assert line.startswith("netvm is not running")
    tray.picture(pictures / "no-netvm.png")
    run_lab("start", "netvm")
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)


def place(tray: Tray, path: Path) -> tuple[int, int]:
    """Where the icon is on the screen: what changes in the panel when it goes and comes."""
    tray.plasma.run("xdotool", "mousemove", "300", "300")
    with_icon = Pixels(tray.picture(path, 1))
    tray.click("Quit")
    eventually(lambda: not tray._find())
    corner = with_icon.icon(tray.picture(path, 1.5))
    path.unlink()
    tray.ensure()
    tray.wait_until_shown()
    time.sleep(1)
    return corner
