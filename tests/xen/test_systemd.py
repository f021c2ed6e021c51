"""Installed packages on a real Xen, with systemd and udev in dom0, the netvm and a domain: what a user has."""

from __future__ import annotations

from boot import Machine
from stack import DOMAINS, disconnect_dom0
from test_story import CURL, PAGE

#: Units of ours that have failed, or that systemd had to start again.
TROUBLE = "systemctl list-units --failed --plain --no-legend 'qnet-*'; systemctl show -P NRestarts"


def test_the_packages_work_where_systemd_and_udev_are(installed: Machine) -> None:
    machine = installed
    assert machine.ok("systemctl is-active qnet-helper qnet-netvm").split() == ["active", "active"]
    assert machine.ok("systemctl is-active qnet-agent qnet-devd", "netvm").split() == ["active", "active"]
    for domain, unit in (("dom0", "qnet-helper"), ("netvm", "qnet-agent"), ("work", "qnet-guest")):
        assert machine.ok(f"{TROUBLE} {unit}", domain) == "0"
    assert machine.ok("ls /sys/class/net") == "lo"
    # a netvm of its own disk, which was made for it
    assert machine.ok("findmnt -no SOURCE /", "netvm") == "/dev/xvda"
    # udev has named the domain's card
    assert "eth0" not in machine.ok("ls /sys/class/net", "work")
    assert machine.ok(f"ip -4 -br address | grep {DOMAINS['work']}/32", "work").startswith("enX")
    assert machine.ok("cat /etc/resolv.conf", "work").split()[-2:] == ["nameserver", "10.139.1.2"]
    assert machine.until(CURL, "work") == PAGE


def test_no_card_is_up_before_the_rules_are_laid(installed: Machine) -> None:
    """By systemd's clock: NetworkManager starts after the agent has told that they are."""
    active = "systemctl show -P ActiveEnterTimestampMonotonic"
    begun = "systemctl show -P InactiveExitTimestampMonotonic"
    ready, network = (int(installed.ok(command, "netvm")) for command in
                      (f"{active} qnet-agent", f"{begun} NetworkManager"))  # fmt: skip
    assert 0 < ready <= network


def test_dom0_is_connected_by_a_card_that_udev_names_and_disconnected(installed: Machine) -> None:
    machine = installed
    machine.ok("qnet dom0 up --minutes 30 </dev/null", seconds=200)
    assert machine.ok("ls /sys/class/net").split() != ["lo"]
    assert machine.until(CURL) == PAGE
    assert machine.paused() == {"work"}
    disconnect_dom0(machine)
    assert machine.paused() == set()
    assert machine.until(CURL, "work") == PAGE


def test_stopping_the_helper_disconnects_dom0_first(installed: Machine) -> None:
    machine = installed
    machine.ok("qnet dom0 up --minutes 30 </dev/null", seconds=200)
    machine.ok("systemctl stop qnet-helper", seconds=200)
    machine.wait("work's return", lambda: not machine.paused())
    machine.until('[ "$(ls /sys/class/net)" = lo ]')


def test_dom0_sleeps_while_it_is_connected_and_is_disconnected_before(installed: Machine) -> None:
    machine = installed
    machine.ok("qnet dom0 up --minutes 30 </dev/null", seconds=200)
    machine.ok("systemd-run --on-active=3 systemctl suspend")
    machine.wait_until_asleep(seconds=200)
    machine.wake_up()
    assert machine.until("qnet dom0 status").startswith("dom0 is not connected")
    assert machine.ok("ls /sys/class/net") == "lo"
    assert machine.paused() == set()
    # its card has lost its power, which the netvm's driver notices by and by
    assert machine.until(CURL, "work", seconds=240) == PAGE


def test_dom0_restarts_while_it_is_connected_and_comes_up_closed(installed: Machine) -> None:
    machine = installed
    machine.ok("qnet dom0 up --minutes 30 </dev/null", seconds=200)
    machine.ok("systemd-run --on-active=3 systemctl reboot")
    machine.wait_until_reboot(seconds=200)
    assert machine.until("qnet dom0 status", seconds=200).startswith("dom0 is not connected")
    # its cards are its own again, since of /etc nothing is kept here, and so nothing of the netvm
    assert "enX" not in machine.ok("ls /sys/class/net")


def test_dom0_powers_off_while_it_is_connected(installed: Machine) -> None:
    """xendomains waits for five minutes for a paused domain, and for one that is saved after its netvm was."""
    machine = installed
    machine.ok("qnet dom0 up --minutes 30 </dev/null", seconds=200)
    machine.ok("systemd-run --on-active=3 systemctl poweroff")  # so that the answer is out before
    machine.wait_until_off(seconds=280)
