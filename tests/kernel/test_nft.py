"""The packet filter's transactions, on the real one as root and on the fake kernel's."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

import pytest

from qnet_gui.kernel.nft import BaseChain
from qnet_gui.model.config import OpenPort
from qnet_gui.model.dns import DnsRedirect
from qnet_gui.model.errors import KernelError
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.packet_filter import loading, others_filter, others_marks, ruleset, sets

SEVEN, EIGHT = VifId(7, 0), VifId(8, 0)
ADDRESS, OTHER = IPv4Address("10.137.0.7"), IPv4Address("10.137.0.8")
VIRTUAL, SERVER = IPv4Address("10.139.1.1"), IPv4Address("192.168.0.53")


@pytest.fixture
def apply(space: Any) -> Callable[[str], None]:
    def apply(transaction: str) -> None:
        with space.inside():
            space.nft.apply(transaction)

    return apply


@pytest.fixture
def elements(space: Any) -> Callable[..., list[Any]]:
    def elements(name: str, family: str = "inet", kind: str = "set") -> list[Any]:
        with space.inside():
            return sorted(space.nft.elements(family, ruleset.TABLE, name, kind), key=str)

    return elements


def test_before_there_is_anything(elements: Callable[..., list[Any]]) -> None:
    assert elements(ruleset.VIF_SET) == []


def test_the_base_is_laid_again_and_keeps_the_elements(
    apply: Callable[[str], None], elements: Callable[..., list[Any]]
) -> None:
    apply(ruleset.base([VIRTUAL]))
    apply(ruleset.change_vifs([("vif7.0", ADDRESS)], [], {ADDRESS: (None, SEVEN)}))
    apply(ruleset.base([VIRTUAL, OTHER]))
    assert elements(ruleset.VIF_SET) == [{"concat": ["vif7.0", str(ADDRESS)]}]
    assert elements(ruleset.VIF_SET, "arp") == [{"concat": ["vif7.0", str(ADDRESS)]}]
    assert elements(ruleset.DOMAIN_SET) == elements(ruleset.DOMAIN_SET, "arp") == [str(ADDRESS)]
    assert elements(sets.MARK_MAP, kind="map") == [["vif7.0", sets.mark(SEVEN)]]
    assert elements(sets.MARK_SET) == [{"concat": [str(ADDRESS), sets.mark(SEVEN)]}]
    assert elements(ruleset.VIRTUAL_SET) == sorted([str(VIRTUAL), str(OTHER)])


def test_vifs_come_go_and_may_be_gone_already(apply: Callable[[str], None], elements: Callable[..., list[Any]]) -> None:
    apply(ruleset.base([VIRTUAL]))
    owners = {ADDRESS: (None, SEVEN), OTHER: (None, EIGHT)}
    apply(ruleset.change_vifs([("vif7.0", ADDRESS), ("vif8.0", OTHER)], [], owners))
    for _ in range(2):
        apply(ruleset.change_vifs([], [("vif7.0", ADDRESS)], {ADDRESS: (SEVEN, None)}))
        assert elements(ruleset.VIF_SET) == [{"concat": ["vif8.0", str(OTHER)]}]
        assert elements(ruleset.DOMAIN_SET) == [str(OTHER)]
        assert elements(sets.MARK_MAP, kind="map") == [["vif8.0", sets.mark(EIGHT)]]
        assert elements(sets.MARK_SET) == [{"concat": [str(OTHER), sets.mark(EIGHT)]}]


def test_a_vif_that_changes_its_address_keeps_its_mark(
    apply: Callable[[str], None], elements: Callable[..., list[Any]]
) -> None:
    apply(ruleset.base([VIRTUAL]))
    apply(ruleset.change_vifs([("vif7.0", ADDRESS)], [], {ADDRESS: (None, SEVEN)}))
    owners = {ADDRESS: (SEVEN, None), OTHER: (None, SEVEN)}
    apply(ruleset.change_vifs([("vif7.0", OTHER)], [("vif7.0", ADDRESS)], owners))
    assert elements(sets.MARK_MAP, kind="map") == [["vif7.0", sets.mark(SEVEN)]]
    assert elements(sets.MARK_SET) == [{"concat": [str(OTHER), sets.mark(SEVEN)]}]


def test_another_versions_tables_are_replaced_and_no_vif_loses_its_network(
    apply: Callable[[str], None], elements: Callable[..., list[Any]], space: Any
) -> None:
    """A hook at another place cannot be changed in place; what else stood in the table goes with it."""
    apply(_FORMER)
    with space.inside():
        loading.load(space.nft, ruleset.base([VIRTUAL]), 100)
    pairs = [{"concat": [name, str(address)]} for name, address in (("vif7.0", ADDRESS), ("vif8.0", ADDRESS))]
    assert elements(ruleset.VIF_SET) == elements(ruleset.VIF_SET, "arp") == pairs
    assert elements(sets.MARK_SET) == [{"concat": [str(ADDRESS), sets.mark(EIGHT)]}]
    assert elements(ruleset.SERVER_MAP, kind="map") == [[str(VIRTUAL), str(SERVER)]]
    with pytest.raises(KernelError):
        apply(f"add rule inet {ruleset.TABLE} former_chain accept")


_STRANGE = {
    "a hook elsewhere": f"add chain inet {ruleset.TABLE} forward {{ type filter hook forward priority 33; }}",
    "sets of others' types": f"""add set inet {ruleset.TABLE} {ruleset.VIF_SET} {{ type ipv4_addr; }}
