"""The applet's names on the session bus, where it does what the person's own programs ask of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Of the first applet of a session, and of the one interface.
NAME = "org.qnet.Tray"
PATH = "/org/qnet/Tray"
#: The number of a screen at the end of an X display's name, and what no part of a bus name can have; and its length.
_SCREEN, _OTHERS, _LONGEST = re.compile(r"(:\d+)\.\d+$"), re.compile(r"\W", re.ASCII), 100


def name_on(environment: Mapping[str, str]) -> str:
    """The name of the applet on the display of this environment; the first one's where there is no display.

    A person may sit at several displays, one of them far away, and have one session bus for all of them.
    """
    display = environment.get("WAYLAND_DISPLAY") or _SCREEN.sub(r"\1", environment.get("DISPLAY", ""))
    return f"{NAME}.on_{_OTHERS.sub('_', display)[:_LONGEST]}" if display else NAME
