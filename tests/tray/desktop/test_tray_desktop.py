"""The applet as users run it: a process of its own, on a real panel, with a real notification server.

The stand-in for the helper publishes; everything else is what a desktop has. Screenshots go to `build/tray/`.
"""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tray_process import COMMAND, ITEM, ROOT, Tray
from tray_shared import CABLE, STATES, WIFI, Helper, connecting, eventually, up
from waiting import DEADLINE

from qnet_gui.lab.desktop.light import LightDesktop
from qnet_gui.model.dns import Dns
from qnet_gui.model.sentence import sentence


def pointer_to_icon(desktop: LightDesktop) -> None:
    """The icon stands left of the clock at the right end of the panel."""
    desktop.run("xdotool", "mousemove", "500", "300")
    desktop.run("xdotool", "mousemove", "943", "624")
    desktop.run("xdotool", "mousemove", "945", "626")


def test_registered_with_tooltip_menu_and_notification(tray: Tray, helper: Helper, pictures: Path) -> None:
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    assert list(tray.entries().values()) == [
        sentence(up(CABLE)), "Open…", "Upgrade dom0…", "Network applet (nm-applet)", "Settings…", "Help", "About",
        "Quit",
    ]  # fmt: skip
    pointer_to_icon(tray.desktop)
    time.sleep(1)
    tray.desktop.screenshot(pictures / "tooltip.png")
    tray.desktop.run("xdotool", "click", "3")
    time.sleep(0.5)
    tray.desktop.screenshot(pictures / "menu.png")
    tray.desktop.run("xdotool", "key", "Escape")
    helper.publish(up(WIFI))
    tray.wait_until_shown(up(WIFI))
    eventually(lambda: tray.notified() == 1)
    time.sleep(0.3)
    tray.desktop.screenshot(pictures / "notification.png")
    assert tray.notifications() == [("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")]


@pytest.mark.parametrize("state", [state for state in STATES if STATES[state]])
def test_every_state_on_the_panel(tray: Tray, helper: Helper, pictures: Path, state: str) -> None:
    snapshot = STATES[state]
    assert snapshot
    helper.publish(snapshot)
    tray.start()
    tray.wait_until_shown(snapshot)
    assert sentence(snapshot) in list(tray.entries().values())[:2]
    time.sleep(0.3)
    tray.desktop.screenshot(pictures / f"state-{state}.png")
    assert tray.notifications() == []


def test_status_and_about_open_by_the_menu_and_the_popup_by_a_click(tray: Tray, helper: Helper, pictures: Path) -> None:
    helper.publish(up(CABLE, problems=STATES["problems"].problems))  # type: ignore[union-attr]
    tray.start()
    tray.click("About")
    eventually(tray.windows)
    time.sleep(0.3)
    tray.desktop.screenshot(pictures / "about.png")
    tray.desktop.run("xdotool", "search", "--name", "About qnet", "windowclose")
    tray.click("Open…")
    eventually(lambda: tray.window_id("Network status"))
    time.sleep(0.5)
    tray.desktop.screenshot(pictures / "status.png")
    tray.desktop.run("xdotool", "search", "--name", "Network status", "windowclose")
    eventually(lambda: not tray.window_id("Network status"))
    pointer_to_icon(tray.desktop)  # as whoever clicks has it; such a panel tells no other place
    tray.activate()
    window = eventually(tray.popup).splitlines()[0]
    time.sleep(0.5)
    tray.desktop.screenshot(pictures / "popup.png")
    x, y, width, height = tray.geometry(window)
    assert (x + width, y + height) == (1024, 612), "flush with the panel, at its end"
    tray.desktop.run("xdotool", "key", "Escape")
    eventually(lambda: not tray.popup())


