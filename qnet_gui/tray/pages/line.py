"""A line that says how something is by a mark in front of it: what was looked at, a step, an outcome. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from qnet_gui.model.translation import mark, tr


class Mark(enum.Enum):
    """The sign in front of a line; what it says differs by shape, so that colour is only an addition."""

    TO_DO = "·"
    BEGUN = "…"
    DONE = "✓"
    FAILED = "✗"
    BACK = "↩"
    WARNING = "!"
    NOTE = "i"

    @property
    def word(self) -> str:
        """The sign for those who hear it."""
        return tr(_WORDS[self])


_WORDS = {
    Mark.TO_DO: mark("to do"),
    Mark.BEGUN: mark("under way"),
    Mark.DONE: mark("done"),
    Mark.FAILED: mark("failed"),
    Mark.BACK: mark("taken back"),
    Mark.WARNING: mark("warning"),
    Mark.NOTE: mark("note"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A mark, a text, and details where there are any."""

    mark: Mark
    text: str
    detail: str = ""
