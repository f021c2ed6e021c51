"""Where the netvm's picture stands in a window, how large, and which of its pixels is at a place there. Pure.

The window is measured in pixels as the desktop counts them, of which one has `ratio` pixels of the display on a side. A
pixel of the picture is a whole number of the display's wherever there is room for that, so that letters stay sharp.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle


@dataclass(frozen=True, slots=True)
class Place:
    """`left`, `top`: where the picture begins; `scale`: how large a pixel of it is; `sharp`: none is torn apart.

    All in pixels of the desktop.
    """

    geometry: Geometry
    left: float
    top: float
    scale: float
    sharp: bool

    @property
    def width(self) -> float:
        """Of the picture as it is shown."""
        return self.geometry.width * self.scale

    @property
    def height(self) -> float:
        """Of the picture as it is shown."""
        return self.geometry.height * self.scale

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """The pixel of the picture at a place of the window; the nearest one where the place is beside it."""
        return (
            _within((x - self.left) / self.scale, self.geometry.width),
            _within((y - self.top) / self.scale, self.geometry.height),
        )

    def covered(self, part: Rectangle) -> Rectangle | None:
        """The window's pixels that a part of the picture has something to do with; None where that is nothing."""
        # a smoothed pixel reaches into its neighbours
        more = 0 if self.sharp else 1
        left, top = self.left + (part.left - more) * self.scale, self.top + (part.top - more) * self.scale
        right, bottom = self.left + (part.right + more) * self.scale, self.top + (part.bottom + more) * self.scale
        edges = max(0, floor(left)), max(0, floor(top)), ceil(right), ceil(bottom)
        return Rectangle(*edges) if edges[0] < edges[2] and edges[1] < edges[3] else None


def _within(place: float, size: int) -> int:
    return min(max(floor(place), 0), size - 1)


def fitted(geometry: Geometry, width: float, height: float) -> tuple[int, int]:
    """How much of a room of that width and height a picture takes, in pixels of the desktop: as many as it has.

    Where the room is too small it takes what it is made smaller to, and leaves no bars beside it.
    """
    scale = min(1.0, width / geometry.width, height / geometry.height)
    return max(round(geometry.width * scale), 1), max(round(geometry.height * scale), 1)


def place(width: int, height: int, geometry: Geometry, ratio: float = 1.0) -> Place:
    """In the middle of a room of that width and height, as large as is sharp; made smaller where the room is small."""
    fits = min(width * ratio / geometry.width, height * ratio / geometry.height)
    sharp = fits >= 1
    scale = (floor(fits) if sharp else max(fits, 1 / max(geometry.width, geometry.height))) / ratio
    left, top = (width - geometry.width * scale) / 2, (height - geometry.height * scale) / 2
    # on one of the display's pixels, or all of them would be torn apart
    return Place(geometry, floor(left * ratio) / ratio, floor(top * ratio) / ratio, scale, sharp)
