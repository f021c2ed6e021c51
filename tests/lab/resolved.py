"""What systemd-resolved shows on the system bus, and no more of it. Runs in the netvm.

Each line on standard input is the new DNS property: [[link, family, [byte, ...]], ...] in JSON. Interface and signature
are those of systemd 252, by which the agent was tried with the real one too; that one cannot be installed for a test,
because its package takes the machine's own /etc/resolv.conf.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME = "org.freedesktop.resolve1"
PATH = "/org/freedesktop/resolve1"
MANAGER = f"{NAME}.Manager"


class Resolved(dbus.service.Object):
    """The object; it tells every change."""

    def __init__(self, bus: Any) -> None:
        super().__init__(bus, PATH)
        self._servers: list[Any] = []

    @dbus.service.method(dbus.PROPERTIES_IFACE, "s", "a{sv}")
    def GetAll(self, _interface: str) -> dict[str, Any]:  # noqa: N802
        return {"DNS": dbus.Array(self._servers, "(iiay)"), "Domains": dbus.Array([], "(isb)")}

    @dbus.service.signal(dbus.PROPERTIES_IFACE, "sa{sv}as")
    def PropertiesChanged(self, _interface: str, _changed: dict[str, Any], _gone: list[str]) -> None:  # noqa: N802
        """Sent by being called."""

    def take(self, *_: object) -> bool:
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        self._servers = [(link, family, dbus.ByteArray(bytes(raw))) for link, family, raw in json.loads(line)]
        self.PropertiesChanged(MANAGER, self.GetAll(MANAGER), [])
        return True


def main() -> None:
    """Until standard input ends."""
    DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    resolved = Resolved(bus)
    _name = dbus.service.BusName(NAME, bus)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, resolved.take)
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
