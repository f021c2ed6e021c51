"""The netvm's screen in a window, but for the window: where its pixels are, what keys say, what is said instead."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tray_shared import CABLE, up

from qnet_gui.model.domain import Label, Netvm, NetvmState
from qnet_gui.model.errors import BadInput, Busy, NoAnswer, NotAuthorised, NotFound, QnetError, Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle
from qnet_gui.model.netvm_screen.screen_wire import BUTTONS, KEYS, KeyPress, PointerAt, ReleaseAll, packed, parsed_input
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.wire.answers import HelperAway
from qnet_gui.tray.netvm_screen import screen
from qnet_gui.tray.netvm_screen.screen import ScreenPhase, ScreenProgress
from qnet_gui.tray.netvm_screen.screen_input import ScreenInput
from qnet_gui.tray.netvm_screen.screen_place import place

SMALL, USUAL = Geometry(64, 48), Geometry(1024, 768)
SIDES = some.integers(1, 5000)
RATIOS = some.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0])


# -- where it is


@pytest.mark.parametrize(
    ("room", "ratio", "left", "top", "scale", "sharp"),
    [
        ((64, 48), 1, 0, 0, 1, True),
        ((100, 80), 1, 18, 16, 1, True),
        ((128, 96), 1, 0, 0, 2, True),
        ((191, 143), 1, 31, 23, 2, True),
        ((64, 48), 2, 0, 0, 1, True),
        ((64, 48), 1.5, 10, 8, 2 / 3, True),
        ((32, 48), 1, 0, 12, 0.5, False),
        ((1, 1), 1, 0, 0, 1 / 64, False),
    ],
)  # fmt: skip
def test_it_stands_in_the_middle_as_large_as_is_sharp(
    room: tuple[int, int], ratio: float, left: float, top: float, scale: float, sharp: bool
) -> None:
    where = place(*room, SMALL, ratio)
    assert where.sharp == sharp
    assert (where.scale, where.left, where.top) == pytest.approx((scale, left, top), abs=0.7)


@given(SIDES, SIDES, RATIOS)
def test_all_of_it_is_within_the_room(width: int, height: int, ratio: float) -> None:
    where = place(width, height, USUAL, ratio)
    smallest = 1 / 1024
    assert where.scale >= smallest / ratio
    if where.scale > smallest:
        assert where.left >= -1 and where.left + where.width <= width + 0.01
        assert where.top >= -1 and where.top + where.height <= height + 0.01
    if where.sharp:
        # no pixel of the display is shared by two of the picture's
        assert where.left * ratio == pytest.approx(round(where.left * ratio))
        assert where.scale * ratio == pytest.approx(round(where.scale * ratio))


@given(SIDES, SIDES, RATIOS, some.floats(-1e4, 1e4), some.floats(-1e4, 1e4))
def test_every_place_is_a_pixel_that_can_be_said(width: int, height: int, ratio: float, x: float, y: float) -> None:
    left, top = place(width, height, SMALL, ratio).pixel(x, y)
    assert 0 <= left < SMALL.width
    assert 0 <= top < SMALL.height


def test_a_pixel_is_found_where_it_is_shown() -> None:
    where = place(200, 200, SMALL)
    assert where.scale == 3
    assert where.pixel(where.left, where.top) == (0, 0)
    assert where.pixel(where.left + 3 * 10, where.top + 3 * 20 + 2) == (10, 20)
    assert where.pixel(where.left + where.width - 1, where.top + where.height - 1) == (63, 47)
    assert where.pixel(-5, 1000) == (0, 47)


def test_what_has_changed_is_painted_anew_and_a_little_more_where_it_is_smoothed() -> None:
    sharp, smooth = place(128, 96, SMALL), place(32, 24, SMALL)
    assert sharp.covered(Rectangle(1, 2, 3, 4)) == Rectangle(2, 4, 6, 8)
    assert smooth.covered(Rectangle(10, 10, 12, 12)) == Rectangle(4, 4, 7, 7)
    assert smooth.covered(SMALL.whole) == Rectangle(0, 0, 33, 25)


# -- what is done in it

LEFT, A, SHIFT = 1, 38, 50


def test_nothing_is_said_without_the_keyboard() -> None:
    state = ScreenInput()
    assert (state.key(A, True), state.button(LEFT, True, 1, 2), state.moved(1, 2), state.wheel(120, 1, 2)) == ((),) * 4
    assert state.end() == ()


def test_keys_go_by_the_numbers_that_linux_has_for_them() -> None:
    state = ScreenInput()
    state.begin()
    assert state.key(A, True) == (KeyPress(30, True),)
    assert state.key(A, True) == (), "the netvm repeats it by itself"
    assert state.key(SHIFT, True) == (KeyPress(42, True),)
    assert state.key(A, False) == (KeyPress(30, False),)
    assert state.key(A, False) == ()


@pytest.mark.parametrize("scan_code", [-1, 0, 7, 8, 248, 255, 1 << 31])
def test_what_is_no_key_of_the_netvms_is_passed_over(scan_code: int) -> None:
    state = ScreenInput()
    state.begin()
    assert state.key(scan_code, True) == ()


def test_what_went_down_before_does_not_come_up_there() -> None:
    """The click, or Alt and Tab, by which the window got the keyboard."""
    state = ScreenInput()
    assert state.button(LEFT, True, 5, 5) == ()
    state.begin()
    assert state.button(LEFT, False, 5, 5) == ()
    assert state.key(A, False) == ()


def test_all_is_released_at_the_end_and_nothing_twice() -> None:
    state = ScreenInput()
    state.begin()
    state.key(A, True)
    state.button(LEFT, True, 1, 1)
    assert state.end() == (ReleaseAll(),)
    assert state.end() == ()
    state.begin()
    assert state.key(A, False) == ()
    assert state.key(A, True) == (KeyPress(30, True),)


@pytest.mark.parametrize(("number", "code"), [(1, 0x110), (2, 0x111), (4, 0x112), (8, 0x113), (16, 0x114)])
def test_a_button_is_told_with_its_place(number: int, code: int) -> None:
    state = ScreenInput()
    state.begin()
    assert state.button(number, True, 3, 4) == (PointerAt(3, 4), KeyPress(code, True))
    assert state.button(number, False, 5, 6) == (PointerAt(5, 6), KeyPress(code, False))
    assert state.button(32, True, 3, 4) == ()


def test_a_wheel_turns_by_notches_and_upwards_is_below_zero() -> None:
    state = ScreenInput()
    state.begin()
    assert [state.wheel(angle, 1, 2) for angle in (60, 59)] == [(), ()]
    assert state.wheel(1, 1, 2) == (PointerAt(1, 2, -1),)
    assert state.wheel(-360, 1, 2) == (PointerAt(1, 2, 3),)
    assert state.wheel(-(10**6), 1, 2) == (PointerAt(1, 2, 16),)
    state.wheel(100, 1, 2)
    state.end()
    state.begin()
    assert state.wheel(100, 1, 2) == (), "what was turned before is forgotten"


SYMBOLS = some.one_of(some.integers(0, 0x7F), some.integers(0xFE00, 0xFFFF), some.integers(0, 1 << 32))


@given(
    some.lists(
        some.one_of(
            some.tuples(some.just("key"), some.integers(-300, 300), some.booleans()),
            some.tuples(some.just("key"), some.integers(8, 60), some.booleans(), SYMBOLS, some.text(max_size=2)),
            some.tuples(some.just("button"), some.integers(0, 64), some.booleans(), some.just(1), some.just(2)),
            some.tuples(some.just("moved"), some.integers(0, 4095), some.integers(0, 4095)),
            some.tuples(some.just("wheel"), some.integers(-5000, 5000), some.just(1), some.just(2)),
            some.tuples(some.sampled_from(["begin", "end"])),
        )
    )
)
def test_whatever_is_done_display_understands_it_and_no_key_stays_down(done: list[tuple[Any, ...]]) -> None:
    state, down = ScreenInput(), set()
    for name, *arguments in [*done, ("end",)]:
        for message in getattr(state, name)(*arguments) or ():
            assert parsed_input(packed(message)) == message
            if isinstance(message, ReleaseAll):
                down.clear()
            elif isinstance(message, KeyPress):
                assert message.code in KEYS or message.code in BUTTONS
                assert (message.code in down) != message.down
                (down.add if message.down else down.remove)(message.code)
    assert not down


# -- what is said instead

NETVM = Netvm("netvm", 7, NetvmState.RUNNING, uuid="u7", label=Label.RED, screen=True)
WAITS, ASKED, SHOWN, STOPPED = (ScreenProgress(phase) for phase in ScreenPhase)
NOT_YET = Refused(ScreenCode.SCREEN_NOT_YET, name="netvm")


def of(netvm: Netvm) -> Snapshot:
    return dataclasses.replace(up(CABLE), netvm=netvm)


def word(progress: ScreenProgress, netvm: Netvm = NETVM) -> str:
    return screen.view(progress, netvm, of(netvm)).word


def test_a_picture_needs_no_words() -> None:
    view = screen.view(SHOWN, NETVM, of(NETVM))
    assert (view.title, view.name, view.label) == ("Screen of netvm", "netvm", Label.RED)
    assert (view.word, view.again) == ("", False)
    assert screen.view(SHOWN, NETVM, None) == view, "a helper that is away takes no picture along"


@pytest.mark.parametrize(
    ("progress", "netvm", "said"),
    [
        (ASKED, NETVM, "Asking for the screen of netvm…"),
        (screen.ended(SHOWN), NETVM, "The screen of netvm has gone. It is asked for again."),
        (WAITS, Netvm("netvm"), "netvm is not running. Its screen comes when it does."),
        (WAITS, Netvm("netvm", 7, NetvmState.PAUSED), "netvm is paused. Its screen comes when it goes on."),
        (ASKED, Netvm("netvm", 7, NetvmState.STARTING), "netvm is starting. Its screen comes by itself."),
        (screen.failed(ASKED, NOT_YET), Netvm("netvm", 7, NetvmState.STARTING), "netvm is starting. Its"),
        (screen.failed(ASKED, NOT_YET), NETVM, "netvm has no screen yet."),
        (screen.failed(ASKED, NotFound(ScreenCode.SCREEN_NONE_GIVEN, name="netvm")),
         Netvm("netvm", 7, NetvmState.STARTING), "netvm was started without a screen."),
    ],
)  # fmt: skip
def test_a_word_stands_where_no_picture_is(progress: ScreenProgress, netvm: Netvm, said: str) -> None:
    assert word(progress, netvm).startswith(said)


def test_without_a_helper_that_is_said() -> None:
    assert screen.view(WAITS, NETVM, None).word == "The network helper is not running."


@pytest.mark.parametrize(
    ("error", "stops"),
    [
        (NOT_YET, False),
        (NoAnswer(ScreenCode.SCREEN_SILENT, name="netvm", seconds=5), False),
        (Busy(HelperCode.CALLS_TOO_MANY), False),
        (HelperAway(HelperCode.HELPER_AWAY), False),
        (NotFound(ScreenCode.SCREEN_NONE_GIVEN, name="netvm"), True),
        (QnetError(HelperCode.HELPER_OF_OTHER_VERSION), True),
        (NotAuthorised(HelperCode.PASSWORD_NOT_GIVEN), True),
        (BadInput(ScreenCode.SCREEN_PICTURE_WRONG), True),
        (Refused(ScreenCode.SCREEN_NOT_OFFERED), True),
    ],
)
def test_only_what_may_pass_by_itself_is_asked_for_again(error: QnetError, stops: bool) -> None:
    progress = screen.failed(ASKED, error)
    assert progress.phase is (ScreenPhase.STOPPED if stops else ScreenPhase.WAITS)
    assert screen.view(progress, NETVM, of(NETVM)).again
    assert word(progress) == error.translated


def test_it_is_asked_for_less_and_less_often_until_there_is_a_picture() -> None:
    progress, delays = WAITS, []
    for _ in range(7):
        progress = screen.ended(screen.opened(screen.asked(progress)))
        delays.append(progress.delay)
    assert delays == [1, 2, 4, 8, 10, 10, 10]
    progress = screen.ended(screen.painted(screen.opened(screen.asked(progress))))
    assert (progress.phase, progress.delay) == (ScreenPhase.WAITS, 1)
    assert screen.forgotten() == WAITS


@pytest.mark.parametrize(
    ("netvm", "may"),
    [
        (NETVM, True),
        (Netvm("netvm"), False),
        (Netvm("netvm", 7, NetvmState.PAUSED), False),
        (Netvm("dom0", 0, NetvmState.RUNNING), False),
    ],
)
def test_only_a_netvm_that_runs_is_asked(netvm: Netvm, may: bool) -> None:
    assert screen.may_ask(of(netvm)) == may
    assert not screen.may_ask(None)
