"""Bytes by link: the kernel's answer, which anybody may ask for, and whatever bytes may come instead."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.kernel import link_stats
from qnet_gui.kernel.link_stats import IFLA_STATS_LINK_64, LinkBytes, LinkStats, link_bytes
from qnet_gui.model.errors import KernelError


def _body(index: int, *counters: int, kind: int = IFLA_STATS_LINK_64) -> bytes:
    payload = struct.pack(f"={len(counters)}Q", *counters)
    return struct.pack("=BxxxII", 0, index, 1) + struct.pack("=HH", len(payload) + 4, kind) + payload


@pytest.fixture
def stats() -> Iterator[LinkStats]:
    with closing(LinkStats()) as made:
        yield made


def _send(size: int) -> None:
    """A datagram over the loopback, which nobody need hear."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(*_UDP) as sender:
        receiver.bind(("127.0.0.1", 0))
        sender.sendto(bytes(size), receiver.getsockname())


_UDP = socket.AF_INET, socket.SOCK_DGRAM


def test_what_is_sent_is_counted(stats: LinkStats) -> None:
    loopback = socket.if_nametoindex("lo")
    before = stats.read()[loopback]
    _send(5000)
    after = stats.read()[loopback]
    assert after.rx_bytes >= before.rx_bytes + 5000
    assert after.tx_bytes >= before.tx_bytes + 5000


def test_every_link_has_its_counters(stats: LinkStats) -> None:
    assert stats.read().keys() >= {index for index, _ in socket.if_nameindex()}


def test_a_vifs_bytes_as_the_netvm_sees_them(real_space: Any) -> None:
    """Received is what the other end has sent."""
    with real_space.inside(), closing(LinkStats()) as stats:
        assert set(stats.read()) >= {2, 3}
        assert stats.read()[2] == LinkBytes(stats.read()[3].tx_bytes, stats.read()[3].rx_bytes)


def test_a_kernel_that_refuses_and_one_that_is_silent(stats: LinkStats, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Iterator[bytes]:
        raise OSError(errno.EOPNOTSUPP, "not here")

    def silent(*_: object) -> Iterator[bytes]:
        raise TimeoutError("timed out")

    for fails, why in ((refuse, "Operation not supported"), (silent, "timed out")):
        monkeypatch.setattr(link_stats, "dump", fails)
        with pytest.raises(KernelError, match=why):
            stats.read()
    monkeypatch.undo()
    assert stats.read()


def test_a_message_is_taken_apart() -> None:
    assert link_bytes(_body(7, 1, 2, 300, 400, 5, 6)) == (7, LinkBytes(300, 400))
    assert link_bytes(_body(7, 1, 2, 300)) is None
    assert link_bytes(_body(7, 1, 2, 300, 400, kind=2)) is None
    assert link_bytes(b"") is None


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: _body(1, 2, 3, 4)[:16] + tail))
def test_any_bytes_end_and_raise_nothing(data: bytes) -> None:
    taken = link_bytes(data)
    assert taken is None or len(taken) == 2
