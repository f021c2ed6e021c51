"""The netvm's screen on a real Xen as it is installed: qnet-screen.service in its sandbox, started by who looks."""

from __future__ import annotations

import pytest
from boot import Machine
from screen_driver import RIGHT_BUTTON, Window, middle_of
from stack import ICON, X_DISPLAY, bring_up_installed_screen

from qnet_gui.model.netvm_screen.screen import Rectangle

# its machine takes some minutes to boot, and everything in it but both at once is tried elsewhere
pytestmark = pytest.mark.thorough

#: In the netvm: inside of the unit's own /tmp, where the X server's socket is.
_INSIDE = f"export DISPLAY={X_DISPLAY}; nsenter --mount --target $(pgrep -o Xorg)"
_UNIT = "qnet-screen"
#: What a unit's sandbox is, as the kernel has it of the X server: its user, its capabilities, its system calls' filter.
_CONFINED = "awk '/^(Uid|CapEff|NoNewPrivs|Seccomp):/ { print $2 }' /proc/$(pgrep -o Xorg)/status"


def _tree(machine: Machine) -> list[str]:
    return machine.until(f"{_INSIDE} xwininfo -root -tree | grep -e {ICON!r}", "netvm", seconds=300).splitlines()


def _icon(machine: Machine) -> Rectangle:
    size, place = _tree(machine)[0].split()[-2:]
    width, height = map(int, size.partition("+")[0].split("x"))
    left, top = map(int, place.split("+")[1:])
    return Rectangle(left, top, left + width, top + height)


def test_who_looks_has_nm_applet_started_in_its_sandbox_and_uses_it(installed_screen: Machine) -> None:
    machine = installed_screen
    bring_up_installed_screen(machine)
    assert machine.run(f"systemctl is-active {_UNIT}", "netvm").output.strip() == "inactive", "nobody has looked yet"
    window = Window(machine)
    machine.wait("a window", lambda: "error" not in window.try_to("open"))
    icon = _icon(machine)
    machine.note("nm-applet is there")
    uid = machine.ok("id -u qnet-screen", "netvm")
    assert machine.ok(_CONFINED, "netvm").split() == [uid, "0000000000000000", "1", "2"]
    before = window.picture()
    before.keep("installed-nm-applet")
    assert len(before.colours(icon)) > 3, "something is drawn there"
    window.click(*middle_of(icon), RIGHT_BUTTON)

    def large() -> bool:
        changed = window.picture().changed(before)
        return changed is not None and changed.area > 100 * 100

    machine.wait("a menu", large)
    window.picture().keep("installed-nm-applet-menu")
    assert machine.ok(f"systemctl is-active {_UNIT}", "netvm") == "active"
    # who dies comes back
    machine.ok("pkill -KILL Xorg", "netvm")
    _icon(machine)
    window.ask("close")
    # what X and GTK complain of is theirs
    assert machine.ok("journalctl -b -q -p warning -u qnet-agent --no-pager -o cat", "netvm") == ""
    assert "denied" not in machine.ok(f"journalctl -b -q -u {_UNIT} --no-pager -o cat", "netvm").lower()
