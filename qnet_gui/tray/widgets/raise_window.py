"""Brings a window to the front because a person has just asked for it.

KWin lets no program come to the front by itself while somebody works in another window; it judges by the time of the
program's last click or key. A click on the icon is the panel's, not ours, so the display's present time is taken.
Elsewhere than on X, and where Debian's python3-pyqt5.qtx11extras is missing, windows come as the desktop has it.
"""

from __future__ import annotations

from qnet_gui.tray.qt import QWidget, x11


def raise_window(window: QWidget) -> None:
    """Show it in front of all others, with the keyboard."""
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    if x11 is not None and x11.isPlatformX11():
        now = x11.getTimestamp()
        x11.setAppTime(now)
        x11.setAppUserTime(now)
    window.activateWindow()
