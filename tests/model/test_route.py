from __future__ import annotations

import contextlib
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.errors import BadInput
from qnet_gui.model.route import Route, table

SEED_NETVM = [
    ("10.2.0.16", 32, None, "vif4.0", 0),
    ("10.2.0.7", 32, None, "vif10.0", 0),
    ("192.168.0.0", 24, None, "eth0", 1),
    ("0.0.0.0", 0, "192.168.0.1", "eth0", 0),
]


def route(destination, prefix, gateway, iface, metric):
    return Route.of(IPv4Address(destination), prefix, IPv4Address(gateway) if gateway else None, iface, metric)


def test_the_table_that_everybody_knows():
    rows = [" ".join(line.split()) for line in table(route(*row) for row in SEED_NETVM).splitlines()]
    assert rows == [
        "Destination Gateway Genmask Flags Metric Ref Use Iface",
        "10.2.0.16 0.0.0.0 255.255.255.255 UH 0 0 0 vif4.0",
        "10.2.0.7 0.0.0.0 255.255.255.255 UH 0 0 0 vif10.0",
        "192.168.0.0 0.0.0.0 255.255.255.0 U 1 0 0 eth0",
        "0.0.0.0 192.168.0.1 0.0.0.0 UG 0 0 0 eth0",
    ]


def test_columns_are_aligned():
    lines = table(route(*row) for row in SEED_NETVM).splitlines()
    for head in ("Gateway", "Genmask", "Iface"):
        at = lines[0].index(head)
        assert all(line[at - 1] == " " and line[at] != " " for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_an_empty_table_has_its_heads():
    assert table([]).split() == ["Destination", "Gateway", "Genmask", "Flags", "Metric", "Ref", "Use", "Iface"]


@given(
    st.integers(0, 0xFFFFFFFF), st.integers(0, 32), st.integers(0, 0xFFFFFFFF),
    st.from_regex(r"[a-z][a-z0-9.]{0,14}", fullmatch=True), st.integers(0, 0xFFFFFFFF),
)  # fmt: skip
def test_a_row_survives_the_way_through_xenstore(destination, prefix, gateway, iface, metric):
    row = Route.of(IPv4Address(destination), prefix, IPv4Address(gateway), iface, metric)
    assert Route.from_line(row.line) == row
    assert Route.from_line(row.line.encode()) == row
    assert ";" not in row.line
    assert Route(**row.as_dict()) == row


@given(st.one_of(st.text(max_size=150), st.binary(max_size=150)))
def test_a_line_is_a_row_or_refused(line):
    with contextlib.suppress(BadInput):
        Route.from_line(line)


@pytest.mark.parametrize(
    "bad",
    [
        "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0",
        "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 eth0 more",
        "0.0.0.0 0.0.0.0 0.0.0.0 <b> 0 0 0 eth0",
        "0.0.0.0 0.0.0.0 0.0.0.0 U 0 -1 0 eth0",
        "0.0.0.0 0.0.0.0 0.0.0 U 0 0 0 eth0",
        "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 ../../x",
    ],
)
def test_rows_that_are_none(bad):
    with pytest.raises(BadInput):
        Route.from_line(bad)
