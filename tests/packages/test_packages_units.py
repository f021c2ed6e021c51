"""The units under a real systemd: what is started, stopped and restarted when, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fakes.hypervisor import FakeHypervisor
from fakes.xen import FakeXen
from machine import Machine
from test_packages_lives import dpkg, install
from waiting import DEADLINE

from qnet_gui.store import keys
from qnet_gui.store.client import Store

#: In the helper's place: owns its name, and says when it is ended in an orderly way.
HELPER = """
import signal, sys
import dbus, dbus.mainloop.glib
from gi.repository import GLib
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
loop = GLib.MainLoop()
def end():
    open("/var/lib/qnet/order", "a").write("helper\\n")
    loop.quit()
GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGTERM, end)
dbus.SystemBus().request_name("org.qnet.Helper1")
loop.run()
"""
NOTES = "/var/lib/qnet/order"
DOM0 = f"""
mkdir -p /etc/systemd/system/qnet-helper.service.d /etc/systemd/system/qnet-disconnect.service.d
cat >/etc/systemd/system/qnet-helper.service.d/test.conf <<'END'
[Service]
ExecStart=
ExecStart=/usr/bin/python3 /mnt/helper.py
END
cat >/etc/systemd/system/qnet-disconnect.service.d/test.conf <<'END'
[Service]
ExecStop=
ExecStop=/bin/sh -c 'echo disconnect >>{NOTES}'
ReadWritePaths=/var/lib/qnet
END
rm -f /etc/systemd/system/xendomains.service
cat >/etc/systemd/system/xendomains.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/sh -c 'echo xendomains >>{NOTES}'
END
systemctl daemon-reload
systemctl start xendomains qnet-helper
"""


@pytest.fixture
def dom0(machine: Machine) -> Machine:
    """A dom0 with a stand-in for its helper, and for what waits for domains when it is turned off."""
    install(machine, ("common", "dom0"))
    (machine.share / "helper.py").write_text(HELPER)
    machine.ok(DOM0)
    machine.until(lambda: states(machine) == "active active", "what disconnects has been started by the helper")
    return machine


def states(dom0: Machine) -> str:
    return " ".join(dom0.run("systemctl is-active qnet-helper qnet-disconnect").output.split())


def order(dom0: Machine) -> list[str]:
    """What was stopped, in its order."""
    notes = dom0.file(NOTES)
    return notes.read_text().split() if notes.exists() else []


def test_a_stop_of_the_helper_disconnects_dom0_first(dom0: Machine) -> None:
    dom0.ok("systemctl stop qnet-helper")
    assert order(dom0) == ["disconnect", "helper"]
    assert states(dom0) == "inactive inactive"
    dom0.ok("systemctl start qnet-helper")
    dom0.until(lambda: states(dom0) == "active active", "both are there again")


def test_a_restart_and_an_upgrade_leave_it_connected(dom0: Machine) -> None:
    dom0.ok("systemctl restart qnet-helper")
    assert order(dom0) == ["helper"]
    install(dom0, ("common", "dom0"))
    dom0.until(lambda: states(dom0) == "active active", "the new helper runs")
    assert order(dom0) == ["helper", "helper"]


def test_a_helper_that_is_killed_comes_back_with_what_disconnects(dom0: Machine) -> None:
    """Who is killed leaves it to the next helper to disconnect dom0, and there is no harm in asking for it too."""
    first = dom0.ok("systemctl show -P MainPID qnet-helper")
    dom0.ok("systemctl kill -s KILL qnet-helper")
    dom0.until(
        lambda: (
            dom0.run("systemctl show -P MainPID qnet-helper").output not in (first, "0\n")
            and states(dom0) == "active active"
        ),
        "it runs again",
    )
    assert "helper" not in order(dom0)


@pytest.mark.parametrize("command", ["systemctl poweroff", "systemctl reboot"])
def test_at_a_shutdown_dom0_is_disconnected_before_all_others_stop(dom0: Machine, command: str) -> None:
    dom0.poweroff(command)
    assert order(dom0)[0] == "disconnect"
    assert sorted(order(dom0)) == ["disconnect", "helper", "xendomains"]


def test_before_it_sleeps_dom0_is_disconnected(dom0: Machine) -> None:
    dom0.ok("printf '#!/bin/sh\\necho \"$@\"\\n' >/usr/bin/qnet")
    assert dom0.ok("/usr/lib/systemd/system-sleep/qnet pre suspend") == "dom0 down --if-connected\n"
    assert dom0.ok("/usr/lib/systemd/system-sleep/qnet post suspend") == ""


def test_a_dom0_that_cannot_be_disconnected_keeps_its_helper(dom0: Machine) -> None:
    dom0.ok("cat /proc/sys/kernel/random/boot_id >/var/lib/qnet/dom0-link.json")
    done = dom0.run("dpkg --remove qnet-dom0")
    assert done.status
    assert states(dom0) == "active active"
    assert dom0.ok("dpkg-query -W -f '${db:Status-Status}' qnet-dom0") == "installed"
    dom0.ok("rm /var/lib/qnet/dom0-link.json")
    dpkg(dom0, "remove", ("dom0",))
    assert order(dom0) == ["disconnect", "helper"]


# -- with a xenstore


class Xen:
    """A xenstore outside of the machine, in which it is a domain; `/run/xenstored/socket` is its way to it."""

    def __init__(self, machine: Machine) -> None:
        self._fake = FakeXen(machine.share)
        self.hypervisor = FakeHypervisor(self._fake)
        self.hypervisor.obliging = False
        self.hypervisor.create(1, "netvm")
        self.hypervisor.create(7, "work")
        self.store = Store(self._fake.hardware.socket, deadline=DEADLINE)

    def be(self, machine: Machine, domid: int) -> None:
        """From the next boot on."""
        text = f"d /run/xenstored\nL /run/xenstored/socket - - - - /mnt/xenbus-{domid}\nf /dev/xen/xenbus\n"
        path = machine.file("/etc/tmpfiles.d/xen.conf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"d /dev/xen\n{text}")

    def tell(self, address: str) -> None:
        values = {keys.GATEWAY: "10.137.0.1", keys.DNS1: "10.139.1.1", keys.DNS2: "10.139.1.2", keys.ADDRESS: address}
        for key, value in values.items():
            self.store.write(key.under(7), value)
            self.store.set_perms(key.under(7), ("n0", "r7"))

    def close(self) -> None:
        self.store.close()
        self._fake.close()


@pytest.fixture
def xen(off: Machine) -> Iterator[Xen]:
    made = Xen(off)
    yield made
    off.end()
    made.close()


@pytest.fixture
def netvm(off: Machine, xen: Xen) -> Machine:
    """Has booted with the agent enabled."""
    off.boot()
    install(off, ("common", "netvm"))
    off.ok("systemctl enable qnet-agent")
    off.poweroff()
    xen.be(off, 1)
    off.boot()
    return off


def _entered(machine: Machine, unit: str) -> int:
    """When a unit became active, in microseconds since the boot."""
    return int(machine.ok(f"systemctl show -P ActiveEnterTimestampMonotonic {unit}"))


def test_the_rules_are_laid_before_any_card_may_come_up(netvm: Machine) -> None:
    assert netvm.ok("systemctl is-active qnet-agent network-pre.target").split() == ["active", "active"]
    assert 0 < _entered(netvm, "qnet-agent.service") <= _entered(netvm, "network-pre.target")
    assert "qnet" in netvm.ok("nft list tables")


def test_an_agent_that_stands_still_is_restarted(netvm: Machine) -> None:
    netvm.ok(
        "mkdir -p /run/systemd/system/qnet-agent.service.d; cd /run/systemd/system/qnet-agent.service.d;"
        " printf '[Service]\\nWatchdogSec=3\\n' >test.conf; systemctl daemon-reload; systemctl restart qnet-agent"
    )
    first = netvm.ok("systemctl show -P MainPID qnet-agent")
    netvm.ok(f"sleep 5; test $(systemctl show -P MainPID qnet-agent) = {first.strip()}")  # two of its signs of life
    netvm.ok(f"kill -STOP {first}")
    netvm.until(
        lambda: (
            netvm.run("systemctl show -P NRestarts qnet-agent").output.strip() == "1"
            and netvm.run("systemctl is-active qnet-agent").output == "active\n"
        ),
        "another agent runs",
    )


def test_in_a_dom0_that_is_not_the_netvm_the_agent_ends_and_stays_so(off: Machine, xen: Xen) -> None:
    """A sign that only a lab's dom0 has stands for Xen's, which is in /proc."""
    off.boot()
    install(off, ("common", "netvm"))
    off.ok("mkdir -p /run/xenstored /run/xen; ln -s /mnt/xenbus-1 /run/xenstored/socket; touch /run/xen/lab-hypervisor")
    assert off.run("systemctl start qnet-agent").status
    shown = off.ok("systemctl show -P ActiveState -P ExecMainStatus -P NRestarts qnet-agent")
    assert sorted(shown.split()) == ["0", "78", "failed"]
    assert "This is dom0, and netvm is the netvm, so nothing has been changed." in off.ok("journalctl -b -u qnet-agent")
    assert "qnet" not in off.ok("nft list tables")
    off.ok("mkdir -p /etc/qnet; printf '[dom0]\\nnetvm = \"dom0\"\\n' >/etc/qnet/qnet.toml; systemctl start qnet-agent")
    assert "qnet" in off.ok("nft list tables")


def test_a_removed_agent_leaves_no_rules(netvm: Machine) -> None:
    assert "qnet" in netvm.ok("nft list tables")
    dpkg(netvm, "purge", ("common", "netvm"))
    assert "qnet" not in netvm.ok("nft list tables; ip rule; ls /run /etc/systemd/system/multi-user.target.wants")


@pytest.fixture
def guest(off: Machine, xen: Xen) -> Machine:
    """Has booted with qnet-guest installed, and with udev; in place of Xen's driver, a name tells whose card it is."""
    xen.be(off, 7)
    off.boot()
    install(off, ("common", "guest"))
    rules = "/usr/lib/udev/rules.d/60-qnet-guest.rules"
    off.ok(f"""sed -i 's/DRIVERS=="vif"/KERNEL=="enX*|late*"/' {rules}; udevadm control --reload""")
    return off


