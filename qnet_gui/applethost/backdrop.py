"""The backdrop of a screen that has no desktop: a quiet colour, since a black screen looks like none.

A program of its own, for the netvm's screen; a desktop has one already. Speaks X.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Xlib.display import Display

#: 0xRRGGBB. Neither a window's colour in light themes nor in dark ones.
COLOUR = 0x3D4B59


def paint(display: Display) -> None:
    """Have the X server paint it, now and wherever something goes away; it stays when this connection has gone."""
    root = display.screen().root
    root.change_attributes(background_pixel=COLOUR)
    root.clear_area()
    display.sync()


def main() -> None:
    """On the display that DISPLAY names."""
    from Xlib.display import Display  # a netvm without a screen need not have it

    display = Display()
    try:
        paint(display)
    finally:
        display.close()


if __name__ == "__main__":
    main()
