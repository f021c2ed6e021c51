"""Other programs' packet filters in the netvm: where one stops all that domains begin, dom0 is told, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..conftest import Lab
from .test_uplinks import problems

PAGE, TABLE = "http://203.0.113.11/", "inet qnet_watch"
CHAIN = "chain forward {{ type filter hook forward priority {}; policy {}; {} }}"
#: As firewalld has them where no zone has the vifs, and Docker.
STOPPING = {
    "firewalld": (
        "inet firewalld",
        CHAIN.format(
            "filter + 10",
            "accept",
            'ct state { established, related } accept; ct status dnat accept; iifname "lo" accept; '
            "ct state invalid drop; reject with icmpx admin-prohibited;",
        ),
    ),
    "docker": (
        "ip filter",
        CHAIN.format(
            "filter", "drop", 'oifname "docker0" ct state related,established accept; iifname "docker0" accept;'
        ),
    ),
}
UFW = "ip other", CHAIN.format("filter - 1", "drop", "ct state related,established accept;")
#: Where else packets come by: as a kill switch before and behind everything, and by the raw table.
ELSEWHERE = {
    "raw": 'type filter hook prerouting priority raw; policy accept; iifname "vif*" drop;',
    "mangle": 'type filter hook prerouting priority mangle; policy drop; iifname != "vif*" accept;',
    "behind": "type filter hook postrouting priority mangle; policy accept; ip daddr 203.0.113.11 drop;",
}
#: What is asked gets out, and no answer in: somebody had read that vifs are to be let through.
UNANSWERED = {
    "no answers": 'iifname "vif*" accept; oifname "vif*" udp sport 53 accept;',
    "answers to itself": 'iifname "vif*" accept; oifname != "vif*" ct state established accept;',
}
#: A transparent proxy, as everybody has Tor's.
PROXY = 'chain other { type nat hook prerouting priority dstnat; iifname "vif*" meta l4proto tcp redirect to :9040; }'
PASSING = {
    "one port": ("inet other", CHAIN.format("filter", "accept", "tcp dport 81 reject;")),
    "named": ("ip filter", CHAIN.format("filter", "drop", 'iifname "vif*" accept; oifname "vif*" accept;')),
}


@contextmanager
def filter_of(lab: Lab, table: str, chain: str) -> Iterator[None]:
    """Somebody else's table."""
    lines = chain.replace(";", "\n")
    lab.exec("netvm", "nft", f"table {table} {{\n{lines}\n}}")
    try:
        yield
    finally:
        lab.exec("netvm", "nft", f"delete table {table}")


def fetches(lab: Lab) -> bool:
    return lab.exec("work", "curl", "-s", "-m", "1", PAGE, check=False).returncode == 0


def is_watched(lab: Lab) -> bool:
    return lab.exec("netvm", "nft", "list", "table", *TABLE.split(), check=False).returncode == 0


@pytest.mark.parametrize("who", STOPPING)
def test_one_that_stops_everything_is_a_problem_until_it_no_longer_does(lab: Lab, who: str) -> None:
    assert problems(lab) == []
    with filter_of(lab, *STOPPING[who]):
        lab.wait("the problem", lambda: not fetches(lab) and problems(lab) == ["others-drop"])
        assert "Another program's packet filter in netvm" in lab.exec("dom0", "qnet", "status").stdout
        table = STOPPING[who][0]
        lab.exec("netvm", "nft", f'insert rule {table} forward iifname "vif*" accept')
        lab.exec("netvm", "nft", f'insert rule {table} forward oifname "vif*" accept')
        lab.wait("no problem", lambda: fetches(lab) and problems(lab) == [])
        lab.exec("netvm", "nft", f"flush chain {table} forward")
        lab.exec("netvm", "nft", f"add chain {table} forward {{ policy drop; }}")
        lab.wait("the problem again", lambda: not fetches(lab) and problems(lab) == ["others-drop"])
    lab.wait("no problem", lambda: problems(lab) == [])
    lab.wait("nobody counts", lambda: not is_watched(lab))
    assert fetches(lab)


@pytest.mark.parametrize("where", ELSEWHERE)
def test_one_at_another_hook_stops_everything_too(lab: Lab, where: str) -> None:
    with filter_of(lab, "inet other", f"chain other {{ {ELSEWHERE[where]} }}"):
        lab.wait("the problem", lambda: not fetches(lab) and problems(lab) == ["others-drop"])
        lab.exec("netvm", "nft", "flush chain inet other other; add chain inet other other { policy accept; }")
        lab.wait("no problem", lambda: fetches(lab) and problems(lab) == [])
    lab.wait("nobody counts", lambda: not is_watched(lab))


