"""Which way a packet takes, asked of a real kernel, however the routes are written."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from waiting import eventually

from qnet_gui.kernel import route_lookup
from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.kernel.route_lookup import Hop, LinkInfo, RouteLookup
from qnet_gui.model.uplink import UplinkKind
from qnet_gui.netvm.uplinks import way_out
from qnet_gui.netvm.uplinks.way_out import Ways

pytestmark = pytest.mark.root
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DOMAIN, SERVER = IPv4Address("10.137.0.7"), IPv4Address("192.168.1.53")


class Netvm:
    """The namespace of `vif7.0` as a netvm that serves it, with a card and a tunnel."""

    def __init__(self, space: Any) -> None:
        self.ip: Callable[..., Any] = space._ip
        self.inside = space.inside
        for link, peer in (("eth0", "cable"), ("eth1", "other")):
            self.ip("link", "add", link, "type", "veth", "peer", "name", peer)
            self.ip("link", "set", peer, "up")
        self.ip("tuntap", "add", "tun0", "mode", "tun")
        for link, address in (("vif7.0", ""), ("eth0", "192.168.1.2/24"), ("eth1", "192.168.2.2/24"),
                              ("tun0", "10.8.0.2/24"), ("lo", "10.137.0.1/32")):  # fmt: skip
            self.ip("link", "set", link, "up")
            if address:
                self.ip("address", "add", address, "dev", link)
        self.ip("route", "add", f"{DOMAIN}/32", "dev", "vif7.0")
        with self.inside():
            for setting in ("ip_forward", "conf/all/rp_filter"):
                with open(f"/proc/sys/net/ipv4/{setting}", "w") as file:
                    file.write("1" if setting == "ip_forward" else "0")
            self.lookup = RouteLookup()
            self.inner = set[str]()
            self.ways = Ways(lambda: ("vif7.0", DOMAIN), lambda: self.inner)
            self.own_ways = Ways(lambda: None)

    def out(self, ways: Ways | None = None) -> str:
        """The way out by name, empty for none."""
        with self.inside():
            way = (ways or self.ways).out()
        return way.name if way is not None else ""

    def close(self) -> None:
        for lookup in (self.lookup, self.ways._lookup, self.own_ways._lookup):
            lookup.close()


@pytest.fixture
def netvm(real_space: Any) -> Iterator[Netvm]:
    made = Netvm(real_space)
    yield made
    made.close()


def test_a_default_route_is_a_way_out_with_router_and_address(netvm: Netvm) -> None:
    assert netvm.out() == ""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    with netvm.inside():
        way = netvm.ways.out()
    assert way is not None
    assert (way.name, way.kind, way.mtu, way.running) == ("eth0", UplinkKind.CABLE, 1500, True)
    assert (way.gateway, way.address) == (IPv4Address("192.168.1.1"), IPv4Address("192.168.1.2"))


@pytest.mark.parametrize(("words", "mtu"), [(["mtu", "1400"], 1400), (["mtu", "lock", "1280"], 1280),
                                            (["mtu", "9000"], 1500), (["advmss", "1200"], 1500)])  # fmt: skip
def test_a_routes_own_mtu_is_the_ways(netvm: Netvm, words: list[str], mtu: int) -> None:
    """dhcpcd sets what DHCP says of the MTU on routes, and leaves the card as it is."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0", *words)
    for ways in (netvm.ways, netvm.own_ways):
        with netvm.inside():
            way = ways.out()
        assert way is not None and way.mtu == mtu


def test_halves_of_a_default_route_are_a_way_out(netvm: Netvm) -> None:
    """As OpenVPN's redirect-gateway def1 writes it, above a default route that stays."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        netvm.ip("route", "add", half, "dev", "tun0")
    assert netvm.out() == "tun0"
    with netvm.inside():
        way = netvm.ways.out()
        assert way is not None and way.kind is UplinkKind.VPN
        assert netvm.ways.by(SERVER) is UplinkKind.CABLE  # on the cable's own network: past the tunnel
        assert netvm.ways.by(IPv4Address("9.9.9.9")) is UplinkKind.VPN


def test_a_table_behind_a_rule_is_a_way_out(netvm: Netvm) -> None:
    """As wg-quick and NetworkManager's WireGuard write it; the main table says otherwise."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("route", "add", "default", "dev", "tun0", "table", "51820")
    netvm.ip("rule", "add", "not", "fwmark", "0xca6c", "table", "51820", "priority", "30001")
    netvm.ip("rule", "add", "table", "main", "suppress_prefixlength", "0", "priority", "30000")
    assert netvm.out() == "tun0"
    netvm.ip("rule", "del", "priority", "30001")
    assert netvm.out() == "eth0"


