"""Have the panel make more of the icon while dom0 is connected: StatusNotifierItem's status NeedsAttention.

Qt has no call for it. Under KDE, Qt's icon is KDE's own object, whose status is a property; elsewhere the icon's shape
and colour have to do, and nothing happens here.
"""

from __future__ import annotations

import os

from qnet_gui.tray.qt import QDBusConnection

_PATH = "/StatusNotifierItem"
#: KStatusNotifierItem's numbers.
_ACTIVE, _NEEDS_ATTENTION = 2, 3


def ask(requested: bool) -> bool:
    """Ask for attention, or no longer; whether this desktop has a way for it. The icon must be shown already."""
    item = QDBusConnection(f"org.kde.StatusNotifierItem-{os.getpid()}-1").objectRegisteredAt(_PATH)
    owner = item.parent() if item is not None else None
    if owner is None or owner.metaObject().indexOfProperty("status") < 0:
        return False
    return bool(owner.setProperty("status", _NEEDS_ATTENTION if requested else _ACTIVE))
