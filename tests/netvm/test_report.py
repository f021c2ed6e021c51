"""What the agent puts together: nodes that dom0 accepts, transactions, and requests that it takes apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.dns import DnsRedirect, DnsSource
from qnet_gui.model.domain import AgentState
from qnet_gui.model.errors import BadInput, StoreError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import DOMID_MAX
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.model.vif import DEVID_MAX, VifId
from qnet_gui.netvm import report
from qnet_gui.netvm.packet_filter import ruleset, sets
from qnet_gui.netvm.vifs import hotplug
from qnet_gui.store import keys
from qnet_gui.store.reports import AGENT, ALL, AgentReport

ADDRESS, OTHER = IPv4Address("10.137.0.7"), IPv4Address("10.137.0.8")


def _key(path: str) -> keys.Key:
    shape = re.sub(r"/\d+(?=/|$)", "/{}", path)
    return next(key for key in ALL if key.path == shape)


# -- nodes

_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
_ips = st.sampled_from([IPv4Address(text) for text in ("10.0.0.1", "192.168.255.254", "1.1.1.1", "172.16.0.9")])
_uplinks = st.builds(
    Uplink,
    st.from_regex(r"[a-z][a-z0-9]{0,14}", fullmatch=True),
    st.sampled_from(UplinkKind),
    st.sampled_from(UplinkState),
    st.booleans(),
    st.none() | _ips,
    st.none() | _ips,
    st.lists(_ips, max_size=12).map(tuple),
    _texts,
    st.integers(0, 100),
    _texts,
)
_pictures = st.builds(
    AgentReport,
    st.lists(_uplinks, max_size=20).map(tuple),
    st.sampled_from(DnsSource),
    st.lists(st.builds(DnsRedirect, _ips, _ips), max_size=2).map(tuple),
    st.lists(st.builds(VifId, st.integers(1, 65000), st.integers(0, 9)), max_size=30).map(tuple),
    st.sampled_from([(), ("no-dns",), ("no-uplink", "no-networkmanager", "nft-failed")]),
)


def _whole(uplinks: int, servers: int) -> AgentReport:
    """A report with something in every field; the names of its uplinks are in the order in which dom0 has them."""
    ips = tuple(IPv4Address("192.168.0.1") + number for number in range(servers))
    return AgentReport(
        tuple(Uplink(f"eth{number}", UplinkKind.CABLE, UplinkState.UP, servers=ips) for number in range(uplinks)),
        DnsSource.RESOLVED, (DnsRedirect(ADDRESS, OTHER), DnsRedirect(OTHER, OTHER)), (VifId(4, 0),),
        ("no-dns", "nft-failed"), AgentState.RUNNING,
    )  # fmt: skip


@pytest.mark.parametrize(("uplinks", "servers"), [(0, 0), (1, 1), (16, 8), (20, 12)])
def test_dom0_reads_what_the_agent_wrote(uplinks: int, servers: int) -> None:
    """All but the list of vifs, which dom0 does not ask for, and what is cut: uplinks above 16, servers above 8."""
    nodes = {path: value.encode() for path, value in report.nodes(_whole(uplinks, servers)).items()}
    dropped: list[str] = []
    expected = replace(_whole(min(uplinks, keys.UPLINKS), min(servers, 8)), vifs=())
    assert AGENT.read(nodes.get, dropped) == expected
    assert dropped == []


def test_what_dom0_would_not_take_is_not_written() -> None:
    """The kernel takes names that nobody else does, and addresses that no host has."""
    reserved, local = IPv4Address("240.1.1.1"), IPv4Address("127.0.0.1")
    uplink = Uplink(
        'w\xe4n "1"', UplinkKind.CABLE, UplinkState.UP, True, reserved, reserved, (local, ADDRESS, reserved)
    )
    nodes = {path: value.encode() for path, value in report.nodes(AgentReport((uplink,))).items()}
    dropped: list[str] = []
    read = AGENT.read(nodes.get, dropped)
    assert read is not None
    assert read.uplinks == (replace(uplink, name="w_n__1_", address=None, gateway=None, servers=(ADDRESS,)),)
    assert dropped == []


@given(_pictures)
def test_dom0_accepts_every_node_of_every_picture(picture: AgentReport) -> None:
    for path, value in report.nodes(picture).items():
        assert _key(path).check(value) == value


def test_a_thousand_vifs_are_told_in_pieces_that_xenstore_takes() -> None:
    vifs = tuple(VifId(number, 0) for number in range(1, 1001))
    nodes = report.nodes(AgentReport(vifs=vifs))
    count = int(nodes[keys.VIF_PIECES.at()])
    ids = " ".join(nodes[keys.VIF_PIECE.at(index)] for index in range(count)).split()
    assert ids == [f"{number}.0" for number in range(1, 1001)]
    assert max(map(len, nodes.values())) <= keys.VALUE_LIMIT


# -- transactions


class BusyWorker:
    """xenstore refuses so many transactions."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.asked = refusals, 0

    def submit(self, _job: Callable[..., Any], done: Callable[[Any], None]) -> None:
        self.asked += 1
        done(StoreError(SystemCode.STORE_TOO_BUSY) if self.asked <= self.refusals else None)


