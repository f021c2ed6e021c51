"""Cells of a table that are more than their text: sorted by something else, or a bar beside it. Pure."""

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


class Share(Cell):
    """A text with a bar beside it, which is `key` percent long."""

    __slots__ = ()
