"""What the applet's window and `qnet-display` say to each other about the netvm's screen: messages of 12 bytes. Pure.

One message is one datagram of a socket that both were given. The pixels are in memory that both have mapped, of which
nothing is said here but where they changed; that there is no picture any more is the socket's end. Everything is
parsed strictly on both sides: a kind, and numbers within bounds. Codes of keys are Linux' (input-event-codes.h), as
vkbd has them too.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.netvm_screen.screen import SIDE_MAX, Geometry, Rectangle
from qnet_gui.model.parse import shown

_FORM = struct.Struct("<HHHHI")
#: Bytes of every message.
SIZE = _FORM.size
#: Keys of a keyboard, KEY_ESC up to below KEY_UNKNOWN, and a pointer's buttons, BTN_LEFT to BTN_TASK: what Linux'
#: frontend takes. It logs any other one, which would fill the netvm's log.
KEYS = range(1, 240)
BUTTONS = range(0x110, 0x118)
#: How far a wheel turns by one message, either way.
WHEEL_MAX = 16
#: Where `qnet-display` gives windows away: in this folder a socket for each domain, called by its id, for root alone.
SOCKETS = "/run/qnet-display"
#: What who asks there is answered: width and height, with the picture's descriptor and the window's socket; or zeros,
#: without any, while the netvm has no screen.
ANSWER = struct.Struct("<HH")


class _Kind(enum.IntEnum):
    LOOK = 1
    KEY = 2
    POINTER = 3
    RELEASE_ALL = 4
    CHANGED = 5
    TAKEN = 6


@dataclass(frozen=True, slots=True)
class Look:
    """Whether somebody looks from now on."""

    looks: bool


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key, or a pointer's button, that goes down or up."""

    code: int
    down: bool


@dataclass(frozen=True, slots=True)
class PointerAt:
    """Where the pointer is, in pixels of the screen, and by how much its wheel has turned: below 0, upwards."""

    left: int
    top: int
    wheel: int = 0


@dataclass(frozen=True, slots=True)
class ReleaseAll:
    """No key is down any more, since the window has no focus."""


Input = Look | KeyPress | PointerAt | ReleaseAll


@dataclass(frozen=True, slots=True)
class Changed:
    """A part of the screen has other pixels than before."""

    rectangle: Rectangle


@dataclass(frozen=True, slots=True)
class Taken:
    """Another window has the screen from now on; the end of this one's socket comes next."""


Output = Changed | Taken


def packed(message: Input | Output) -> bytes:
    """As bytes for the socket."""
    match message:
        case Look(looks):
            fields = (_Kind.LOOK, int(looks), 0, 0, 0)
        case KeyPress(code, down):
            fields = (_Kind.KEY, int(down), code, 0, 0)
        case PointerAt(left, top, wheel):
            fields = (_Kind.POINTER, 0, left, top, wheel + WHEEL_MAX)
        case ReleaseAll():
            fields = (_Kind.RELEASE_ALL, 0, 0, 0, 0)
        case Changed(Rectangle(left, top, right, bottom)):
            fields = (_Kind.CHANGED, left, top, right, bottom)
        case Taken():
            fields = (_Kind.TAKEN, 0, 0, 0, 0)
    return _FORM.pack(*fields)


def _fields(message: bytes) -> tuple[int, int, int, int, int]:
    if len(message) != SIZE:
        raise _wrong(message)
    kind, one, two, three, four = _FORM.unpack(message)
    return kind, one, two, three, four


def _wrong(message: bytes) -> BadInput:
    return BadInput(ValueCode.NOT_VALID, value=shown(message[:SIZE]))


def parsed_input(message: bytes) -> Input:
    """What the window said; `BadInput` for anything else. Where the pointer is may still be off the screen."""
    match _fields(message):
        case (_Kind.LOOK, (0 | 1) as looks, 0, 0, 0):
            return Look(bool(looks))
        case (_Kind.KEY, (0 | 1) as down, code, 0, 0) if code in KEYS or code in BUTTONS:
            return KeyPress(code, bool(down))
        case (_Kind.POINTER, 0, left, top, wheel) if max(left, top) < SIDE_MAX and wheel <= 2 * WHEEL_MAX:
            return PointerAt(left, top, wheel - WHEEL_MAX)
        case (_Kind.RELEASE_ALL, 0, 0, 0, 0):
            return ReleaseAll()
    raise _wrong(message)


def parsed_output(untrusted_message: bytes, geometry: Geometry) -> Output:
    """What the display said; `BadInput` for anything else, and for a rectangle that is not on the screen."""
    kind, left, top, right, bottom = _fields(untrusted_message)
    if (kind, left, top, right, bottom) == (_Kind.TAKEN, 0, 0, 0, 0):
        return Taken()
    if kind != _Kind.CHANGED or not (left < right <= geometry.width and top < bottom <= geometry.height):
        raise _wrong(untrusted_message)
    return Changed(Rectangle(left, top, right, bottom))
