"""Traffic in xenstore's values: there and back, bounded, and nothing else is taken for it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.lab.xen.toolstack import Identity
from qnet_gui.model.errors import BadInput
from qnet_gui.model.traffic import COUNTER_MAX, Counters
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys, traffic
from qnet_gui.store.client import Store
from qnet_gui.store.traffic import PIECE, PIECES, REQUEST, TrafficPiece, TrafficRequest, VifBytes, pieces

_bytes = st.integers(0, COUNTER_MAX)
_vifs = st.builds(VifBytes, st.builds(VifId, st.integers(0, 32751), st.integers(0, 1023)), _bytes, _bytes)
_uplinks = st.builds(Counters, st.from_regex(r"[a-z][a-z0-9.-]{0,14}", fullmatch=True), _bytes, _bytes)


def many(count: int, size: int = 10**12) -> list[VifBytes]:
    return [VifBytes(VifId(number, 0), size + number, size) for number in range(1, count + 1)]


@given(st.integers(0, 10**14), st.lists(_vifs, max_size=200), st.lists(_uplinks, max_size=20))
def test_there_and_back(moment: int, vifs: list[VifBytes], uplinks: list[Counters]) -> None:
    texts = [PIECE.text(piece) for piece in pieces(moment, vifs, uplinks)]
    assert all(len(text) <= 2000 for text in texts)
    read = [keys.TRAFFIC_PIECE.parse(text.encode()) for text in texts]
    assert {piece.milliseconds for piece in read} == {moment}
    assert {piece.pieces for piece in read} == {len(read)}
    assert [vif for piece in read for vif in piece.vifs] == vifs
    assert [uplink for piece in read for uplink in piece.uplinks] == uplinks[: traffic.UPLINKS]


def test_sixty_domains_are_one_value_and_a_hundred_two() -> None:
    wlan = [Counters("wlan0", 10**12, 10**11)]
    assert len(pieces(10**9, many(60), wlan)) == 1
    assert len(pieces(10**9, many(120), wlan)) == 2


def test_nothing_at_all_is_a_value_too() -> None:
    assert [PIECE.text(piece) for piece in pieces(5, [], [])] == ["5 1;;"]
    assert PIECE.parse("5 1;;") == TrafficPiece(5, 1)


def test_what_is_too_much_is_left_out() -> None:
    made = pieces(1, many(5000, COUNTER_MAX), [])
    assert len(made) == PIECES
    assert all(len(PIECE.text(piece)) <= 2000 for piece in made)


def test_a_counter_beyond_all_bounds_is_the_highest() -> None:
    text = PIECE.text(TrafficPiece(1, 1, (VifBytes(VifId(4, 0), 2**64, 0),)))
    assert PIECE.parse(text).vifs == (VifBytes(VifId(4, 0), COUNTER_MAX, 0),)


@pytest.mark.parametrize(
    "untrusted_value",
    [
        "", "5", "5 1", "5 1;;;", "5 0;;", "5 17;;", "-5 1;;", "5 1;4.0:1;", "5 1;4.0:1:2:3;", "5 1;4.0:1:g;",
        "5 1;vif4.0:1:2;", "5 1;4.0:1:2 ;", "5 1;99999.0:1:2;", "5 1;4.0:1:2,5.0:1:2;", "5 1;;eth0", "5 1;;e/h:1:2",
        "5 1;;..:1:2", "5 1;4.0:0x1:2;", "5 1;4.0:+1:2;", f"5 1;4.0:{'f' * 16}:2;", "5 1;;" + " ".join(["e:1:2"] * 17),
        b"5 1;;\xff", "5 1;;\n", " 5 1;;", f"{'9' * 16} 1;;", "5 1;" + " ".join(["4.0:1:2"] * 300) + ";",
    ],
)  # fmt: skip
def test_anything_else_is_refused(untrusted_value: str | bytes) -> None:
    with pytest.raises(BadInput):
        keys.TRAFFIC_PIECE.parse(untrusted_value)


@given(st.text(st.sampled_from("0123456789abcdef.:; eth"), max_size=2048) | st.binary(max_size=2048))
def test_whatever_is_written_is_refused_or_bounded(untrusted_value: str | bytes) -> None:
    try:
        piece = keys.TRAFFIC_PIECE.parse(untrusted_value)
    except BadInput:
        return
    assert len(piece.vifs) <= 300
    assert len(piece.uplinks) <= traffic.UPLINKS


def test_what_nearly_fits_costs_no_more_than_what_does() -> None:
    """A pattern that tries again and again would take minutes."""
    begun = time.process_time()
    for untrusted_value in ("5 1;" + "1.1:1:1 " * 250 + "x", "5 1;" + "1" * 2040, "5 1;;" + "e:1:1 " * 300):
        with pytest.raises(BadInput):
            keys.TRAFFIC_PIECE.parse(untrusted_value)
    assert time.process_time() - begun < 5


def test_the_request() -> None:
    assert REQUEST.parse(REQUEST.text(TrafficRequest(7, 25))) == TrafficRequest(7, 25)
    assert REQUEST.parse("7 99").seconds == traffic.SECONDS_MAX
    for text in ("", "7", "0 5", "7 -1", "7 100", "7 5 5"):
        with pytest.raises(BadInput):
            REQUEST.parse(text)


def test_a_full_value_is_below_a_guests_quota(xen: Any) -> None:
    piece = pieces(10**9, many(200), [Counters("wlan0", 1, 2)])[0]
    xen.hardware.add(1)
    xen.toolstack.create(Identity(1, "netvm", "00000000-0000-4000-8000-000000000001"), driver_domain=True)
    with Store(xen.place.xenbus(1) if hasattr(xen, "place") else xen.hardware.xenbus(1)) as netvm:
        netvm.write(keys.TRAFFIC_PIECE.at(0), PIECE.text(piece))
        assert keys.TRAFFIC_PIECE.parse(netvm.read(keys.TRAFFIC_PIECE.at(0)) or b"") == piece
