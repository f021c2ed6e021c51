"""The applet's name on the session bus, where it does what the person's own programs ask of it. Pure."""

from __future__ import annotations

#: Also of its one interface.
NAME = "org.qnet.Tray"
PATH = "/org/qnet/Tray"
