"""The seed's story on a real Xen: a netvm that owns the cards, domains behind it by routes, another uplink."""

from __future__ import annotations

from boot import Machine
from qemu import CARDS
from stack import DOMAINS, tray_says

PAGE = "a page of the outside"
CURL = "curl -sS -m 20 http://www.test/"


def test_dom0_has_no_network_and_the_netvm_has_the_cards(machine: Machine) -> None:
    assert machine.ok("ls /sys/class/net") == "lo"
    listed = machine.ok("xl pci-list netvm")
    assert all(card in listed for card in CARDS)
    addresses = machine.ok("ip -4 -br address", "netvm")
    assert "10.0.2.15/24" in addresses
    assert "10.0.3.15/24" in addresses
    isolation = machine.status()["isolation"]
    assert (isolation["iommu"], isolation["nics"]) == ("on", [])
    machine.until("qnet doctor")  # the agent has three seconds to answer it, emulated ones
    shown = tray_says(machine, "Isolation:")
    assert "The IOMMU is on: netvm's card reaches netvm's memory only." in shown
    assert "dom0 has no network card of its own." in shown


def test_addresses_come_by_xenstore_and_both_routing_tables_are_the_seeds(machine: Machine) -> None:
    for name, address in DOMAINS.items():
        assert machine.ok("ip -4 -br address show dev eth0", name).split()[2] == f"{address}/32"
        assert machine.ok("cat /etc/resolv.conf", name).split()[-4:] == [
            "nameserver", "10.139.1.1", "nameserver", "10.139.1.2",
        ]  # fmt: skip
        assert machine.ok("ip route", name).startswith("default dev eth0")
        assert len(machine.ok("ip route", name).splitlines()) == 1
        assert machine.run("pgrep -l dhc", name).output == ""
    rows = [line.split() for line in machine.ok("qnet routes").splitlines()[1:]]
    vifs = {row[0]: row[-1] for row in rows if row[3] == "UH"}
    assert vifs == {address: f"vif{machine.domid(name)}.0" for name, address in DOMAINS.items()}
    assert next(row[1] for row in rows if row[0] == "0.0.0.0") == "10.0.2.2"


def test_a_page_by_name_through_the_redirection(machine: Machine) -> None:
    redirects = {redirect["virtual"]: redirect["real"] for redirect in machine.status()["dns"]["redirects"]}
    assert redirects == {"10.139.1.1": "10.0.2.3", "10.139.1.2": "10.0.3.3"}
    for name in DOMAINS:
        assert machine.ok(CURL, name) == PAGE


def test_roaming_to_the_second_card(machine: Machine) -> None:
    before = machine.ok("ip address; ip route; cat /etc/resolv.conf", "work")
    machine.monitor.cable("net2", plugged=False)
    machine.until("qnet dns | grep -v 10.0.2.3 | grep 10.139.1.2 | grep 10.0.3.3")
    assert machine.until(CURL, "work") == PAGE
    machine.monitor.cable("net3", plugged=False)
    machine.until("qnet status | head -n 1 | grep -F 'netvm has no uplink'")
    assert machine.run(CURL, "work").status != 0
    machine.monitor.cable("net2", plugged=True)
    machine.until("qnet dns | grep 10.139.1.2 | grep 10.0.2.3")
    assert machine.until(CURL, "work") == PAGE
    assert machine.ok("ip address; ip route; cat /etc/resolv.conf", "work") == before
