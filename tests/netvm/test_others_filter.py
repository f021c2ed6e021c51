"""When others' packet filters are said to stop what domains begin. Real ones: in tests/lab."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.kernel.nft import BaseChain
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.netvm.packet_filter import others_filter
from qnet_gui.netvm.packet_filter.others_filter import NO_WATCH, WATCH, OthersFilter
from qnet_gui.netvm.packet_filter.others_marks import NO_MARKS

DOCKERS = BaseChain("ip", "filter", "FORWARD", "forward")
OWN = [BaseChain("inet", name, "forward", "forward") for name in ("qnet", "qnet_flows", "qnet_watch")]


class Nftables:
    """Instead of nftables."""

    def __init__(self) -> None:
        self.chains = [*OWN, BaseChain("ip", "filter", "INPUT", "input"), BaseChain("bridge", "b", "f", "forward")]
        self.packets: dict[str, dict[str, int]] = {"qnet": {"too_many": 0}, "qnet_watch": {}}
        self.applied: list[str] = []
        self.refuses = False
        self.marks: list[Any] = []

    def elements(self, *_: str) -> list[Any]:
        return [{"concat": list(mark)} for mark in self.marks]

    def base_chains(self) -> list[BaseChain]:
        return self.chains

    def counters(self, family: str, table: str) -> dict[str, int]:
        assert family == "inet"
        return dict(self.packets[table])

    def apply(self, commands: str) -> None:
        if self.refuses:
            raise KernelError(SystemCode.NFT_REFUSED, value="no")
        self.applied.append(commands)
        if commands == NO_MARKS:
            self.marks = []
            return
        names = ("opens", "asked", "passed", "answered", "arrived")
        self.packets["qnet_watch"] = dict.fromkeys(names, 0) if commands == WATCH else {}

    def count(self, asked: int, passed: int = 0, too_many: int = 0) -> None:
        self.packets["qnet_watch"]["asked"] += asked
        self.packets["qnet_watch"]["passed"] += passed
        self.packets["qnet"]["too_many"] += too_many

    def answer(self, answered: int, arrived: int = 0) -> None:
        self.packets["qnet_watch"]["answered"] += answered
        self.packets["qnet_watch"]["arrived"] += arrived

    def open(self, packets: int) -> None:
        self.packets["qnet_watch"]["opens"] += packets


class Watched:
    """One that looks when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.nft, self.said = Nftables(), list[bool]()
        self._waiting: list[Any] = []
        monkeypatch.setattr(others_filter, "after", lambda _, call: self._waiting.append(call))
        monkeypatch.setattr(others_filter, "_LEGACY", Path("/nowhere"))
        self.filter = OthersFilter(self.nft, lambda: self.said.append(self.filter.stops_all))  # type: ignore[arg-type]
        self.filter.look_soon()
        self.filter.look_soon()

    def look(self) -> bool:
        """Look; whether it will look again by itself."""
        (call,), self._waiting = self._waiting, []
        call()
        return bool(self._waiting)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


def test_without_others_nothing_is_counted_and_nobody_looks_again(watched: Watched) -> None:
    assert not watched.look()
    assert watched.nft.applied == [NO_WATCH]  # a predecessor's, which others' filter was there for
    watched.filter.look_soon()
    assert not watched.look()
    assert watched.nft.applied == [NO_WATCH]


@pytest.mark.parametrize("hook", ["prerouting", "forward", "postrouting"])
def test_it_counts_wherever_others_filter_what_is_passed_on(watched: Watched, hook: str) -> None:
    watched.nft.chains.append(BaseChain("inet", "other", "other", "postrouting", "nat"))
    assert not watched.look()
    watched.nft.chains.append(BaseChain("inet", "other", "another", hook, "filter"))
    watched.filter.look_soon()
    assert watched.look()


def test_what_a_domains_packets_are_marked_with_is_remembered_until_they_are_otherwise(watched: Watched) -> None:
    work, tcp, udp = IPv4Address("10.137.0.10"), 6, 17
    watched.nft.chains.append(DOCKERS)
    watched.look()
    assert watched.filter.mark(work, tcp) == 0
    for marks, of_tcp, of_udp in (
        ([("10.137.0.10", "tcp", 7), ("10.137.0.11", "tcp", 8), ("10.137.0.10", "udp", 0)], 7, 0),
        ([], 7, 0),
        ([("10.137.0.10", "udp", 9)], 7, 9),
        ([("10.137.0.10", "tcp", 7), ("10.137.0.10", "tcp", 0)], 0, 9),  # each of them its own way
        ([("10.137.0.10", 6, 12), ("nonsense", "tcp", 7), ("10.137.0.10", "tcp")], 12, 9),
    ):
        watched.nft.marks = list(marks)
        watched.look()
        assert (watched.filter.mark(work, tcp), watched.filter.mark(work, udp)) == (of_tcp, of_udp)
        assert watched.nft.marks == []
    assert watched.said == [False] * 4  # each time something was otherwise
    watched.nft.chains.remove(DOCKERS)
    watched.look()
    assert watched.filter.mark(work, tcp) == 0
    assert watched.said == [False] * 5


