"""Displays as a caller names them, and the cookies that let programs in."""

from __future__ import annotations

import struct

import pytest

from qnet_gui.model.errors import BadInput
from qnet_gui.model.x_display.display import Display, display
from qnet_gui.model.x_display.xauthority import cookie, entry

COOKIE = "0123456789abcdef" * 2
OTHER = "f" * 32


def packed(family: int, *fields: bytes) -> bytes:
    return struct.pack(">H", family) + b"".join(struct.pack(">H", len(field)) + field for field in fields)


@pytest.mark.parametrize("name", [":0", ":0.0", "unix:0", "unix:0.1"])
def test_a_display_of_this_machine(name: str) -> None:
    assert display(name, COOKIE) == Display(0, COOKIE)


@pytest.mark.parametrize("name", ["", "0", ":", ":-1", ":00", ":10000", "host:0", "/tmp/x:0", ":0.10", ":0 ", ":0\n"])
def test_no_display_of_this_machine(name: str) -> None:
    with pytest.raises(BadInput):
        display(name, "")


@pytest.mark.parametrize("wrong", ["0", COOKIE.upper(), COOKIE + "0", COOKIE[:-1] + "g", " " * 32])
def test_no_cookie(wrong: str) -> None:
    with pytest.raises(BadInput) as raised:
        display(":0", wrong)
    assert wrong not in raised.value.sentence


def test_a_cookie_is_never_shown() -> None:
    assert COOKIE not in repr(Display(0, COOKIE))


def test_what_is_written_can_be_read() -> None:
    assert cookie(entry(COOKIE, "dom0", 3), 3) == COOKIE
    assert cookie(entry(COOKIE, "dom0", 3), 4) == ""


def test_the_first_that_fits_is_taken() -> None:
    magic = b"MIT-MAGIC-COOKIE-1"
    xauthority = packed(256, b"a", b"1", magic, bytes.fromhex(OTHER)) + packed(0, b"\x7f\0\0\1", b"0", magic, b"tcp")
    xauthority += packed(256, b"a", b"0", b"XDM-AUTHORIZATION-1", b"x")
    xauthority += packed(65535, b"", b"", magic, bytes.fromhex(COOKIE))
    assert cookie(xauthority, 0) == COOKIE


@pytest.mark.parametrize("length", range(60))
def test_a_xauthoritythat_is_cut_off_has_no_cookie(length: int) -> None:
    xauthority = entry(COOKIE, "dom0", 0)
    assert cookie(xauthority[: min(length, len(xauthority) - 1)], 0) == ""
