"""Values on D-Bus, as Python's own and back. Imports dbus, nothing of ours. The tray has QtDBus and does without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dbus


def typed(value: Any) -> Any:
    """Plain data with D-Bus types: every dict a{sv}, every list av, so that any binding takes it apart."""
    if isinstance(value, bool):
        return dbus.Boolean(value)
    if isinstance(value, int):
        return dbus.Int64(value)
    if isinstance(value, float):
        return dbus.Double(value)
    if isinstance(value, Mapping):
        return dbus.Dictionary({key: typed(part) for key, part in value.items()}, signature="sv")
    if isinstance(value, list):
        return dbus.Array([typed(part) for part in value], signature="v")
    return dbus.String(value)


def plain(value: Any) -> Any:
    """What came over D-Bus as Python's own; what is neither a number nor a container becomes a string."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, dbus.Boolean):
        return bool(value)
    if isinstance(value, float):
        return float(value)
    return int(value) if isinstance(value, int) else str(value)