def test_the_notification_opens_status(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    helper.publish(up(WIFI))
    eventually(lambda: tray.desktop.run("dunstctl", "count", "displayed").strip() == "1")
    tray.desktop.run("dunstctl", "action")
    eventually(tray.windows)


def test_quit(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    tray.start()
    tray.click("Quit")
    assert tray.process
    assert tray.process.wait(DEADLINE) == 0


@pytest.mark.parametrize("number", [2, 15])
def test_signals_end_it_cleanly(tray: Tray, number: int) -> None:
    tray.start()
    assert tray.item
    assert tray.process
    tray.process.send_signal(number)
    assert tray.process.wait(DEADLINE) == 0


def test_it_ends_while_signals_come(tray: Tray, helper: Helper) -> None:
    """Qt's thread for D-Bus wanted Python's lock for each of them, and the end of the applet waited for that thread."""
    for _ in range(5):
        tray.start()
        assert tray.item
        assert tray.process
        for number in range(100):
            helper.publish(up(WIFI if number % 2 else CABLE))
            if number == 50:
                tray.process.send_signal(signal.SIGTERM)
        assert tray.process.wait(DEADLINE) == 0


def second(tray: Tray, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**tray.desktop.env, **tray.env}
    return subprocess.run([*COMMAND, *arguments], env=env, capture_output=True, text=True, timeout=DEADLINE)


def test_one_instance_a_session_which_opens_its_window_for_another(tray: Tray) -> None:
    tray.start()
    assert tray.item
    done = second(tray)
    assert (done.returncode, done.stdout) == (0, "qnet-tray: It is running already in this session.\n")
    eventually(lambda: tray.window_id("Network status"))


def test_a_page_by_its_name_of_oneself_and_of_the_one_that_runs(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    tray.start("--window", "domains")
    eventually(lambda: tray.window_id("^Domains"))
    assert not tray.window_id("Network status")
    assert second(tray, "--window", "names").returncode == 0
    eventually(lambda: tray.window_id("^Name servers"))
    assert second(tray, "--window", "nonsense").returncode == 2


def test_a_restored_session_starts_it_and_no_second_one(tray: Tray, helper: Helper) -> None:
    """It ended with "unrecognized arguments"; and autostart's would have had its window opened by it."""
    helper.publish(up(CABLE))
    tray.start("-session", "10dfa_1_2")
    tray.wait_until_shown(up(CABLE))
    done = second(tray, "-session", "10dfa_1_3", "-name", "qnet-tray")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not tray.window_id("Network status")


def test_the_same_person_at_two_displays_has_an_applet_at_each(tray: Tray, helper: Helper) -> None:
    """What was started at the second display opened a window at the first."""
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    ours, theirs = os.pipe()
    with os.fdopen(ours) as numbers:
        command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "1024x640x24", "-nolisten", "tcp"]
        server = subprocess.Popen(command, pass_fds=[theirs], stderr=subprocess.DEVNULL)
        os.close(theirs)
        display = f":{int(numbers.readline())}"
    env = {**tray.desktop.env, **tray.env, "DISPLAY": display}

    def windows() -> str:
        search = ["xdotool", "search", "--onlyvisible", "--name", "Network status"]
        return subprocess.run(search, env=env, capture_output=True, text=True, check=False).stdout

    other = subprocess.Popen(COMMAND, env=env, stderr=subprocess.PIPE, text=True)
    try:
        eventually(windows)
        assert not tray.window_id("Network status")
        assert len(tray.items()) == 1
        again = subprocess.run([*COMMAND, "--window"], env=env, capture_output=True, text=True, timeout=DEADLINE)
        assert again.stdout == "qnet-tray: It is running already in this session.\n"
        assert not tray.window_id("Network status")
        helper.publish(up(WIFI))
        eventually(lambda: tray.notified() == 1)
        time.sleep(1)
        assert tray.notified() == 1, "by one of both"
        assert tray.process
        tray.process.terminate()
        tray.process.wait(DEADLINE)
        helper.publish(up(CABLE))
        eventually(lambda: tray.notified() == 2)  # by the other one
    finally:
        other.terminate()
        said = other.communicate(timeout=DEADLINE)[1]
        server.terminate()
        server.wait(DEADLINE)
    assert "Traceback" not in said


def test_an_instance_that_hangs_is_said(tray: Tray) -> None:
    tray.start()
    assert tray.item
    assert tray.process
    tray.process.send_signal(signal.SIGSTOP)
    done = second(tray)
    tray.process.send_signal(signal.SIGCONT)
    assert (done.returncode, done.stdout) == (
        1, "qnet-tray: It is running already in this session, but does not answer.\n",
    )  # fmt: skip


def test_a_window_where_there_is_no_tray(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    tray.start("--window")
    window = eventually(lambda: tray.window_id("Network status"))
    time.sleep(0.5)
    assert tray.items() == []
    assert tray.process
    tray.desktop.run("xdotool", "windowfocus", window.splitlines()[0], "key", "Escape")
    assert tray.process.wait(DEADLINE) == 0


def test_the_last_window_does_not_go_while_dom0_is_connected(tray: Tray, helper: Helper) -> None:
    helper.publish(STATES["dom0"])
    tray.start("--window")
    window = eventually(lambda: tray.window_id("Network status"))
    time.sleep(1)
    tray.desktop.run("xdotool", "windowfocus", window.splitlines()[0], "key", "Escape")
    question = eventually(lambda: tray.window_id("^Quit"))
    tray.desktop.run("xdotool", "windowfocus", question.splitlines()[0], "key", "Escape")
    eventually(lambda: not tray.window_id("^Quit"))
    assert tray.window_id("Network status")
    assert tray.process
    assert tray.process.poll() is None


def kde_plugin() -> bool:
    return any(Path("/usr/lib").glob("*/qt5/plugins/platformthemes/KDEPlasmaPlatformTheme*.so"))


@pytest.mark.skipif(not kde_plugin(), reason="KDE's plug-in for Qt is not installed")
def test_kdes_icon_needs_attention_while_dom0_is_connected(tray: Tray, helper: Helper) -> None:
    tray.env |= {"XDG_CURRENT_DESKTOP": "KDE", "KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "5"}
    helper.publish(up(CABLE))
    tray.start()
    items = eventually(tray.kde_items)

    def status() -> str:
        return str(tray.get(items[0], "/StatusNotifierItem", ITEM, "Status"))

    assert status() == "Active"
    helper.publish(STATES["dom0"])
    eventually(lambda: status() == "NeedsAttention")
    helper.publish(up(CABLE))
    eventually(lambda: status() == "Active")


@pytest.mark.parametrize(("look", "scale"), [("dark", "1"), ("light", "2")])
def test_pictures_in_the_dark_and_at_twice_the_size(
    screen: None, tmp_path: Path, system_bus: str, helper: Helper, pictures: Path, look: str, scale: str
) -> None:
    helper.publish(STATES["dom0"])
    with LightDesktop(tmp_path / "other", dark=look == "dark", size=28 * int(scale)) as desktop:
        alone = Tray(desktop, system_bus)
        alone.env |= {"QT_SCALE_FACTOR": scale}
        alone.start()
        alone.wait_until_shown(STATES["dom0"])
        alone.click("Upgrade dom0…")
        eventually(lambda: alone.window_id("Upgrade networking"))
        time.sleep(0.5)
        desktop.screenshot(pictures / f"desktop-{look}-{scale}.png")
        desktop.end("qnet-tray")


def test_helper_killed_and_restarted(tray: Tray, helper: Helper, pictures: Path) -> None:
    tray.start()
    tray.wait_until_shown(None)
    assert sentence(None) in tray.entries().values()
    tray.desktop.screenshot(pictures / "state-helper-away.png")
    helper.publish(up(CABLE))
    tray.wait_until_shown(up(CABLE))
    helper.kill()
    tray.wait_until_shown(None)
    helper.publish(up(CABLE))
    tray.wait_until_shown(up(CABLE))
    assert tray.notifications() == []


def test_system_bus_restarted(tray: Tray, helper: Helper, bus: Any) -> None:
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    helper.kill()
    bus.end()
    tray.wait_until_shown(None)
    bus.start()
    helper.publish(up(WIFI))
    tray.wait_until_shown(up(WIFI))


def test_what_was_open_is_open_again_after_the_system_bus_was_restarted(tray: Tray, helper: Helper, bus: Any) -> None:
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    assert second(tray, "--window", "names").returncode == 0
    eventually(lambda: tray.window_id("^Name servers"))
    for restarts, state in enumerate((up(WIFI), up(CABLE)), 1):
        helper.kill()
        bus.end()
        tray.wait_until_shown(None)
        bus.start()
        helper.publish(state)
        tray.wait_until_shown(state)
        eventually(lambda: tray.window_id("^Name servers"))
        assert tray.log.read_text().count("starting anew") == restarts
    assert tray.process
    assert Path(f"/proc/{tray.process.pid}/cmdline").read_bytes().count(b"--reopen") == 1


def test_hostile_names_show_as_themselves(tray: Tray, helper: Helper, pictures: Path) -> None:
    ssid = "<b>B</b> & <a href='x'>a_b</a> %s &lt;"
    nasty = up(dataclasses.replace(WIFI, ssid=ssid))
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    helper.publish(nasty)
    tray.wait_until_shown(nasty)
    assert next(iter(tray.entries().values())) == sentence(nasty)
    pointer_to_icon(tray.desktop)
    time.sleep(1)
    tray.desktop.screenshot(pictures / "hostile-tooltip.png")
    tray.desktop.run("xdotool", "click", "3")
    time.sleep(0.5)
    tray.desktop.screenshot(pictures / "hostile-menu.png")
    tray.desktop.run("xdotool", "key", "Escape")
    title, body = tray.notifications()[0]
    assert title == "Uplink changed"
    assert "&lt;b&gt;B&lt;/b&gt; &amp; " in body


def test_panel_restarted(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    tray.start()
    assert tray.item
    tray.desktop.end("xfce4-panel")
    eventually(lambda: not tray.items())
    tray.desktop.start_tray()
    tray.wait_until_shown(up(CABLE))


@pytest.mark.parametrize("delay", [1, 5])
def test_panel_that_comes_late(tray: Tray, helper: Helper, delay: int) -> None:
    """Within the applet's patience, and after it."""
    helper.publish(up(CABLE))
    tray.desktop.end("xfce4-panel")
    tray.start()
    time.sleep(delay)
    tray.desktop.start_tray()
    tray.wait_until_shown(up(CABLE))


def test_a_panel_that_comes_late_closes_no_window(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    tray.desktop.end("xfce4-panel")
    tray.start()
    eventually(lambda: "XEmbed" in tray.log.read_text())
    assert second(tray).returncode == 0
    window = eventually(lambda: tray.window_id("Network status"))
    tray.desktop.start_tray()
    time.sleep(3)
    assert tray.window_id("Network status") == window
    assert tray.items() == []
    tray.desktop.run("xdotool", "windowfocus", window.splitlines()[0], "key", "Escape")
    tray.wait_until_shown(up(CABLE))


def test_a_panel_of_the_old_kind_takes_the_place_of_one_of_the_new(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    tray.desktop.end("xfce4-panel")
    tray.desktop.start("trayer", ["trayer", "--edge", "bottom", "--align", "right", "--height", "28"])
    try:
        eventually(lambda: tray.desktop.run("xdotool", "search", "--onlyvisible", "--class", "qnet-tray").strip(), 60)
    finally:
        tray.desktop.end("trayer")
        tray.desktop.start_tray()
    tray.wait_until_shown(up(CABLE))


def test_connecting_moves_at_two_frames_a_second_and_nothing_else_moves(tray: Tray, helper: Helper) -> None:
    helper.publish(up(connecting(CABLE), dns=Dns()))
    tray.start()
    assert tray.item
    time.sleep(1)
    assert 1 <= new_icons(tray, 3) <= 7
    helper.publish(up(CABLE))
    tray.wait_until_shown(up(CABLE))
    time.sleep(0.5)
    assert new_icons(tray, 2) == 0


def new_icons(tray: Tray, seconds: float) -> int:
    command = ["/usr/bin/dbus-monitor", "--session", f"type='signal',interface='{ITEM}',member='NewIcon'"]
    with subprocess.Popen(command, env=tray.desktop.env, stdout=subprocess.PIPE, text=True) as monitor:
        time.sleep(seconds)
        monitor.terminate()
        assert monitor.stdout
        return monitor.stdout.read().count("member=NewIcon")


def switches(process: int) -> int:
    """How often all its threads have slept so far: each wake-up ends in one more."""
    total = 0
    for thread in Path(f"/proc/{process}/task").iterdir():
        match = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (thread / "status").read_text(), re.MULTILINE)
        total += int(match[1]) if match else 0
    return total


def test_nothing_wakes_while_nothing_happens(tray: Tray, helper: Helper) -> None:
    begun = time.time()
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    assert tray.process
    log = Path(tray.desktop.env.get("XDG_STATE_HOME", Path(tray.desktop.env["HOME"]) / ".local/state")) / "qnet/log"
    eventually(lambda: log.exists() and log.stat().st_mtime >= begun)  # what has happened is written once
    time.sleep(2)
    before = switches(tray.process.pid)
    time.sleep(5)
    assert switches(tray.process.pid) == before


def run_bare(*more: str, **env: str) -> subprocess.CompletedProcess[str]:
    usual = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **env}
    return subprocess.run([*COMMAND, *more], env=usual, capture_output=True, text=True, timeout=DEADLINE)


def test_without_a_display_or_a_session_bus_it_says_so(tmp_path: Path) -> None:
    done = run_bare()
    assert (done.returncode, done.stderr) == (
        1, "qnet-tray: There is no display; start qnet-tray in a desktop session.\n",
    )  # fmt: skip
    offscreen = {"QT_QPA_PLATFORM": "offscreen", "XDG_CACHE_HOME": str(tmp_path)}
    done = run_bare(**offscreen, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
    assert done.returncode == 1
    assert done.stderr.endswith("qnet-tray: There is no session bus; start qnet-tray in a desktop session.\n")


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (
            {"DISPLAY": ":7777"},
            "The display :7777 cannot be used; start qnet-tray as whose session it is.",
        ),
        (
            {"WAYLAND_DISPLAY": "wayland-7", "XDG_SESSION_TYPE": "wayland"},
            "The display wayland-7 cannot be used; on Wayland, Qt's plug-in for it may be missing: qtwayland5.",
        ),
        ({"QT_QPA_PLATFORM": "nonsense"}, "Qt cannot show anything here: there is no plug-in nonsense."),
    ],
)
def test_a_display_that_cannot_be_used_is_told_and_ends_nothing_with_a_core(env: dict[str, str], said: str) -> None:
    """As root in somebody else's session, or on Wayland without its plug-in: Qt would abort."""
    done = run_bare(**env)
    assert (done.returncode, done.stderr) == (1, f"qnet-tray: {said}\n")


def test_help_and_version() -> None:
    assert "--debug" in run_bare("--help").stdout
    assert re.fullmatch(r"qnet-tray \d+\.\d+\.\d+\n", run_bare("--version").stdout)


def test_without_a_notification_server_it_is_said_once(tray: Tray, helper: Helper) -> None:
    tray.desktop.end("dunst")
    helper.publish(up(CABLE))
    tray.start()
    tray.wait_until_shown(up(CABLE))
    helper.publish(up(WIFI))
    eventually(lambda: "shows no notifications" in tray.log.read_text())
    assert tray.log.read_text().count("shows no notifications") == 1
    tray.desktop.start_notifications()


def test_xembed_tray(screen: None, tmp_path: Path, system_bus: str, helper: Helper, pictures: Path) -> None:
    """A panel that knows only the old protocol: the icon docks after the wait for the new one."""
    helper.publish(up(CABLE))
    with LightDesktop(tmp_path / "xembed", tray="trayer") as desktop:
        alone = Tray(desktop, system_bus)
        alone.start()
        eventually(lambda: "XEmbed" in alone.log.read_text())
        time.sleep(1)
        empty = desktop.run("xdotool", "search", "--onlyvisible", "--class", "qnet-tray")
        desktop.screenshot(pictures / "xembed.png")
        assert empty.strip()
