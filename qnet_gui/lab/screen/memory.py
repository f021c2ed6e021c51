"""The memory of a lab's netvm, as far as its screen and its keyboard are in it: pages as Linux' frontends write them.

Source: drivers/video/fbdev/xen-fbfront.c, drivers/input/misc/xen-kbdfront.c, xen/include/public/io/fbif.h and kbdif.h.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Sequence

from qnet_gui.display.shared_pages import PAGE_SIZE, ScreenPages, SharedPage
from qnet_gui.display.vfb_page import (
    OUT_CONS,
    OUT_PROD,
    XENFB_OUT_EVENT_SIZE,
    XENFB_OUT_RING_LEN,
    XENFB_OUT_RING_OFFS,
    XENFB_TYPE_UPDATE,
    pages_of,
)
from qnet_gui.display.vkbd_page import (
    IN_CONS,
    IN_PROD,
    XENKBD_IN_EVENT_SIZE,
    XENKBD_IN_RING_LEN,
    XENKBD_IN_RING_OFFS,
    XENKBD_TYPE_KEY,
)
from qnet_gui.model.netvm_screen.screen import BYTES_PER_PIXEL, Geometry, Rectangle

#: Which frame is what. Up to the pixels there is room for the directory of 10 MiB of them.
VFB_PAGE, VKBD_PAGE, DIRECTORY_PAGE, FIRST_PIXELS = 1, 2, 3, 8
PAGES = ScreenPages(SharedPage(VFB_PAGE, 11), SharedPage(VKBD_PAGE, 12))
#: Bytes of pixels at least that Linux says that it has, by its parameter `video`.
_VIDEO = 4 << 20
_FIELDS, _DIRECTORY = 16, 40
_WORD = 0xFFFFFFFF


def write_vfb_page(page: bytearray | memoryview, geometry: Geometry, directory: Sequence[int]) -> None:
    """What the frontend says once: the picture's size, and the frames in which the numbers of its frames stand."""
    fields = geometry.width, geometry.height, geometry.line_length, max(_VIDEO, geometry.size), 8 * BYTES_PER_PIXEL
    struct.pack_into("<iiIIB", page, _FIELDS, *fields)
    struct.pack_into(f"<{len(directory)}Q", page, _DIRECTORY, *directory)


def put_update(page: bytearray | memoryview, *rectangle: int, kind: int = XENFB_TYPE_UPDATE) -> None:
    """Left, top, width, height: the slot, and then the index."""
    (produced,) = struct.unpack_from("<I", page, 4 * OUT_PROD)
    slot = XENFB_OUT_RING_OFFS + produced % XENFB_OUT_RING_LEN * XENFB_OUT_EVENT_SIZE
    struct.pack_into("<B3xiiii", page, slot, kind, *rectangle)
    struct.pack_into("<I", page, 4 * OUT_PROD, (produced + 1) & _WORD)


def taken_inputs(page: bytearray | memoryview) -> list[tuple[int, ...]]:
    """What dom0 has put in: keys as (XENKBD_TYPE_KEY, down, code), places as (XENKBD_TYPE_POS, left, top, wheel)."""
    words = memoryview(page).cast("I")
    events = []
    while words[IN_CONS] != words[IN_PROD]:
        start = XENKBD_IN_RING_OFFS + words[IN_CONS] % XENKBD_IN_RING_LEN * XENKBD_IN_EVENT_SIZE
        kind = page[start]
        form = "<BxxI" if kind == XENKBD_TYPE_KEY else "<xxxiii"
        events.append((kind, *struct.unpack_from(form, page, start + 1)))
        words[IN_CONS] = (words[IN_CONS] + 1) & _WORD
    return events


class DomainMemory:
    """One netvm's, in a file that whoever has its descriptor can map; `descriptor` is ours from now on."""

    def __init__(self, descriptor: int, geometry: Geometry) -> None:
        self.geometry = geometry
        self._descriptor = descriptor
        frames = FIRST_PIXELS + pages_of(geometry.size)
        os.ftruncate(descriptor, frames * PAGE_SIZE)
        self._mapping = mmap.mmap(descriptor, frames * PAGE_SIZE)
        self.memory = memoryview(self._mapping)
        self.vfb, self.vkbd = self.page(VFB_PAGE), self.page(VKBD_PAGE)
        self.pixels = self.memory[FIRST_PIXELS * PAGE_SIZE :][: geometry.size]
        write_vfb_page(self.vfb, geometry, range(DIRECTORY_PAGE, FIRST_PIXELS))
        numbers = range(FIRST_PIXELS, frames)
        struct.pack_into(f"<{len(numbers)}Q", self.memory, DIRECTORY_PAGE * PAGE_SIZE, *numbers)

    def page(self, number: int) -> memoryview:
        """One frame."""
        return self.memory[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]

    def tell(self, part: Rectangle) -> bool:
        """Put in that a part of the pixels has changed; False where there is no room."""
        words = self.vfb.cast("I")
        if (words[OUT_PROD] - words[OUT_CONS]) & _WORD >= XENFB_OUT_RING_LEN:
            return False
        put_update(self.vfb, part.left, part.top, part.right - part.left, part.bottom - part.top)
        return True

    def close(self) -> None:
        """Let it go."""
        for view in (self.vfb, self.vkbd, self.pixels, self.memory):
            view.release()
        self._mapping.close()
        os.close(self._descriptor)
