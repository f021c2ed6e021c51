"""What the netvm's links are, on a real kernel as root and on the fake."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

import pytest

from qnet_gui.kernel.link_survey import SurveyedLink, survey
from qnet_gui.netvm.packet_filter import inside_links

ADDRESS = IPv4Interface("172.30.0.1/24")


def _far(space: Any) -> SurveyedLink:
    with space.inside():
        links = inside_links.survey()  # the fake's, where the kernel is one
    return next(link for link in links if link.name == "far")


def test_a_links_addresses_and_default_route(space: Any) -> None:
    assert _far(space) == SurveyedLink("far")
    space.somebody_adds_address("far", ADDRESS)
    given = SurveyedLink("far", (ADDRESS.ip,), fixed=True, networks=(ADDRESS.network,))
    assert _far(space) == given
    with space.inside():
        space.netlink.set_up(3)
    space.somebody_adds_route(IPv4Network("0.0.0.0/0"), "far", IPv4Address("172.30.0.9"))
    assert _far(space) == replace(given, default_route=True, router=True, routers=(IPv4Address("172.30.0.9"),))


def test_vifs_and_the_loopback_are_no_part_of_it(space: Any) -> None:
    with space.inside():
        assert {link.name for link in inside_links.survey()} == {"far"}


def _ip(space: Any, *words: str) -> None:
    command = ["nsenter", "-t", str(space._pid), "-n", "ip", *words]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _one(space: Any, name: str = "far") -> SurveyedLink:
    with space.inside():
        return next(link for link in survey() if link.name == name)


def test_an_address_that_expires_is_not_fixed(real_space: Any) -> None:
    _ip(real_space, "address", "add", str(ADDRESS), "dev", "far", "valid_lft", "3600", "preferred_lft", "3600")
    assert not _one(real_space).fixed


def test_an_address_that_nobody_gave_is_not_fixed(real_space: Any) -> None:
    """Where there is no DHCP a machine makes one up (RFC 3927), among strangers whose router it is not."""
    _ip(real_space, "address", "add", "169.254.7.7/16", "dev", "far")
    assert not _one(real_space).fixed
    _ip(real_space, "address", "add", str(ADDRESS), "dev", "far")
    assert _one(real_space).fixed


def test_a_way_out_may_be_written_in_many_ways(real_space: Any) -> None:
    """As a VPN's are: in a table of its own, in halves, as one of several next hops; and IPv6."""
    for route in (
        ["default", "dev", "far", "table", "51820"],
        ["0.0.0.0/1", "dev", "far"],
        ["128.0.0.0/1", "dev", "far"],
        ["default", "nexthop", "dev", "far", "nexthop", "dev", "vif7.0"],
    ):
        _ip(real_space, "link", "set", "far", "up")
        _ip(real_space, "link", "set", "vif7.0", "up")
        assert not _one(real_space).default_route
        _ip(real_space, "route", "add", *route)
        assert _one(real_space).default_route, route
        _ip(real_space, "route", "del", *route)
    _ip(real_space, "-6", "route", "add", "default", "dev", "far")
    assert _one(real_space).default_route


@pytest.mark.parametrize(
    ("route", "router"),
    [
        (["203.0.113.9", "via", "172.30.0.9"], True),  # a VPN's own way to its server
        (["203.0.113.0/24", "via", "172.30.0.9", "table", "51820"], True),
        (["203.0.113.9", "nexthop", "via", "172.30.0.9", "dev", "far", "nexthop", "dev", "vif7.0"], True),
        (["203.0.113.9", "via", "inet6", "fe80::9", "dev", "far"], True),
        (["203.0.113.0/24", "dev", "far"], False),
        (["unreachable", "203.0.113.0/24"], False),
    ],
)
def test_a_route_over_a_router_says_that_there_is_one(real_space: Any, route: list[str], router: bool) -> None:
    _ip(real_space, "link", "set", "far", "up")
    _ip(real_space, "link", "set", "vif7.0", "up")
    _ip(real_space, "address", "add", str(ADDRESS), "dev", "far")
    assert not _one(real_space).router
    _ip(real_space, "route", "add", *route)
    assert (_one(real_space).router, _one(real_space).default_route) == (router, False)


def test_a_tunnel_is_no_broadcast_link(real_space: Any) -> None:
    _ip(real_space, "tuntap", "add", "tun0", "mode", "tun")
    assert not _one(real_space, "tun0").broadcast
    assert _one(real_space).broadcast


def test_a_tunnel_that_looks_like_a_card_is_none(real_space: Any) -> None:
    """ZeroTier's members were all that a hotspot's guests are: they might ask the netvm what they liked."""
    _ip(real_space, "tuntap", "add", "ztabcdef", "mode", "tap")
    for name in ("ztabcdef", "far"):
        _ip(real_space, "address", "add", str(ADDRESS), "dev", name)
    assert not _one(real_space, "ztabcdef").broadcast
    assert (_one(real_space).broadcast, _one(real_space, "ztabcdef").fixed) == (True, True)
