"""The keyboard's page: what goes in is what Linux' frontend reads, and no key stays down."""

from __future__ import annotations

import struct

import pytest
from fakes.screen import ASKED
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.display.shared_pages import PAGE_SIZE
from qnet_gui.display.vkbd_page import IN_CONS, IN_PROD, WAITING_MAX, XENKBD_IN_RING_LEN, InputRing
from qnet_gui.lab.screen.memory import taken_inputs
from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen_wire import Input, KeyPress, PointerAt, ReleaseAll

Page = bytearray


@pytest.fixture
def page() -> Page:
    return bytearray(PAGE_SIZE)


@pytest.fixture
def ring(page: Page) -> InputRing:
    return InputRing(memoryview(page), ASKED)


def fill(ring: InputRing) -> None:
    while ring.take(PointerAt(1, 1)):
        pass


def test_what_goes_in_comes_out(page: Page, ring: InputRing) -> None:
    for event in (KeyPress(30, True), KeyPress(30, False), PointerAt(3, 4, -1)):
        assert ring.take(event)
    assert taken_inputs(page) == [(3, 1, 30), (3, 0, 30), (4, 3, 4, -1)]


def test_the_pointer_stays_on_the_screen(page: Page, ring: InputRing) -> None:
    ring.take(PointerAt(4095, 4095))
    assert taken_inputs(page) == [(4, 63, 47, 0)]


def test_the_ring_has_51_slots(page: Page, ring: InputRing) -> None:
    fill(ring)
    assert len(taken_inputs(page)) == XENKBD_IN_RING_LEN == 51
    assert ring.take(KeyPress(30, True))


def test_a_key_goes_down_once_and_up_once(page: Page, ring: InputRing) -> None:
    events = [KeyPress(30, True), KeyPress(30, True), KeyPress(31, False), KeyPress(30, False), KeyPress(30, False)]
    assert [ring.take(event) for event in events] == [True, False, False, True, False]
    assert taken_inputs(page) == [(3, 1, 30), (3, 0, 30)]


def test_all_that_is_down_is_released(page: Page, ring: InputRing) -> None:
    for code in (29, 56, 0x110):
        ring.take(KeyPress(code, True))
    assert ring.down == (29, 56, 0x110)
    ring.take(ReleaseAll())
    assert taken_inputs(page)[3:] == [(3, 0, 29), (3, 0, 56), (3, 0, 0x110)]
    assert ring.down == ()


def test_what_another_child_left_down_is_released(page: Page) -> None:
    ring = InputRing(memoryview(page), ASKED, range(1, 100))
    ring.take(ReleaseAll())
    heard = taken_inputs(page)
    while ring.go_on():
        heard += taken_inputs(page)
    assert heard == [(3, 0, code) for code in range(1, 100)]


def test_what_is_pressed_while_these_wait_is_not_lost(page: Page) -> None:
    ring = InputRing(memoryview(page), ASKED, range(1, 100))
    ring.take(ReleaseAll())
    typed = [KeyPress(42, True), KeyPress(30, True), KeyPress(30, False), KeyPress(42, False)]
    for event in typed:
        ring.take(event)
    heard = taken_inputs(page)
    while ring.go_on():
        heard += taken_inputs(page)
    assert heard[99:] == [(3, int(event.down), event.code) for event in typed]
    fill(ring)
    assert not ring.take(KeyPress(30, True))
    ring.take(ReleaseAll())
    assert len(taken_inputs(page)) == XENKBD_IN_RING_LEN, "which is for the beginning alone"
    assert not ring.waits


def test_not_more_than_so_many_presses_wait(page: Page) -> None:
    ring = InputRing(memoryview(page), ASKED, range(1, 200))
    ring.take(ReleaseAll())
    for _ in range(WAITING_MAX):
        for code in range(200, 240):
            ring.take(KeyPress(code, True))
            ring.take(KeyPress(code, False))
    heard = taken_inputs(page)
    while ring.go_on():
        heard += taken_inputs(page)
    assert WAITING_MAX <= len(heard) <= WAITING_MAX + 1 + XENKBD_IN_RING_LEN
    assert ring.down == ()


def test_a_release_waits_for_room_and_nothing_overtakes_it(page: Page, ring: InputRing) -> None:
    ring.take(KeyPress(29, True))
    fill(ring)
    assert not ring.take(KeyPress(29, False))
    assert ring.waits
    assert not ring.take(KeyPress(30, True))
    assert taken_inputs(page)[0] == (3, 1, 29)
    assert ring.take(KeyPress(31, True))
    assert taken_inputs(page) == [(3, 0, 29), (3, 1, 31)]
    assert not ring.waits


@pytest.mark.parametrize("consumed", [1, XENKBD_IN_RING_LEN + 1, 2**31, 2**32 - 100])
def test_who_has_read_what_never_was_lies(page: Page, ring: InputRing, consumed: int) -> None:
    struct.pack_into("<I", page, 4 * IN_CONS, consumed)
    with pytest.raises(BadInput, match=r"^in_cons is "):
        ring.take(KeyPress(30, True))


def test_our_own_index_is_not_read_back(page: Page, ring: InputRing) -> None:
    ring.take(KeyPress(30, True))
    struct.pack_into("<I", page, 4 * IN_PROD, 0xDEAD)
    ring.take(KeyPress(30, False))
    assert struct.unpack_from("<I", page, 4 * IN_PROD) == (2,)


def test_it_goes_on_from_where_it_was(page: Page) -> None:
    struct.pack_into("<II", page, 0, 2**32 - 1, 2**32 - 1)
    ring = InputRing(memoryview(page), ASKED)
    for down in (True, False):
        ring.take(KeyPress(30, down))
        assert taken_inputs(page) == [(3, int(down), 30)]


_keys = st.builds(KeyPress, st.integers(28, 33), st.booleans())
_inputs = st.one_of(_keys, st.builds(PointerAt, st.integers(0, 99), st.integers(0, 99)), st.just(ReleaseAll()))


@given(st.lists(st.one_of(_inputs, st.just(None)), max_size=200))
def test_however_slowly_it_is_read_nothing_stays_down(script: list[Input | None]) -> None:
    """None stands for a netvm that reads what is there."""
    page = bytearray(PAGE_SIZE)
    ring = InputRing(memoryview(page), ASKED)
    heard: list[tuple[int, ...]] = []
    for event in script:
        if event is None:
            heard += taken_inputs(page)
        else:
            ring.take(event)
    ring.take(ReleaseAll())
    heard += taken_inputs(page)
    while ring.go_on():
        heard += taken_inputs(page)
    down: set[int] = set()
    for kind, *fields in heard:
        if kind == 3:
            pressed, code = fields
            assert (code in down) != bool(pressed), "only what changes"
            (down.add if pressed else down.remove)(code)
    assert not down
