"""What window and display say to each other comes back as it was, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle
from qnet_gui.model.netvm_screen.screen_wire import (
    SIZE,
    Changed,
    Input,
    KeyPress,
    Look,
    PointerAt,
    ReleaseAll,
    Taken,
    packed,
    parsed_input,
    parsed_output,
)

SCREEN = Geometry(40, 30)
INPUTS: list[Input] = [
    Look(True), Look(False), KeyPress(1, True), KeyPress(239, False), KeyPress(0x110, True), KeyPress(0x117, True),
    PointerAt(0, 0), PointerAt(4095, 4095, 16), PointerAt(3, 4, -16), ReleaseAll(),
]  # fmt: skip
OUTPUTS = [Changed(SCREEN.whole), Changed(Rectangle(3, 4, 5, 6)), Taken()]


@pytest.mark.parametrize("message", INPUTS, ids=str)
def test_input_comes_back(message: Input) -> None:
    assert parsed_input(packed(message)) == message


@pytest.mark.parametrize("message", OUTPUTS, ids=str)
def test_output_comes_back(message: Changed | Taken) -> None:
    assert parsed_output(packed(message), SCREEN) == message


@pytest.mark.parametrize(
    "message",
    [b"", bytes(SIZE), bytes(SIZE - 1), packed(Look(True)) + b"\0", packed(Look(True))[:-1] + b"\1",
     packed(KeyPress(0, True)), packed(KeyPress(240, True)), packed(KeyPress(0x10F, True)),
     packed(KeyPress(0x118, True)), packed(PointerAt(4096, 0)), packed(PointerAt(0, 0, 17)),
     *map(packed, OUTPUTS)],
)  # fmt: skip
def test_no_input(message: bytes) -> None:
    with pytest.raises(BadInput):
        parsed_input(message)


@pytest.mark.parametrize(
    "message",
    [b"", bytes(SIZE), packed(Changed(Rectangle(0, 0, 41, 30))), packed(Changed(Rectangle(0, 0, 40, 31))),
     packed(Changed(Rectangle(5, 0, 5, 1))), packed(Changed(Rectangle(0, 6, 1, 5))), *map(packed, INPUTS)],
)  # fmt: skip
def test_no_output(message: bytes) -> None:
    with pytest.raises(BadInput):
        parsed_output(message, SCREEN)


@given(st.binary(min_size=SIZE, max_size=SIZE))
def test_whatever_is_taken_is_what_would_be_said(message: bytes) -> None:
    for parse in (parsed_input, lambda data: parsed_output(data, SCREEN)):
        try:
            meant = parse(message)
        except BadInput:
            continue
        assert packed(meant) == message