def test_a_proxy_that_takes_what_is_to_be_passed_on_stops_it(watched: Watched) -> None:
    watched.nft.chains.append(BaseChain("ip", "nat", "PREROUTING", "prerouting", "nat"))
    assert watched.look()
    watched.nft.open(3)
    watched.look()
    assert watched.said == [True]


def test_answers_that_do_not_arrive_are_lost_too(watched: Watched) -> None:
    watched.nft.chains.append(DOCKERS)
    watched.look()
    for answered in (2, 0, 1):
        watched.nft.count(3, passed=3)
        watched.nft.answer(answered)
        watched.look()
    assert watched.said == [True]
    watched.nft.answer(2, arrived=1)
    watched.look()
    watched.nft.answer(5)  # to one domain, of which somebody else will have none
    watched.look()
    assert watched.said == [True, False]


def test_a_table_that_is_called_like_ours_in_another_family_is_somebody_elses(watched: Watched) -> None:
    watched.nft.chains.append(BaseChain("ip", "qnet", "forward", "forward"))
    assert watched.look()


def test_what_is_lost_before_the_routing_is_lost(watched: Watched) -> None:
    watched.nft.chains.append(BaseChain("ip", "raw", "PREROUTING", "prerouting"))
    watched.look()
    watched.nft.open(3)
    watched.look()
    assert watched.said == [True]
    watched.nft.open(3)
    watched.nft.count(3, passed=3)
    watched.look()
    assert watched.said == [True, False]


def test_one_that_has_let_something_pass_stops_not_all_before_it_is_another(watched: Watched) -> None:
    """A domain that asks for nothing but what is forbidden, while all others are quiet."""
    watched.nft.chains.append(DOCKERS)
    watched.look()
    watched.nft.count(2, passed=2)
    watched.look()
    for _ in range(3):
        watched.nft.count(5)
        watched.look()
    assert watched.said == []
    watched.nft.count(1, passed=1)  # of before, and after:
    watched.filter.look_soon()
    watched.nft.count(5)
    watched.look()
    watched.nft.count(3)
    watched.look()
    assert watched.said == [True]


def test_the_old_kinds_rules_may_be_others_at_any_time(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event tells of them."""
    names = tmp_path / "ip_tables_names"
    monkeypatch.setattr(others_filter, "_LEGACY", names)
    names.write_text("filter\n")
    watched.look()
    watched.nft.count(2, passed=2)
    watched.look()
    watched.nft.count(5)
    watched.look()
    assert watched.said == [True]


def test_all_that_is_lost_is_told_once_and_that_something_passes_too(watched: Watched) -> None:
    watched.nft.chains.append(DOCKERS)
    assert watched.look()
    assert watched.nft.applied == [WATCH]
    for asked in (2, 0, 1, 5):
        watched.nft.count(asked)
        watched.look()
    assert watched.said == [True]
    watched.nft.count(5, passed=1)
    watched.look()
    watched.nft.count(2)
    watched.look()
    assert watched.said == [True, False]
    watched.nft.chains.remove(DOCKERS)
    assert not watched.look()
    assert watched.nft.applied == [WATCH, NO_WATCH]


def test_what_is_one_connection_too_many_is_stopped_by_us(watched: Watched) -> None:
    watched.nft.chains.append(DOCKERS)
    watched.look()
    watched.nft.count(100, too_many=99)
    watched.look()
    assert watched.said == []


def test_counters_that_somebody_took_are_begun_anew(watched: Watched) -> None:
    watched.nft.chains.append(DOCKERS)
    watched.look()
    watched.nft.count(100, passed=100)
    watched.look()
    watched.nft.packets["qnet_watch"] = {}
    watched.look()
    watched.nft.count(3)
    watched.look()
    assert watched.nft.applied == [WATCH] * 2
    assert watched.said == [True]


def test_the_old_kind_of_iptables_is_one_too(watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = tmp_path / "ip_tables_names"
    monkeypatch.setattr(others_filter, "_LEGACY", names)
    names.write_text("nat\nfilter\n")
    assert watched.look()
    names.write_text("nat\n")
    assert not watched.look()


def test_a_kernel_that_refuses_is_asked_again_at_the_next_event(watched: Watched) -> None:
    watched.nft.chains.append(DOCKERS)
    watched.nft.refuses = True
    assert not watched.look()
    watched.nft.refuses = False
    watched.filter.look_soon()
    assert watched.look()
