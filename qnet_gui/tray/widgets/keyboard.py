"""Where the keyboard goes when what had it goes."""

from __future__ import annotations

from qnet_gui.tray.qt import Qt, QWidget


def rests(part: QWidget) -> bool:
    """For `focusNextPrevChild`: have a part of a window take the keyboard of what is not to be seen or used any more.

    Qt would give it to whatever comes next, and whoever is about to press Return would hit that. False when somebody
    asks for the next one himself, by Tab.
    """
    focused = part.window().focusWidget()
    if focused is None or not part.isVisible() or not part.isAncestorOf(focused):
        return False
    if focused.isVisible() and focused.isEnabled():
        return False
    part.setFocus(Qt.FocusReason.OtherFocusReason)
    return True
