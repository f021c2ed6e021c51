"""The X display of the session that this process is in, and its cookie. Reads the person's own .Xauthority, no more."""

from __future__ import annotations

import os
from pathlib import Path

from qnet_gui.model.errors import BadInput, NotFound
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.x_display import xauthority
from qnet_gui.model.x_display.display import Display, display


def own_display() -> Display:
    """The display, with its cookie where it has one; `NotFound` where there is none on this machine."""
    name = os.environ.get("DISPLAY", "")
    try:
        named = display(name, "")
    except BadInput:
        raise NotFound(SystemCode.NO_X_DISPLAY) from None
    path = Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")
    try:
        content = path.read_bytes()
    except OSError:
        return named  # a server that asks for no cookie
    return Display(named.number, xauthority.cookie(content, named.number))
