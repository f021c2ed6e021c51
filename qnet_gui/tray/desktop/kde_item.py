"""What Plasma's tray can do beyond Qt: the status NeedsAttention, and a tooltip of a title and a text.

Qt has no call for either. Under KDE, Qt's icon is KDE's own object, of which these are properties; elsewhere the icon's
shape and colour and two lines have to do, and nothing happens here. The icon must be shown already.
"""

from __future__ import annotations

import os

from qnet_gui.tray.qt import QDBusConnection, QObject

_PATH = "/StatusNotifierItem"
#: KStatusNotifierItem's numbers.
_ACTIVE, _NEEDS_ATTENTION = 2, 3


def _item() -> QObject | None:
    item = QDBusConnection(f"org.kde.StatusNotifierItem-{os.getpid()}-1").objectRegisteredAt(_PATH)
    return item.parent() if item is not None else None


def _set(name: str, value: object) -> bool:
    owner = _item()
    if owner is None or owner.metaObject().indexOfProperty(name) < 0:
        return False
    return bool(owner.setProperty(name, value))


def ask_attention(requested: bool) -> bool:
    """Ask for attention, or no longer; whether this desktop has a way for it."""
    return _set("status", _NEEDS_ATTENTION if requested else _ACTIVE)


def set_tooltip(title: str, text: str) -> bool:
    """Set both; whether this desktop has places for them."""
    return _set("toolTipTitle", title) and _set("toolTipSubTitle", text)
