from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.dns import DEFAULT_VIRTUAL, is_asked_otherwise, name_server, redirects, usable

real_servers = st.lists(st.integers(1, 0xFFFFFFFF).map(IPv4Address), max_size=6)


@given(real_servers)
def test_every_virtual_server_is_covered_or_none(servers):
    result = redirects(DEFAULT_VIRTUAL, servers)
    if usable(servers, DEFAULT_VIRTUAL):
        assert tuple(redirect.virtual for redirect in result) == DEFAULT_VIRTUAL
    else:
        assert result == ()


@given(real_servers)
def test_a_query_never_goes_to_a_loopback_or_back_to_a_virtual_server(servers):
    for redirect in redirects(DEFAULT_VIRTUAL, servers):
        assert not redirect.real.is_loopback
        assert not redirect.real.is_multicast
        assert redirect.real not in DEFAULT_VIRTUAL
        assert redirect.real in servers


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (["192.168.0.1"], ["192.168.0.1", "192.168.0.1"]),
        (["192.168.0.1", "192.168.0.2"], ["192.168.0.1", "192.168.0.2"]),
        (["192.168.0.1", "192.168.0.2", "192.168.0.3"], ["192.168.0.1", "192.168.0.2"]),
        (["127.0.0.53", "192.168.0.2"], ["192.168.0.2", "192.168.0.2"]),
        (["192.168.0.1", "192.168.0.1", "192.168.0.2"], ["192.168.0.1", "192.168.0.2"]),
        (["127.0.0.53"], []),
        ([], []),
    ],
)
def test_one_two_three_and_no_servers(real, expected):
    chosen = redirects(DEFAULT_VIRTUAL, map(IPv4Address, real))
    assert [str(redirect.real) for redirect in chosen] == expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("9.9.9.9", "9.9.9.9"),
        ("9.9.9.9#dns.example", "9.9.9.9"),
        ("dns+udp://9.9.9.9", "9.9.9.9"),
        ("dns+udp://9.9.9.9:53", "9.9.9.9"),
        ("dns+udp://9.9.9.9:5353", None),
        ("dns+udp://[fd00::1]:53", None),
        ("dns+tls://9.9.9.9#dns.example", None),
        ("fd00::1#dns.example", None),
        ("9.9.9.9:53", None),
        ("#dns.example", None),
        ("", None),
        (b"9.9.9.9", None),
        (7, None),
        (None, None),
    ],
)
def test_a_server_is_asked_where_and_as_somebody_named_it_or_not_at_all(text, address):
    assert name_server(text) == (IPv4Address(address) if address else None)


@pytest.mark.parametrize(
    ("text", "otherwise"),
    [
        ("9.9.9.9", False),
        ("9.9.9.9#dns.example", False),
        ("fd00::1", False),
        ("dns+udp://9.9.9.9", False),
        ("dns+udp://9.9.9.9:53#dns.example", False),
        ("dns+udp://[fd00::1]", False),
        ("dns+udp://[fd00::1]:53", False),
        ("dns+udp://9.9.9.9:5353", True),
        ("dns+udp://[fd00::1]:5353", True),
        ("dns+tls://9.9.9.9#dns.example", True),
        ("dns+tls://[fd00::1]", True),
        ("", False),
        (None, False),
    ],
)
def test_who_is_to_be_asked_otherwise_than_in_clear_at_port_53(text: object, otherwise: bool) -> None:
    assert is_asked_otherwise(text) is otherwise