def _card(guest: Machine, xen: Xen, name: str) -> None:
    mac = xen.store.read("/local/domain/7/device/vif/0/mac") or b""
    guest.ok(f"ip link add {name} address {mac.decode()} type veth peer name far")


def _until_address(guest: Machine, name: str, address: str) -> None:
    guest.until(lambda: address in guest.run(f"ip -4 -br address show dev {name}").output, f"{name} has {address}")


def test_a_card_that_is_plugged_in_is_set_up_whatever_it_is_called(guest: Machine, xen: Xen) -> None:
    guest.ok("systemctl enable --now qnet-guest")
    xen.hypervisor.attach(7, 1, "10.137.0.20")
    xen.tell("10.137.0.20")
    _card(guest, xen, "enX0")
    _until_address(guest, "enX0", "10.137.0.20/32")
    guest.ok("ip link set enX0 down; ip link set enX0 name late0")
    _until_address(guest, "late0", "10.137.0.20/32")
    route = b"0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 late0"
    guest.until(lambda: xen.store.read(keys.GUEST_ROUTE.under(7)) == route, "dom0 is told the new name")
    assert guest.run("systemctl list-units --failed --no-legend 'qnet-*'").output == ""


def test_events_at_a_time_are_all_heard_and_nobody_is_killed(guest: Machine, xen: Xen) -> None:
    guest.ok("systemctl enable --now qnet-guest")
    xen.hypervisor.attach(7, 1, "10.137.0.20")
    _card(guest, xen, "enX0")
    guest.until(
        lambda: "activating" in guest.run("systemctl is-active 'qnet-guest@*'").output, "one waits for dom0's word"
    )
    guest.ok("for i in 1 2 3; do udevadm trigger --action=move /sys/class/net/enX0; done; udevadm settle")
    xen.tell("10.137.0.20")
    _until_address(guest, "enX0", "10.137.0.20/32")
    guest.until(lambda: guest.run("systemctl list-units --no-legend 'qnet-guest@*'").output == "", "all have ended")
    assert "killed" not in guest.run("journalctl -b -u 'qnet-guest*'").output


