"""The story on a real Xen: dom0 without a network, a netvm that owns the card, a domain behind it, dom0 upgraded."""

from __future__ import annotations

from boot import CARD, Machine
from conftest import ADDRESS


def test_helper_finds_xen(dom0: Machine) -> None:
    assert "netvm" in dom0.until("qnet status", seconds=60)
    assert dom0.run("ls /sys/class/net").ok().split() == ["eth0", "lo"]  # the card is dom0's yet


def test_netvm_has_the_card(netvm: Machine) -> None:
    assert netvm.run("ls /sys/class/net").ok() == "lo"
    assert "10.0.2." in netvm.run("ip -4 -o address show dev eth0", "netvm").ok()
    assert CARD in netvm.run("xl pci-list netvm").ok()


def test_domain_is_told_its_network(work: Machine) -> None:
    assert f"{ADDRESS}/32" in work.run("ip -4 -o address show dev eth0", "work").ok()
    assert "10.139.1.1" in work.run("cat /etc/resolv.conf", "work").ok()


def test_page_by_name(work: Machine) -> None:
    assert work.until("curl -sS -m 20 http://www.test/", "work") == "a page of the outside"


def test_dom0_is_connected_and_disconnected(work: Machine) -> None:
    assert work.run("qvm-dom0-network-via-netvm up", seconds=180).ok()
    states = {row.split()[0]: row.split()[4] for row in work.run("xl list").ok().splitlines()[1:]}
    assert "p" in states["work"]
    assert "p" not in states["netvm"]
    assert work.run("curl -sS -m 20 http://www.test/", seconds=40).ok() == "a page of the outside"
    assert work.run("qvm-dom0-network-via-netvm down", seconds=180).ok()
    assert work.run("ls /sys/class/net").ok() == "lo"
    assert "p" not in work.run("xl list work").ok().splitlines()[1].split()[4]
    assert work.until("curl -sS -m 20 http://www.test/", "work") == "a page of the outside"
