"""The netvm's screen on a real Xen as it is installed: qnet-screen.service in its sandbox, started by who looks."""

from __future__ import annotations

import pytest
from boot import Machine
from screen_driver import RIGHT_BUTTON, Window, beside_x, place_of
from stack import ICON, bring_up_installed_screen

# its machine takes some minutes to boot, and everything in it but both at once is tried elsewhere
pytestmark = pytest.mark.thorough

_UNIT = "qnet-screen"
#: What a unit's sandbox is, as the kernel has it of the X server: its user, its capabilities, its system calls' filter.
_CONFINED = "awk '/^(Uid|CapEff|NoNewPrivs|Seccomp):/ { print $2 }' /proc/$(pgrep -o Xorg)/status"


def _shown(machine: Machine) -> None:
    """Wait until nm-applet's icon is there."""
    machine.until(beside_x(f"xwininfo -root -tree | grep -F {ICON!r}"), "netvm", seconds=300)


def test_who_looks_has_nm_applet_started_in_its_sandbox_and_uses_it(installed_screen: Machine) -> None:
    machine = installed_screen
    bring_up_installed_screen(machine)
    assert machine.run(f"systemctl is-active {_UNIT}", "netvm").output.strip() == "inactive", "nobody has looked yet"
    window = Window(machine)
    machine.wait("a window", lambda: "error" not in window.try_to("open"))
    _shown(machine)
    machine.note("nm-applet is there")
    uid = machine.ok("id -u qnet-screen", "netvm")
    assert machine.ok(_CONFINED, "netvm").split() == [uid, "0000000000000000", "1", "2"]
    before = window.picture()
    before.keep("installed-nm-applet")
    assert len(before.colours(place_of(machine, ICON))) > 3, "something is drawn there"
    window.open_menu(RIGHT_BUTTON).keep("installed-nm-applet-menu")
    assert machine.ok(f"systemctl is-active {_UNIT}", "netvm") == "active"
    # who dies comes back
    machine.ok("pkill -KILL Xorg", "netvm")
    _shown(machine)
    window.ask("close")
    # what X and GTK complain of is theirs
    assert machine.ok("journalctl -b -q -p warning -u qnet-agent --no-pager -o cat", "netvm") == ""
    assert "denied" not in machine.ok(f"journalctl -b -q -u {_UNIT} --no-pager -o cat", "netvm").lower()
