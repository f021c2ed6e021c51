"""netvm's own network applet, nm-applet: whether it can be started from here, and its start."""

from __future__ import annotations

from qnet_gui.model.words import tr


def hindrance() -> str:
    """Why it cannot be started here, for the menu's tool tip; empty if it can."""
    return tr("It cannot be started from here yet. Start it in netvm.")


def start() -> None:
    """Start it in netvm, and show it."""
