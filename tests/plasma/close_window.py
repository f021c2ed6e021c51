"""Asks a window to close, as a window manager does when a person clicks on its cross; xdotool can only destroy it."""

from __future__ import annotations

import sys

from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage


def main(number: str) -> None:
    display = Display()
    window = display.create_resource_object("window", int(number))
    protocols, delete = map(display.intern_atom, ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
    data = (32, [delete, X.CurrentTime, 0, 0, 0])
    window.send_event(ClientMessage(window=window, client_type=protocols, data=data))
    display.sync()


if __name__ == "__main__":
    main(sys.argv[1])