def test_what_xenstore_refuses_is_told_again(loop: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not at the next change only, which may be long in coming."""
    log_guard.expect("dom0 cannot be told")
    monkeypatch.setattr(report, "_AGAIN", 0.01)
    worker = BusyWorker(2)
    publisher = report.Publisher(worker, lambda: _whole(1, 1))  # type: ignore[arg-type]
    publisher.publish()
    loop.until(lambda: worker.asked == 3 and publisher._published)


def test_a_xenstore_that_goes_on_refusing_is_not_asked_ever_more_often(
    loop: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change that is refused meanwhile is tried again with the others, not beside them."""
    log_guard.expect("dom0 cannot be told")
    waiting: dict[int, Callable[[], None]] = {}
    calls: list[float] = []

    def after(seconds: float, call: Callable[[], None]) -> int:
        calls.append(seconds)
        waiting[len(calls)] = call
        return len(calls)

    monkeypatch.setattr(report, "after", after)
    monkeypatch.setattr(report, "cancel", lambda number: waiting.pop(number, None))
    worker = BusyWorker(1000)
    publisher = report.Publisher(worker, lambda: _whole(1, 1))  # type: ignore[arg-type]

    def elapse(seconds: float) -> None:
        for number in [number for number in waiting if calls[number - 1] == seconds]:
            waiting.pop(number)()

    for _ in range(50):
        publisher.publish()
        elapse(report._GATHER)
    assert (worker.asked, len(waiting)) == (50, 1)
    for _ in range(3):
        elapse(report._AGAIN)
        elapse(report._GATHER)
    assert worker.asked == 53
    assert len(waiting) == 1


def test_a_transaction_adds_before_it_deletes() -> None:
    """Because deleting what is not there fails the whole of it."""
    seven, eight = VifId(7, 0), VifId(8, 0)
    owners = {ADDRESS: (eight, seven), OTHER: (seven, None)}
    lines = ruleset.change_vifs([("vif7.0", ADDRESS)], [("vif7.0", OTHER)], owners).splitlines()
    pair, old = '"vif7.0" . 10.137.0.7', '"vif7.0" . 10.137.0.8'
    assert lines == [
        "add table inet qnet_flows",
        "delete table inet qnet_flows",
        f"add element inet qnet vif_address {{ {pair}, {old} }}",
        f"add element arp qnet vif_address {{ {pair}, {old} }}",
        f"delete element inet qnet vif_address {{ {old} }}",
        f"delete element arp qnet vif_address {{ {old} }}",
        f'add element inet qnet vif_mark {{ "vif7.0" : {0x50000007} }}',
        "add element inet qnet domain_address { 10.137.0.7, 10.137.0.8 }",
        "add element arp qnet domain_address { 10.137.0.7, 10.137.0.8 }",
        "delete element inet qnet domain_address { 10.137.0.8 }",
        "delete element arp qnet domain_address { 10.137.0.8 }",
        f"add element inet qnet address_mark {{ 10.137.0.7 . {0x50000007}, 10.137.0.7 . {0x50000008}, "
        f"10.137.0.8 . {0x50000007} }}",
        f"delete element inet qnet address_mark {{ 10.137.0.7 . {0x50000008}, 10.137.0.8 . {0x50000007} }}",
    ]


def test_every_vif_has_a_mark_of_its_own_that_no_other_program_has() -> None:
    vifs = [VifId(frontend, devid) for frontend in range(0, DOMID_MAX + 1, 13) for devid in (*range(40), DEVID_MAX)]
    marks = {sets.mark(vif) for vif in vifs}
    assert len(marks) == len(vifs)
    assert {mark & sets.MARK_MASK for mark in marks} == {sets.MARK}
    # tailscaled has routing rules about these bits of packets, and copies a connection's mark to its packets
    assert not any(sets.mark(VifId(frontend, 0)) & 0xFF0000 for frontend in range(DOMID_MAX + 1))


def test_no_change_is_no_transaction() -> None:
    assert ruleset.change_vifs((), ()) == ""


def test_redirections_are_replaced_as_a_whole() -> None:
    text = ruleset.change_redirects([DnsRedirect(IPv4Address("10.139.1.1"), OTHER)])
    assert text.splitlines() == [
        "flush map inet qnet dns_server",
        "add element inet qnet dns_server { 10.139.1.1 : 10.137.0.8 }",
    ]
    assert ruleset.change_redirects([]) == "flush map inet qnet dns_server"


def test_the_ground_touches_our_tables_only_and_no_element() -> None:
    for line in ruleset.base([IPv4Address("10.139.1.1")]).splitlines():
        assert re.match(r"(add|flush) \w+ (inet|arp) qnet\b", line), line
        assert not line.startswith("flush") or " chain " in line or line.endswith(("virtual_dns", "connection_limit"))


# -- requests


@pytest.mark.parametrize(
    ("line", "verb", "vif"),
    [
        (b"dns\n", "dns", None),
        (b"online backend/vif/4/0 vif4.0\n", "online", VifId(4, 0)),
        (b"offline backend/vif/4/1 \n", "offline", VifId(4, 1)),
    ],
)
def test_requests(line: bytes, verb: str, vif: VifId | None) -> None:
    assert hotplug.parse(line) == (verb, vif)


@pytest.mark.parametrize(
    "line",
    [b"", b"dns now\n", b"online\n", b"add backend/vif/4/0 vif4.0\n", b"online backend/vif/4/0 vif5.0\n",
     b"online backend/vif/04/0 vif4.0\n", b"online /local/domain/1/backend/vif/4/0 vif4.0 x\n", b"\xff\n", b"x" * 300],
)  # fmt: skip
def test_what_is_no_request(line: bytes) -> None:
    with pytest.raises(BadInput):
        hotplug.parse(line)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_bad_input(line: bytes) -> None:
    try:
        verb, vif = hotplug.parse(line)
    except BadInput:
        return
    assert (verb == "dns") == (vif is None)
