#!/usr/bin/python3 -IB
"""What a person sees and does on a desktop in dom0 that nobody sees: `screen_desktop.py WHAT NAME …`, with DISPLAY set.

`shot NAME` prints the window of that name as JSON, with its pixels compressed; `click NAME LEFT TOP` presses a button
at that pixel of it; `escape NAME` that key, with the pointer where it is.
"""

from __future__ import annotations

import base64
import json
import sys
import zlib

from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest


def below(window: object) -> list[object]:
    """The window and all in it, by depth."""
    return [window, *(one for child in window.query_tree().children for one in below(child))]


def named(display: Display, name: str) -> object:
    """The window that programs and people know by this name."""
    said = display.intern_atom("_NET_WM_NAME")
    for window in below(display.screen().root):
        value = window.get_full_property(said, X.AnyPropertyType)
        if value and name in value.value.decode():
            return window
    sys.exit(f"there is no window {name}")


def shot(window: object) -> dict[str, object]:
    """Its pixels as the X server has them: four bytes each, line after line."""
    size = window.get_geometry()
    image = window.get_image(0, 0, size.width, size.height, X.ZPixmap, 0xFFFFFFFF)
    pixels = base64.b64encode(zlib.compress(image.data, 1)).decode()
    return {"width": size.width, "height": size.height, "pixels": pixels}


def main() -> None:
    what, name, *place = sys.argv[1:]
    display = Display()
    window = named(display, name)
    if what == "shot":
        print(json.dumps(shot(window)))
    elif what == "click":
        at = window.translate_coords(display.screen().root, 0, 0)  # from the root's corner to the window's, negative
        left, top = (int(one) - corner for one, corner in zip(place, (at.x, at.y), strict=True))
        xtest.fake_input(display, X.MotionNotify, x=left, y=top)
        xtest.fake_input(display, X.ButtonPress, 1)
        xtest.fake_input(display, X.ButtonRelease, 1)
    else:
        code = display.keysym_to_keycode(XK.XK_Escape)
        xtest.fake_input(display, X.KeyPress, code)
        xtest.fake_input(display, X.KeyRelease, code)
    display.sync()


if __name__ == "__main__":
    main()
