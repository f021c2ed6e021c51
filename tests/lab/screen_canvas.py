"""Run in a lab's netvm by test_screen.py: a window over all of its screen, in one colour; says what is typed in it.

The argument is the colour, as 0xRRGGBB. What comes is written to standard output as characters, for keys that have one.
"""

from __future__ import annotations

import sys

from Xlib import XK, X
from Xlib.display import Display


def main(colour: str) -> None:
    display = Display(":0")
    root = display.screen().root.get_geometry()
    window = display.screen().root.create_window(
        0, 0, root.width, root.height, 0, X.CopyFromParent, background_pixel=int(colour, 16), override_redirect=1,
        event_mask=X.KeyPressMask | X.ExposureMask | X.VisibilityChangeMask,
    )  # fmt: skip
    window.map()
    while True:
        event = display.next_event()
        if event.type in (X.Expose, X.VisibilityNotify):
            # what starts later comes above it
            if getattr(event, "state", X.VisibilityUnobscured) != X.VisibilityUnobscured:
                window.raise_window()
            window.set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
            display.sync()
        elif event.type == X.KeyPress:
            symbol = display.keycode_to_keysym(event.detail, event.state & X.ShiftMask)
            print(XK.keysym_to_string(symbol) or "", end="", flush=True)


main(*sys.argv[1:])
