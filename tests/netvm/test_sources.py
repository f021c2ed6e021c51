"""What the answers of NetworkManager, systemd-resolved and resolv.conf mean, odd ones included."""

from __future__ import annotations

import sys
from collections.abc import Collection, Container, Iterable
from dataclasses import fields, replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nm_objects import NM, ROOT, device, dns, ips, primary

from qnet_gui.kernel.own_routing import Rules
from qnet_gui.kernel.route_lookup import LinkInfo
from qnet_gui.model.dns import DnsSource
from qnet_gui.model.route import Route
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.netvm.dns import local_server
from qnet_gui.netvm.dns.resolved import ResolvedServers
from qnet_gui.netvm.dns.sources import Sources
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.uplinks import networkmanager, networkmanager_names, networkmanager_objects, networkmanager_profiles
from qnet_gui.netvm.uplinks.way_out import Way

# -- NetworkManager


def test_a_cable() -> None:
    assert networkmanager_objects.uplinks(device(1) | primary(1)) == (
        Uplink("eth0", UplinkKind.CABLE, UplinkState.UP, False, IPv4Address("192.168.1.2"), IPv4Address("192.168.1.1"),
               ips("192.168.1.53"), "", 0, "connection 1"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ssid", "shown"),
    [(b"caf\xc3\xa9 \x1b[31m", None), (b"Home", "Home"), (b"", "")],
)
def test_wifi_has_a_name_and_a_strength(ssid: bytes, shown: str | None) -> None:
    point = f"{ROOT}/AccessPoint/1"
    objects = device(2, name="wlan0", **{f"{NM}.Device.Wireless": {"ActiveAccessPoint": point}})
    objects |= {point: {f"{NM}.AccessPoint": {"Ssid": list(ssid), "Strength": 73}}}
    (uplink,) = networkmanager_objects.uplinks(objects)
    assert (uplink.kind, uplink.strength) == (UplinkKind.WIFI, 75)
    assert all(" " <= char <= "~" for char in uplink.ssid)
    assert shown is None or uplink.ssid == shown


@pytest.mark.parametrize(
    ("number", "state"), [(20, "down"), (30, "down"), (50, "connecting"), (100, "up"), (110, "down"), (120, "down")]
)
def test_states(number: int, state: str) -> None:
    assert [uplink.state.value for uplink in networkmanager_objects.uplinks(device(1, number))] == [state]


@pytest.mark.parametrize(
    ("kind", "state", "name"), [(1, 100, "vif4.0"), (32, 100, "lo"), (1, 10, "eth0"), (1, 100, "")]
)
def test_what_is_no_uplink(kind: int, state: int, name: str) -> None:
    objects = device(kind, state, name)
    assert networkmanager_objects.uplinks(objects) == ()
    assert not networkmanager_objects.manages(objects, name)


def external(number: int) -> dict[str, Any]:
    """What NetworkManager says of a device that somebody else has set up: 221 is what version 1.42 tells."""
    return {"Id": f"connection {number}", "State": 2, "StateFlags": 221, "Devices": []}


def test_what_others_set_up_is_no_uplink_but_a_vpn() -> None:
    """docker0, virbr0, the end of a container's cable: "connected (externally)", and no way to anywhere."""
    for kind, name in ((13, "docker0"), (13, "virbr0"), (20, "veth12"), (1, "eth0")):
        objects = device(kind, name=name)
        objects[f"{ROOT}/ActiveConnection/1"][f"{NM}.Connection.Active"] = external(1)
        assert networkmanager_objects.uplinks(objects) == ()
        assert not networkmanager_objects.manages(objects, name)
    vpn = device(16, name="tun0")
    vpn[f"{ROOT}/ActiveConnection/1"][f"{NM}.Connection.Active"] = external(1)
    assert [uplink.name for uplink in networkmanager_objects.uplinks(vpn)] == ["tun0"]
    assert not networkmanager_objects.manages(vpn, "tun0")


@pytest.mark.parametrize(("state", "managed"), [(10, False), (20, False), (30, False), (70, True), (100, True)])
def test_networkmanager_has_set_up_what_it_connects(state: int, managed: bool) -> None:
    assert networkmanager_objects.manages(device(1, state), "eth0") is managed
    assert not networkmanager_objects.manages(device(1, state), "eth7")


def openvpn(tun: dict[str, Any] | None = None) -> dict[str, Any]:
    """NetworkManager's OpenVPN above a card: it names the card, and its address is on a tun of its own."""
    vpn = {
        "Id": "office",
        "Vpn": True,
        "State": 2,
        "Devices": [f"{ROOT}/Devices/1"],
        "Ip4Config": f"{ROOT}/IP4Config/9",
    }
    config = {"AddressData": [{"address": "192.168.2.2", "prefix": 24}], "NameserverData": [{"address": "10.8.0.1"}]}
    objects = device(1) | (device(16, name="tun0", number=2) if tun is None else tun) | primary(1)
    if tun is None:
        objects[f"{ROOT}/ActiveConnection/2"][f"{NM}.Connection.Active"] = external(2)
    return objects | {
        f"{ROOT}/ActiveConnection/9": {f"{NM}.Connection.Active": vpn},
        f"{ROOT}/IP4Config/9": {f"{NM}.IP4Config": config},
    }


def test_a_vpn_plugins_connection_has_the_name_of_its_own_link_and_the_card_stays() -> None:
    for objects in (openvpn(), openvpn(device(16, state=10, name="tun0", number=2))):
        rows = networkmanager_objects.uplinks(objects)
        assert [(uplink.name, uplink.kind.value, uplink.connection) for uplink in rows] == [
            ("eth0", "cable", "connection 1"),
            ("tun0", "vpn", "office"),
        ]
        assert rows[1].servers == ips("10.8.0.1")
        assert networkmanager_objects.manages(objects, "tun0")


def test_a_vpn_without_a_link_of_its_own_is_shown_in_place_of_the_card() -> None:
    (row,) = networkmanager_objects.uplinks(openvpn({}))
    assert (row.name, row.kind, row.connection) == ("eth0", UplinkKind.VPN, "office")


def test_an_uplink_that_is_gone_is_lost_and_one_that_is_down_is_not() -> None:
    up, down, other = device(1), device(1, state=20), device(2, name="wlan0", number=2)
    assert networkmanager_objects.lost(up | other, other)
    assert networkmanager_objects.lost(up, {})
    assert networkmanager_objects.lost(up, device(1, state=10))  # no longer managed
    assert not networkmanager_objects.lost(up, down)
    assert not networkmanager_objects.lost(down, {})
    assert not networkmanager_objects.lost(up, up | other)


def test_servers_of_all_connections_in_their_order() -> None:
    first = {"nameservers": ["10.0.0.1", "fe80::1", "10.0.0.2"], "interface": "eth0", "priority": 100, "vpn": False}
    second = {"nameservers": ["10.0.0.2", "10.0.0.3"], "interface": "wlan0", "priority": 100, "vpn": False}
    assert networkmanager_names.servers(dns(first, second)) == ips("10.0.0.1", "10.0.0.2", "10.0.0.3")


def test_of_connections_with_one_priority_the_way_outs_servers_come_first() -> None:
    """NetworkManager's own order is that in which they came up, also when another one has the better metric by now."""
    rows = [("10.0.0.1", "eth0", 100), ("10.0.0.2", "eth1", 100), ("10.0.0.3", "eth2", 50)]
    entries = [{"nameservers": [ip], "interface": name, "priority": priority} for ip, name, priority in rows]
    for way_out, servers in (("eth1", "321"), ("eth0", "312"), ("eth2", "312"), ("", "312")):
        told = networkmanager_names.servers(dns(*entries), way_out)
        assert told == ips(*(f"10.0.0.{number}" for number in servers)), way_out
    two = device(1) | device(1, name="eth1", number=2) | primary(1) | dns(*entries[:2])
    assert asked(sources(replace(CABLE, name="eth1"), two))[1] == ips("10.0.0.2", "10.0.0.1")


def test_a_server_that_is_to_prove_its_name_is_one() -> None:
    """Newer versions tell each as it was written, in a connection's settings or the global ones."""
    named = ["192.168.1.53#dns.example", "dns+udp://192.168.1.54:53"]
    for entry in ({**ENTRY, "nameservers": named}, {"nameservers": named, "priority": 100}):
        objects = device(1) | primary(1) | dns(entry)
        assert asked(sources(CABLE, objects)) == ("networkmanager", ips("192.168.1.53", "192.168.1.54"), ())


@pytest.mark.parametrize("alone", [{"priority": 50, "vpn": True}, {"priority": -5, "vpn": False}])
def test_a_vpn_and_a_negative_priority_win_alone(alone: dict[str, Any]) -> None:
    usual = {"nameservers": ["10.0.0.1"], "interface": "eth0", "priority": 100, "vpn": False}
    assert networkmanager_names.servers(dns(usual, {"nameservers": ["10.9.0.1"], "interface": "tun0", **alone})) == ips(
        "10.9.0.1"
    )


def test_servers_told_for_a_vif_are_nobodys() -> None:
    assert networkmanager_names.servers(dns({"nameservers": ["10.0.0.1"], "interface": "vif4.0", "priority": 1})) == ()


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(_ODD, _ODD, _ODD)
def test_an_ip_configuration_of_any_shape_is_borne(address: Any, gateway: Any, servers: Any) -> None:
    objects = device(1)
    config = {"AddressData": address, "Gateway": gateway, "NameserverData": servers}
    objects[f"{ROOT}/IP4Config/1"] = {f"{NM}.IP4Config": config}
    assert len(networkmanager_objects.uplinks(objects)) == 1


# -- systemd-resolved


def says(
    servers: list[Any],
    domains: list[Any] = [],  # noqa: B006
    mode: str = "stub",
    secured: Collection[int] = (),
    **routes: bool,
) -> ResolvedServers:
    """What it tells; `link3=False`: the link with index 3 is set to be no default route."""
    one = ResolvedServers.of({"DNS": servers, "Domains": domains, "ResolvConfMode": mode})
    default_routes = {int(name[4:]): route for name, route in routes.items()}
    return replace(one, default_routes=default_routes, secured=frozenset(secured))


def entry(link: int, address: str, family: int = 2) -> tuple[int, int, bytes]:
    return link, family, IPv4Address(address).packed if family == 2 else bytes(16)


def test_resolveds_global_servers_win_alone() -> None:
    one = says([entry(2, "10.0.0.1"), entry(0, "10.0.0.2"), entry(0, "", 10)])
    assert one.servers_for_all() == ips("10.0.0.2")


def test_resolveds_link_for_everything_wins_alone() -> None:
    servers = [entry(2, "10.0.0.1"), entry(3, "10.9.0.1"), entry(0, "10.0.0.9")]
    assert says(servers, [(3, ".", True), (2, "home", False)]).servers_for_all() == ips("10.9.0.1")
    one = says(servers[:2], [(3, ".", False)])
    assert (one.servers_for_all(), one.servers_of_links()) == (None, ips("10.0.0.1", "10.9.0.1"))


def test_a_link_for_some_domains_only_serves_nobody_else() -> None:
    servers = [entry(2, "10.0.0.1"), entry(3, "10.9.0.1")]
    assert says(servers, [(3, "corp.example", True)]).servers_of_links() == ips("10.0.0.1")
    assert says(servers, [(3, "corp.example", False)]).servers_of_links() == ips("10.0.0.1", "10.9.0.1")
    assert says(servers, [(3, "corp.example", True)], link3=True).servers_of_links() == ips("10.0.0.1", "10.9.0.1")
    assert says(servers, link3=False).servers_of_links() == ips("10.0.0.1")
    assert says(servers[1:], [(3, "corp.example", True)]).servers_of_links() == ()


def test_resolveds_ipv6_servers_are_chosen_and_passed_over_then() -> None:
    assert says([entry(2, "", 10), (2, 2, b"123"), entry(2, "10.0.0.1")]).servers_of_links() == ips("10.0.0.1")
    assert says([entry(2, "", 10)]).servers_of_links() == ()
    assert says([entry(0, "", 10), entry(2, "10.0.0.1")]).servers_for_all() == ()
    assert says([]).servers_of_links() is None


def test_resolveds_fallback_is_asked_where_nobody_has_named_a_server() -> None:
    """As resolved has it: of no use as soon as any link has one, whichever names that serves."""

    def with_fallback(servers: list[Any], *fallback: tuple[int, int, bytes], mode: str = "stub") -> ResolvedServers:
        return ResolvedServers.of({"DNS": servers, "FallbackDNS": list(fallback), "ResolvConfMode": mode})

    quad9 = entry(0, "9.9.9.9")
    assert with_fallback([], quad9, entry(0, "", 10)).servers_of_links() == ips("9.9.9.9")
    assert with_fallback([], entry(0, "", 10)).servers_of_links() == ()
    assert with_fallback([], quad9).servers_for_all() is None
    assert with_fallback([entry(2, "", 10)], quad9).servers_of_links() == ()
    assert with_fallback([entry(0, "10.0.0.2")], quad9).servers_of_links() is None
    assert with_fallback([], quad9, mode="foreign").servers_of_links() is None
    assert asked(sources(CABLE, None, with_fallback([], quad9))) == ("resolved", ips("9.9.9.9"), ())
    assert asked(sources(CABLE, device(1) | primary(1), with_fallback([], quad9))) == ("none", (), ())


def test_what_resolved_read_in_anothers_resolv_conf_is_no_choice_of_its_own() -> None:
    servers = [entry(0, "192.168.0.53"), entry(2, "10.0.0.1")]
    for mode, copied, global_ones in (
        ("foreign", "192.168.0.53", None),
        ("foreign", "192.168.0.54", ips("192.168.0.53")),
        ("stub", "192.168.0.53", ips("192.168.0.53")),
    ):
        one = replace(says(servers, mode=mode), copied=frozenset(ips(copied)))
        assert one.servers_for_all() == global_ones


# -- who decides


class FakeNetlink:
    """One default route, straight through a link that every network namespace has."""

    router = IPv4Address("192.168.1.1")

    def __init__(self) -> None:
        self.own, self.somebody_is_first = self, False

    def rules(self) -> Rules:
        return Rules([], [], True, self.somebody_is_first)

    def routes(self, longest: int = 32) -> list[Route]:
        return [Route.of(IPv4Address(0), 0, self.router, "lo", 100)]

    def addresses(self, index: int) -> list[tuple[IPv4Address, int]]:
        return [(IPv4Address("192.168.1.2"), 24)]


class FakeWays:
    """The kernel's answers: the way out, and addresses that leave beside it by the cable."""

    def __init__(self, way: Way | None, beside: tuple[IPv4Address, ...] = ()) -> None:
        self.way, self.beside = way, beside

    def out(self) -> Way | None:
        return self.way

    lead_back = False

    @property
    def refused(self) -> bool:
        return self.way is None

    def by(self, address: IPv4Address) -> UplinkKind | None:
        return UplinkKind.CABLE if self.way is None or address in self.beside else self.way.kind

    def usual(self, vifs: Iterable[tuple[str, IPv4Address]]) -> tuple[str, IPv4Address] | None:
        return next(iter(vifs), None)

    def leads_astray(self, vifs: Iterable[tuple[str, IPv4Address]], nobody: IPv4Address) -> bool:
        return list(vifs) == [("vif4.0", IPv4Address("10.200.0.4"))] and nobody == IPv4Address("10.137.255.255")

    def is_own(self, address: IPv4Address) -> bool:
        return str(address) in ("192.168.1.2", "127.0.0.1", "127.0.0.53")

    def interfaces(self, given: Container[IPv4Address]) -> list[IPv4Interface]:
        return [IPv4Interface("192.168.1.2/24")]

    def link(self, name: str) -> tuple[UplinkKind, LinkInfo]:
        return UplinkKind.CABLE, LinkInfo(name, {"lo": 1400, "wlan0": 1280}.get(name, 1500), True)


class FakeNetworkManager:
    running = True

    def __init__(self, objects: dict[str, Any]) -> None:
        self._objects = objects
        self.uplinks = networkmanager_objects.uplinks(objects)
        self.global_servers = networkmanager_names.global_servers(objects)
        self.leaves_names_alone = networkmanager_names.leaves_names_alone(objects)
        self.lost_servers = networkmanager_names.lost_servers(objects)

    def manages(self, name: str) -> bool:
        return networkmanager_objects.manages(self._objects, name)

    def servers(self, way_out: str) -> tuple[IPv4Address, ...]:
        return networkmanager_names.servers(self._objects, way_out)

    def asks_otherwise(self, way_out: str) -> bool:
        return networkmanager_names.asks_otherwise(self._objects, way_out)


class FakeResolved:
    running = True

    def __init__(self, servers: ResolvedServers) -> None:
        self.servers_for_all, self.servers_of_links = servers.servers_for_all(), servers.servers_of_links()
        self.is_bypassed = servers.mode == "foreign"
        self.asks_otherwise, self.secures = servers.asks_otherwise, servers.secures


def sources(
    way: Way | None,
    objects: dict[str, Any] | None = None,
    resolved: ResolvedServers | None = None,
    file: tuple[IPv4Address, ...] = (),
    beside: tuple[IPv4Address, ...] = (),
) -> Sources:
    made = Sources(None, FakeNetlink(), lambda: [("vif4.0", IPv4Address("10.200.0.4"))], lambda: None)  # type: ignore[arg-type]
    made._ways._lookup.close()
    made._ways = FakeWays(way, beside)  # type: ignore[assignment]
    made._networkmanager = FakeNetworkManager(objects) if objects else None  # type: ignore[assignment]
    made._resolved = FakeResolved(resolved) if resolved else None  # type: ignore[assignment]
    made._resolvconf.servers = file
    return made


def asked(made: Sources) -> tuple[str, tuple[IPv4Address, ...], tuple[str, ...]]:
    choice = made.choose(OwnAddresses())
    return choice.source.value, choice.servers, choice.problems


CABLE = Way("eth0", UplinkKind.CABLE, 1500, True, IPv4Address("192.168.1.1"), IPv4Address("192.168.1.2"))
TUNNEL = Way("tun0", UplinkKind.VPN, 1420, True, None, IPv4Address("10.8.0.2"))
ENTRY = {"nameservers": ["192.168.1.53"], "interface": "eth0", "priority": 100, "vpn": False}


def left_alone(uplink: Uplink) -> set[str]:
    """The fields of an uplink that nobody has filled in."""
    return {field.name for field in fields(Uplink) if getattr(uplink, field.name) == field.default}


def test_every_field_of_an_uplink_is_found_out() -> None:
    """One that is added and forgotten here would be its default for ever, and nobody would see that."""
    way = Way("lo", UplinkKind.CABLE, 1400, True, IPv4Address("192.168.1.1"), IPv4Address("192.168.1.2"))
    made = sources(way, file=ips("192.168.1.53"))
    choice = made.choose(OwnAddresses())
    (uplink,) = made.uplinks(choice)
    assert choice.source is DnsSource.RESOLV_CONF
    assert left_alone(uplink) == {"ssid", "strength", "connection"}  # the kernel has no names for connections
    point = f"{ROOT}/AccessPoint/1"
    wifi = device(2, name="wlan0", **{f"{NM}.Device.Wireless": {"ActiveAccessPoint": point}}) | primary(1)
    wifi |= {point: {f"{NM}.AccessPoint": {"Ssid": list(b"Home"), "Strength": 73}}}
    made = sources(replace(way, name="wlan0"), wifi)
    (uplink,) = made.uplinks(made.choose(OwnAddresses()))
    assert left_alone(uplink) == set()
    assert uplink.mtu == 1280
    # what a route says counts where packets take it
    narrow = sources(replace(way, name="wlan0", mtu=1270), wifi | device(1, number=2))
    assert [row.mtu for row in narrow.uplinks(narrow.choose(OwnAddresses()))] == [1270, 1500]


def test_a_domain_that_comes_with_a_servers_address_has_it_chosen_anew() -> None:
    served = [("vif4.0", IPv4Address("10.200.0.4"))]
    made = sources(CABLE, device(1) | primary(1) | dns(ENTRY))
    made._served = lambda: iter(served)
    assert asked(made) == ("networkmanager", ips("192.168.1.53"), ())
    served.append(("vif5.0", IPv4Address("10.200.0.5")))
    assert not made.asks_for_another
    served.append(("vif6.0", IPv4Address("192.168.1.53")))
    assert made.asks_for_another
    assert asked(made) == ("none", (), ("address-overlap",))
    assert not made.asks_for_another
    served.pop()
    assert made.asks_for_another
    assert asked(made) == ("networkmanager", ips("192.168.1.53"), ())


def test_a_router_with_an_address_that_others_refuse_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel routes by 240.0.0.0/4 like by all others."""
    monkeypatch.setattr(FakeNetlink, "router", IPv4Address("240.1.1.1"))
    made = sources(None)
    assert [row.gateway for row in made.uplinks(made.choose(OwnAddresses()))] == [FakeNetlink.router]


def rows(made: Sources) -> list[tuple[str, str, bool]]:
    return [(row.name, row.kind.value, row.primary) for row in made.uplinks(made.choose(OwnAddresses()))]


def problems(made: Sources) -> list[str]:
    choice = made.choose(OwnAddresses())
    return made.problems(OwnAddresses(), choice, made.uplinks(choice))


def test_a_way_that_leads_to_a_domain_is_no_lack_of_a_cable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(sources(None, device(1) | primary(1) | dns(ENTRY))) == ["no-uplink"]
    monkeypatch.setattr(FakeWays, "lead_back", True)
    assert problems(sources(None, device(1) | primary(1) | dns(ENTRY))) == ["no-uplink", "others-route"]


def test_the_way_out_is_the_primary_uplink_and_comes_first() -> None:
    both = device(1) | device(2, name="wlan0", number=2) | primary(2)
    assert rows(sources(CABLE, both)) == [("eth0", "cable", True), ("wlan0", "wifi", False)]
    assert rows(sources(replace(CABLE, name="wlan0"), both)) == [("wlan0", "wifi", True), ("eth0", "cable", False)]


def test_an_uplink_that_leads_nowhere_is_up_and_none() -> None:
    made = sources(None, device(1) | primary(1) | dns(ENTRY))
    assert [(row.state, row.primary) for row in made.uplinks(made.choose(OwnAddresses()))] == [(UplinkState.UP, False)]
    assert problems(made) == ["no-uplink"]
    assert problems(sources(CABLE, device(1) | primary(1) | dns(ENTRY))) == []


def test_who_has_no_networkmanager_need_not_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for program, more in ((sys.executable, ["no-networkmanager"]), ("/nonexistent/NetworkManager", [])):
        monkeypatch.setattr(networkmanager, "PROGRAM", Path(program))
        assert problems(sources(None)) == ["no-uplink", *more]


def test_networkmanagers_wireguard_in_a_table_of_its_own_is_the_way_out() -> None:
    """It calls the Wi-Fi below its primary connection, while everything leaves by wg0."""
    objects = device(2, name="wlan0") | device(29, name="wg0", number=2) | primary(1)
    objects |= dns(ENTRY, {"nameservers": ["10.64.0.1"], "interface": "wg0", "priority": -50, "vpn": False})
    made = sources(replace(TUNNEL, name="wg0"), objects)
    assert rows(made) == [("wg0", "vpn", True), ("wlan0", "wifi", False)]
    assert asked(made) == ("networkmanager", ips("10.64.0.1"), ())


def test_routes_tell_the_default_route_that_is_taken_wherever_it_stands() -> None:
    usual = [Route.of(IPv4Address("10.8.0.0"), 24, None, "wg0", 0), *FakeNetlink().routes()]
    taken = sources(replace(TUNNEL, name="wg0")).routes(usual)
    assert [(row.iface, row.genmask) for row in taken] == [
        ("wg0", "255.255.255.0"), ("wg0", "0.0.0.0"), ("lo", "0.0.0.0"),
    ]  # fmt: skip
    assert sources(replace(TUNNEL, name="lo")).routes(usual) == usual


def test_routes_tell_that_nothing_is_let_out_whatever_default_route_there_is() -> None:
    default = Route.of(IPv4Address(0), 0, IPv4Address("192.168.1.1"), "eth0", 100)
    near = Route.of(IPv4Address("192.168.1.0"), 24, None, "eth0", 100)
    told = sources(None).routes([near, default])
    assert [row.line for row in told] == [near.line, "0.0.0.0 0.0.0.0 0.0.0.0 ! 0 0 0 lo", default.line]
    assert [Route.from_line(row.line) for row in told] == told
    assert sources(None).routes([near]) == [near]


def test_networkmanagers_openvpn_is_the_way_out_above_its_card() -> None:
    assert rows(sources(TUNNEL, openvpn())) == [("tun0", "vpn", True), ("eth0", "cable", False)]


def test_a_card_that_networkmanager_does_not_use_silences_nobody() -> None:
    static = Way("eth1", UplinkKind.CABLE, 1500, True, IPv4Address("192.168.7.1"), IPv4Address("192.168.7.2"))
    for objects in (device(1, state=20), device(1, state=20) | device(1, state=10, name="eth1", number=2)):
        made = sources(static, objects, file=ips("192.168.7.53"))
        assert asked(made) == ("resolv.conf", ips("192.168.7.53"), ())
        assert rows(made)[0] == ("eth1", "cable", True)
        assert problems(made) == []


def test_a_vpn_of_others_asks_what_the_netvm_asks_and_nothing_beside_it() -> None:
    """wg-quick, openvpn: the way out is no link of NetworkManager's, and resolv.conf or resolved was changed."""
    objects = device(1) | primary(1) | dns(ENTRY)
    assert asked(sources(TUNNEL, objects, file=ips("10.8.0.1"))) == ("resolv.conf", ips("10.8.0.1"), ())
    left = sources(TUNNEL, objects, file=ips("192.168.1.53"), beside=ips("192.168.1.53"))
    assert asked(left) == ("none", (), ("names-beside-vpn",))
    assert problems(left) == ["names-beside-vpn"]
    by_link = says([entry(2, "192.168.1.53"), entry(7, "10.8.0.1")], [(7, ".", True)])
    assert asked(sources(TUNNEL, objects, by_link)) == ("resolved", ips("10.8.0.1"), ())
    by_file = says([entry(2, "192.168.1.53")], mode="foreign")
    assert asked(sources(TUNNEL, objects, by_file, ips("10.8.0.1"))) == ("resolv.conf", ips("10.8.0.1"), ())
    some = sources(TUNNEL, objects, file=ips("192.168.1.53", "9.9.9.9"), beside=ips("192.168.1.53"))
    assert asked(some) == ("resolv.conf", ips("9.9.9.9"), ())


def test_global_servers_win_alone_over_everything() -> None:
    here = device(1) | primary(1)
    listed = {"nameservers": ["9.9.9.9", "fd00::1"], "priority": 100}
    corp = {"nameservers": ["10.0.0.1"], "domains": ["corp.example"], "priority": 100}
    objects = here | dns(listed, corp, ENTRY)
    assert asked(sources(CABLE, objects)) == ("networkmanager", ips("9.9.9.9"), ())
    configured = {"domains": {"*": {"servers": ["9.9.9.8"]}, "corp.example": {"servers": ["10.0.0.1"]}}}
    objects = here | dns(ENTRY)
    objects[ROOT] = {NM: {**objects[ROOT][NM], "GlobalDnsConfiguration": configured}}
    assert asked(sources(CABLE, objects)) == ("networkmanager", ips("9.9.9.8"), ())
    for servers, domains in (([entry(0, "9.9.9.9")], []), ([entry(7, "9.9.9.9")], [(7, ".", True)])):
        one = says([*servers, entry(2, "192.168.1.53")], domains)
        assert asked(sources(CABLE, here | dns(ENTRY), one)) == ("resolved", ips("9.9.9.9"), ())
        assert asked(sources(CABLE, None, one)) == ("resolved", ips("9.9.9.9"), ())


@pytest.mark.parametrize(
    "first",
    [
        {"nameservers": ["fd00::1"], "interface": "tun0", "priority": -50, "vpn": False},
        {"nameservers": ["fd00::1"], "interface": "tun0", "priority": 50, "vpn": True},
        {"nameservers": ["fd00::1"], "priority": 100},
    ],
)
def test_who_is_chosen_and_cannot_be_used_is_replaced_by_nobody(first: dict[str, Any]) -> None:
    made = sources(CABLE, device(1) | primary(1) | dns(ENTRY, first), file=ips("192.168.1.54"))
    assert asked(made) == ("none", (), ())
    assert problems(made) == ["no-dns"]


@pytest.mark.parametrize(
    "first",
    [
        {"nameservers": ["dns+tls://9.9.9.9"], "priority": 100},
        {"nameservers": ["dns+udp://9.9.9.9:5353"], "interface": "tun0", "priority": -50, "vpn": False},
    ],
)
def test_who_is_asked_otherwise_than_a_domain_can_is_told_as_that(first: dict[str, Any]) -> None:
    made = sources(CABLE, device(1) | primary(1) | dns(ENTRY, first), file=ips("192.168.1.54"))
    assert asked(made) == ("none", (), ("names-otherwise",))
    assert problems(made) == ["names-otherwise"]
    both = sources(CABLE, device(1) | primary(1) | dns(first | {"nameservers": [*first["nameservers"], "10.0.0.1"]}))
    assert asked(both) == ("networkmanager", ips("10.0.0.1"), ())


def test_what_resolved_asks_otherwise_than_a_domain_can_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only encrypted, or at another port; of it all, or of one link. That NetworkManager told it whom is the same."""
    monkeypatch.setattr("qnet_gui.netvm.dns.sources.link_index", {"eth0": 2}.get)
    servers = [entry(0, "9.9.9.9"), entry(2, "10.0.0.1")]
    refused: tuple[str, tuple[IPv4Address, ...], tuple[str, ...]] = ("none", (), ("names-otherwise",))
    here = device(1) | primary(1) | dns(ENTRY)
    for objects in (None, here):
        assert asked(sources(CABLE, objects, says(servers, secured={0}))) == refused
        assert asked(sources(CABLE, objects, says(servers, secured={2}))) == ("resolved", ips("9.9.9.9"), ())
        assert asked(sources(CABLE, objects, says(servers[1:], secured={0, 2}))) == refused
    assert asked(sources(CABLE, here, says(servers[1:], secured={0}))) == ("networkmanager", ips("192.168.1.53"), ())
    everything = {"GlobalDnsConfiguration": {"domains": {"*": {"servers": ["9.9.9.9"]}}}}
    objects = here | {ROOT: {NM: everything}}
    assert asked(sources(CABLE, objects, says(servers[1:], secured={0}))) == refused
    assert asked(sources(CABLE, objects, says(servers[1:]))) == ("networkmanager", ips("9.9.9.9"), ())
    foreign = says(servers, mode="foreign", secured={0, 1, 2})
    assert asked(sources(CABLE, here, replace(foreign, copied=frozenset(ips("9.9.9.9")))))[0] == "networkmanager"
    odd = ResolvedServers.of({"DNS": servers, "DNSEx": [(0, 2, ips("9.9.9.9")[0].packed, 5353, "")]})
    assert asked(sources(CABLE, None, odd)) == refused
    usual = [(0, 2, ips("9.9.9.9")[0].packed, 53, ""), (2, 2, ips("10.0.0.1")[0].packed, 0, "")]
    assert asked(sources(CABLE, None, ResolvedServers.of({"DNSEx": usual}))) == ("resolved", ips("9.9.9.9"), ())
    fallback = [(0, 2, ips("9.9.9.9")[0].packed, 0, "")]
    assert asked(sources(CABLE, None, ResolvedServers.of({"FallbackDNSEx": fallback}))) == (
        "resolved", ips("9.9.9.9"), ()
    )  # fmt: skip
    assert asked(sources(CABLE, None, ResolvedServers.of({"FallbackDNSEx": fallback, "DNSOverTLS": "yes"}))) == refused
    tried = ResolvedServers.of({"DNSEx": usual, "DNSOverTLS": "opportunistic"})
    assert asked(sources(CABLE, None, tried)) == ("resolved", ips("9.9.9.9"), ())


def test_an_entry_for_some_domains_only_serves_nobody_else() -> None:
    split = {"nameservers": ["10.9.0.1"], "interface": "tun0", "priority": 50, "vpn": True, "domains": ["~corp.test"]}
    objects = device(1) | primary(1)
    assert networkmanager_names.servers(objects | dns(ENTRY, split)) == ips("192.168.1.53")
    assert networkmanager_names.servers(objects | dns(split)) == ()
    assert networkmanager_names.servers(objects | dns(ENTRY, split | {"priority": -5})) == ips("192.168.1.53")
    for domains in (["~."], ["~corp.test", "corp.test"], []):
        assert networkmanager_names.servers(objects | dns(ENTRY, split | {"domains": domains})) == ips("10.9.0.1")


def test_networkmanager_that_leaves_names_alone_is_not_asked_where_others_are_named() -> None:
    for mode, manager in (("none", "unmanaged"), ("default", "unmanaged")):
        objects = device(1) | primary(1) | dns(ENTRY)
        objects[f"{ROOT}/DnsManager"][f"{NM}.DnsManager"] |= {"Mode": mode, "RcManager": manager}
        assert asked(sources(CABLE, objects, file=ips("9.9.9.9"))) == ("resolv.conf", ips("9.9.9.9"), ())
        assert asked(sources(CABLE, objects)) == ("networkmanager", ips("192.168.1.53"), ())


def test_a_resolver_of_the_netvms_own_is_told_as_that() -> None:
    local = sources(CABLE, file=ips("127.0.0.1"))
    assert asked(local) == ("none", (), ("local-resolver",))
    assert problems(local) == ["local-resolver"]
    objects = device(1) | primary(1) | dns(ENTRY | {"nameservers": ["127.0.0.1"]})
    assert asked(sources(CABLE, objects)) == ("none", (), ("local-resolver",))
    assert problems(sources(CABLE, None, says([]), ips("127.0.0.53"))) == ["no-dns"]
    assert asked(sources(CABLE, file=ips("127.0.0.1", "192.168.1.54"))) == ("resolv.conf", ips("192.168.1.54"), ())


def test_systemd_resolveds_own_listener_is_asked_where_it_hears_domains(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sockets = tmp_path / "udp"
    monkeypatch.setattr(local_server, "_SOCKETS", sockets)
    made = sources(CABLE, None, says([]), ips("127.0.0.53"))
    made._local_resolver = True
    head = "  sl  local_address rem_address   st\n"
    for lines in ("", head, f"{head}  1: 3500007F:0035 00000000:0000 07\n  2: 3700007F:14E9 00000000:0000 07\n\n"):
        sockets.write_text(lines)
        assert asked(made) == ("none", (), ("local-resolver",))
    sockets.write_text(f"{head}  1: 3500007F:0035 00000000:0000 07\n  2: 3700007F:0035 00000000:0000 07\n")
    assert asked(made) == ("resolv.conf", ips("127.0.0.55"), ())
    sockets.unlink()
    assert asked(made) == ("none", (), ("local-resolver",))
    made._resolvconf.servers = ips("127.0.0.1")
    assert asked(made) == ("resolv.conf", ips("127.0.0.1"), ())


def test_a_resolver_at_the_netvms_own_address_is_told_as_that() -> None:
    """As one that answers the netvm's whole network: no addresses overlap, and no other pool would help."""
    for own in ("192.168.1.2", "127.0.0.1"):
        assert problems(sources(CABLE, file=ips(own))) == ["local-resolver"]
        objects = device(1) | primary(1) | dns(ENTRY | {"nameservers": [own]})
        assert asked(sources(CABLE, objects)) == ("none", (), ("local-resolver",))
        both = sources(CABLE, file=ips(own, "192.168.1.54"))
        assert asked(both) == ("resolv.conf", ips("192.168.1.54"), ())
    assert asked(sources(CABLE, file=ips("192.168.1.2", "10.137.0.77")))[2] == ("local-resolver", "address-overlap")


@pytest.mark.parametrize("ours", ["10.137.0.77", "10.137.0.1", "10.139.1.1", "10.139.1.2", "10.200.0.4"])
def test_a_server_with_an_address_of_ours_is_never_asked(ours: str) -> None:
    """In the pool, the gateway's, a virtual server's, a domain's."""
    objects = device(1) | primary(1)
    assert asked(sources(CABLE, objects | dns(ENTRY | {"nameservers": [ours]}))) == ("none", (), ("address-overlap",))
    both = sources(CABLE, objects | dns(ENTRY | {"nameservers": [ours, "192.168.1.53"]}))
    assert asked(both) == ("networkmanager", ips("192.168.1.53"), ("address-overlap",))
    assert problems(both) == ["address-overlap"]


@pytest.mark.parametrize(
    ("address", "prefix", "router", "overlaps"),
    [
        ("10.137.9.2", 24, "10.137.9.1", True),
        ("10.0.0.2", 8, "10.0.0.1", True),
        ("10.139.1.7", 24, "10.139.1.254", True),
        ("192.168.1.2", 24, "10.137.0.1", True),
        ("10.200.0.4", 32, "192.168.1.1", True),  # a domain's, which is not of the pool
        ("192.168.1.2", 24, "192.168.1.1", False),
    ],
)
def test_a_network_with_addresses_of_ours_is_told(address: str, prefix: int, router: str, overlaps: bool) -> None:
    way = replace(CABLE, name="lo", gateway=IPv4Address(router), address=IPv4Address(address))
    made = sources(way, file=ips("9.9.9.9"))
    made._ways.interfaces = lambda _: [IPv4Interface((address, prefix))]  # type: ignore[method-assign]
    assert asked(made)[:2] == ("resolv.conf", ips("9.9.9.9"))  # all that can work goes on
    assert ("address-overlap" in problems(made)) is overlaps


def test_what_networkmanager_calls_connected_is_down_where_no_packet_leaves() -> None:
    """With `ignore-carrier` and the cable out, or the link of a kill switch, which swallows everything."""
    for running, state in ((True, "up"), (False, "down")):
        made = sources(replace(CABLE, running=running), device(1) | primary(1) | dns(ENTRY))
        (uplink,) = made.uplinks(made.choose(OwnAddresses()))
        assert (uplink.state.value, uplink.primary) == (state, True)
        assert problems(made) == ([] if running else ["no-uplink"])


def test_somebody_elses_rule_that_comes_first_is_told_where_it_matters() -> None:
    made = sources(CABLE, file=ips("9.9.9.9"))
    assert problems(made) == []
    made._netlink.own.somebody_is_first = True  # type: ignore[attr-defined]
    assert problems(made) == ["others-route"]
    made._ways.leads_astray = lambda *_: False  # type: ignore[method-assign]
    assert problems(made) == []


# -- servers that NetworkManager has and does not use


def lease(servers: Any, number: int = 1, state: int = 100) -> dict[str, Any]:
    """A device that is up with a lease, of which nothing came into force."""
    path = f"{ROOT}/DHCP4Config/{number}"
    objects = device(1, state=state, number=number, device={"Dhcp4Config": path})
    objects[f"{ROOT}/IP4Config/{number}"][f"{NM}.IP4Config"]["NameserverData"] = []
    return objects | {path: {f"{NM}.DHCP4Config": {"Options": servers}}}


@pytest.mark.parametrize(
    ("options", "lost"),
    [
        ({"domain_name_servers": "192.168.1.53 192.168.1.54"}, True),
        ({"domain_name_servers": ""}, False),
        ({"domain_name_servers": "fd09::1"}, False),
        ({"domain_name_servers": 7}, False),
        ({}, False),
        (None, False),
    ],
)
def test_servers_of_a_lease_that_are_not_in_force_are_lost(options: Any, lost: bool) -> None:
    assert networkmanager_names.lost_servers(lease(options) | dns()) is lost


def test_servers_are_not_lost_while_any_are_in_force_or_it_still_connects() -> None:
    options = {"domain_name_servers": "192.168.1.53"}
    in_force = dns({"nameservers": ["192.168.2.53"], "priority": 100})
    assert not networkmanager_names.lost_servers(lease(options) | in_force)
    assert not networkmanager_names.lost_servers(lease(options, state=70) | dns())


@pytest.mark.parametrize(
    ("settings", "servers"),
    [
        ({"ipv4": {"dns-data": ["192.168.1.53", "192.168.1.54#dns.test"]}}, ips("192.168.1.53", "192.168.1.54")),
        ({"ipv4": {"dns": [int.from_bytes(bytes((192, 168, 1, 53)), sys.byteorder)]}}, ips("192.168.1.53")),
        ({"ipv4": {"dns-data": ["fd09::1", "nonsense", ""]}}, ()),
        ({"ipv4": {"dns-data": 7}}, ()),
        ({"ipv4": {}, "ipv6": {"dns-data": ["fd09::1"]}}, ()),
        ({"ipv4": 7}, ()),
        (7, ()),
    ],
)
def test_servers_of_a_connections_settings(settings: Any, servers: tuple[IPv4Address, ...]) -> None:
    assert tuple(networkmanager_profiles.servers_of(settings)) == servers


def test_settings_are_asked_for_of_what_is_up_and_only_while_no_servers_are_in_force() -> None:
    objects = device(1) | device(1, state=70, number=2, name="eth1")
    for number, state in ((1, 2), (2, 1)):
        active = {"State": state, "Connection": f"{ROOT}/Settings/{number + 2}"}
        objects[f"{ROOT}/ActiveConnection/{number}"] = {f"{NM}.Connection.Active": active}
    asked = networkmanager_profiles.questions(objects | dns())
    assert {(question.path, question.method) for question in asked} == {
        (f"{ROOT}/Settings/3", "GetSettings"), (f"{ROOT}/Devices/1", "GetAppliedConnection"),
    }  # fmt: skip
    assert networkmanager_profiles.questions(objects | dns(ENTRY)) == frozenset()


def test_servers_of_settings_are_lost_while_none_are_in_force() -> None:
    assert networkmanager_names.lost_servers(device(1) | dns(), ips("192.168.1.53"))
    assert not networkmanager_names.lost_servers(device(1) | dns(ENTRY), ips("192.168.1.53"))
