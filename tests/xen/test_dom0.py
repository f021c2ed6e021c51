"""dom0 connected for an upgrade on a real Xen, and the certain way back, whatever is killed in the middle."""

from __future__ import annotations

import pytest
from boot import Machine
from stack import DOMAINS, disconnect_dom0
from test_story import CURL, PAGE

UP = "qvm-dom0-network-via-netvm up"
#: Marks of how far connecting has come, for a shell.
JOURNAL = "test -s /var/lib/qnet/dom0-link.json"
CARD = "test -e /sys/class/net/eth0"
CONNECTED = "grep -q 'opened the way' /run/up.log"
#: CI interrupts each once; `make e2e-xen` at each of them.
_BEGUN, _ATTACHED, _CONNECTED = (
    pytest.param(reached, id=name, marks=pytest.mark.thorough)
    for name, reached in {"begun": JOURNAL, "attached": CARD, "connected": CONNECTED}.items()
)


def _closed(machine: Machine, links: tuple[str, ...] = ("lo",), paused: frozenset[str] = frozenset()) -> None:
    """Wait until dom0 is as it was; `qnet` has the bus start a helper that is not there."""
    machine.until("qnet dom0 status | grep -F 'not connected'", seconds=90)
    assert sorted(machine.ok("ls /sys/class/net").split()) == sorted(links)
    assert machine.paused() == paused
    assert machine.ok("ip -4 route") == ""
    assert machine.ok("cat /etc/resolv.conf") == "nameserver 127.9.9.9"
    assert machine.run(JOURNAL).status != 0


@pytest.fixture
def dom0(machine: Machine) -> Machine:
    """The machine, with a resolv.conf in dom0 that must be there again afterwards."""
    machine.write("/etc/resolv.conf", "nameserver 127.9.9.9\n")
    return machine


def test_up_and_down(dom0: Machine) -> None:
    dom0.ok("xl pause personal")
    assert "is connected" in dom0.ok(UP, seconds=120)
    assert dom0.paused() == set(DOMAINS)
    assert dom0.ok(CURL) == PAGE
    assert dom0.run(CURL.replace("www.test", "www.test:8081")).status != 0
    assert dom0.run("ping -c 1 -W 2 10.137.0.20").status != 0
    frontend = f"/local/domain/0/device/vif/{dom0.ok('xenstore-list /local/domain/0/device/vif')}"
    assert dom0.ok(f"xenstore-read {frontend}/trusted") == "0"  # netfront does not share its pages
    disconnect_dom0(dom0)
    _closed(dom0, paused=frozenset({"personal"}))
    assert dom0.until(CURL, "work") == PAGE
    assert dom0.ok(CURL.replace("www.test", "www.test:8081"), "work") == PAGE


@pytest.mark.parametrize("reached", [_BEGUN, _ATTACHED, pytest.param(CONNECTED, id="connected")])
def test_the_helper_killed_in_the_middle(dom0: Machine, reached: str) -> None:
    dom0.ok(f"({UP} >/run/up.log 2>&1 &); until {reached}; do sleep 0.1; done; pkill -9 -x qnet-helper", seconds=120)
    _closed(dom0)
    assert dom0.until(CURL, "work") == PAGE


@pytest.mark.parametrize("reached", [_BEGUN, pytest.param(CARD, id="attached"), _CONNECTED])
def test_the_netvm_destroyed_in_the_middle(dom0: Machine, reached: str) -> None:
    dom0.ok(f"({UP} >/run/up.log 2>&1 &); until {reached}; do sleep 0.1; done; xl destroy netvm", seconds=120)
    _closed(dom0)


def test_dom0_rebooted_in_the_middle(dom0: Machine) -> None:
    dom0.ok(UP, seconds=120)
    dom0.ok(f"sync; {JOURNAL}")
    dom0.reboot()
    dom0.write("/etc/resolv.conf", "nameserver 127.9.9.9\n")  # in memory here; on a disk it would be as it was left
    _closed(dom0, links=("lo", "eth0", "eth1"))  # the cards are dom0's again, until somebody gives them away
