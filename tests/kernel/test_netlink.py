"""Commands to the kernel and its events: on a network namespace of the real one, as root, and on the fake kernel."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

import pytest
from waiting import eventually

from qnet_gui.kernel.monitor import Event
from qnet_gui.kernel.netlink import link_index, link_names
from qnet_gui.kernel.netlink_messages import RTM_DELRULE, RTMGRP_IPV4_RULE, messages
from qnet_gui.kernel.netlink_requests import RouteKey, RuleKey
from qnet_gui.kernel.own_routing import DOMAINS_TABLE, OWN_TABLE
from qnet_gui.kernel.rtnetlink import NetlinkDumpInterrupted
from qnet_gui.kernel.sysctl import set_for_interface, set_sysctl
from qnet_gui.model.errors import KernelError
from qnet_gui.model.route import ROUTES_MAX

MAC = "00:16:3e:00:00:01"
ADDRESS, OTHER = IPv4Address("10.137.0.7"), IPv4Address("10.137.0.8")
NEAR = IPv4Interface("10.9.0.1/24")
EVERYTHING = IPv4Network("0.0.0.0/0")
POOL = IPv4Network("10.137.0.0/16")
VIF, FAR, NOBODY = 2, 3, 9999


def test_a_link_that_cannot_be_asked_for_is_not_taken_for_gone() -> None:
    """Whoever has no descriptor left would take the domains behind those links off the network."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open("/dev/null", os.O_RDONLY)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
        with pytest.raises(KernelError, match="Too many open files"):
            link_index("nobody")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        os.close(free)
    assert link_index("nobody") is None


def test_links_have_names_and_numbers(space: Any) -> None:
    with space.inside():
        assert {"lo", "vif7.0", "far"} <= set(link_names())
        assert (link_index("vif7.0"), link_index("nobody")) == (VIF, None)


def test_a_link_goes_up_and_down(space: Any) -> None:
    for _ in range(2):
        space.netlink.set_up(VIF)
        assert space.is_up(VIF)
    for _ in range(2):
        space.netlink.set_down(VIF)
        assert not space.is_up(VIF)
    space.netlink.set_down(NOBODY)
    with pytest.raises(KernelError, match="No such device"):
        space.netlink.set_up(NOBODY)


def test_a_links_mtu_is_told_and_its_change_is_an_event(space: Any) -> None:
    with space.inside():
        assert (space.netlink.mtu("far"), space.netlink.mtu("nobody")) == (1500, 0)
        space.set_mtu("far", 1400)
        assert space.netlink.mtu("far") == 1400
    assert Event("far", uplink=True) in space.events()


def test_a_neighbour_is_permanent_and_replaced(space: Any) -> None:
    for mac in ("00:16:3e:00:00:01", "00:16:3e:00:00:02"):
        space.netlink.serve_host(VIF, ADDRESS, mac, 1)
        assert space.permanent_neighbours() == {(str(ADDRESS), mac)}
    for index in (VIF, VIF, NOBODY):
        space.netlink.withdraw_host(index, ADDRESS, 1)
    assert (space.permanent_neighbours(), space.netlink.routes()) == (set(), [])
    assert not space.is_up(VIF)


def test_a_host_is_served_by_a_neighbour_a_link_that_is_up_and_a_route(space: Any) -> None:
    for _ in range(2):
        space.netlink.serve_host(VIF, ADDRESS, MAC, 5)
        assert space.is_up(VIF)
        assert space.permanent_neighbours() == {(str(ADDRESS), MAC)}
        with space.inside():
            assert [row.line for row in space.netlink.routes()] == [
                "10.137.0.7 0.0.0.0 255.255.255.255 UH 5 0 0 vif7.0"
            ]
    with pytest.raises(KernelError, match="No such device"):
        space.netlink.serve_host(NOBODY, ADDRESS, MAC, 5)