@pytest.mark.parametrize("which", UNANSWERED)
def test_one_that_stops_all_answers_is_a_problem_too(lab: Lab, which: str) -> None:
    with filter_of(lab, "ip other", CHAIN.format("filter", "drop", UNANSWERED[which])):
        lab.wait("the problem", lambda: not fetches(lab) and problems(lab) == ["others-drop"])
        lab.exec("netvm", "nft", "insert rule ip other forward ct state established,related accept")
        lab.wait("no problem", lambda: fetches(lab) and problems(lab) == [])
    lab.wait("nobody counts", lambda: not is_watched(lab))


def test_a_proxy_that_takes_everything_for_the_netvm_is_a_problem_too(lab: Lab) -> None:
    """Nobody but who gives names is there for domains."""
    with filter_of(lab, "inet other", PROXY):
        lab.wait("the problem", lambda: not fetches(lab) and problems(lab) == ["others-drop"])
        lab.exec("netvm", "nft", "flush chain inet other other")
        lab.wait("no problem", lambda: fetches(lab) and problems(lab) == [])
    lab.wait("nobody counts", lambda: not is_watched(lab))


def test_what_a_domain_sends_nowhere_is_stopped_by_no_other(lab: Lab) -> None:
    """To the other domains, to nobody, to the netvm, and with too short a life."""
    with filter_of(lab, "inet other", "chain other { type filter hook prerouting priority raw; policy accept; }"):
        lab.wait("somebody counts", lambda: is_watched(lab))
        for to in (lab.address("personal"), "10.137.99.99", "10.137.0.1"):
            for _ in range(4):
                lab.exec("work", "curl", "-s", "-m", "0.1", f"http://{to}/", check=False)
        lab.exec("work", "sysctl", "-q", "net.ipv4.ip_default_ttl=1")
        assert not fetches(lab)
        lab.exec("work", "sysctl", "-q", "net.ipv4.ip_default_ttl=64")
        assert "packets 0" in counted(lab, "opens")
        assert fetches(lab)
        lab.wait("that it counts", lambda: "packets 0" not in counted(lab, "opens"))


@pytest.mark.parametrize("which", PASSING)
def test_one_that_lets_something_pass_is_none(lab: Lab, which: str) -> None:
    with filter_of(lab, *PASSING[which]):
        lab.wait("somebody counts", lambda: is_watched(lab))
        lab.wait("that it counts", lambda: fetches(lab) and "packets 0" not in counted(lab))
        for _ in range(5):
            lab.exec("work", "curl", "-s", "-m", "1", "http://203.0.113.11:81/", check=False)
        assert fetches(lab)
        assert problems(lab) == []
    lab.wait("nobody counts", lambda: not is_watched(lab))


def counted(lab: Lab, counter: str = "passed") -> str:
    return lab.out("netvm", "nft", "list", "counter", *TABLE.split(), counter)


def test_it_is_watched_again_after_a_flush(lab: Lab) -> None:
    with filter_of(lab, *STOPPING["docker"]):
        lab.wait("the problem", lambda: not fetches(lab) and problems(lab) == ["others-drop"])
        lab.exec("netvm", "nft", "delete", "table", *TABLE.split())
        lab.wait("somebody counts", lambda: is_watched(lab))
        assert problems(lab) == ["others-drop"]
    lab.wait("no problem", lambda: problems(lab) == [])


def test_one_that_went_while_there_was_no_agent_is_counted_no_more(lab: Lab) -> None:
    with filter_of(lab, *PASSING["one port"]):
        lab.wait("somebody counts", lambda: is_watched(lab))
        lab.stop_program("netvm", "qnet-agent")
    lab.start_program("netvm", "qnet-agent")
    lab.wait_for_agent()
    lab.wait("nobody counts", lambda: not is_watched(lab))


def test_one_that_was_there_before_the_agent_is_seen(lab: Lab) -> None:
    with filter_of(lab, *UFW):
        lab.restart_program("netvm", "qnet-agent")
        lab.wait_for_agent()
        lab.wait("the problem", lambda: not fetches(lab) and problems(lab) == ["others-drop"])
    lab.wait("no problem", lambda: problems(lab) == [])
