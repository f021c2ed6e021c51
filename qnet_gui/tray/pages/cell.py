"""A cell of a table that is sorted by something else than its text. Pure."""

from __future__ import annotations


class Cell(str):
    """A text, and the number that it is sorted by."""

    __slots__ = ("key",)
    key: float

    def __new__(cls, text: str, key: float) -> Cell:
        """A text that is sorted by `key`."""
        made = super().__new__(cls, text)
        made.key = key
        return made
