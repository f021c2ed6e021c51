"""A D-Bus service that stands for PackageKit, and says what the real one (1.2.6 with apt) said when it was recorded.

Run as a process of its own with the bus in DBUS_SYSTEM_BUS_ADDRESS. Each call is printed as a line of JSON: the method
and its arguments. Lines on its input: `{"say": {METHOD: STEPS}}` has it say other things, `"go"` lets a transaction go
on that has come to a `["hold"]`. A step is a signal's name and its values; `["told", {…}]` are properties. The method
of a simulation is called "Simulate"; one whose only step is `["refuse"]` is refused. It ends with its input, or at
`["die"]`.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

NAME, PATH = "org.freedesktop.PackageKit", "/org/freedesktop/PackageKit"
TRANSACTION = f"{NAME}.Transaction"
FIRST, SECOND = "qdummy;2.0;all;local", "qother;3.1;amd64;local"
_SIGNATURES = {"Package": "uss", "ItemProgress": "suu", "ErrorCode": "us", "RequireRestart": "us", "Finished": "uu"}
_ROLES = {"RefreshCache": 13, "GetUpdates": 9, "Resolve": 17, "Simulate": 22, "UpdatePackages": 22}


def upgrade_of(*ids: str) -> list[list[Any]]:
    """What an upgrade of these packages says, as it was recorded, without the waiting."""
    steps: list[list[Any]] = [
        ["told", {"Status": 31}], ["told", {"Status": 2, "AllowCancel": True}],
        ["told", {"Percentage": 100, "DownloadSizeRemaining": 8391356}], ["told", {"Status": 8}],
    ]  # fmt: skip
    for number, identity in enumerate(ids):
        steps += [["Package", 10, identity, ""], ["ItemProgress", identity, 8, 45]]
        steps += [["told", {"Percentage": number * 100 // len(ids)}], ["Package", 18, identity, ""]]
    steps += [["told", {"Status": 3, "AllowCancel": False}], ["told", {"Percentage": 101}], ["told", {"Percentage": 0}]]
    for identity in ids:
        steps += [["Package", 21, identity, ""], ["ItemProgress", identity, 2, 25], ["ItemProgress", identity, 9, 50]]
    steps += [["told", {"Status": 9, "Percentage": 60}], ["Finished", 1, 7867]]
    return steps


USUAL: dict[str, list[list[Any]]] = {
    "RefreshCache": [["told", {"Status": 7, "Percentage": 100}], ["told", {"Percentage": 0}], ["Finished", 1, 499]],
    "GetUpdates": [["Package", 327685, FIRST, "a dummy"], ["Package", 8, SECOND, "another"], ["Finished", 1, 36]],
    "Resolve": [
        ["Package", 1, "qdummy;1.0;all;installed", ""], ["Package", 1, "qother;3.0;amd64;installed", ""],
        ["Finished", 1, 36],
    ],
    "Simulate": [["Package", 11, FIRST, ""], ["told", {"DownloadSizeRemaining": 8391356}], ["Finished", 1, 71]],
    "UpdatePackages": upgrade_of(FIRST, SECOND),
}  # fmt: skip


class PackageKit:
    """It, from a test's side."""

    def __init__(self, address: str) -> None:
        command = [sys.executable, str(Path(__file__))]
        env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=env, text=True)
        #: Method and arguments of each call so far.
        self.calls: list[list[Any]] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._ready.wait()  # it is ready, or has ended

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if (call := json.loads(line)) == "ready":
                self._ready.set()
            else:
                self.calls.append(call)
        self._ready.set()

    def _tell(self, order: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def say(self, **methods: list[list[Any]]) -> None:
        """Have it say other things at these methods."""
        self._tell({"say": methods})

    def go(self) -> None:
        """Let what is held go on."""
        self._tell("go")

    def methods(self) -> list[str]:
        """The methods that were called, but for those that only ask."""
        return [call[0] for call in self.calls if call[0] not in ("GetTransactionList", "GetAll", "CreateTransaction")]

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()


def main() -> None:
    import dbus
    import dbus.mainloop.glib
    import dbus.service
    from dbus.lowlevel import (
        HANDLER_RESULT_HANDLED,
        HANDLER_RESULT_NOT_YET_HANDLED,
        ErrorMessage,
        MethodCallMessage,
        MethodReturnMessage,
        SignalMessage,
    )
    from gi.repository import GLib

    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus, loop = dbus.SystemBus(), GLib.MainLoop()
    scripts, numbers = dict(USUAL), itertools.count(1)
    held: list[tuple[str, list[list[Any]]]] = []
    properties: dict[str, dict[str, Any]] = {}

    def send(path: str, interface: str, name: str, signature: str, *values: Any) -> None:
        message = SignalMessage(path, interface, name)
        message.append(*values, signature=signature)
        bus.send_message(message)

    def run(path: str, steps: list[list[Any]]) -> None:
        for index, (name, *values) in enumerate(steps):
            if name == "hold":
                held.append((path, steps[index + 1 :]))
                return
            if name == "die":
                bus.flush()
                os._exit(0)
            if name == "told":
                properties[path].update(values[0])
                changed = {key: typed(key, value) for key, value in values[0].items()}
                send(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", TRANSACTION, changed, [])
            else:
                send(path, TRANSACTION, name, _SIGNATURES[name], *values)
                if name == "Finished":
                    properties.pop(path, None)

    def typed(key: str, value: Any) -> Any:
        kinds = {"AllowCancel": dbus.Boolean, "DownloadSizeRemaining": dbus.UInt64, "TransactionFlags": dbus.UInt64}
        return kinds.get(key, dbus.UInt32)(value)

    def answer(message: Any) -> tuple[str, tuple[Any, ...]]:
        name, path, values = str(message.get_member()), str(message.get_path()), message.get_args_list()
        if name == "CreateTransaction":
            path = f"/{next(numbers)}_test"
            properties[path] = {"Status": 1, "Percentage": 101, "ElapsedTime": 3}
            return "o", (path,)
        if name == "GetTransactionList":
            return "ao", (list(properties),)
        if name == "GetAll":
            return "a{sv}", ({key: typed(key, value) for key, value in properties.get(path, {}).items()},)
        if name == "Cancel":
            held[:] = [one for one in held if one[0] != path]
            GLib.idle_add(run, path, [["ErrorCode", 17, "cancelled"], ["Finished", 3, 500]])
        elif name in _ROLES:
            simulated = name == "UpdatePackages" and int(values[0]) & 4
            name = "Simulate" if simulated else name
            properties[path].update(Role=_ROLES[name])
            if name in ("Simulate", "UpdatePackages"):
                properties[path].update(TransactionFlags=int(values[0]))
            GLib.idle_add(run, path, scripts[name])
        return "", ()

    def called(connection: Any, message: Any) -> int:
        if not isinstance(message, MethodCallMessage) or not str(message.get_path()).startswith(
            ("/org/freedesktop/P", *properties)
        ):
            return int(HANDLER_RESULT_NOT_YET_HANDLED)
        name = str(message.get_member())
        values = [
            [str(one) for one in value] if isinstance(value, list) else str(value) for value in message.get_args_list()
        ]
        print(json.dumps([name, *values]), flush=True)
        if scripts.get(name) == [["refuse"]]:
            connection.send_message(ErrorMessage(message, f"{TRANSACTION}.NotAuthorized", "You may not."))
            return int(HANDLER_RESULT_HANDLED)
        signature, content = answer(message)
        reply = MethodReturnMessage(message)
        if signature:
            reply.append(*content, signature=signature)
        connection.send_message(reply)
        return int(HANDLER_RESULT_HANDLED)

    def read(*_: Any) -> bool:
        data = os.read(sys.stdin.fileno(), 1 << 20)  # past Python's buffer, in which a second line would lie unseen
        for line in data.splitlines():
            order = json.loads(line)
            if order == "go":
                waiting, held[:] = list(held), []
                for path, steps in waiting:
                    run(path, steps)
            else:
                scripts.update(order["say"])
        if not data:
            loop.quit()
        return bool(data)

    bus.add_message_filter(called)
    name = dbus.service.BusName(NAME, bus)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, read)
    print(json.dumps("ready"), flush=True)
    loop.run()
    del name


if __name__ == "__main__":
    main()
