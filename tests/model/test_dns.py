from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.dns import DEFAULT_VIRTUAL, redirects, usable

servers = st.lists(st.integers(1, 0xFFFFFFFF).map(IPv4Address), max_size=6)


@given(servers)
def test_every_virtual_server_is_covered_or_none(found):
    result = redirects(DEFAULT_VIRTUAL, found)
    if usable(found, DEFAULT_VIRTUAL):
        assert tuple(each.virtual for each in result) == DEFAULT_VIRTUAL
    else:
        assert result == ()


@given(servers)
def test_a_query_never_goes_to_a_loopback_or_back_to_a_virtual_server(found):
    for each in redirects(DEFAULT_VIRTUAL, found):
        assert not each.real.is_loopback
        assert not each.real.is_multicast
        assert each.real not in DEFAULT_VIRTUAL
        assert each.real in found


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
    found = redirects(DEFAULT_VIRTUAL, map(IPv4Address, real))
    assert [str(each.real) for each in found] == expected
