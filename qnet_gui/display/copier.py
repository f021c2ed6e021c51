"""Copies rectangles of pixels from the netvm's frames into memory of dom0's own. Touches those two pieces of memory.

The netvm may change pixels while they are copied: that is a picture that is half an old one, and nothing worse, since
pixels are all that they are.
"""

from __future__ import annotations

from collections.abc import Iterable

from qnet_gui.model.netvm_screen.screen import BYTES_PER_PIXEL, Geometry, Rectangle


def copy_pixels(
    untrusted_pixels: memoryview, target: memoryview, geometry: Geometry, parts: Iterable[Rectangle]
) -> None:
    """Copy `parts`, which lie within `geometry`; both are `geometry.size` bytes at least, of single bytes."""
    for part in parts:
        for start, end in _runs(geometry, part):
            target[start:end] = untrusted_pixels[start:end]


def _runs(geometry: Geometry, part: Rectangle) -> Iterable[tuple[int, int]]:
    """From which byte to which one a rectangle's pixels stand together: each of its lines, or all of them at once."""
    length = geometry.line_length
    if part.left == 0 and part.right == geometry.width:
        return ((part.top * length, part.bottom * length),)
    first, end = part.left * BYTES_PER_PIXEL, part.right * BYTES_PER_PIXEL
    return ((line * length + first, line * length + end) for line in range(part.top, part.bottom))
