"""What a person types with any layout is what a netvm with a keyboard of the USA reads."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qnet_gui.model.netvm_screen.screen_wire import KeyPress
from qnet_gui.tray.netvm_screen.screen_keyboard import LEFT_SHIFT, US, ScreenKeyboard, character_of

#: Keys by X's numbers: where Q, Y, 7, 2, Shift, AltGr, Caps Lock, Control and Left are on a keyboard of a PC.
Q, Y, SEVEN, TWO, SHIFT, ALT_GR, CAPS, CONTROL, LEFT = 24, 29, 16, 11, 50, 108, 66, 37, 113
SHIFT_L, ISO_LEVEL3_SHIFT, CAPS_LOCK, CONTROL_L, LEFT_ARROW = 0xFFE1, 0xFE03, 0xFFE5, 0xFFE3, 0xFF51
_BACK = {key: character for character, key in US.items()}


class Netvm:
    """Reads keys as a keyboard of the USA has them."""

    def __init__(self) -> None:
        self.keyboard = ScreenKeyboard()
        self.down: set[int] = set()
        self.read: list[str] = []

    def take(self, messages: tuple[KeyPress, ...]) -> None:
        for message in messages:
            assert (message.code in self.down) != message.down
            (self.down.add if message.down else self.down.remove)(message.code)
            if message.down and message.code not in (42, 54):
                shifted = bool(self.down & {42, 54})
                self.read.append(_BACK.get((message.code, shifted), f"<{message.code}>"))

    def press(self, key: int, symbol: int | str, text: str | None = None) -> None:
        number = ord(symbol) if isinstance(symbol, str) else symbol
        self.take(self.keyboard.press(key, number, character_of(number) if text is None else text))

    def release(self, key: int) -> None:
        self.take(self.keyboard.release(key))

    def stroke(self, key: int, symbol: int | str, text: str | None = None) -> None:
        self.press(key, symbol, text)
        self.release(key)


@pytest.fixture
def netvm() -> Netvm:
    return Netvm()


def test_every_character_of_ascii_has_a_key() -> None:
    assert set(US) | {" "} == set(string.printable) - set("\t\n\r\v\f")
    assert len({*US.values()}) == len(US)


def test_letters_that_stand_elsewhere_are_the_letters_that_they_are(netvm: Netvm) -> None:
    """As on a German keyboard."""
    netvm.stroke(Y, "z")
    netvm.press(SHIFT, SHIFT_L)
    netvm.stroke(Y, "Z")
    netvm.stroke(SEVEN, "/")
    netvm.stroke(TWO, '"')
    netvm.release(SHIFT)
    netvm.press(ALT_GR, ISO_LEVEL3_SHIFT)
    netvm.stroke(Q, "@")
    netvm.release(ALT_GR)
    netvm.stroke(Q, "q")
    assert "".join(netvm.read) == 'zZ/"@q'
    assert not netvm.down


def test_on_a_keyboard_of_the_usa_keys_go_as_they_are() -> None:
    keyboard = ScreenKeyboard()
    assert keyboard.press(Q, ord("q"), "q") == (KeyPress(16, True),)
    assert keyboard.press(Q, ord("q"), "q") == ()
    assert keyboard.release(Q) == (KeyPress(16, False),)
    assert keyboard.press(SHIFT, SHIFT_L) == (KeyPress(LEFT_SHIFT, True),)
    assert keyboard.press(Q, ord("Q"), "Q") == (KeyPress(16, True),)
    assert keyboard.release(SHIFT) == (KeyPress(LEFT_SHIFT, False),)
    assert keyboard.release(Q) == (KeyPress(16, False),)


def test_locks_count_here_and_are_not_told(netvm: Netvm) -> None:
    netvm.stroke(CAPS, CAPS_LOCK)
    netvm.stroke(Q, "Q")
    netvm.stroke(CAPS, CAPS_LOCK)
    netvm.stroke(87, 0xFFB1)
    assert "".join(netvm.read) == "Q1"
    assert not netvm.down


def test_a_command_stays_one_while_a_lock_is_on(netvm: Netvm) -> None:
    netvm.press(CONTROL, CONTROL_L)
    netvm.stroke(Q, "Q", "\x11")
    netvm.release(CONTROL)
    assert netvm.read == ["<29>", "q"]


def test_a_key_that_stands_in_anothers_place_is_what_it_says(netvm: Netvm) -> None:
    netvm.press(CAPS, CONTROL_L)
    assert netvm.down == {29}
    netvm.release(CAPS)
    netvm.stroke(CAPS, 0xFF1B, "\x1b")
    assert netvm.read == ["<29>", "<1>"]


def test_what_is_no_character_goes_as_its_key_with_shift_as_it_is(netvm: Netvm) -> None:
    netvm.press(SHIFT, SHIFT_L)
    netvm.press(SEVEN, "/")
    assert not netvm.down & {42, 54}
    netvm.stroke(LEFT, LEFT_ARROW)
    assert netvm.read == ["/", "<105>"]
    assert LEFT_SHIFT in netvm.down, "words are marked with it"
    netvm.release(SEVEN)
    netvm.release(SHIFT)
    assert not netvm.down


@pytest.mark.parametrize("character", ["ä", "€", "я", "¡"])
def test_a_character_that_has_no_key_there_is_none_and_not_another(netvm: Netvm, character: str) -> None:
    netvm.stroke(48, 0x1000000 + ord(character), character)
    assert (netvm.read, netvm.down) == ([], set())


def test_two_keys_of_one_character_are_two_characters(netvm: Netvm) -> None:
    netvm.press(10, "1")
    netvm.press(87, 0xFFB1)
    netvm.release(10)
    assert netvm.down == {2}
    netvm.release(87)
    assert ("".join(netvm.read), netvm.down) == ("11", set())


STROKES = some.lists(some.tuples(some.sampled_from(range(10, 62)), some.sampled_from(sorted(US)), some.booleans()))


@given(STROKES)
def test_whatever_layout_somebody_has_what_he_types_is_read(strokes: list[tuple[int, str, bool]]) -> None:
    """Wherever a character is, with Shift or without, whichever keys are still down."""
    netvm, expected, down = Netvm(), "", []
    for key, character, stays in strokes:
        if key in (SHIFT, 62, *down):
            continue
        held = any(one == SHIFT for one in down)
        if stays and not held:
            netvm.press(SHIFT, SHIFT_L)
            down.append(SHIFT)
        netvm.press(key, character)
        expected += character
        if stays:
            down.append(key)
        else:
            netvm.release(key)
    assert "".join(netvm.read) == expected
    for key in down:
        netvm.release(key)
    assert not netvm.down