@pytest.mark.parametrize(
    ("setting", "value"), [("arp_ignore", 1), ("medium_id", -1), ("rp_filter", 2), ("forwarding", 0)]
)
def test_whatever_the_default_of_links_is_one_that_serves_a_host_answers_for_others(
    space: Any, setting: str, value: int
) -> None:
    name = f"ipv4/conf/vif7.0/{setting}"
    space.somebody_writes("ipv6/conf/vif7.0/disable_ipv6", 1)  # which `serve_host` leaves to its caller
    space.somebody_writes(name, value)
    space.netlink.serve_host(VIF, ADDRESS, MAC, 5)
    assert space.setting(name) == (setting in ("rp_filter", "forwarding"))
    assert space.netlink.serves_host(VIF, ADDRESS, MAC)
    space.somebody_writes(name, value)
    assert not space.netlink.serves_host(VIF, ADDRESS, MAC)


def test_a_link_that_goes_down_takes_its_neighbours_and_routes_along(space: Any) -> None:
    space.netlink.serve_host(VIF, ADDRESS, MAC, 5)
    space.netlink.set_down(VIF)
    assert (space.permanent_neighbours(), space.netlink.routes()) == (set(), [])


def test_addresses(space: Any) -> None:
    for _ in range(2):
        space.netlink.add_address(VIF, ADDRESS)
    space.netlink.add_address(1, OTHER, host_scope=True)
    space.somebody_adds_address("vif7.0", NEAR)
    assert space.netlink.addresses(VIF) == [(ADDRESS, 32), (NEAR.ip, 24)]
    assert space.is_of_host_scope(OTHER)
    assert not space.is_of_host_scope(ADDRESS)
    space.netlink.delete_address(VIF, NEAR.ip, 24)
    for index in (VIF, VIF, NOBODY):
        space.netlink.delete_address(index, ADDRESS)
    assert space.netlink.addresses(VIF) == []


