"""Rectangles, and how much text they have room for. Pure. All lengths are in pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_DOTS = "…"
#: What is between the rate down and the one up, and in no other text.
BETWEEN_RATES = "  "


@dataclass(frozen=True, slots=True)
class Metrics:
    """How large text is: `width(text, bold, small)`, and the height of a line of the ordinary font.

    `slim`: there is little room from side to side, so things stand below each other that stand beside each other else.
    """

    width: Callable[[str, bool, bool], float]
    line: float
    slim: bool = False

    def rows(self, text: str) -> list[str]:
        """The lines in which a text stands: in a slim map rates have one each."""
        return text.split(BETWEEN_RATES) if self.slim else [text]

    def widest(self, text: str, bold: bool, small: bool) -> float:
        """How wide a text is, in the lines in which it stands."""
        return max(self.width(row, bold, small) for row in self.rows(text))


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
