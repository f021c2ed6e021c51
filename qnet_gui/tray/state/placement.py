"""Where the popup goes: beside the panel that has the icon, on that panel's screen, and never off it. Pure.

Few trays say where an icon is (StatusNotifierItem has no word for it), and the pointer is where the icon is only if the
icon was clicked: inside the work area, where no panel is, it says nothing. All numbers are pixels of the desktop.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

#: How near to its screen's edge a click belongs to a panel that takes no room (one that hides itself).
_NEAR = 64


class Point(NamedTuple):
    """A place."""

    x: int
    y: int


class Rect(NamedTuple):
    """A rectangle; `right` and `bottom` are the first pixels that are no part of it."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Beyond its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Beyond its bottom edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its middle."""
        return Point(self.x + self.width // 2, self.y + self.height // 2)

    def has(self, point: Point) -> bool:
        """Whether a point lies in it."""
        return self.x <= point.x < self.right and self.y <= point.y < self.bottom


class Screen(NamedTuple):
    """A screen, and what of it the panels leave."""

    whole: Rect
    work: Rect


class Edge(enum.Enum):
    """The edge of the screen at which the panel is."""

    LEFT = "left"
    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"


class Anchor(NamedTuple):
    """What the popup belongs to: a screen, an edge of it, and a place at that edge, None where that is not known."""

    screen: Screen
    edge: Edge
    at: Point | None


def anchor(screens: Sequence[Screen], icon: Rect | None, pointer: Point | None) -> Anchor:
    """Where the icon is, by what is known of it; `screens` begin with the first one, which has the panel as a rule."""
    known = icon.middle if icon is not None and icon.width and icon.height else None
    for place, sure in ((known, True), (pointer, False)):
        screen = next((screen for screen in screens if place is not None and screen.whole.has(place)), None)
        if place is not None and screen is not None and (sure or not screen.work.has(place) or _near(screen, place)):
            return Anchor(screen, _edge(screen, place), place)
    screen = next((screen for screen in screens if _room(screen)[1] > 0), screens[0])
    return Anchor(screen, _room(screen)[0], None)


def _room(screen: Screen) -> tuple[Edge, int]:
    """The edge at which a panel takes the most, and how much; the bottom where none takes anything."""
    whole, work = screen
    taken = {
        Edge.BOTTOM: whole.bottom - work.bottom, Edge.TOP: work.y - whole.y,
        Edge.LEFT: work.x - whole.x, Edge.RIGHT: whole.right - work.right,
    }  # fmt: skip
    edge = max(taken, key=lambda edge: taken[edge])
    return edge, taken[edge]


def _distances(screen: Rect, place: Point) -> dict[Edge, int]:
    return {
        Edge.BOTTOM: screen.bottom - place.y, Edge.TOP: place.y - screen.y,
        Edge.LEFT: place.x - screen.x, Edge.RIGHT: screen.right - place.x,
    }  # fmt: skip


def _near(screen: Screen, place: Point) -> bool:
    """Whether a click in the work area may be one on a panel that takes no room: there must be none that does."""
    return not _room(screen)[1] and min(_distances(screen.whole, place).values()) < _NEAR


def _edge(screen: Screen, place: Point) -> Edge:
    """The edge of the panel that a place is in; where no panel takes room there, the nearest."""
    whole, work = screen
    outside = {
        Edge.BOTTOM: place.y >= work.bottom, Edge.TOP: place.y < work.y,
        Edge.LEFT: place.x < work.x, Edge.RIGHT: place.x >= work.right,
    }  # fmt: skip
    distances = _distances(whole, place)
    return min((edge for edge in Edge if outside[edge]), key=lambda edge: distances[edge], default=None) or min(
        distances, key=lambda edge: distances[edge]
    )


def fitting(width: int, height: int, screen: Screen) -> tuple[int, int]:
    """A size that the work area has room for."""
    return min(width, screen.work.width), min(height, screen.work.height)


def place(width: int, height: int, to: Anchor, mirrored: bool = False) -> Point:
    """The top left corner of a popup of that size, which fits; `mirrored`: the icons are at the left end of a panel.

    It stands flush with the panel and over the icon; where the place of that is not known, at the panel's end.
    """
    work = to.screen.work
    end = Point(work.x if mirrored else work.right, work.bottom)
    at = to.at or end
    x, y = at.x - width // 2, at.y - height // 2
    if work.has(at):  # a panel that takes no room, and that must stay to be seen
        x, y = _beside(to, at, width, height)
    elif to.edge is Edge.BOTTOM:
        y = work.bottom - height
    elif to.edge is Edge.TOP:
        y = work.y
    elif to.edge is Edge.LEFT:
        x = work.x
    else:
        x = work.right - width
    return Point(max(work.x, min(x, work.right - width)), max(work.y, min(y, work.bottom - height)))


def _beside(to: Anchor, at: Point, width: int, height: int) -> Point:
    """As far from the edge as the middle of its icon lets suppose that the panel reaches."""
    whole = to.screen.whole
    x, y, deep = at.x - width // 2, at.y - height // 2, 2 * _distances(whole, at)[to.edge]
    if to.edge is Edge.BOTTOM:
        return Point(x, whole.bottom - deep - height)
    if to.edge is Edge.TOP:
        return Point(x, whole.y + deep)
    if to.edge is Edge.LEFT:
        return Point(whole.x + deep, y)
    return Point(whole.right - deep - width, y)