def test_it_is_the_domains_way_that_counts_where_the_netvms_own_is_another(netvm: Netvm) -> None:
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("route", "add", "default", "dev", "tun0", "table", "7")
    netvm.ip("rule", "add", "iif", "vif7.0", "table", "7")
    assert (netvm.out(), netvm.out(netvm.own_ways)) == ("tun0", "eth0")
    netvm.ip("route", "replace", "unreachable", "default", "table", "7")  # a VPN that holds everything back
    assert (netvm.out(), netvm.out(netvm.own_ways)) == ("", "eth0")
    netvm.ip("link", "delete", "vif7.0")  # then it tells nothing
    assert netvm.out() == "eth0"


@pytest.mark.parametrize("kind", ["unreachable", "prohibit", "blackhole", "throw"])
def test_what_refuses_domains_alone_is_no_way_for_them(netvm: Netvm, kind: str) -> None:
    """Nobody is to reach the world beside a VPN that has gone: a rule or a route that drops what comes from domains."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("route", "add", kind, "default", "table", "7")
    for words in (["from", f"{DOMAIN}/16", "lookup", "7"], ["iif", "vif7.0", "lookup", "7"], ["iif", "vif7.0", kind]):
        if kind == "throw" and words[-1] == kind:  # which is no action of a rule
            continue
        netvm.ip("rule", "add", "priority", "200", *words)
        # what is thrown is looked up by the next rule
        assert (netvm.out(), netvm.out(netvm.own_ways)) == ("eth0" if kind == "throw" else "", "eth0")
        with netvm.inside():
            assert netvm.ways.refused is (kind != "throw")
        netvm.ip("rule", "del", "priority", "200")


def test_a_vif_that_may_not_send_yet_tells_nothing_of_the_way(netvm: Netvm) -> None:
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    with netvm.inside(), open("/proc/sys/net/ipv4/conf/vif7.0/rp_filter", "w") as file:
        file.write("1")
    netvm.ip("route", "del", f"{DOMAIN}/32", "dev", "vif7.0")
    assert netvm.out() == "eth0"
    netvm.ip("link", "set", "vif7.0", "down")
    assert netvm.out() == "eth0"


def test_the_way_of_most_domains_is_the_way_out(netvm: Netvm) -> None:
    """Whichever came first. One that a rule sends by a VPN had all others told to be in it, and their names die."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("route", "add", "default", "dev", "tun0", "table", "7")
    vifs = [("vif7.0", DOMAIN + number) for number in range(3)]
    for _, address in vifs[1:]:
        netvm.ip("route", "add", f"{address}/32", "dev", "vif7.0")

    def usual(*asked: int) -> IPv4Address | None:
        with netvm.inside():
            vif = netvm.ways.usual([vifs[number] for number in asked])
        return vif[1] if vif else None

    assert (usual(), usual(0), usual(0, 1)) == (None, vifs[0][1], vifs[0][1])
    netvm.ip("rule", "add", "from", str(vifs[0][1]), "lookup", "7")
    assert (usual(0), usual(0, 1), usual(1, 0), usual(0, 1, 2)) == (vifs[0][1], vifs[1][1], vifs[1][1], vifs[1][1])
    netvm.ip("rule", "add", "from", str(vifs[1][1]), "lookup", "7")
    assert usual(2, 1, 0) == vifs[1][1]
    with netvm.inside():
        assert netvm.ways.usual([("vif99.0", DOMAIN)]) == ("vif99.0", DOMAIN)


