"""The packet filter's transactions, on the real one as root and on the fake kernel's."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

import pytest

from qnet_gui.model.dns import DnsRedirect
from qnet_gui.model.errors import KernelError
from qnet_gui.netvm.packet_filter import ruleset

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
    apply(ruleset.change_vifs([("vif7.0", ADDRESS)], [], [ADDRESS]))
    apply(ruleset.base([VIRTUAL, OTHER]))
    assert elements(ruleset.VIF_SET) == [{"concat": ["vif7.0", str(ADDRESS)]}]
    assert elements(ruleset.VIF_SET, "arp") == [{"concat": ["vif7.0", str(ADDRESS)]}]
    assert elements(ruleset.DOMAIN_SET) == [str(ADDRESS)]
    assert elements(ruleset.VIRTUAL_SET) == sorted([str(VIRTUAL), str(OTHER)])


def test_vifs_come_go_and_may_be_gone_already(apply: Callable[[str], None], elements: Callable[..., list[Any]]) -> None:
    apply(ruleset.base([VIRTUAL]))
    apply(ruleset.change_vifs([("vif7.0", ADDRESS), ("vif8.0", OTHER)], [], [ADDRESS, OTHER]))
    for _ in range(2):
        apply(ruleset.change_vifs([], [("vif7.0", ADDRESS)], [], [ADDRESS]))
        assert elements(ruleset.VIF_SET) == [{"concat": ["vif8.0", str(OTHER)]}]
        assert elements(ruleset.DOMAIN_SET) == [str(OTHER)]


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
        apply(ruleset.change_vifs([("vif7.0", ADDRESS)], [], [ADDRESS]) + "\n" + wrong)
    assert elements(ruleset.VIF_SET) == elements(ruleset.DOMAIN_SET) == []


def test_a_list_of_the_wrong_kind_is_empty(apply: Callable[[str], None], elements: Callable[..., list[Any]]) -> None:
    apply(ruleset.base([VIRTUAL]))
    assert elements(ruleset.VIF_SET, kind="map") == []
