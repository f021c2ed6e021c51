"""A screen of pixels as dom0 asked for it, and rectangles on it. Pure.

A pixel is four bytes: blue, green, red, and one that says nothing. Lines follow one another without a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode

BYTES_PER_PIXEL = 4
#: The longest side of a screen, in pixels, that dom0 asks for.
SIDE_MAX = 4096
_SIZE = re.compile("([0-9]{1,4})x([0-9]{1,4})")
#: How many rectangles tell of a change at most; what would be more becomes one around all of them.
RECTANGLES_MAX = 16


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of a screen in pixels, never empty: `right` and `bottom` are the first that do not belong to it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """In pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def overlaps(self, other: Rectangle) -> bool:
        """Whether they share a pixel."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )  # fmt: skip

    def around(self, other: Rectangle) -> Rectangle:
        """The smallest one that has both in it."""
        return Rectangle(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Geometry:
    """Width and height in pixels; `BadInput` where a side is none that dom0 asks for."""

    width: int
    height: int

    def __post_init__(self) -> None:
        for key, side in (("width", self.width), ("height", self.height)):
            if not 1 <= side <= SIDE_MAX:
                raise BadInput(ValueCode.WRONG_VALUE, key=key, value=str(side))

    @property
    def line_length(self) -> int:
        """In bytes."""
        return self.width * BYTES_PER_PIXEL

    @property
    def size(self) -> int:
        """In bytes."""
        return self.line_length * self.height

    @property
    def mebibytes(self) -> int:
        """In MiB, as Xen and its frame buffer's driver count, and none too few."""
        return -(-self.size // (1 << 20))

    @property
    def whole(self) -> Rectangle:
        """All of the screen."""
        return Rectangle(0, 0, self.width, self.height)

    def clipped(self, left: int, top: int, width: int, height: int) -> Rectangle | None:
        """What of a rectangle is on the screen, None for nothing; any integers will do."""
        right, bottom = min(left + width, self.width), min(top + height, self.height)
        left, top = max(left, 0), max(top, 0)
        return Rectangle(left, top, right, bottom) if left < right and top < bottom else None


def geometry(text: str) -> Geometry:
    """From a text such as `1024x768`; `ValueError` for anything else."""
    if match := _SIZE.fullmatch(text):
        try:
            return Geometry(int(match[1]), int(match[2]))
        except BadInput:
            pass
    raise ValueError(f"no size of a screen: {text!r}")


def coalesced(rectangles: Iterable[Rectangle]) -> tuple[Rectangle, ...]:
    """The same pixels, and perhaps a few more, in `RECTANGLES_MAX` rectangles at most of which no two overlap."""
    separate: list[Rectangle] = []
    for rectangle in rectangles:
        separate = _with(separate, rectangle)
        if len(separate) > RECTANGLES_MAX:
            separate = [_around_all(separate)]
    return tuple(separate)


def _with(separate: list[Rectangle], added: Rectangle) -> list[Rectangle]:
    """One more; it takes in those that it overlaps, and those with which it makes up a rectangle."""
    while True:
        apart = [other for other in separate if not _belong_together(other, added)]
        if len(apart) == len(separate):
            return [*apart, added]
        added = _around_all([added, *(other for other in separate if _belong_together(other, added))])
        separate = apart


def _belong_together(one: Rectangle, other: Rectangle) -> bool:
    return one.overlaps(other) or one.around(other).area == one.area + other.area


def _around_all(rectangles: list[Rectangle]) -> Rectangle:
    around = rectangles[0]
    for rectangle in rectangles[1:]:
        around = around.around(rectangle)
    return around
