"""What the answers of NetworkManager, systemd-resolved and resolv.conf mean, odd ones included."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nm_objects import NM, ROOT, device, dns, ips, primary

from qnet_gui.model.dns import DnsSource
from qnet_gui.model.route import Route
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.netvm.dns import resolv_conf, resolved
from qnet_gui.netvm.dns.redirection import Sources
from qnet_gui.netvm.uplinks import networkmanager_objects

# -- NetworkManager


def test_a_cable() -> None:
    assert networkmanager_objects.uplinks(device(1) | primary(1)) == (
        Uplink("eth0", UplinkKind.CABLE, UplinkState.UP, True, IPv4Address("192.168.1.2"), IPv4Address("192.168.1.1"),
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
    assert not networkmanager_objects.in_charge(objects)


def test_the_primary_one_comes_first() -> None:
    both = device(1) | device(2, name="wlan0", number=2)
    assert [uplink.name for uplink in networkmanager_objects.uplinks(both | primary(2))] == ["wlan0", "eth0"]
    assert [uplink.name for uplink in networkmanager_objects.uplinks(both | primary(1))] == ["eth0", "wlan0"]


def test_a_vpn_plugins_connection_is_an_uplink_of_its_own() -> None:
    vpn = {"Id": "office", "Vpn": True, "State": 2, "Default": True, "Devices": [f"{ROOT}/Devices/1"]}
    objects = device(1) | primary(1) | {f"{ROOT}/ActiveConnection/9": {f"{NM}.Connection.Active": vpn}}
    uplinks = networkmanager_objects.uplinks(objects)
    assert [(uplink.kind.value, uplink.primary, uplink.connection) for uplink in uplinks] == [
        ("vpn", True, "office"),
        ("cable", False, "connection 1"),
    ]


class FakeNetlink:
    """One default route, straight through a link that every network namespace has."""

    def routes(self) -> list[Route]:
        return [Route.of(IPv4Address(0), 0, IPv4Address("192.168.1.1"), "lo", 100)]

    def addresses(self, index: int) -> list[tuple[IPv4Address, int]]:
        return [(IPv4Address("192.168.1.2"), 24)]

    def mtu(self, name: str) -> int:
        return {"lo": 1400, "wlan0": 1280}[name]


class FakeNetworkManager:
    in_charge, servers = True, ips("192.168.1.53")

    def __init__(self, objects: dict[str, Any]) -> None:
        self.uplinks = networkmanager_objects.uplinks(objects)


def left_alone(uplink: Uplink) -> set[str]:
    """The fields of an uplink that nobody has filled in."""
    return {field.name for field in fields(Uplink) if getattr(uplink, field.name) == field.default}


def test_every_field_of_an_uplink_is_found_out() -> None:
    """One that is added and forgotten here would be its default for ever, and nobody would see that."""
    sources = Sources(None, FakeNetlink(), lambda: None)  # type: ignore[arg-type]
    sources._resolvconf.servers = ips("192.168.1.53")
    source, _, (uplink,) = sources.ask(ips("10.139.1.1"))
    assert source is DnsSource.RESOLV_CONF
    assert left_alone(uplink) == {"ssid", "strength", "connection"}  # the kernel has no names for connections
    point = f"{ROOT}/AccessPoint/1"
    wifi = device(2, name="wlan0", **{f"{NM}.Device.Wireless": {"ActiveAccessPoint": point}}) | primary(1)
    wifi |= {point: {f"{NM}.AccessPoint": {"Ssid": list(b"Home"), "Strength": 73}}}
    sources._networkmanager = FakeNetworkManager(wifi)  # type: ignore[assignment]
    _, _, (uplink,) = sources.ask(ips("10.139.1.1"))
    assert left_alone(uplink) == set()
    assert uplink.mtu == 1280


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
    assert networkmanager_objects.servers(dns(first, second)) == ips("10.0.0.1", "10.0.0.2", "10.0.0.3")


@pytest.mark.parametrize("alone", [{"priority": 50, "vpn": True}, {"priority": -5, "vpn": False}])
def test_a_vpn_and_a_negative_priority_win_alone(alone: dict[str, Any]) -> None:
    usual = {"nameservers": ["10.0.0.1"], "interface": "eth0", "priority": 100, "vpn": False}
    assert networkmanager_objects.servers(
        dns(usual, {"nameservers": ["10.9.0.1"], "interface": "tun0", **alone})
    ) == ips("10.9.0.1")


def test_servers_told_for_a_vif_are_nobodys() -> None:
    assert (
        networkmanager_objects.servers(dns({"nameservers": ["10.0.0.1"], "interface": "vif4.0", "priority": 1})) == ()
    )


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


def entry(link: int, address: str, family: int = 2) -> tuple[int, int, bytes]:
    return link, family, IPv4Address(address).packed if family == 2 else bytes(16)


def test_resolveds_global_servers_win_alone() -> None:
    servers = [entry(2, "10.0.0.1"), entry(0, "10.0.0.2"), entry(0, "", 10)]
    assert resolved.choose(servers, []) == ips("10.0.0.2")


def test_resolveds_link_for_everything_wins_alone() -> None:
    servers = [entry(2, "10.0.0.1"), entry(3, "10.9.0.1")]
    assert resolved.choose(servers, [(3, ".", True), (2, "home", False)]) == ips("10.9.0.1")
    assert resolved.choose(servers, [(3, ".", False)]) == ips("10.0.0.1", "10.9.0.1")


def test_resolveds_ipv6_servers_are_passed_over() -> None:
    assert resolved.choose([entry(2, "", 10), (2, 2, b"123"), entry(2, "10.0.0.1")], []) == ips("10.0.0.1")


# -- resolv.conf


def test_resolv_conf() -> None:
    text = (
        "# nameserver 10.0.0.9\nsearch test\nnameserver 10.0.0.1\n  nameserver\t10.0.0.2 # mine\n"
        "nameserver fe80::1\nnameserver\nnameserver nonsense\nnameservers 10.0.0.3\nnameserver 10.0.0.4"
    )
    assert resolv_conf.parse(text) == ips("10.0.0.1", "10.0.0.2", "10.0.0.4")


@given(st.text(max_size=200))
def test_any_text_is_a_resolv_conf(text: str) -> None:
    resolv_conf.parse(text)


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
    assert networkmanager_objects.lost_servers(lease(options) | dns()) is lost


def test_servers_are_not_lost_while_any_are_in_force_or_it_still_connects() -> None:
    options = {"domain_name_servers": "192.168.1.53"}
    in_force = dns({"nameservers": ["192.168.2.53"], "priority": 100})
    assert not networkmanager_objects.lost_servers(lease(options) | in_force)
    assert not networkmanager_objects.lost_servers(lease(options, state=70) | dns())