def test_what_is_meant_for_domains_may_be_led_astray(netvm: Netvm) -> None:
    nobody, newer = IPv4Address("10.137.255.255"), ("eth1", DOMAIN)
    netvm.ip("route", "add", "blackhole", "10.137.0.0/16")
    for link in ("far", "eth1"):
        netvm.ip("link", "set", link, "up")

    def astray(*vifs: tuple[str, IPv4Address]) -> bool:
        with netvm.inside():
            return netvm.ways.leads_astray(vifs, nobody)

    for default in (None, "192.168.1.1"):
        if default:
            netvm.ip("route", "add", "default", "via", default, "dev", "eth0")
        assert not astray()
        assert not astray(("vif7.0", DOMAIN))
        assert not astray(newer, ("vif7.0", DOMAIN))
        assert astray(newer)
        assert astray(("vif7.0", DOMAIN), ("vif7.0", DOMAIN + 1))
    netvm.ip("route", "add", "10.137.0.0/16", "via", "192.168.1.1", "table", "7")
    netvm.ip("rule", "add", "priority", "0", "iif", "eth0", "lookup", "7")
    assert astray(("vif7.0", DOMAIN))
    netvm.ip("route", "replace", "blackhole", "10.137.0.0/16", "table", "7")
    assert astray(("vif7.0", DOMAIN))
    assert not astray()
    netvm.ip("link", "set", "far", "down")  # one that nobody is behind yet
    assert not astray(("vif7.0", DOMAIN))
    assert not astray(("vif99.0", DOMAIN))
    netvm.ip("route", "replace", "10.137.255.0/24", "via", "192.168.1.1", "table", "7")
    assert astray()


def test_a_way_that_is_shared_out_leads_by_what_has_a_cable_in(netvm: Netvm) -> None:
    hops = ["nexthop", "via", "192.168.1.1", "dev", "eth0", "nexthop", "via", "192.168.2.1", "dev", "eth1"]
    netvm.ip("route", "add", "default", *hops)
    with netvm.inside():
        netlink = Netlink()
        rows = [(row.gateway, row.iface) for row in netlink.routes() if row.genmask == "0.0.0.0"]
        routers = {(str(router), link) for router, link in netlink.own.routers()}
        links = [link_index(name) for name in ("eth0", "eth1")]
        netlink.close()
    assert rows == [("192.168.1.1", "eth0"), ("192.168.2.1", "eth1")]
    assert routers == {("192.168.1.1", links[0]), ("192.168.2.1", links[1])}
    for pulled, left in (("cable", "eth1"), ("other", "eth0")):
        netvm.ip("link", "set", pulled, "down")
        assert netvm.out() == left
        netvm.ip("link", "set", pulled, "up")


@pytest.mark.parametrize("kind", ["unreachable", "prohibit", "blackhole"])
def test_a_route_that_refuses_is_none(netvm: Netvm, kind: str) -> None:
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0", "metric", "100")
    with netvm.inside():
        assert not netvm.ways.refused
    for words in (["route", "add", kind, "default"], ["rule", "add", "priority", "7", kind]):
        netvm.ip(*words)
        with netvm.inside():
            assert netvm.ways.out() is None
            assert netvm.ways.refused
        netvm.ip(words[0], "delete", *words[2:])


def test_a_default_route_of_who_got_no_lease_is_no_way_out(netvm: Netvm) -> None:
    """dhcpcd and avahi-autoipd set one straight to the cable, with an address of their own making (RFC 3927)."""
    netvm.ip("address", "flush", "dev", "eth0")
    netvm.ip("address", "add", "169.254.7.7/16", "dev", "eth0")
    netvm.ip("route", "add", "default", "dev", "eth0", "scope", "link", "metric", "1000")
    assert (netvm.out(), netvm.out(netvm.own_ways)) == ("", "")
    netvm.ip("route", "add", "0.0.0.0/1", "dev", "eth1")  # behind whose cable a router answers for everybody
    assert netvm.out() == "eth1"
    netvm.ip("route", "del", "0.0.0.0/1", "dev", "eth1")
    netvm.ip("route", "add", "default", "via", "169.254.1.1", "dev", "eth0")
    assert netvm.out() == "eth0"
    netvm.ip("route", "del", "default", "via", "169.254.1.1", "dev", "eth0")
    netvm.ip("address", "add", "169.254.8.8/30", "dev", "tun0")
    netvm.ip("route", "add", "default", "dev", "tun0", "src", "169.254.8.8")
    assert netvm.out() == "tun0"