def test_where_it_was_not_enabled_a_card_is_nobodys(guest: Machine, xen: Xen) -> None:
    xen.hypervisor.attach(7, 1, "10.137.0.20")
    xen.tell("10.137.0.20")
    _card(guest, xen, "enX0")
    guest.ok("udevadm settle")
    guest.until(lambda: "qnet-guest@" in guest.run("journalctl -b").output, "the event was heard")
    assert guest.ok("ip -4 -br address show dev enX0") == ""


@pytest.mark.parametrize("was", ["a file", "a link"])
def test_a_purge_puts_resolv_conf_back(guest: Machine, xen: Xen, was: str) -> None:
    before: Callable[[], str] = lambda: guest.ok("stat -c %F /etc/resolv.conf; cat /etc/resolv.conf")  # noqa: E731
    guest.ok("echo nameserver 192.0.2.7 >/root/names; echo nameserver 192.0.2.8 >/etc/resolv.conf")
    if was == "a link":
        guest.ok("ln -sf /root/names /etc/resolv.conf")
    first = before()
    xen.hypervisor.attach(7, 1, "10.137.0.20")
    xen.tell("10.137.0.20")
    _card(guest, xen, "enX0")
    guest.ok("systemctl start qnet-guest")
    assert "10.139.1.1" in before()
    dpkg(guest, "remove", ("common", "guest"))
    assert "10.139.1.1" in before()
    dpkg(guest, "purge", ("common", "guest"))
    assert before() == first
    guest.ok("test ! -e /var/lib/qnet-guest")