def test_addresses_that_change_while_they_are_told_are_asked_for_again(
    space: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel says so whenever a link comes or goes meanwhile, as with fifty vifs at once."""
    space.netlink.add_address(VIF, ADDRESS)
    ask, interrupted = space.netlink._route.get_addr, [NetlinkDumpInterrupted(), NetlinkDumpInterrupted()]

    def get_addr(**words: Any) -> Any:
        if interrupted:
            raise interrupted.pop()
        return ask(**words)

    with monkeypatch.context() as patch:
        patch.setattr(space.netlink._route, "get_addr", get_addr)
        assert space.netlink.addresses(VIF) == [(ADDRESS, 32)]
        interrupted += [NetlinkDumpInterrupted() for _ in range(100)]
        with pytest.raises(KernelError):
            space.netlink.addresses(VIF)


def test_routes(space: Any) -> None:
    space.netlink.set_up(VIF)
    for _ in range(2):
        space.netlink.serve_host(VIF, ADDRESS, MAC, 5)
        space.netlink.set_default_route(VIF)
    space.somebody_adds_address("vif7.0", NEAR)
    space.somebody_adds_route(IPv4Network("10.8.0.0/16"), "vif7.0", IPv4Address("10.9.0.2"), 3)
    with space.inside():
        lines = [route.line for route in space.netlink.routes()]
    assert lines == [
        "10.137.0.7 0.0.0.0 255.255.255.255 UH 5 0 0 vif7.0",
        "10.9.0.0 0.0.0.0 255.255.255.0 U 0 0 0 vif7.0",
        "10.8.0.0 10.9.0.2 255.255.0.0 UG 3 0 0 vif7.0",
        "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 vif7.0",
    ]
    assert space.netlink.routes_of_link(1) == []
    for route in space.netlink.routes_of_link(VIF):
        if route["dst_len"]:
            space.netlink.delete_route(route)
            space.netlink.delete_route(route)
    assert [route["dst_len"] for route in space.netlink.routes_of_link(VIF)] == [0]


@pytest.mark.root
def test_of_very_many_routes_both_ends_are_told_and_soon(real_space: Any) -> None:
    """Beside a VPN there may be the list of a country's networks. The default route was cut off, after a second."""
    netlink = real_space.netlink
    netlink.serve_host(VIF, ADDRESS, MAC, 5)
    networks = [f"{20 + number // 4096}.{number // 16 % 256}.{number % 16 * 16}.0/20" for number in range(8000)]
    hosts = [f"1.0.{number // 200}.{number % 200}" for number in range(3000)]
    real_space.batch(f"route add {to} dev vif7.0" for to in (*networks, *hosts, "default"))
    began = time.process_time()
    with real_space.inside():
        routes = netlink.routes()
    took = time.process_time() - began
    assert len(routes) == ROUTES_MAX
    assert (routes[0].destination, routes[1].destination, routes[-1].genmask) == ("10.137.0.7", "1.0.0.0", "0.0.0.0")
    with real_space.inside():
        assert [route.genmask for route in netlink.routes(longest=0)] == ["0.0.0.0"]
    assert took < 0.5  # some 0.1 s; by pyroute2 it was 1.3


def test_no_route_through_a_link_that_is_down(space: Any) -> None:
    space.netlink.set_down(VIF)
    with pytest.raises(KernelError, match="Network is down"):
        space.netlink.set_default_route(VIF)


def test_a_host_of_another_metric_or_link_is_not_withdrawn(space: Any) -> None:
    space.netlink.set_up(FAR)
    space.netlink.serve_host(VIF, ADDRESS, MAC, 5)
    for index, metric in ((FAR, 5), (NOBODY, 5)):
        space.netlink.withdraw_host(index, ADDRESS, metric)
    assert len(space.netlink.own.routes()) == 1
    space.netlink.withdraw_host(VIF, ADDRESS, 5)
    assert space.netlink.own.routes() == set()


def _rules(first: int, second: int, third: int, *uplinks: str) -> list[RuleKey]:
    exempt = [RuleKey(first, OWN_TABLE, link) for link in ("lo", *uplinks)]
    return [*exempt, RuleKey(second, DOMAINS_TABLE, "", POOL.network_address.packed, 16), RuleKey(third, OWN_TABLE)]


def test_our_tables_are_looked_up_before_all_others(space: Any) -> None:
    own = space.netlink.own
    assert [own.set_rules(POOL, ["far"]) for _ in range(2)] == [True, False]
    assert space.own_rules() == _rules(116, 117, 118, "far")
    space.somebody_adds_rule(117)
    assert [own.set_rules(POOL, ["far"]) for _ in range(2)] == [True, False]
    assert space.own_rules() == _rules(114, 115, 116, "far")
    assert [own.set_rules(POOL, []) for _ in range(2)] == [False, False]
    assert space.own_rules() == _rules(114, 115, 116)
    own.delete_rules()
    assert space.own_rules() == []


def test_where_there_is_no_room_our_rules_have_one_preference_and_their_order(space: Any) -> None:
    own = space.netlink.own
    space.somebody_adds_rule(1)
    own.set_rules(POOL, [])
    assert space.own_rules() == _rules(0, 0, 0)
    assert [own.set_rules(POOL, ["far"]) for _ in range(2)] == [False, False]
    assert space.own_rules() == _rules(0, 0, 0, "far")
    own.delete_rules()
    assert space.own_rules() == []


@pytest.mark.root
def test_a_rule_of_preference_0_is_told_and_the_next_one_comes_behind_ours(real_space: Any) -> None:
    """Of rules with one preference the kernel asks that first which it was given first."""
    own = real_space.netlink.own
    own.set_rules(POOL, [])
    assert not own.rules().somebody_is_first
    real_space._ip("rule", "add", "preference", "0", "fwmark", "7", "lookup", "7")
    assert own.rules().somebody_is_first
    assert [own.set_rules(POOL, []) for _ in range(2)] == [True, False]
    real_space._ip("rule", "add", "fwmark", "8", "lookup", "8")  # whose preference is 0 then, too
    tables = [row["table"] for row in real_space._ip("-N", "-4", "rule")]
    assert tables == ["255", "7", "118", "119", "118", "8", "254", "253"]
    assert [own.set_rules(POOL, []) for _ in range(2)] == [False, False]
    real_space._ip("rule", "del", "fwmark", "7", "lookup", "7")
    assert not own.rules().somebody_is_first
    real_space._ip("rule", "del", "fwmark", "8", "lookup", "8")
    own.set_rules(POOL, [])
    assert real_space.own_rules() == _rules(116, 117, 118)


@pytest.mark.root
@pytest.mark.parametrize(
    "more",
    ["fwmark 7", "suppress_prefixlength 0", "suppress_ifgroup 3", "oif lo", "uidrange 0-5", "ipproto tcp", "tos 0x10",
     "dport 53", "sport 1-9"],
)  # fmt: skip
def test_a_rule_that_is_ours_but_for_fewer_packets_is_none_of_ours(real_space: Any, more: str) -> None:
    own = real_space.netlink.own
    own.set_rules(POOL, [])
    for beside in ("", "first"):
        if not beside:
            real_space._ip("rule", "del", "preference", "118")
        real_space._ip("rule", "add", "preference", "118", *more.split(), "lookup", "118")
        assert [own.set_rules(POOL, []) for _ in range(2)] == [True, False]
        assert real_space.own_rules() == _rules(116, 117, 118)
        assert not [row for row in real_space._ip("-N", "-4", "rule") if set(row) - {*_USUAL}]


@pytest.mark.root
@pytest.mark.parametrize("more", ["fwmark 7", "suppress_prefixlength 0", "oif lo", "ipproto tcp", "tos 0x10"])
def test_a_rule_for_fewer_packets_goes_without_ours_going_for_a_moment(real_space: Any, more: str) -> None:
    """The kernel deletes the first that is like what it is told, and ours stands first."""
    own = real_space.netlink.own
    own.set_rules(POOL, [])
    real_space._ip("rule", "add", "preference", "118", *more.split(), "lookup", "118")
    with real_space.inside(), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as listener:
        listener.bind((0, RTMGRP_IPV4_RULE))
        assert [own.set_rules(POOL, []) for _ in range(2)] == [True, False]
        listener.setblocking(False)
        changes = []
        with contextlib.suppress(BlockingIOError):
            while True:
                changes += [kind for kind, _ in messages(listener.recv(65536))]
    assert changes == [RTM_DELRULE]
    assert real_space.own_rules() == _rules(116, 117, 118)


@pytest.mark.root
def test_very_many_changes_that_are_refused_are_all_told(real_space: Any) -> None:
    """There was no room for the answers to a few hundred of them, and whoever asked failed without knowing why."""
    own = real_space.netlink.own
    real_space.netlink.serve_host(VIF, ADDRESS, MAC, 5)
    absent = [RouteKey.host(ADDRESS + number, 5, VIF) for number in range(1, 5000)]
    own.change([RouteKey.host(ADDRESS, 6, VIF)], [*absent, RouteKey.host(ADDRESS, 5, VIF)])
    assert own.routes() == {RouteKey.host(ADDRESS, 6, VIF)}
    real_space._ip("link", "set", "vif7.0", "down")
    with pytest.raises(KernelError):
        own.change(absent)
    assert own.routes() == set()


@pytest.mark.root
def test_a_route_in_our_table_for_some_packets_only_is_found_and_taken_out(real_space: Any) -> None:
    """Another type of service is another route; without it nothing was deleted, and all was said to be well."""
    own = real_space.netlink.own
    real_space.netlink.serve_host(VIF, ADDRESS, MAC, 5)
    before = own.routes()
    for words in ("unreachable 10.137.0.7 tos 0x10", "10.137.0.7 tos 0x10 dev vif7.0"):
        real_space._ip("route", "add", *words.split(), "table", "118")
        extra = own.routes() - before
        assert len(extra) == 1
        own.change((), extra)
        assert own.routes() == before


#: What `ip -j` tells of a rule of ours.
_USUAL = ("priority", "src", "srclen", "table", "iif", "protocol")


def test_a_thousand_routes_are_all_told(space: Any) -> None:
    space.netlink.set_up(VIF)
    for number in range(1000):
        space.netlink.serve_host(VIF, ADDRESS + number, MAC, 1)
    assert [row.destination for row in space.netlink.routes()] == [str(ADDRESS + number) for number in range(1000)]


def test_settings(space: Any) -> None:
    with space.inside():
        set_sysctl("ipv4/ip_forward", 1)
        set_for_interface("ipv4", "vif7.0", "proxy_arp", 1)
        set_for_interface("ipv6", "nobody", "disable_ipv6", 1)  # as where there is no IPv6
        with pytest.raises(KernelError, match="No such file"):
            set_for_interface("ipv4", "nobody", "proxy_arp", 1)
    assert space.setting("ipv4/ip_forward") == 1
    assert space.setting("ipv4/conf/vif7.0/proxy_arp") == 1


def test_events(space: Any) -> None:
    space.netlink.set_up(VIF)
    assert Event("vif7.0") in space.events()
    space.netlink.serve_host(VIF, ADDRESS, MAC, 1)
    assert not any(event.uplink for event in space.events() if event.name.startswith("vif") or not event.name)
    space.somebody_adds_route(EVERYTHING, "vif7.0", None)
    assert Event(uplink=True) in space.events()
    space.delete_link("far")
    eventually(lambda: Event("vif7.0", gone=True) in space.events())


@pytest.mark.root
def test_a_way_that_goes_with_its_next_hop_is_an_event(real_space: Any) -> None:
    """The kernel tells of the next hop alone, whichever routes go with it or lead elsewhere by another one."""
    for words in ("link set vif7.0 up", "link set far up", f"address add {NEAR} dev vif7.0"):
        real_space._ip(*words.split())
    real_space.events()
    real_space.somebody_writes("ipv4/nexthop_compat_mode", 0)
    for words in ("nexthop add id 7 via 10.9.0.2 dev vif7.0", "nexthop replace id 7 via 10.9.0.3 dev vif7.0"):
        real_space._ip(*words.split())
        assert Event(uplink=True) in real_space.events()
    real_space._ip("route", "add", "default", "nhid", "7")
    real_space.events()
    real_space._ip("nexthop", "del", "id", "7")
    assert Event(uplink=True) in real_space.events()


@pytest.mark.root
def test_a_way_to_one_address_is_an_event_whether_over_a_router_or_not(real_space: Any) -> None:
    """By it questions to a name server may go past a VPN, or no longer do so. Ours are in a table of their own."""
    for words in ("link set vif7.0 up", "link set far up", f"address add {NEAR} dev vif7.0"):
        real_space._ip(*words.split())
    real_space.events()
    for verb in ("add", "del"):
        real_space._ip("route", verb, "9.9.9.9/32", "dev", "vif7.0")
        assert Event(uplink=True) in real_space.events()
    real_space.netlink.serve_host(VIF, ADDRESS, MAC, 1)
    assert not any(event.uplink for event in real_space.events())


@pytest.mark.root
def test_a_way_out_by_ipv6_is_an_event_and_no_other_route_of_ipv6(real_space: Any) -> None:
    """A link that it leads through is the world, and no hotspot: whoever is behind it may not ask what he likes."""
    for words in ("link set far up", "link set vif7.0 up", "-6 address add fd09::1/64 dev far nodad"):
        real_space._ip(*words.split())
    eventually(lambda: not real_space.events())
    for verb in ("add", "del"):
        real_space._ip("-6", "route", verb, "fd0a::/64", "dev", "far")
        assert real_space.events() == []
        real_space._ip("-6", "route", verb, "default", "via", "fd09::9", "dev", "far")
        assert real_space.events() == [Event(uplink=True)]


def test_pyroute2_comes_without_what_nobody_here_needs() -> None:
    load = "import sys; from qnet_gui.kernel.netlink import Netlink, link_index; Netlink().close(); print(*sys.modules)"
    # what measures a program loads more than the program
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run([sys.executable, "-c", load], env=environment, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "pyroute2.iproute" in loaded
    assert not {"pyroute2.ndb", "sqlite3", "http.server"} & set(loaded)