def test_the_way_of_most_is_the_way_out(netvm: Netvm) -> None:
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("route", "add", "20.0.0.0/8", "dev", "tun0")
    assert netvm.out() == "eth0"


def test_a_cable_that_is_pulled_is_no_way(netvm: Netvm) -> None:
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("link", "set", "cable", "down")
    with netvm.inside():
        way = netvm.ways.out()
    assert way is None or not way.running


def test_a_vpn_leads_nowhere_without_its_program_or_without_any_card(netvm: Netvm) -> None:
    """The routes to it stay, by which the kernel goes on; what it sends is sent nowhere."""

    def running() -> tuple[str, bool]:
        with netvm.inside():
            way = netvm.ways.out()
        return (way.name, way.running) if way is not None else ("", False)

    netvm.ip("route", "add", "default", "dev", "tun0")
    assert running() == ("tun0", False)  # as networkd makes one, whoever comes to use it
    with netvm.inside():
        program = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(program, _TUNSETIFF, struct.pack("16sH22x", b"tun0", _IFF_TUN | _IFF_NO_PI))
    eventually(lambda: running() == ("tun0", True))
    netvm.ip("link", "set", "cable", "down")
    assert running() == ("tun0", True)
    netvm.ip("link", "set", "other", "down")
    assert running() == ("tun0", False)
    netvm.ip("link", "set", "other", "up")
    eventually(lambda: running() == ("tun0", True))
    os.close(program)
    eventually(lambda: running() == ("tun0", False))


