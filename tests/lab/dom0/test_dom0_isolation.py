"""What isolates dom0, in a whole machine: what connects it is seen by itself, told, and forgotten when it is gone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waiting import DEADLINE

from ..conftest import Lab

_PYTHON = sys.executable
_TUN = "isotun0"
_SUBSCRIBE = """
import sys
import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
from qnet_gui.runtime.dbus_values import plain

def changed(_interface, values, _invalidated):
    snapshot = plain(values)["Snapshot"]
    facts = [fact["sentence"] for fact in snapshot["isolation"]["reachable"]]
    print([problem["code"] for problem in snapshot["problems"]], facts, flush=True)

bus = dbus.SystemBus(mainloop=DBusGMainLoop())
bus.add_signal_receiver(changed, "PropertiesChanged", "org.freedesktop.DBus.Properties", "org.qnet.Helper1")
bus.get_name_owner("org.qnet.Helper1")
print("listening", flush=True)
GLib.MainLoop().run()
"""
_LISTEN = """
import socket
with socket.socket() as tcp, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp, socket.socket() as local:
    tcp.bind(("0.0.0.0", 2222))
    udp.bind(("::", 5353))
    local.bind(("127.0.0.1", 2223))
    tcp.listen()
    local.listen()
    print("listening", flush=True)
    input()
