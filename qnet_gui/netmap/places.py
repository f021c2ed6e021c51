"""Rectangles, and how much text they have room for. Pure. All lengths are in pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_DOTS = "…"


@dataclass(frozen=True, slots=True)
class Metrics:
    """How large text is: `width(text, bold, small)`, and the height of a line of the ordinary font."""

    width: Callable[[str, bool, bool], float]
    line: float


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The height at which edges begin and end."""
        return self.y + self.height / 2


def fitted(text: str, room: float, metrics: Metrics, bold: bool = False, small: bool = False) -> str:
    """As much of a text as there is room for."""
    if metrics.width(text, bold, small) <= room:
        return text
    while text and metrics.width(text + _DOTS, bold, small) > room:
        text = text[:-1]
    return text.rstrip() + _DOTS