def test_a_vpn_leads_nowhere_where_only_containers_and_a_hotspot_run(
    netvm: Netvm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By those nobody leaves. A card that stands alone may have the VPN's server behind it, with no way beyond."""

    def running() -> bool:
        with netvm.inside():
            way = netvm.ways.out()
        return way is not None and way.running

    with netvm.inside():
        program = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(program, _TUNSETIFF, struct.pack("16sH22x", b"tun0", _IFF_TUN | _IFF_NO_PI))
    netvm.ip("route", "add", "default", "dev", "tun0")
    netvm.ip("link", "set", "other", "down")
    netvm.inner.add("cable")  # the other end of the card's
    eventually(running)
    netvm.ip("link", "add", "docker0", "type", "bridge")
    netvm.ip("link", "set", "docker0", "up")
    netvm.ip("link", "set", "eth0", "master", "docker0")
    assert running()  # an uplink may be a bridge
    netvm.inner.add("docker0")
    eventually(lambda: not running())
    netvm.ip("link", "set", "eth0", "nomaster")
    eventually(running)
    netvm.inner.add("eth0")
    assert not running()  # as nspawn's link without a bridge
    monkeypatch.setattr(way_out.LinkInfo, "is_made", property(lambda link: link.name != "eth0"))
    assert running()  # as a real card
    monkeypatch.setattr(way_out, "_SYS", tmp_path)
    (tmp_path / "eth0" / "phy80211").mkdir(parents=True)
    assert not running()
    os.close(program)


def test_a_way_over_ipv6_is_no_vpn(netvm: Netvm) -> None:
    """464XLAT, as clatd has it where the provider has no IPv4: a tunnel by its looks, in which nothing is hidden."""
    netvm.ip("address", "flush", "dev", "tun0")
    netvm.ip("address", "add", "192.0.0.1/32", "dev", "tun0")
    netvm.ip("route", "add", "default", "dev", "tun0", "metric", "2048")
    with netvm.inside():
        way = netvm.ways.out()
    assert way is not None and (way.name, way.kind) == ("tun0", UplinkKind.OTHER)


def test_a_modem_that_looks_like_a_tunnel_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those that take packets without any frame (qmi_wwan) have no link layer either."""
    monkeypatch.setattr(way_out, "_SYS", tmp_path)
    (tmp_path / "wwan0").mkdir()
    (tmp_path / "wwan0" / "uevent").write_text("DEVTYPE=wwan\nINTERFACE=wwan0\nIFINDEX=7\n")
    none = 65534
    assert way_out._kind(LinkInfo("wwan0", 1500, True, none)) is UplinkKind.MOBILE
    assert way_out._kind(LinkInfo("wg0", 1420, True, none, "wireguard")) is UplinkKind.VPN
    assert way_out._kind(LinkInfo("xfrm0", 1400, True, none)) is UplinkKind.VPN


def test_a_cable_that_nobody_has_admitted_yet_is_no_way(netvm: Netvm) -> None:
    """wpa_supplicant tells the kernel so, and when 802.1X, or a Wi-Fi's passphrase, was accepted."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")

    def running() -> bool:
        with netvm.inside():
            way = netvm.ways.out()
        return way is not None and way.running

    eventually(running)
    netvm.ip("link", "set", "eth0", "mode", "dormant")
    netvm.ip("link", "set", "eth0", "state", "dormant")
    assert not running()
    netvm.ip("link", "set", "eth0", "state", "up")
    assert running()


def test_a_link_that_swallows_everything_is_no_way(netvm: Netvm, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kill switch of a VPN client has one (ProtonVPN: a default route to a link of the kind dummy)."""
    netvm.ip("route", "add", "default", "via", "192.168.2.1", "dev", "eth1", "metric", "50")
    netvm.ip("route", "add", "20.0.0.0/8", "via", "192.168.1.1", "dev", "eth0")

    def out() -> tuple[str, bool]:
        with netvm.inside():
            way = netvm.ways.out()
        return (way.name, way.running) if way is not None else ("", False)

    eventually(lambda: out() == ("eth1", True))
    monkeypatch.setattr(route_lookup, "_SWALLOWING", {"veth"})  # not every kernel has dummies
    assert out() == ("eth1", False)


@pytest.mark.parametrize(
    ("words", "web", "name"),
    [("ipproto tcp", "eth1", "eth0"), ("ipproto udp", "eth0", "eth1"), ("ipproto tcp dport 443", "eth1", "eth0"),
     ("dport 53", "eth0", "eth1"), ("ipproto icmp", "eth0", "eth0")],
)  # fmt: skip
def test_a_rule_about_some_packets_is_about_those(netvm: Netvm, words: str, web: str, name: str) -> None:
    """The way out is that of what a domain loads, and a question's is a question's."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("route", "add", "default", "via", "192.168.2.1", "dev", "eth1", "table", "100")
    netvm.ip("rule", "add", *words.split(), "lookup", "100")
    assert netvm.out() == netvm.out(netvm.own_ways) == web
    with netvm.inside():
        for ways in (netvm.ways, netvm.own_ways):
            hop = ways.hop(IPv4Address("9.9.9.9"), route_lookup.QUESTION)
            assert hop is not None and hop.index == link_index(name)


def test_the_address_to_leave_with_is_told_where_it_is_not_the_one_that_the_kernel_takes(netvm: Netvm) -> None:
    """The one that a route names, as IPsec's do, or one that another link has."""

    def source() -> str:
        with netvm.inside():
            way = netvm.ways.out()
        return str(way.source) if way is not None and way.source is not None else ""

    netvm.ip("address", "add", "192.168.1.9/24", "dev", "eth0")
    netvm.ip("address", "add", "10.77.0.5/32", "dev", "eth0")
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0", "metric", "9")
    assert source() == ""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0", "metric", "8", "src", "192.168.1.2")
    assert source() == ""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0", "src", "10.77.0.5", "table", "220")
    netvm.ip("rule", "add", "lookup", "220", "priority", "220")
    assert source() == "10.77.0.5"
    netvm.ip("route", "replace", "default", "via", "192.168.1.1", "dev", "eth0", "src", "192.168.1.9", "table", "220")
    assert source() == "192.168.1.9"
    netvm.ip("address", "flush", "dev", "tun0")
    netvm.ip("route", "replace", "default", "dev", "tun0", "src", "10.77.0.5", "table", "220")
    assert source() == "10.77.0.5"


def test_a_domain_whose_packets_are_marked_goes_the_marks_way(netvm: Netvm) -> None:
    """By others' rules, as where domains are to use another card or a VPN than the netvm itself."""
    marks = {(DOMAIN, socket.IPPROTO_TCP): 7}
    with netvm.inside():
        ways = Ways(lambda: ("vif7.0", DOMAIN), mark=lambda address, protocol: marks.get((address, protocol), 0))
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0")
    netvm.ip("route", "add", "default", "via", "192.168.2.1", "dev", "eth1", "table", "100")
    netvm.ip("rule", "add", "fwmark", "7", "lookup", "100")
    try:
        with netvm.inside():
            way, question = ways.out(), ways.hop(IPv4Address("9.9.9.9"), route_lookup.QUESTION)
            assert way is not None and (way.name, str(way.address)) == ("eth1", "192.168.2.2")
            assert question is not None and question.index == link_index("eth0")
            assert ways.usual([("vif7.0", DOMAIN)]) == ("vif7.0", DOMAIN)
        assert netvm.out() == "eth0"
        marks[DOMAIN, socket.IPPROTO_TCP] = 8
        assert netvm.out(ways) == "eth0"
        netvm.ip("route", "add", "local", "default", "dev", "lo", "table", "101")
        netvm.ip("rule", "add", "fwmark", "8", "lookup", "101")
        assert netvm.out(ways) == "eth0"  # a transparent proxy is no way out, and no lack of one
    finally:
        ways._lookup.close()


def test_a_default_route_to_a_domain_is_told_as_one(netvm: Netvm) -> None:
    """As a dhcpcd sets it that asks on vifs, and is answered."""
    netvm.ip("route", "add", "default", "via", "192.168.1.1", "dev", "eth0", "metric", "100")
    with netvm.inside():
        assert not netvm.own_ways.lead_back
    netvm.ip("route", "add", "default", "via", str(DOMAIN), "dev", "vif7.0", "onlink")
    assert netvm.out(netvm.own_ways) == ""
    with netvm.inside():
        assert netvm.own_ways.lead_back and netvm.ways.lead_back


def test_addresses_of_our_own_and_links(netvm: Netvm) -> None:
    with netvm.inside():
        assert netvm.ways.is_own(IPv4Address("10.137.0.1"))
        assert netvm.ways.is_own(IPv4Address("192.168.1.2"))
        assert not netvm.ways.is_own(SERVER)
        assert netvm.lookup.hop(SERVER) == Hop(link_index("eth0") or 0, None, IPv4Address("192.168.1.2"))
        netvm.ip("link", "set", "eth0", "mtu", "1400")
        (kind, link), nobody = netvm.ways.link("eth0") or (None, None), netvm.ways.link("nobody")
        assert (kind, link.mtu if link else 0, nobody) == (UplinkKind.CABLE, 1400, None)
        assert netvm.lookup.link(9999) is None


def test_addresses_in_force_are_told_whichever_link_has_them(netvm: Netvm) -> None:
    netvm.ip("link", "add", "br0", "type", "bridge")
    netvm.ip("address", "add", "10.137.0.9/24", "dev", "br0")  # which is down, and has it nevertheless
    netvm.ip("address", "add", "10.137.0.10/32", "dev", "lo")
    netvm.ip("address", "add", "10.137.0.11/32", "dev", "vif7.0")
    given, expected = [IPv4Address("10.137.0.1")], ["10.137.0.10/32", "10.137.0.11/32", "10.137.0.9/24"]

    def in_pool() -> list[str]:
        with netvm.inside():
            own = netvm.ways.interfaces(given)
        return sorted(str(interface) for interface in own if interface.ip in IPv4Network("10.137.0.0/16"))

    assert in_pool() == expected
    # what the kernel does not take for its own is no one's
    netvm.ip("route", "delete", "local", "10.137.0.11", "table", "local")
    assert in_pool() == ["10.137.0.10/32", "10.137.0.9/24"]
    given.clear()
    assert "10.137.0.1/32" in in_pool()
