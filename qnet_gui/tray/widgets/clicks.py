"""Clicks on what may mean something else by the time that they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from qnet_gui.tray.qt import QAbstractButton

T = TypeVar("T")


def do_as_meant(made: QAbstractButton, meaning: Callable[[], T], do: Callable[[T], None]) -> None:
    """Have a click do what the button meant when it went down, or nothing.

    Whoever presses "Pause" just when somebody else has paused it would let it go on.
    """
    meant: list[T] = []

    def pressed() -> None:
        meant[:] = [meaning()]

    def clicked() -> None:
        if meant == [meaning()]:
            do(meant[0])

    made.pressed.connect(pressed)
    made.clicked.connect(clicked)
