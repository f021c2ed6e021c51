"""The netvm's screen in dom0, on a real Xen: seen and used through the helper, and whatever dies comes back."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial

import pytest
from applet_desktop import AppletDesktop
from boot import Machine
from screen_driver import (
    DOWN,
    ENTER,
    ESC,
    HOME,
    LEFT_BUTTON,
    LEFT_SHIFT,
    PRIVATE,
    RIGHT_BUTTON,
    SELECTED,
    TAB,
    UP,
    A,
    Window,
    digest_of,
    middle_of,
    place_of,
    processes_of,
)
from stack import ICON, X_DISPLAY, start_screen

# its machine takes some minutes to be made, and everything in it but Xen itself is tried elsewhere
pytestmark = pytest.mark.thorough

#: In the netvm: the codes of the keys of Xen's keyboard that are down, by EVIOCGKEY.
_KEYS_DOWN = """python3 -I -c '
import fcntl, glob
for name in glob.glob("/sys/class/input/event*/device/name"):
    if "Keyboard" in open(name).read():
        with open("/dev/input/" + name.split("/")[4], "rb") as device:
            bits = fcntl.ioctl(device, 0x80604518, bytes(96))
            print([code for code in range(768) if bits[code // 8] >> code % 8 & 1])
'"""


def _active(machine: Machine, name: str) -> None:
    """Wait until a window of this name has the keyboard in the netvm."""
    numbers = "xprop -root 32x '\\t$0' _NET_ACTIVE_WINDOW | cut -f2"
    script = f"xprop -id $({numbers}) _NET_WM_NAME | grep -qF {shlex.quote(name)}"
    machine.until(f"export DISPLAY={X_DISPLAY}; {script}", "netvm")


def _something_selected(window: Window, name: str) -> None:
    """Wait until a window of this name has the keyboard, and a row or a text in it is selected."""
    _active(window.machine, name)
    place = place_of(window.machine, name)
    window.machine.wait("what is selected", lambda: SELECTED in window.picture().colours(place))


def test_nm_applet_is_seen_and_its_menu_opened_by_a_click(screen: Machine, window: Window) -> None:
    before = window.picture()
    before.keep("nm-applet")
    assert before.digest() == digest_of(screen)
    assert len(before.colours(place_of(screen, ICON))) > 3, "something is drawn there"
    opened = window.open_menu(LEFT_BUTTON)
    opened.keep("nm-applet-menu")
    assert opened.digest() == digest_of(screen)
    window.press(ESC)
    screen.wait("the menu's end", lambda: window.picture().changed(before) is None)


def test_a_connection_is_renamed_in_the_editor(screen: Machine, window: Window) -> None:
    window.open_menu(RIGHT_BUTTON)
    window.press(UP, UP, ENTER)  # from below: About, Edit Connections
    _something_selected(window, "Network Connections")
    window.press(DOWN, ENTER)
    _something_selected(window, "Editing Wired connection")
    window.press(*HOME)
    _active(screen, "Editing home")
    window.picture().keep("editor")
    editor = place_of(screen, "Editing home")
    window.click(editor.right - 50, editor.bottom - 25)  # Save
    screen.until("nmcli -g NAME connection | grep -qx home", "netvm")


def test_a_password_is_typed_in_the_dialog_that_asks_for_it(screen: Machine, window: Window) -> None:
    netvm = partial(screen.ok, domain="netvm")
    locked = "con-name locked ifname eth1 autoconnect no 802-1x.eap md5 802-1x.identity somebody"
    netvm(f"nmcli connection add type ethernet {locked}")
    # by the user of nm-applet, whose agents alone are asked for it; and not by nmcli, which is one itself, and has none
    manager = "org.freedesktop.NetworkManager /org/freedesktop/NetworkManager org.freedesktop.NetworkManager"
    path = netvm("nmcli -t -f NAME,DBUS-PATH connection | sed -n s/^locked://p")
    netvm(f"runuser -u qnet-screen -- busctl call {manager} ActivateConnection ooo {path} / /")
    # without looking for long: who has not answered within two minutes is not listened to any more
    _active(screen, "802.1X authentication")
    window.press(TAB, *HOME, ENTER)
    # in the file: nobody answers the supplicant here, and half a minute later NetworkManager wants another password
    kept = "/etc/NetworkManager/system-connections/locked.nmconnection"
    screen.until(f"grep -qx password=home {kept}", "netvm")


def test_a_key_that_is_held_is_released_when_its_window_closes(screen: Machine, window: Window) -> None:
    window.ask("say", inputs=[["key", LEFT_SHIFT, True], ["key", A, True]])
    screen.until(f"{_KEYS_DOWN} | grep -qF '[30, 42]'", "netvm")
    window.ask("close")
    screen.until(f"{_KEYS_DOWN} | grep -qF '[]'", "netvm")


def test_whoever_dies_comes_back(screen: Machine, window: Window) -> None:
    minder, root, child = processes_of(screen)
    window.ask("say", inputs=[["key", LEFT_SHIFT, True]])
    screen.until(f"{_KEYS_DOWN} | grep -qF '[42]'", "netvm")
    screen.ok(f"kill -9 {child}")
    screen.wait("the window's end", lambda: not window.ask("state")["open"])
    assert processes_of(screen) == [minder, root]
    assert window.ask("open")["changes"]
    assert screen.ok(_KEYS_DOWN, "netvm") == "[]"
    screen.ok(f"kill -9 {root}")
    screen.wait("the window's end", lambda: not window.ask("state")["open"])
    screen.wait("another root part", lambda: "error" not in window.try_to("open"))
    assert window.picture().digest() == digest_of(screen)
    assert processes_of(screen)[0] == minder
    screen.ok("pkill -9 -x qnet-helper")
    assert window.ask("time", inputs=[["at", 5, 5], ["key", LEFT_BUTTON, True], ["key", LEFT_BUTTON, False]])["open"]
    screen.wait("the helper", lambda: "error" not in window.try_to("open"))
    assert window.picture().digest() == digest_of(screen)


def test_it_goes_with_its_netvm_and_comes_with_the_next(screen: Machine, window: Window) -> None:
    screen.ok("xl destroy netvm", seconds=200)
    screen.wait("the window's end", lambda: not window.ask("state")["open"])
    screen.wait("the end of qnet-display", lambda: not processes_of(screen))
    assert screen.ok("ls /run/qnet-display") == ""
    assert len(screen.ok("xl list").splitlines()) == 3, "nobody holds the netvm's memory"
    screen.ok("qnet netvm start --wait 500", seconds=200)
    start_screen(screen)
    assert window.ask("open")["changes"]
    assert window.picture().digest() == digest_of(screen)


#: In the netvm: draws a rectangle of the whole screen as often as it can, for so many seconds.
_DRAWS = """python3 -I -c '
import time
from Xlib.display import Display
display = Display()
root = display.screen().root
inks = [root.create_gc(foreground=ink) for ink in (0x204060, 0x604020)]
until, turn = time.monotonic() + {seconds}, 0
while time.monotonic() < until:
    root.fill_rectangle(inks[turn % 2], 0, 0, 1024, 768)
    display.sync()
    turn += 1
print(turn)
'"""
#: In dom0, for the ids of processes: user and system time in hundredths of a second, and how often it waited.
_USED = """for pid in {pids}; do
    cut -d' ' -f14,15 /proc/$pid/stat
    awk '/^voluntary/ {{ print $2 }}' /proc/$pid/status
done | tr '\\n' ' '"""


def _used(machine: Machine, pids: list[int]) -> list[int]:
    return list(map(int, machine.ok(_USED.format(pids=" ".join(map(str, pids)))).split()))


def _quiet(window: Window, processes: list[int]) -> bool:
    """Whether nothing has changed for ten seconds; then nobody has done, or waited for, anything."""
    before, used = window.ask("state")["changes"], _used(window.machine, processes)
    window.machine.ok("sleep 10")
    after = _used(window.machine, processes)
    if window.ask("state")["changes"] > before:
        return False
    assert after == used
    return True


def test_figures(screen: Machine, window: Window, figures: Callable[[str], None]) -> None:
    opened = window.ask("open")
    figures(f"screen: window given in {opened['given']:.2f} s, first picture after {opened['first_picture']:.2f} s")
    window.picture()
    processes = processes_of(screen)
    assert len(processes) == 3
    private = [int(screen.ok(PRIVATE.format(pid=pid))) for pid in processes]
    figures(f"screen: private memory of minder, root part and child: {private} KiB, {sum(private) / 1024:.1f} MiB")
    assert sum(private) < 20 << 10
    screen.wait("ten quiet seconds", lambda: _quiet(window, processes), 120)
    window.open_menu(LEFT_BUTTON)
    took = [window.ask("time", inputs=[["key", DOWN, True], ["key", DOWN, False]])["took"] for _ in range(10)]
    assert all(took)
    figures(
        f"screen: from key to pixel {sorted(took)[5] * 1000:.0f} ms (median of ten), at most {max(took) * 1000:.0f}"
    )
    window.press(ESC)
    window.ask("settle")
    screen.ok(f"(export DISPLAY={X_DISPLAY}; {_DRAWS.format(seconds=30)}) >/dev/null 2>&1 &", "netvm")
    window.ask("wait", after=window.ask("state")["changes"])
    before = _used(screen, processes)
    rate = window.ask("rate", seconds=10)
    after = _used(screen, processes)
    ticks = sum(after[at] - before[at] for at in (6, 7))
    figures(
        f"screen: all of it moves: {rate['turns']:.1f} copies a second, the child {ticks / 10:.0f} % of a processor"
    )
    assert 0 < rate["turns"] <= 31


def test_the_applet_itself_shows_it_by_a_command_and_again_after_it_was_killed(screen: Machine) -> None:
    desktop = AppletDesktop(screen)
    desktop.start()
    refused = desktop.run("qnet applet")
    assert (refused.status, "Start it: qnet-tray" in refused.output) == (1, True)
    desktop.start_applet()
    desktop.show()
    before = desktop.picture()
    before.keep("applet-before")
    desktop.click(*middle_of(place_of(screen, ICON)))

    def menu() -> bool:
        changed = desktop.picture().changed(before)
        return changed is not None and changed.area > 100 * 100

    screen.wait("a menu", menu)
    desktop.picture().keep("applet-menu")
    desktop.ok("/usr/lib/qnet-test/screen_desktop.py escape Screen")
    screen.wait("the menu's end", lambda: desktop.picture().changed(before) is None)
    screen.ok("pkill -KILL -x qnet-tray")
    screen.wait("nobody copies for it any more", lambda: len(processes_of(screen)) == 2)
    desktop.start_applet()
    assert not desktop.window_is_there(), "nobody has asked this one"
    desktop.show()
    assert desktop.picture().changed(before) is None
    screen.ok("pkill -TERM -x qnet-tray")
    screen.wait("the end of its window", lambda: len(processes_of(screen)) == 2)
