"""The frame buffer's page: what dom0 asked for is taken, and of all else it is said what is wrong."""

from __future__ import annotations

import struct

import pytest
from fakes.screen import ASKED, vfb_page
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.display.vfb_page import (
    FRAMES_END,
    OUT_PROD,
    XENFB_OUT_RING_LEN,
    acknowledge,
    consumed_before,
    directory_frames,
    pixel_frames,
    updates,
)
from qnet_gui.lab.screen.memory import put_update
from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle

LARGE = Geometry(1024, 768)


def looked(page: bytearray, consumed: int = 0) -> tuple[Rectangle, ...]:
    return updates(memoryview(page), consumed, ASKED).rectangles


def test_as_many_frames_as_the_picture_needs_and_no_more() -> None:
    page = vfb_page(LARGE, (5, 6, 7))
    assert directory_frames(memoryview(page), LARGE) == (5, 6)
    numbers = range(1, 1025)
    assert pixel_frames(struct.pack("<1024Q", *numbers), LARGE) == tuple(range(1, 769))


@pytest.mark.parametrize(
    ("key", "offset", "form", "value"),
    [
        ("width", 16, "<i", 63), ("width", 16, "<i", -1), ("height", 20, "<i", 0), ("height", 20, "<i", 2**31 - 1),
        ("line_length", 24, "<I", 0), ("line_length", 24, "<I", 257), ("line_length", 24, "<I", 2**32 - 1),
        ("mem_length", 28, "<I", 0), ("mem_length", 28, "<I", ASKED.size - 1), ("mem_length", 28, "<I", 2**32 - 1),
        ("depth", 32, "<B", 24), ("depth", 32, "<B", 0), ("pd", 40, "<Q", 0), ("pd", 40, "<Q", FRAMES_END),
        ("pd", 40, "<Q", 2**64 - 1),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_named(key: str, offset: int, form: str, value: int) -> None:
    page = vfb_page()
    struct.pack_into(form, page, offset, value)
    with pytest.raises(BadInput, match=rf"^{key} is .*{value}"):
        directory_frames(memoryview(page), ASKED)


@pytest.mark.parametrize("number", [0, FRAMES_END, 2**64 - 1])
@pytest.mark.parametrize("place", [0, 2])
def test_every_frame_is_judged(number: int, place: int) -> None:
    numbers = [7, 8, 9]
    numbers[place] = number
    with pytest.raises(BadInput, match=r"^frame is "):
        pixel_frames(struct.pack("<3Q", *numbers), ASKED)


def test_a_directory_that_is_too_short_is_none() -> None:
    with pytest.raises(BadInput, match=r"^directory is "):
        pixel_frames(struct.pack("<2Q", 7, 8), ASKED)


def test_updates_are_cut_and_coalesced() -> None:
    page = vfb_page()
    for rectangle in ((-5, -5, 10, 10), (4, 4, 2, 2), (60, 40, 100, 100), (0, 0, -3, 5), (200, 0, 5, 5)):
        put_update(page, *rectangle)
    assert looked(page) == (Rectangle(0, 0, 6, 6), Rectangle(60, 40, 64, 48))


def test_only_what_is_new_is_read() -> None:
    page = vfb_page()
    put_update(page, 0, 0, 1, 1)
    consumed = updates(memoryview(page), 0, ASKED).consumed
    put_update(page, 5, 5, 1, 1)
    assert looked(page, consumed) == (Rectangle(5, 5, 6, 6),)


def test_a_wish_for_another_size_is_ignored() -> None:
    page = vfb_page()
    put_update(page, 800, 600, 3200, 32, kind=3)
    put_update(page, 0, 0, 1, 1, kind=255)
    assert updates(memoryview(page), 0, ASKED).consumed == 2
    assert looked(page) == ()


def test_a_full_ring_means_that_all_may_have_changed() -> None:
    page = vfb_page()
    for _ in range(XENFB_OUT_RING_LEN):
        put_update(page, 0, 0, 1, 1)
    assert looked(page) == (ASKED.whole,)


@pytest.mark.parametrize("produced", [XENFB_OUT_RING_LEN + 1, 2**31, 2**32 - 1])
def test_more_than_the_ring_holds_is_a_lie(produced: int) -> None:
    page = vfb_page()
    struct.pack_into("<I", page, 4 * OUT_PROD, produced)
    with pytest.raises(BadInput, match=r"^out_prod is "):
        looked(page)


def test_the_index_goes_round() -> None:
    page = vfb_page()
    struct.pack_into("<I", page, 4 * OUT_PROD, 2**32 - 2)
    for left in range(4):
        put_update(page, 10 * left, 0, 1, 1)
    taken = updates(memoryview(page), 2**32 - 2, ASKED)
    # the last index and the first one have the same slot, since the slots are no power of two: Xen's interface is so
    assert (taken.consumed, len(taken.rectangles)) == (2, 3)
    acknowledge(memoryview(page), taken.consumed)
    assert consumed_before(memoryview(page)) == 2


_word = st.integers(0, 2**32 - 1)


@given(words=st.dictionaries(st.integers(0, 1023), _word, max_size=60), produced=_word, count=st.integers(-2, 60))
def test_wild_words_are_refused_or_lie_on_the_screen(words: dict[int, int], produced: int, count: int) -> None:
    page = vfb_page()
    for place, word in {**words, OUT_PROD: produced}.items():
        struct.pack_into("<I", page, 4 * place, word)
    try:
        taken = updates(memoryview(page), (produced - count) % 2**32, ASKED)
    except BadInput:
        assert not 0 <= count <= XENFB_OUT_RING_LEN
        return
    assert taken.consumed == produced
    assert all(ASKED.clipped(p.left, p.top, p.right - p.left, p.bottom - p.top) == p for p in taken.rectangles)
