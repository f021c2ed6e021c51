"""A D-Bus service that stands for qnet-helper: publishes, in the helper's real form, each snapshot that it is given.

Run as a process of its own with the bus in DBUS_SYSTEM_BUS_ADDRESS; reads one snapshot a line (JSON, as to_wire makes
it) from its input and writes one line back when it is published. A list is a flood: a thousand a second of its
snapshots in turn, for as many seconds as its first element says. `{"refuse": [NAME, SIGNATURE, VALUES]}`: every call of
the helper's own interface ends with this error from now on. `{"signal": [NAME, SIGNATURE, VALUES]}` is sent. The
property `Watched` lists the calls of `WatchTraffic` and `UnwatchTraffic` so far, which are answered.
`{"screens": FOLDER}`: where it asks `qnet-display` for windows.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import dbus
import dbus.mainloop.glib
import dbus.service
from dbus.lowlevel import (
    HANDLER_RESULT_HANDLED,
    HANDLER_RESULT_NOT_YET_HANDLED,
    ErrorMessage,
    MethodCallMessage,
    SignalMessage,
)
from gi.repository import GLib

NAME = "org.qnet.Helper1"
PROPERTIES = "org.freedesktop.DBus.Properties"


def variant(value: Any) -> Any:
    if isinstance(value, bool):
        return dbus.Boolean(value, variant_level=1)
    if isinstance(value, int):
        return dbus.Int64(value, variant_level=1)
    if isinstance(value, str):
        return dbus.String(value, variant_level=1)
    if isinstance(value, list):
        return dbus.Array([variant(element) for element in value], signature="v", variant_level=1)
    return dbus.Dictionary({key: variant(element) for key, element in value.items()}, signature="sv", variant_level=1)


class Published(dbus.service.Object):
    wire: dict[str, Any]
    watched: list[str]
    screens: str

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface: str, name: str) -> Any:  # noqa: N802
        return variant(self._properties()[str(name)])

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface: str) -> Any:  # noqa: N802
        return dbus.Dictionary({name: variant(value) for name, value in self._properties().items()}, signature="sv")

    def _properties(self) -> dict[str, Any]:
        return {"Snapshot": self.wire, "Version": "test", "Watched": self.watched}

    @dbus.service.method(NAME)
    def WatchTraffic(self) -> None:  # noqa: N802
        self.watched.append("watch")

    @dbus.service.method(NAME)
    def UnwatchTraffic(self) -> None:  # noqa: N802
        self.watched.append("unwatch")

    @dbus.service.method(NAME, in_signature="us", out_signature="uuhh")
    def OpenScreen(self, domid: int, uuid: str) -> Any:  # noqa: N802
        from qnet_gui.dom0.attach import screen_socket
        from qnet_gui.hypervisor.port import DomainInfo
        from qnet_gui.model.domain import DomainState

        netvm = DomainInfo(int(domid), "netvm", str(uuid), DomainState.RUNNING)
        given = screen_socket.ask(netvm, Path(self.screens))
        descriptors = [dbus.types.UnixFd(one) for one in (given.picture, given.window)]
        given.close()
        return given.geometry.width, given.geometry.height, *descriptors

    @dbus.service.signal(PROPERTIES, signature="sa{sv}as")
    def PropertiesChanged(self, interface: str, changed: dict[str, Any], invalidated: list[str]) -> None:  # noqa: N802
        pass


def flood(published: Published, seconds: float, *wires: dict[str, Any]) -> None:
    values = [variant(wire) for wire in wires]
    start = time.monotonic()
    for number in range(int(seconds * 1000)):
        published.wire = wires[number % len(wires)]
        published.PropertiesChanged(NAME, {"Snapshot": values[number % len(wires)]}, dbus.Array([], signature="s"))
        published.connection.flush()
        time.sleep(max(0, start + number / 1000 - time.monotonic()))


def with_body(message: Any, signature: str, values: list[Any]) -> Any:
    """A message with values in it, dicts being a{sv}."""
    body = [
        dbus.Dictionary({key: variant(part) for key, part in value.items()}, signature="sv")
        if isinstance(value, dict)
        else value
        for value in values
    ]
    message.append(*body, signature=signature)
    return message


def main() -> None:
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    loop = GLib.MainLoop()
    published: list[Published] = []
    names: list[dbus.service.BusName] = []

    refusal: list[Any] = []

    def refuse(connection: Any, message: Any) -> int:
        if not (isinstance(message, MethodCallMessage) and message.get_interface() == NAME and refusal):
            return int(HANDLER_RESULT_NOT_YET_HANDLED)
        name, signature, (sentence, *values) = refusal
        answer = ErrorMessage(message, name, sentence)
        connection.send_message(with_body(answer, signature[1:], values))
        return int(HANDLER_RESULT_HANDLED)

    bus.add_message_filter(refuse)

    def read(*_: Any) -> bool:
        line = sys.stdin.readline()
        if not line:
            loop.quit()
            return False
        wire = json.loads(line)
        if not published:
            published.append(Published(bus, "/org/qnet/Helper1"))
            published[0].wire, published[0].watched = wire, []
            names.append(dbus.service.BusName(NAME, bus))
        elif isinstance(wire, list):
            flood(published[0], *wire)
        elif "screens" in wire:
            published[0].screens = wire["screens"]
        elif "refuse" in wire:
            refusal[:] = wire["refuse"]
        elif "signal" in wire:
            member, signature, values = wire["signal"]
            bus.send_message(with_body(SignalMessage("/org/qnet/Helper1", NAME, member), signature, values))
        elif wire == "invalidate":
            published[0].PropertiesChanged(NAME, {}, dbus.Array(["Snapshot"], signature="s"))
        else:
            published[0].wire = wire
            published[0].PropertiesChanged(NAME, {"Snapshot": variant(wire)}, dbus.Array([], signature="s"))
        print("done", flush=True)
        return True

    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, read)
    loop.run()


if __name__ == "__main__":
    main()