add element inet {ruleset.TABLE} {ruleset.VIF_SET} {{ {ADDRESS} }}
add map inet {ruleset.TABLE} {ruleset.SERVER_MAP} {{ type mark : mark; }}
add element inet {ruleset.TABLE} {ruleset.SERVER_MAP} {{ 1 : 2 }}""",
}


@pytest.mark.parametrize("what", _STRANGE)
def test_a_table_of_that_name_that_is_none_of_ours_is_replaced(
    apply: Callable[[str], None], elements: Callable[..., list[Any]], space: Any, what: str
) -> None:
    """Also another version's, while there is no vif: the agent could not start until somebody deleted the table."""
    apply(f"add table inet {ruleset.TABLE}\n{_STRANGE[what]}")
    with space.inside():
        loading.load(space.nft, ruleset.base([VIRTUAL]), 100)
    assert elements(ruleset.VIF_SET) == elements(ruleset.SERVER_MAP, kind="map") == []
    apply(ruleset.change_vifs([("vif7.0", ADDRESS)], [], {ADDRESS: (None, SEVEN)}))


_FORMER = f"""add table inet {ruleset.TABLE}
add table arp {ruleset.TABLE}
add set inet {ruleset.TABLE} {ruleset.VIF_SET} {{ type ifname . ipv4_addr; }}
add set arp {ruleset.TABLE} {ruleset.VIF_SET} {{ type ifname . ipv4_addr; }}
add map inet {ruleset.TABLE} {ruleset.SERVER_MAP} {{ type ipv4_addr : ipv4_addr; }}
add element inet {ruleset.TABLE} {ruleset.VIF_SET} {{ "vif7.0" . {ADDRESS}, "vif8.0" . {ADDRESS}, "other" . {OTHER} }}
add element inet {ruleset.TABLE} {ruleset.SERVER_MAP} {{ {VIRTUAL} : {SERVER} }}
add chain inet {ruleset.TABLE} anti_spoofing {{ type filter hook prerouting priority raw; policy accept; }}
add chain inet {ruleset.TABLE} former_chain {{ type filter hook prerouting priority -90; policy accept; }}"""


def test_another_limit_of_connections_is_in_force_at_once_and_the_same_is_not_told_again(
    apply: Callable[[str], None], elements: Callable[..., list[Any]], space: Any
) -> None:
    for limit in (100, 100, 200):
        with space.inside():
            loading.load(space.nft, ruleset.base([VIRTUAL], policy=ruleset.Policy(connections=limit)), limit)
        assert elements(sets.LIMIT_SET) == [limit]


def test_what_a_configuration_opens_is_understood(apply: Callable[[str], None]) -> None:
    open_ports = [OpenPort("tcp", 22), OpenPort("udp", 5353)]
    apply(ruleset.base([VIRTUAL], OTHER, ruleset.Policy(open_ports, local_resolver=True, connections=1)))


def test_links_are_told_as_a_whole(apply: Callable[[str], None], elements: Callable[..., list[Any]]) -> None:
    apply(ruleset.base([VIRTUAL]))
    apply(ruleset.change_links(["docker0", "wlan0"], [ADDRESS]))
    assert elements(sets.INSIDE_SET) == ["docker0", "wlan0"]
    assert elements(sets.LINK_ADDRESS_SET, "arp") == [str(ADDRESS)]
    apply(ruleset.change_links([], []))
    assert elements(sets.INSIDE_SET) == elements(sets.LINK_ADDRESS_SET, "arp") == []


