"""The new kind of icons: org.kde.StatusNotifierWatcher on the session bus, where nobody else is it, and its one host.

dbus-python on GLib's loop, which Debian's Qt runs on: QtDBus gives Python no way to read the structures of this
protocol. What a program says of itself is taken as text, and only as much of it as is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import dbus
import dbus.service

from qnet_gui.runtime.dbus_service import PROPERTIES, Service

log = logging.getLogger(__name__)

NAME, PATH = "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"
ITEM, ITEM_PATH = "org.kde.StatusNotifierItem", "/StatusNotifierItem"
#: As many icons are taken in.
_LIMIT = 64


class Watcher(dbus.service.Object):  # type: ignore[misc]
    """`on_come` and `on_leave` are told of icons by bus name and path."""

    def __init__(self, bus: Any, on_come: Callable[[str, str], None], on_leave: Callable[[str, str], None]) -> None:
        super().__init__(bus, PATH)
        self._bus, self._on_come, self._on_leave = bus, on_come, on_leave
        self._items: dict[tuple[str, str], Service] = {}

    @staticmethod
    def first(bus: Any) -> bool:
        """Become the watcher; False when there is one already."""
        answer = bus.request_name(NAME, dbus.bus.NAME_FLAG_DO_NOT_QUEUE)
        return bool(answer == dbus.bus.REQUEST_NAME_REPLY_PRIMARY_OWNER)

    @dbus.service.method(NAME, "s", "", sender_keyword="sender")  # type: ignore[misc, untyped-decorator, unused-ignore]
    def RegisterStatusNotifierItem(self, service: str, sender: str = "") -> None:  # noqa: N802
        """A program has an icon: it names its path, or a bus name of its own."""
        name, path = (sender, str(service)) if service.startswith("/") else (str(service) or sender, ITEM_PATH)
        key = (name, path)
        if key in self._items or len(self._items) >= _LIMIT:
            return
        self._items[key] = Service(self._bus, name)
        self._items[key].watch_owner(lambda running: None if running else self._gone(key))
        self._on_come(name, path)
        self.StatusNotifierItemRegistered(name + path)

    @dbus.service.method(NAME, "s", "")  # type: ignore[misc, untyped-decorator, unused-ignore]
    def RegisterStatusNotifierHost(self, service: str) -> None:  # noqa: N802
        """Another host: there is one, and that is enough."""

    @dbus.service.signal(NAME, "s")  # type: ignore[misc, untyped-decorator, unused-ignore]
    def StatusNotifierItemRegistered(self, service: str) -> None:  # noqa: N802
        """See the protocol."""

    @dbus.service.signal(NAME, "s")  # type: ignore[misc, untyped-decorator, unused-ignore]
    def StatusNotifierItemUnregistered(self, service: str) -> None:  # noqa: N802
        """See the protocol."""

    @dbus.service.signal(NAME, "")  # type: ignore[misc, untyped-decorator, unused-ignore]
    def StatusNotifierHostRegistered(self) -> None:  # noqa: N802
        """See the protocol."""

    @dbus.service.method(PROPERTIES, "ss", "v")  # type: ignore[misc, untyped-decorator, unused-ignore]
    def Get(self, interface: str, name: str) -> Any:  # noqa: N802
        """See org.freedesktop.DBus.Properties."""
        return self.GetAll(interface)[name]

    @dbus.service.method(PROPERTIES, "s", "a{sv}")  # type: ignore[misc, untyped-decorator, unused-ignore]
    def GetAll(self, interface: str) -> dict[str, Any]:  # noqa: N802
        """See org.freedesktop.DBus.Properties."""
        return {
            "RegisteredStatusNotifierItems": dbus.Array([name + path for name, path in self._items], signature="s"),
            "IsStatusNotifierHostRegistered": True,
            "ProtocolVersion": dbus.Int32(0),
        }

    def _gone(self, key: tuple[str, str]) -> None:
        service = self._items.pop(key, None)
        if service is not None:
            service.close()
            self._on_leave(*key)
            self.StatusNotifierItemUnregistered(key[0] + key[1])
