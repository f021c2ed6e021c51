"""A notification server that a test can look into and click in. Run as a process with the bus in its environment.

It prints each call as a line of JSON; a line on its input, `[id, action]`, is a click, and `[id]` a dismissal.
`{"taken": id}`: numbers up to this one have gone to others.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from typing import Any

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


def say(*what: Any) -> None:
    print(json.dumps(what), flush=True)


class Server(dbus.service.Object):
    numbers = itertools.count(1)

    @dbus.service.method(NAME, out_signature="as")
    def GetCapabilities(self) -> list[str]:  # noqa: N802
        return ["actions", "body", "body-markup"]

    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(  # noqa: N802
        self, app: str, replaces: int, icon: str, title: str, body: str, actions: list[str], hints: Any, timeout: int
    ) -> int:
        number = int(replaces) or next(self.numbers)
        urgency = int(hints.get("urgency", 1))
        say("notify", number, str(title), str(body), [str(text) for text in actions], urgency, str(icon))
        return number

    @dbus.service.method(NAME, in_signature="u")
    def CloseNotification(self, number: int) -> None:  # noqa: N802
        say("close", int(number))

    @dbus.service.signal(NAME, signature="us")
    def ActionInvoked(self, number: int, key: str) -> None:  # noqa: N802
        pass

    @dbus.service.signal(NAME, signature="uu")
    def NotificationClosed(self, number: int, reason: int) -> None:  # noqa: N802
        pass


def main() -> None:
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    server, loop = Server(bus, PATH), GLib.MainLoop()
    name = dbus.service.BusName(NAME, bus)

    def read(*_: Any) -> bool:
        data = os.read(sys.stdin.fileno(), 65536)  # past Python's buffer, in which a second line would lie unseen
        for line in data.splitlines():
            order = json.loads(line)
            if isinstance(order, dict):
                Server.numbers = itertools.count(order["taken"] + 1)
                continue
            number, *action = order
            if action:
                server.ActionInvoked(dbus.UInt32(number), action[0])
            else:
                server.NotificationClosed(dbus.UInt32(number), dbus.UInt32(2))
        if not data:
            loop.quit()
        return bool(data)

    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, read)
    say("ready")
    loop.run()
    del name


if __name__ == "__main__":
    main()
