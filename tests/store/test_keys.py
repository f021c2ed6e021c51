from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.errors import BadInput
from qnet_gui.store import keys
from qnet_gui.store.keys import Writer
from qnet_gui.store.reports import AGENT, ALL, UPLINK


@pytest.mark.parametrize("key", ALL, ids=lambda key: key.path)
def test_every_key_is_where_its_writer_may_write(key):
    assert key.path.startswith("qnet/" if key.writer in (Writer.DOM0, Writer.DISPLAY) else "data/qnet/")
    assert 0 < key.limit <= keys.VALUE_LIMIT
    assert key.path.count("{}") <= 1
    assert re.fullmatch(r"[a-z0-9/{}-]+", key.path)


@pytest.mark.parametrize("key", ALL, ids=lambda key: key.path)
@given(value=st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_what_passes_is_short_printable_ascii(key, value):
    try:
        text = key.check(value)
    except BadInput:
        return
    assert len(text) <= key.limit
    assert all(" " <= char <= "~" for char in text)


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        (keys.ADDRESS, "10.137.0.5", ""),
        (keys.REQUEST, "1 routes", "0 routes"),
        (keys.AGENT_STATE, "running", "runs"),
        (keys.AGENT_PROBLEMS, "no-dns no-uplink", "no_dns"),
        (UPLINK["state"], "connecting", "broken"),
        (UPLINK["servers"], "1.1.1.1 8.8.8.8", "1.1.1.1,8.8.8.8"),
        (AGENT["redirects"], "10.139.1.1>1.1.1.1", "10.139.1.1"),
        (keys.VIF_PIECE, "4.0 5.0", "4.0;5.0"),
        (keys.ANSWER_HEAD, "12 ok 3", "12 fine 3"),
    ],
)
def test_examples(key, good, bad):
    assert key.check(good.encode()) == good
    with pytest.raises(BadInput, match=key.path.split("/")[-1]):
        key.check(bad)


def test_paths():
    assert UPLINK["name"].at(3) == "data/qnet/uplink/3/name"
    assert keys.ADDRESS.under(4) == "/local/domain/4/qnet/address"


@given(st.lists(st.text("abc 0123.", max_size=120), max_size=60))
def test_pieces_lose_no_line_and_keep_the_limit(lines):
    pieces = keys.pieces(lines, limit=200)
    assert ";".join(pieces) == ";".join(lines)
    assert all(len(piece) <= 200 for piece in pieces)
