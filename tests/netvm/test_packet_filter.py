"""What the packet filter is told of links, and how full the table of connections is; the kernel is a fake."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.kernel.link_survey import SurveyedLink
from qnet_gui.model.config import Config, OpenPort
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.netvm.packet_filter import base_setup, connection_table, inside_links, ruleset, sets
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.packet_filter.connection_table import FillWatch
from qnet_gui.netvm.packet_filter.inside_links import InsideLinks

ROUTER = (IPv4Address("172.30.0.1"),)


@pytest.mark.parametrize(
    ("link", "inside"),
    [
        (SurveyedLink("docker0", ROUTER, fixed=True), True),
        (SurveyedLink("eth0", ROUTER, fixed=True, default_route=True), False),
        (SurveyedLink("eth0", ROUTER, fixed=True, router=True), False),  # of a VPN that took its default route away
        (SurveyedLink("eth0", ROUTER), False),  # by DHCP, and nothing told it a router
        (SurveyedLink("wg0", ROUTER, fixed=True, broadcast=False), False),
        (SurveyedLink("eth0"), False),
        (SurveyedLink('x";drop', ROUTER, fixed=True), False),
    ],
)
def test_a_link_is_inside_where_the_netvm_is_the_router(link: SurveyedLink, inside: bool) -> None:
    assert inside_links.names([link]) == ({link.name} if inside else set())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is to be called later, with the seconds."""
    calls: list[Any] = []
    for module in (inside_links, connection_table):
        monkeypatch.setattr(module, "after", lambda seconds, call: calls.append((seconds, call)))
    return calls


def _inside(netvm: Any) -> list[str]:
    names: list[str] = netvm.nft.elements("inet", ruleset.TABLE, sets.INSIDE_SET)
    return names


