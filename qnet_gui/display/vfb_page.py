"""The page that the netvm's frame buffer shares with dom0: what is in it, judged by what dom0 asked for. Pure.

The netvm may write anything into it at any time. So every field is read once, an index as one whole word, and what was
read is judged and used, never the page once more. A netvm that lies gets `BadInput`, which names the field. Its wish to
be of another size (XENFB_TYPE_RESIZE) is ignored. Source: xen/include/public/io/fbif.h.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from qnet_gui.display.shared_pages import PAGE_SIZE
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.netvm_screen.screen import BYTES_PER_PIXEL, Geometry, Rectangle, coalesced

#: Where in the page, in words of four bytes, the indexes of the ring of updates are.
OUT_CONS, OUT_PROD = 2, 3
XENFB_OUT_RING_OFFS = 2048
XENFB_OUT_EVENT_SIZE = 40
#: How many slots that ring has.
XENFB_OUT_RING_LEN = (PAGE_SIZE - XENFB_OUT_RING_OFFS) // XENFB_OUT_EVENT_SIZE
XENFB_TYPE_UPDATE = 2
#: Bytes of memory that a frame buffer may say that it has; Linux says how much its parameter allows, not what it needs.
MEMORY_MAX = 128 << 20
#: No frame has a number as high as this one: x86 has 52 bits of an address at most, and a page takes 12 of them.
FRAMES_END = 1 << 40

_FIELDS = struct.Struct("<iiIIB")
_FIELDS_OFFSET = 16
#: Where the numbers of the directory's frames begin: a 64-bit guest's `unsigned long pd[256]`.
_DIRECTORY_OFFSET = 40
_FRAME = struct.Struct("<Q")
_FRAMES_IN_A_PAGE = PAGE_SIZE // _FRAME.size
_UPDATE = struct.Struct("<B3xiiii")
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Updates:
    """What a look at the ring gave: the index up to which it has been read, and where pixels have changed."""

    consumed: int
    rectangles: tuple[Rectangle, ...]


def _wrong(key: str, value: int) -> BadInput:
    return BadInput(ValueCode.WRONG_VALUE, key=key, value=str(value))


def pages_of(size: int) -> int:
    """How many pages so many bytes take."""
    return -(-size // PAGE_SIZE)


def directory_frames(untrusted_page: memoryview, asked: Geometry) -> tuple[int, ...]:
    """The numbers of the frames in which those of the pixels are listed, no more than `asked` needs.

    `untrusted_page`: PAGE_SIZE bytes. `BadInput` where the frame buffer is not what was asked for.
    """
    width, height, line_length, mem_length, depth = _FIELDS.unpack_from(untrusted_page, _FIELDS_OFFSET)
    wanted = (
        ("width", width, asked.width),
        ("height", height, asked.height),
        ("line_length", line_length, asked.line_length),
        ("depth", depth, 8 * BYTES_PER_PIXEL),
    )
    for key, value, right in wanted:
        if value != right:
            raise _wrong(key, value)
    if not asked.size <= mem_length <= MEMORY_MAX:
        raise _wrong("mem_length", mem_length)
    count = -(-pages_of(asked.size) // _FRAMES_IN_A_PAGE)
    return _frames(bytes(untrusted_page[_DIRECTORY_OFFSET : _DIRECTORY_OFFSET + count * _FRAME.size]), "pd")


def pixel_frames(untrusted_directory: bytes, asked: Geometry) -> tuple[int, ...]:
    """The numbers of the frames that hold the pixels, from the bytes of the directory's frames; else `BadInput`."""
    size = pages_of(asked.size) * _FRAME.size
    if len(untrusted_directory) < size:
        raise _wrong("directory", len(untrusted_directory))
    return _frames(untrusted_directory[:size], "frame")


def _frames(untrusted_numbers: bytes, key: str) -> tuple[int, ...]:
    """Numbers that frames can have. Whose frames they are, the hypervisor checks, when they are mapped."""
    numbers = tuple(number for (number,) in _FRAME.iter_unpack(untrusted_numbers))
    for number in numbers:
        if not 0 < number < FRAMES_END:
            raise _wrong(key, number)
    return numbers


def consumed_before(untrusted_page: memoryview) -> int:
    """Where whoever read the ring before has stopped, as far as the page tells it: any index will do."""
    return untrusted_page.cast("I")[OUT_CONS]


def updates(untrusted_page: memoryview, consumed: int, asked: Geometry) -> Updates:
    """What has been put into the ring since `consumed`; `BadInput` where that is more than it holds.

    The index first and then the slots, since the netvm writes them the other way round. Where it was full, the netvm
    may have had more to tell than it could: then all may have changed.
    """
    produced = untrusted_page.cast("I")[OUT_PROD]
    count = (produced - consumed) & _WORD
    if count > XENFB_OUT_RING_LEN:
        raise _wrong("out_prod", produced)
    if count == XENFB_OUT_RING_LEN:
        return Updates(produced, (asked.whole,))
    untrusted_ring = bytes(untrusted_page[XENFB_OUT_RING_OFFS:PAGE_SIZE])
    rectangles = []
    for index in range(consumed, consumed + count):
        slot = (index & _WORD) % XENFB_OUT_RING_LEN
        kind, left, top, width, height = _UPDATE.unpack_from(untrusted_ring, slot * XENFB_OUT_EVENT_SIZE)
        if kind == XENFB_TYPE_UPDATE and (rectangle := asked.clipped(left, top, width, height)):
            rectangles.append(rectangle)
    return Updates(produced, coalesced(rectangles))


def acknowledge(page: memoryview, consumed: int) -> None:
    """Tell the netvm how far the ring has been read, in one store: half of an index would be another one."""
    page.cast("I")[OUT_CONS] = consumed