"""


def _snapshot(lab: Lab) -> dict[str, Any]:
    snapshot: dict[str, Any] = json.loads(_qnet(lab, "status", "--json"))
    return snapshot


def _qnet(lab: Lab, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [_PYTHON, "-m", "qnet_gui.cli", "--lab", lab.name, *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (status, "")
    return done.stdout


def _codes(lab: Lab) -> list[str]:
    return [problem["code"] for problem in _snapshot(lab)["problems"]]


def _reachable(lab: Lab) -> list[str]:
    return [fact["sentence"] for fact in _snapshot(lab)["isolation"]["reachable"]]


@contextmanager
def _running(lab: Lab, code: str, domain: str = "dom0") -> Iterator[subprocess.Popen[str]]:
    """A program in Python that says that it is ready; ended at the end."""
    pipe = subprocess.PIPE
    with lab.popen(domain, _PYTHON, "-c", code, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "listening\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def tun(lab: Lab) -> Iterator[Callable[..., None]]:
    """`ip` in dom0, which has a link that nobody knows of; it goes at the end."""

    def ip(*arguments: str) -> None:
        lab.exec("dom0", "ip", *arguments)

    ip("tuntap", "add", "dev", _TUN, "mode", "tun")
    yield ip
    lab.exec("dom0", "ip", "link", "delete", _TUN, check=False)


def test_a_lab_is_isolated(lab: Lab) -> None:
    isolation = _snapshot(lab)["isolation"]
    assert isolation == {"reachable": [], "nics": [], "iommu": "on", "without_netvm": ["vault"], "more_nics": 0}
    assert _codes(lab) == []
    assert _qnet(lab, "doctor") == "Nothing is wrong.\n"


def test_an_address_and_a_route_are_told_by_themselves(lab: Lab, tun: Callable[..., None]) -> None:
    """A subscriber who asks nothing is told when they come and when they go."""
    with _running(lab, _SUBSCRIBE) as subscriber:
        assert subscriber.stdout is not None
        tun("address", "add", "10.9.9.1/24", "dev", _TUN)
        address = "has the address 10.9.9.1/24 on isotun0"
        assert subscriber.stdout.readline() == f"{['dom0-reachable']} {[address]}\n"
        tun("link", "set", _TUN, "up")
        tun("route", "add", "default", "dev", _TUN)
        reasons = [address, "has a default route through isotun0"]
        assert subscriber.stdout.readline() == f"{['dom0-reachable']} {reasons}\n"
        tun("link", "delete", _TUN)
        while (line := subscriber.stdout.readline()) != "[] []\n":  # the route may go first
            assert "dom0-reachable" in line


def test_ipv6_counts_too_but_not_what_every_link_has(lab: Lab, tun: Callable[..., None]) -> None:
    tun("link", "set", _TUN, "up")
    tun("address", "add", "fe80::9/64", "dev", _TUN)
    assert _reachable(lab) == []
    tun("-6", "route", "add", "fd09::/64", "dev", _TUN)
    lab.wait("the route", lambda: _reachable(lab) == ["has a route to fd09::/64 through isotun0"])
    tun("link", "delete", _TUN)
    lab.wait("nothing", lambda: not _codes(lab))


def test_a_route_that_goes_with_its_next_hop_is_told_no_more(lab: Lab) -> None:
    """The kernel tells of the next hop alone, and whoever looked on was shown a dom0 that is reachable."""
    route = "has a route to 203.0.113.0/24 through isoveth"
    lab.exec("dom0", "sh", "-ec", "ip link add isoveth type veth peer isopeer; ip link set isopeer up")
    # an address of its own that comes later would be an event, too
    lab.exec("dom0", "sh", "-ec", "for name in isoveth isopeer; do sysctl -qw net.ipv6.conf.$name.disable_ipv6=1; done")
    lab.exec("dom0", "sh", "-ec", "ip link set isoveth up; ip nexthop add id 7 dev isoveth")
    with _running(lab, _SUBSCRIBE) as subscriber:
        assert subscriber.stdout is not None
        lab.exec("dom0", "ip", "route", "add", "203.0.113.0/24", "nhid", "7")
        assert subscriber.stdout.readline() == f"{['dom0-reachable']} {[route]}\n"
        lab.exec("dom0", "ip", "nexthop", "del", "id", "7")
        assert subscriber.stdout.readline() == "[] []\n"
    lab.exec("dom0", "ip", "link", "del", "isoveth")


def test_a_card_that_nobody_gave_away(lab: Lab) -> None:
    """By its PCI device, which is a file here and tells no event: it is seen when somebody asks."""
    device = "/sys/bus/pci/devices/0000:03:00.0"
    lab.exec("dom0", "sh", "-c", f"mkdir {device}; echo 0x020000 > {device}/class")
    try:
        assert _codes(lab) == ["dom0-nic"]
        assert _qnet(lab, "doctor", status=1).startswith("* dom0 has a network card of its own: 0000:03:00.0.\n  Give")
        lab.exec("dom0", "ln", "-s", "/sys/bus/pci/drivers/pciback", f"{device}/driver")
        assert _codes(lab) == []
    finally:
        lab.exec("dom0", "rm", "-r", device)


def test_a_device_that_changes_its_driver_is_told_by_itself(lab: Lab) -> None:
    """The event is a real one, of a device that this machine has; which device it was does not matter."""
    real = next(iter(sorted(Path("/sys/bus/pci/devices").glob("*/uevent"))), None)
    if real is None:
        pytest.skip("no PCI bus here")
    device = "/sys/bus/pci/devices/0000:03:00.0"
    with _running(lab, _SUBSCRIBE) as subscriber:
        assert subscriber.stdout is not None
        lab.exec("dom0", "sh", "-c", f"mkdir {device}; echo 0x020000 > {device}/class")
        try:
            real.write_text("change")
            assert subscriber.stdout.readline() == f"{['dom0-nic']} []\n"
            lab.exec("dom0", "ln", "-s", "/sys/bus/pci/drivers/pciback", f"{device}/driver")
            real.write_text("change")
            assert subscriber.stdout.readline() == "[] []\n"
        finally:
            lab.exec("dom0", "rm", "-r", device)


def test_its_own_link_is_never_counted(lab: Lab) -> None:
    """Not in any snapshot on the way there, meanwhile, and on the way back."""
    with _running(lab, _SUBSCRIBE) as subscriber:
        assert subscriber.stdout is not None
        _qnet(lab, "dom0", "up", "--json")
        assert _snapshot(lab)["dom0"]["state"] == "open"
        assert _reachable(lab) == []
        assert "no open port, apart from its link for the upgrade\n" in _qnet(lab, "status")
        _qnet(lab, "dom0", "down", "--json")
        assert _codes(lab) == []
        subscriber.kill()
        snapshots = subscriber.stdout.read().splitlines()
    assert len(snapshots) >= 4
    assert not [line for line in snapshots if "has " in line or "dom0-" in line]


def test_open_ports_are_listed_and_are_no_problem(lab: Lab) -> None:
    with _running(lab, _LISTEN):
        snapshot = _snapshot(lab)
        assert [fact["sentence"] for fact in snapshot["isolation"]["reachable"]] == [
            "listens on tcp 2222",
            "listens on udp 5353",
        ]
        assert [(fact["code"], fact["arguments"]) for fact in snapshot["isolation"]["reachable"]] == [
            ("listens-on", {"kind": "tcp", "number": 2222}),
            ("listens-on", {"kind": "udp", "number": 5353}),
        ]
        assert snapshot["problems"] == []
        assert "dom0                      listens on tcp 2222\n" in _qnet(lab, "status")
    assert _reachable(lab) == []


def test_a_flood_of_events_ends_in_the_truth(lab: Lab, tun: Callable[..., None]) -> None:
    """Far more than the kernel keeps for us; the helper answers meanwhile, and knows the end of it."""
    lines = "".join(f"address add 10.9.9.{n}/32 dev {_TUN}\naddress del 10.9.9.{n}/32 dev {_TUN}\n" for n in range(250))
    for _ in range(10):
        lab.exec("dom0", "ip", "-batch", "-", input=lines)
    assert _codes(lab) in ([], ["dom0-reachable"])
    lab.exec("dom0", "ip", "-batch", "-", input=f"{lines}address add 10.9.9.9/32 dev {_TUN}\n")
    lab.wait("the last one", lambda: _reachable(lab) == ["has the address 10.9.9.9/32 on isotun0"])
    tun("link", "delete", _TUN)
    lab.wait("nothing", lambda: not _codes(lab))


@pytest.mark.parametrize(("iommu", "problems"), [("off", ["no-iommu"]), ("unknown", [])])
def test_an_iommu_that_is_off(new_lab: Callable[[], Lab], iommu: str, problems: list[str]) -> None:
    lab = new_lab()
    lab.up("--domains", "work", "--iommu", iommu)
    lab.wait("the agent", lambda: _codes(lab) == problems)
    assert f"IOMMU                     {iommu}\n" in _qnet(lab, "status")
    if problems:
        assert "VT-d (Intel) or AMD-Vi (AMD)" in _qnet(lab, "doctor", status=1)
