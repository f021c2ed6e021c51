"""A hundred thousand pages that no frontend should write: none of them gets more than a clear error."""

from __future__ import annotations

import os
import random

from fakes.screen import ASKED, hostile, vfb_page

from qnet_gui.display.shared_pages import PAGE_SIZE
from qnet_gui.display.vfb_page import directory_frames, pixel_frames, updates
from qnet_gui.display.vkbd_page import XENKBD_IN_RING_OFFS, InputRing
from qnet_gui.lab.screen.memory import put_update
from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen import RECTANGLES_MAX, Geometry
from qnet_gui.model.netvm_screen.screen_wire import KeyPress, PointerAt, ReleaseAll

#: A thousand for each example that hypothesis would take, of which the fast tests take fewer.
COUNT = 1000 * int(os.environ.get("QNET_TEST_EXAMPLES", "100"))
SCREENS = (ASKED, Geometry(1, 1), Geometry(1024, 768))


def refused(wrong: BadInput) -> bool:
    """It is one short line."""
    sentence = str(wrong)
    assert sentence.isprintable()
    assert len(sentence) < 120
    return True


def survives_vfb(page: bytearray, asked: Geometry, consumed: int) -> int:
    """How often it was refused."""
    refusals = 0
    try:
        assert 1 <= len(directory_frames(memoryview(page), asked)) <= 2
    except BadInput as wrong:
        refusals += refused(wrong)
    try:
        frames = pixel_frames(bytes(page), asked)
        assert len(frames) == -(-asked.size // PAGE_SIZE)
        assert all(0 < frame < 1 << 40 for frame in frames)
    except BadInput as wrong:
        refusals += refused(wrong)
    try:
        taken = updates(memoryview(page), consumed, asked)
        assert len(taken.rectangles) <= RECTANGLES_MAX
        for part in taken.rectangles:
            assert 0 <= part.left < part.right <= asked.width
            assert 0 <= part.top < part.bottom <= asked.height
    except BadInput as wrong:
        refusals += refused(wrong)
    return refusals


def survives_vkbd(page: bytearray) -> int:
    """Nothing is written but the slots and our own index."""
    end = XENKBD_IN_RING_OFFS + 2048
    others = bytes(page[:4]), bytes(page[8:XENKBD_IN_RING_OFFS]), bytes(page[end:])
    ring = InputRing(memoryview(page), ASKED)
    try:
        for event in (KeyPress(30, True), PointerAt(4000, 3, 2), ReleaseAll()):
            ring.take(event)
    except BadInput as wrong:
        return refused(wrong)
    finally:
        assert others == (bytes(page[:4]), bytes(page[8:XENKBD_IN_RING_OFFS]), bytes(page[end:]))
    return 0


def test_a_hundred_thousand_pages() -> None:
    chance = random.Random(15)  # noqa: S311
    good = {asked: vfb_page(asked, (3, 4)) for asked in SCREENS}
    for page in good.values():
        for _ in range(20):
            put_update(page, *(chance.randrange(-50, 1100) for _ in range(4)))
    refusals = [0, 0]
    for number in range(COUNT):
        asked = chance.choice(SCREENS)
        if number % 2:
            refusals[1] += survives_vkbd(hostile(bytes(PAGE_SIZE), chance))
        else:
            refusals[0] += survives_vfb(hostile(good[asked], chance), asked, chance.choice((0, 7, 2**32 - 1)))
    assert all(count > COUNT // 50 for count in refusals), "they were hostile"
    assert refusals[1] < COUNT // 2, "and not all of them were refused"