def test_a_link_must_have_settled_before_it_is_inside(
    netvm: Any, later: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    now = [100.0]
    monkeypatch.setattr(inside_links.time, "monotonic", lambda: now[0])
    looks: list[None] = []
    links = InsideLinks(netvm.nft, lambda: looks.append(None))
    index = netvm.kernel.add_link("br0")
    netvm.kernel.add_address(index, IPv4Interface("172.30.0.1/24"))
    links.look()
    assert _inside(netvm) == []
    assert netvm.nft.elements("arp", ruleset.TABLE, sets.LINK_ADDRESS_SET) == ["172.30.0.1"]
    now[0] += later[0][0]
    later[0][1]()
    assert looks == [None]
    links.look()
    assert _inside(netvm) == ["br0"]
    # a new agent finds it so, and need not wait
    after_restart = InsideLinks(netvm.nft, lambda: looks.append(None))
    after_restart.look()
    assert _inside(netvm) == ["br0"]
    netvm.kernel.delete_link("br0")
    after_restart.look()
    assert _inside(netvm) == []
    assert len(later) == 1


def test_a_link_that_was_a_way_out_is_none_inside_before_it_has_another_address(
    netvm: Any, later: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link that was set down and up has lost its routes, and not its address."""
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    now = [100.0]
    monkeypatch.setattr(inside_links.time, "monotonic", lambda: now[0])
    links = InsideLinks(netvm.nft, lambda: None)
    address = SurveyedLink("eth7", ROUTER, fixed=True)
    kernel = [replace(address, default_route=True)]
    monkeypatch.setattr(inside_links, "survey", lambda: kernel)

    def look() -> list[str]:
        links.look()
        now[0] += 10
        links.look()
        return _inside(netvm)

    assert look() == []
    kernel[:] = [address]
    assert look() == []
    kernel[:] = [replace(address, addresses=(), fixed=False)]
    assert look() == []
    kernel[:] = [replace(address, addresses=(IPv4Address("10.42.0.1"),))]
    assert look() == ["eth7"]
    kernel[:] = [replace(address, default_route=True)]
    assert look() == []
    kernel[:] = [replace(address, name="wan7")]  # it was given another name, and lost its routes then
    assert look() == []
    kernel.clear()
    assert look() == []
    kernel[:] = [address]  # another link of that name
    assert look() == ["eth7"]


@pytest.mark.parametrize(
    ("network", "inside"),
    [
        ("172.30.0.0/24", False),  # a second card in it, or a macvlan on the first
        ("172.30.0.77/32", False),  # a host's own way to its containers behind a macvlan
        ("172.30.0.0/16", False),  # the same, where somebody has written another mask
        ("172.30.0.0/25", False),
        ("172.30.0.240/28", False),  # in which that one's router is
        ("172.30.0.128/26", True),  # a hotspot's may be a piece of a very large one
        ("10.42.0.0/24", True),
    ],
)
def test_a_link_into_the_network_of_a_way_out_is_the_world(network: str, inside: bool) -> None:
    routers = (IPv4Address("172.30.0.254"),)
    outside = SurveyedLink("eth0", ROUTER, True, networks=(IPv4Network("172.30.0.0/24"),), routers=routers)
    second = SurveyedLink("shim0", (IPv4Address("172.30.0.77"),), fixed=True, networks=(IPv4Network(network),))
    assert inside_links.names([outside, second], {"eth0"}) == ({"shim0"} if inside else set())


def test_what_the_filter_is_told_is_told_once(netvm: Any, later: list[Any]) -> None:
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    links = InsideLinks(netvm.nft, lambda: None)
    index = netvm.kernel.add_link("eth7")
    netvm.kernel.add_address(index, IPv4Interface("192.168.7.7/24"))
    links.look()
    netvm.nft.apply(f"flush set arp {ruleset.TABLE} {sets.LINK_ADDRESS_SET}")
    links.look()
    assert netvm.nft.elements("arp", ruleset.TABLE, sets.LINK_ADDRESS_SET) == []
    netvm.nft.apply(links.elements)
    assert netvm.nft.elements("arp", ruleset.TABLE, sets.LINK_ADDRESS_SET) == ["192.168.7.7"]


# -- the table of connections


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the kernel's settings."""
    monkeypatch.setattr(connection_table, "_FOLDER", tmp_path)
    monkeypatch.setattr(connection_table, "set_sysctl", lambda name, value: _write(tmp_path, Path(name).name, value))
    for name in ("nf_conntrack_max", "nf_conntrack_buckets", "nf_conntrack_tcp_timeout_established"):
        _write(tmp_path, name, 4096)
    return tmp_path


def _write(folder: Path, name: str, value: int) -> None:
    (folder / name).write_text(f"{value}\n")


def _read(folder: Path, name: str) -> int:
    return int((folder / name).read_text())


def test_the_table_has_room_for_several_domains_at_their_limit(table: Path) -> None:
    assert connection_table.limit(16384) == 2048
    connection_table.prepare(16384)
    assert connection_table.limit(16384) == 16384
    assert _read(table, "nf_conntrack_max") == _read(table, "nf_conntrack_buckets") == 4 * 16384
    assert _read(table, "nf_conntrack_tcp_timeout_established") == 7440
    _write(table, "nf_conntrack_max", 1 << 20)
    connection_table.prepare(16384)
    assert _read(table, "nf_conntrack_max") == 1 << 20  # never made smaller


def test_where_it_cannot_be_made_larger_nobody_gets_more_than_half(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise KernelError(SystemCode.SETTING_REFUSED, setting="", why="")

    monkeypatch.setattr(connection_table, "set_sysctl", refuse)
    connection_table.prepare(16384)
    assert connection_table.limit(16384) == 2048
    assert connection_table.limit(100) == 100
    (table / "nf_conntrack_max").unlink()
    assert connection_table.limit(100) == 100


def test_a_kernel_that_has_no_table_before_the_filter_is_loaded(netvm: Any, table: Path) -> None:
    """Its module comes with the first rule that asks for it; the limit is the right one at once all the same."""
    (table / "nf_conntrack_max").unlink()
    apply = netvm.nft.apply

    def loaded(text: str) -> None:
        apply(text)
        if not (table / "nf_conntrack_max").exists():
            _write(table, "nf_conntrack_max", 4096)

    netvm.nft.apply = loaded
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses(), config=Config(connections=16384))
    assert _read(table, "nf_conntrack_max") == 4 * 16384
    assert netvm.nft.elements("inet", ruleset.TABLE, sets.LIMIT_SET) == [16384]


def test_a_table_that_is_almost_full_is_told_until_it_is_some_way_below(table: Path, later: list[Any]) -> None:
    changes: list[bool] = []
    served = [False]
    watch = FillWatch(lambda: served[0], lambda: changes.append(watch.almost_full))
    _write(table, "nf_conntrack_count", 0)
    watch.look()
    assert later == []  # nobody is there to fill it
    served[0] = True
    for count, answer in ((3686, False), (3687, True), (3500, True), (3276, False), (3500, False), (4096, True)):
        _write(table, "nf_conntrack_count", count)
        watch.look()
        assert watch.almost_full is answer
    assert changes == [True, False, True]
    assert len(later) == 1  # however often it looked, it waits once
    later[0][1]()
    assert len(later) == 2


def test_the_configuration_gets_into_the_filter(netvm: Any) -> None:
    config = Config(open=(OpenPort("tcp", 22), OpenPort("udp", 5353)), connections=77)
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses(), config=config)
    chains = netvm.kernel.ruleset.tables["inet", ruleset.TABLE].chains
    assert {"tcp dport 22 accept", "udp dport 5353 accept"} <= set(chains["world_to_netvm"])
    assert any("ct count over 77 " in rule for rule in chains["first_of_domain"])
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    assert not any(rule.startswith("tcp dport") for rule in chains["world_to_netvm"])
