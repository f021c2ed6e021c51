"""Rectangles on a screen: cut to it, and few of them that have the same pixels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen import RECTANGLES_MAX, Geometry, Rectangle, coalesced

SCREEN = Geometry(40, 30)
_wild = st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(-5, 45))


def pixels(*rectangles: Rectangle) -> set[tuple[int, int]]:
    return {
        (left, top)
        for part in rectangles
        for left in range(part.left, part.right)
        for top in range(part.top, part.bottom)
    }


@st.composite
def on_screen(draw: st.DrawFn) -> Rectangle:
    left, top = draw(st.integers(0, 39)), draw(st.integers(0, 29))
    return Rectangle(left, top, draw(st.integers(left + 1, 40)), draw(st.integers(top + 1, 30)))


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (-1, 1), (4097, 1), (1, 4097)])
def test_a_screen_that_nobody_asks_for_is_none(width: int, height: int) -> None:
    with pytest.raises(BadInput):
        Geometry(width, height)


def test_a_line_is_four_bytes_a_pixel() -> None:
    assert (SCREEN.line_length, SCREEN.size, SCREEN.whole) == (160, 4800, Rectangle(0, 0, 40, 30))


@given(left=_wild, top=_wild, width=_wild, height=_wild)
def test_what_is_cut_is_what_is_on_the_screen(left: int, top: int, width: int, height: int) -> None:
    cut = SCREEN.clipped(left, top, width, height)
    inside = {
        (x, y) for x, y in pixels(SCREEN.whole) if left <= x < left + width and top <= y < top + height
    }  # fmt: skip
    assert (pixels(cut) if cut else set()) == inside


@given(st.lists(on_screen(), max_size=40))
def test_few_rectangles_have_the_same_pixels(rectangles: list[Rectangle]) -> None:
    few = coalesced(rectangles)
    assert len(few) <= RECTANGLES_MAX
    assert pixels(*rectangles) <= pixels(*few)
    assert sum(part.area for part in few) == len(pixels(*few)), "no two overlap"
    assert pixels(*few) <= pixels(SCREEN.whole)


def test_those_that_lie_apart_stay_apart() -> None:
    apart = (Rectangle(0, 0, 1, 1), Rectangle(10, 10, 11, 11))
    assert coalesced(apart) == apart


def test_halves_become_one() -> None:
    assert coalesced([Rectangle(0, 0, 5, 4), Rectangle(5, 0, 9, 4)]) == (Rectangle(0, 0, 9, 4),)


def test_too_many_become_one_around_all() -> None:
    dots = [Rectangle(2 * n, n, 2 * n + 1, n + 1) for n in range(RECTANGLES_MAX + 1)]
    assert coalesced(dots) == (Rectangle(0, 0, 2 * RECTANGLES_MAX + 1, RECTANGLES_MAX + 1),)
