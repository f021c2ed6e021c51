"""Tables bind a report's dataclass to its keys: both ends read and write by the same rows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from ipaddress import IPv4Address

import pytest

from qnet_gui.model.errors import BadInput
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.store import forms, keys, reports
from qnet_gui.store.reports import AGENT, ALL, GUEST, NETWORK_CONFIG, UPLINK, GuestReport, NetworkConfig
from qnet_gui.store.table import Table

WHOLE = Uplink(
    "wlan0", UplinkKind.WIFI, UplinkState.CONNECTING, True, IPv4Address("192.168.0.12"), IPv4Address("192.168.0.1"),
    (IPv4Address("1.1.1.1"), IPv4Address("8.8.8.8")), "Home", 70, "Home again", 1400,
)  # fmt: skip


def as_bytes(nodes: dict[str, str]) -> dict[str, bytes]:
    return {path: value.encode() for path, value in nodes.items()}


@pytest.mark.parametrize("field", fields(Uplink), ids=lambda field: field.name)
def test_every_field_of_an_uplink_arrives(field):
    assert getattr(WHOLE, field.name) != field.default, "this test needs another value"
    dropped = []
    arrived = UPLINK.read(as_bytes(UPLINK.nodes(WHOLE, 3)).get, dropped, 3)
    assert getattr(arrived, field.name) == getattr(WHOLE, field.name)
    assert dropped == []


@dataclass(frozen=True)
class Report:
    name: str
    on: bool = False


NAME = keys.netvm("name", forms.word("[a-z]+", 8), "")
ON = keys.netvm("on", forms.FLAG, "")


@pytest.mark.parametrize(
    ("rows", "differ"),
    [
        ({"name": NAME}, "on"),
        ({"name": NAME, "on": ON, "mtu": ON}, "mtu"),
        ({"name": ON, "on": NAME}, "name, on"),
        ({"name": NAME, "on": keys.netvm("on", forms.count(1), "")}, "on"),
    ],
)
def test_a_table_that_is_not_its_dataclass_does_not_come_to_be(rows, differ):
    with pytest.raises(TypeError, match=f"differ in {differ}$"):
        Table(Report, **rows)


TABLE = Table(Report, name=NAME, on=ON)


@pytest.mark.parametrize(
    ("nodes", "report", "dropped"),
    [
        ({"name": b"a", "on": b"1"}, Report("a", True), []),
        ({"name": b"a"}, Report("a"), []),
        ({"name": b"a", "on": b"2"}, Report("a"), ["on"]),
        ({"name": b"A", "on": b"1"}, None, ["name"]),
        ({"on": b"1"}, None, ["name"]),
        ({}, None, ["name"]),
    ],
)
def test_what_is_off_is_dropped_field_by_field(nodes, report, dropped):
    noted = []
    assert TABLE.read({f"data/qnet/{name}": value for name, value in nodes.items()}.get, noted) == report
    assert noted == [f"data/qnet/{name}" for name in dropped]


def test_where_nothing_is_needed_nothing_is_told_from_something():
    dropped = []
    assert GUEST.read({}.get, dropped) is None
    assert dropped == []
    assert GUEST.read({keys.GUEST_ADDRESS.at(): b""}.get, dropped) == GuestReport()


CONFIG = NetworkConfig(*map(IPv4Address, ("10.137.0.5", "10.137.0.1", "10.139.1.1", "10.139.1.2")))


def test_what_dom0_wrote_is_taken_as_a_whole_or_refused():
    nodes = as_bytes(NETWORK_CONFIG.nodes(CONFIG))
    assert NETWORK_CONFIG.read_all(nodes.get) == CONFIG
    assert NETWORK_CONFIG.read_all({**nodes, keys.MTU.at(): b"1400"}.get) == replace(CONFIG, mtu=1400)
    assert NETWORK_CONFIG.read_all({**nodes, keys.MTU.at(): None}.get) == CONFIG  # an older dom0 does not tell it
    for path in nodes.keys() - {keys.MTU.at()}:
        assert NETWORK_CONFIG.read_all({**nodes, path: None}.get) is None
        for wrong in (b"", b"127.0.0.1", b"10.137.0.5 10.137.0.6", b"10.137.0"):
            with pytest.raises(BadInput, match=path):
                NETWORK_CONFIG.read_all({**nodes, path: wrong}.get)
    with pytest.raises(BadInput, match=keys.MTU.at()):
        NETWORK_CONFIG.read_all({**nodes, keys.MTU.at(): b"1400 "}.get)


def test_requests_and_answers():
    request, head = keys.Request(7, "routes"), keys.AnswerHead(7, False, 2)
    assert keys.REQUEST.form.text(request) == "7 routes"
    assert keys.REQUEST.parse(b"7 routes") == request
    assert keys.ANSWER_HEAD.form.text(head) == "7 error 2"
    assert keys.ANSWER_HEAD.parse(b"7 error 2") == head


def test_every_key_is_known_once():
    paths = [key.path for key in ALL]
    assert len(set(paths)) == len(paths)
    declared = [value for value in vars(keys).values() if isinstance(value, keys.Key)]
    assert set(declared) <= set(ALL)
    assert {*AGENT.keys(), *GUEST.keys(), *NETWORK_CONFIG.keys(), *reports.NETVM_CONFIG.keys()} <= set(ALL)


def test_who_may_read_what_dom0_writes():
    assert keys.ADDRESS.permissions(7) == ("n0", "r7")
    assert keys.SERVED_BY.permissions(7) == ("n0",)
