"""The netvm's own routing tables: in which order they are looked up, and who is in that for domains' packets."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from fakes.kernel import FakeRoute

from qnet_gui.kernel.netlink_messages import RTN_BLACKHOLE, RTN_THROW
from qnet_gui.kernel.netlink_requests import RouteKey, RuleKey
from qnet_gui.kernel.own_routing import DOMAINS_TABLE, OWN_TABLE
from qnet_gui.model.config import DEFAULT_POOL
from qnet_gui.netvm.packet_filter import base_routing

POOL = DEFAULT_POOL.network_address.packed, DEFAULT_POOL.prefixlen
WORLD = IPv4Network("0.0.0.0/0")


def rules(first: int, second: int, third: int, *uplinks: str) -> list[RuleKey]:
    exempt = [RuleKey(first, OWN_TABLE, link) for link in ("lo", *uplinks)]
    return [*exempt, RuleKey(second, DOMAINS_TABLE, "", *POOL), RuleKey(third, OWN_TABLE)]


def connect(kernel: Any, name: str, router: str | None) -> None:
    index = kernel.add_link(name)
    kernel.set_up(index)
    kernel.add_route(FakeRoute(WORLD, index, index, IPv4Address(router) if router else None, 0))


def test_domains_packets_are_looked_up_where_no_domain_is(netvm: Any) -> None:
    assert base_routing.apply(netvm.netlink, DEFAULT_POOL) == (True, set())
    assert netvm.kernel.own_rules == rules(116, 117, 118)
    nowhere = RouteKey.of(DEFAULT_POOL, 0xFFFFFFFF, RTN_BLACKHOLE)
    assert netvm.netlink.own.routes(DOMAINS_TABLE) == netvm.netlink.own.routes() == {nowhere}
    assert base_routing.apply(netvm.netlink, DEFAULT_POOL) == (False, set())


def test_what_comes_in_by_an_uplink_is_no_domains_and_another_uplink_is_nobodys_doing(netvm: Any) -> None:
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    connect(netvm.kernel, "eth0", "10.137.5.1")
    connect(netvm.kernel, "wwan0", None)
    connect(netvm.kernel, "vif7.0", "192.168.1.1")  # whoever has written that
    connect(netvm.kernel, "caf\udce9", "192.168.2.1")
    netvm.kernel.add_link("docker0")
    assert base_routing.apply(netvm.netlink, DEFAULT_POOL) == (False, set())
    assert netvm.kernel.own_rules == rules(116, 117, 118, "eth0", "wwan0")
    router = RouteKey.of(IPv4Network("10.137.5.1/32"), 0xFFFFFFFF, RTN_THROW)
    assert router in netvm.netlink.own.routes(DOMAINS_TABLE) & netvm.netlink.own.routes()
    for name in ("eth0", "wwan0"):
        netvm.kernel.delete_link(name)
    assert base_routing.apply(netvm.netlink, DEFAULT_POOL) == (False, set())
    assert netvm.kernel.own_rules == rules(116, 117, 118)


@pytest.mark.parametrize(("other", "preferences"), [(900, (116, 117, 118)), (117, (114, 115, 116)), (3, (0, 1, 2))])
def test_ours_come_before_all_others(netvm: Any, other: int, preferences: Sequence[int]) -> None:
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    netvm.kernel.other_rules.append(other)
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    assert netvm.kernel.own_rules == rules(*preferences)
    netvm.kernel.other_rules.remove(other)
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    assert netvm.kernel.own_rules == rules(116, 117, 118)


def test_where_there_is_no_room_the_order_is_kept(netvm: Any) -> None:
    """Of rules with one preference the kernel asks that first which it was given first."""
    netvm.kernel.other_rules.append(1)
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    assert netvm.kernel.own_rules == rules(0, 0, 0)
    connect(netvm.kernel, "eth0", "192.168.0.1")
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    assert netvm.kernel.own_rules == rules(0, 0, 0, "eth0")
    netvm.kernel.own_rules.remove(RuleKey(0, OWN_TABLE, "lo"))
    assert base_routing.apply(netvm.netlink, DEFAULT_POOL) == (True, set())
    assert netvm.kernel.own_rules == rules(0, 0, 0, "eth0")
    assert base_routing.apply(netvm.netlink, DEFAULT_POOL) == (False, set())


def test_a_rule_of_somebody_elses_to_our_table_goes_and_no_other_one(netvm: Any) -> None:
    """The kernel deletes the first that is like what it is told: here one of ours."""
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    netvm.kernel.own_rules.insert(1, RuleKey(116, OWN_TABLE))
    netvm.kernel.own_rules.append(RuleKey(300, DOMAINS_TABLE, "", IPv4Address("10.0.0.0").packed, 8))
    assert base_routing.apply(netvm.netlink, DEFAULT_POOL) == (True, set())
    assert netvm.kernel.own_rules == rules(116, 117, 118)


def test_the_netvms_own_addresses_stay_its_own_wherever_the_kernel_looks_them_up(netvm: Any) -> None:
    """`ip rule add preference 32765 lookup local; ip rule delete preference 0`, as VRFs want it."""
    own = IPv4Address("10.137.0.1")
    netvm.netlink.add_address(1, own, host_scope=True)
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    usual = netvm.netlink.own.routes()
    netvm.kernel.local_preference = 32765
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    thrown = {*usual, RouteKey.of(IPv4Network(own), 0xFFFFFFFF, RTN_THROW)}
    assert netvm.netlink.own.routes(DOMAINS_TABLE) == netvm.netlink.own.routes() == thrown
    netvm.kernel.local_preference = 0
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    assert netvm.netlink.own.routes(DOMAINS_TABLE) == netvm.netlink.own.routes() == usual


def test_undo_leaves_neither_tables_nor_rules(netvm: Any) -> None:
    connect(netvm.kernel, "eth0", "192.168.0.1")
    base_routing.apply(netvm.netlink, DEFAULT_POOL)
    base_routing.undo(netvm.netlink)
    assert (netvm.kernel.own_rules, netvm.kernel.own_routes) == ([], {})