def test_redirections_are_replaced(apply: Callable[[str], None], elements: Callable[..., list[Any]]) -> None:
    apply(ruleset.base([VIRTUAL]))
    for real in (SERVER, OTHER):
        apply(ruleset.change_redirects([DnsRedirect(VIRTUAL, real)]))
        assert elements(ruleset.SERVER_MAP, kind="map") == [[str(VIRTUAL), str(real)]]
    apply(ruleset.change_redirects([]))
    assert elements(ruleset.SERVER_MAP, kind="map") == []


@pytest.mark.parametrize(
    "wrong",
    [
        f"delete element inet {ruleset.TABLE} {ruleset.DOMAIN_SET} {{ 10.137.0.99 }}",
        f"add element inet {ruleset.TABLE} nothing {{ 10.137.0.99 }}",
        f"add rule inet {ruleset.TABLE} nothing accept",
        "add chain inet nothing nothing",
        "nonsense",
    ],
)
def test_what_is_wrong_at_the_end_undoes_the_beginning(
    apply: Callable[[str], None], elements: Callable[..., list[Any]], wrong: str
) -> None:
    apply(ruleset.base([VIRTUAL]))
    with pytest.raises(KernelError, match=r"^nftables refused a change: "):
        apply(ruleset.change_vifs([("vif7.0", ADDRESS)], [], {ADDRESS: (None, SEVEN)}) + "\n" + wrong)
    assert elements(ruleset.VIF_SET) == elements(ruleset.DOMAIN_SET) == []


def test_a_list_of_the_wrong_kind_is_empty(apply: Callable[[str], None], elements: Callable[..., list[Any]]) -> None:
    apply(ruleset.base([VIRTUAL]))
    assert elements(ruleset.VIF_SET, kind="map") == []


WATCH_COUNTERS = {"opens", "asked", "passed", "answered", "arrived"}


def test_everybodys_chains_are_told_by_their_hooks_and_counters_by_their_names(space: Any) -> None:
    with space.inside():
        assert (space.nft.base_chains(), space.nft.counters("inet", "others")) == ([], {})
        space.nft.apply(
            "add table ip others\nadd chain ip others plain\n"
            "add chain ip others FORWARD { type filter hook forward priority 5; policy drop; }"
        )
        assert space.nft.base_chains() == [BaseChain("ip", "others", "FORWARD", "forward")]
        space.nft.apply(others_filter.WATCH)
        assert len(space.nft.base_chains()) == 7
        assert space.nft.counters("inet", sets.WATCH_TABLE) == dict.fromkeys(WATCH_COUNTERS, 0)
        space.nft.apply(others_filter.NO_WATCH)
        assert len(space.nft.base_chains()) == 1


def test_counters_are_read_without_anybodys_elements(real_space: Any) -> None:
    """A list of addresses of a whole country: everything waits for who reads the counters."""

    def took() -> float:
        began = time.thread_time()
        assert real_space.nft.counters("inet", sets.WATCH_TABLE).keys() == WATCH_COUNTERS
        assert real_space.nft.elements("inet", sets.WATCH_TABLE, others_marks.MARKS) == []
        return time.thread_time() - began

    country = ", ".join(f"1.{at >> 8}.{at & 255}.0/25" for at in range(20000))
    with real_space.inside():
        real_space.nft.apply(others_filter.WATCH)
        alone = min(took() for _ in range(5))
        real_space.nft.apply(
            "add table inet others\n"
            f"add set inet others country {{ type ipv4_addr; flags interval; elements = {{ {country} }}; }}"
        )
        assert min(took() for _ in range(3)) < 5 * alone + 0.005


def test_an_element_with_a_remark_of_somebody_elses_is_an_element(real_space: Any) -> None:
    """While there was no agent, somebody added one; the next agent could not begin at all."""
    with real_space.inside():
        real_space.nft.apply(ruleset.base([VIRTUAL]))
        real_space.nft.apply(
            f'add element inet qnet vif_address {{ "vif7.0" . {ADDRESS} comment "mine" }}\n'
            f'add element inet qnet dns_server {{ {VIRTUAL} comment "mine" : {SERVER} }}\n'
            'add element inet qnet inside_link { "eth7" comment "mine" }'
        )
        assert real_space.nft.elements("inet", "qnet", sets.VIF_SET) == [{"concat": ["vif7.0", str(ADDRESS)]}]
        assert real_space.nft.elements("inet", "qnet", sets.SERVER_MAP, "map") == [[str(VIRTUAL), str(SERVER)]]
        assert real_space.nft.elements("inet", "qnet", sets.INSIDE_SET) == ["eth7"]
