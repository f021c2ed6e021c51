"""What is copied is the rectangle, all of it and nothing beside it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.display.copier import copy_pixels
from qnet_gui.model.netvm_screen.screen import Geometry

SCREEN = Geometry(13, 9)


@given(left=st.integers(-3, 14), top=st.integers(-3, 10), width=st.integers(1, 20), height=st.integers(1, 20))
def test_the_rectangle_and_nothing_beside_it(left: int, top: int, width: int, height: int) -> None:
    part = SCREEN.clipped(left, top, width, height)
    target = bytearray(SCREEN.size)
    copy_pixels(memoryview(b"\1" * (SCREEN.size + 99)), memoryview(target), SCREEN, [part] if part else [])
    for pixel in range(SCREEN.width * SCREEN.height):
        line, place = divmod(pixel, SCREEN.width)
        inside = left <= place < left + width and top <= line < top + height
        assert target[4 * pixel : 4 * pixel + 4] == (b"\1" if inside else b"\0") * 4
