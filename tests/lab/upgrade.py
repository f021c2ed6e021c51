"""dom0 of a lab while it is connected for an upgrade: calls its helper as root, follows operations, looks for traces.

The calls go over dom0's own system bus; what is looked at is what the kernel, xenstore and the disk say.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
from waiting import DEADLINE

from qnet_gui.lab.box.enter import dom0_bus_address
from qnet_gui.lab.box.root import CHECKOUT
from qnet_gui.model.snapshot import Snapshot, from_wire
from qnet_gui.model.wire.message_wire import read
from qnet_gui.runtime.dbus_service import leave_bus
from qnet_gui.runtime.dbus_values import plain

from .conftest import Lab

NAME, PATH = "org.qnet.Helper1", "/org/qnet/Helper1"
_PROGRAM = f"""#!/usr/bin/python3 -I
import runpy, sys
sys.path.insert(0, {str(CHECKOUT)!r})
runpy.run_path({str(Path(__file__).with_name("dying_helper.py"))!r}, run_name="__main__")
"""
JOURNAL = "/var/lib/qnet/dom0-link.json"
_TRACES = """
import glob, json, os, stat
def resolv():
    path = "/etc/resolv.conf"
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        return ["link", os.readlink(path)]
    return ["file", open(path).read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid]
print(json.dumps({
    "links": sorted(os.listdir("/sys/class/net")),
    "routes": open("/proc/net/route").read().splitlines()[1:],
    "resolv.conf": resolv(),
    "beside": sorted(glob.glob("/etc/.resolv*") + glob.glob("/etc/resolv*new")),
    "journal": os.path.exists("/var/lib/qnet/dom0-link.json"),
}))
"""


def with_dying_helper(lab: Lab) -> None:
    """Bring a lab up in which dom0's helper can be told to do something unpleasant."""
    lab.up("--domains", "work,personal,vault")
    lab.exec("dom0", "tee", "/usr/bin/qnet-helper", input=_PROGRAM)


class Upgrade:
    """One lab's dom0."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.steps: list[tuple[int, str, str, str]] = []
        self.ends: dict[int, tuple[str, str]] = {}
        #: What the helper told last without being asked, which would have it look anew.
        self.last_snapshot: Snapshot | None = None
        self._bus = dbus.bus.BusConnection(dom0_bus_address(lab.name), mainloop=DBusGMainLoop())
        for signal, handler in (("Step", self._step), ("OperationEnded", self._ended)):
            self._bus.add_signal_receiver(handler, signal, NAME)
        self._bus.add_signal_receiver(self._changed, "PropertiesChanged", path=PATH)

    def close(self) -> None:
        leave_bus(self._bus)

    def _step(self, *values: Any) -> None:
        number, step, state, sentence, code, arguments = map(plain, values)
        assert str(read(code, arguments)) == sentence
        self.steps.append((number, step, state, sentence))

    def _changed(self, _: str, changed: Any, __: Any) -> None:
        if "Snapshot" in changed:
            self.last_snapshot = from_wire(plain(changed)["Snapshot"])

    def _ended(self, *values: Any) -> None:
        number, error, sentence, code, arguments = map(plain, values)
        assert str(read(code, arguments)) == sentence
        self.ends[number] = (error, sentence)

    # -- calls

    def call(self, member: str, signature: str = "", *arguments: Any, timeout: float = 30) -> Any:
        return plain(self._bus.call_blocking(NAME, PATH, NAME, member, signature, arguments, timeout))

    def properties(self) -> dict[str, Any]:
        where = "org.freedesktop.DBus.Properties"
        values: dict[str, Any] = plain(
            self._bus.call_blocking(NAME, PATH, where, "GetAll", "s", (NAME,), timeout=DEADLINE)
        )
        return values

    def snapshot(self) -> Snapshot:
        return from_wire(self.properties()["Snapshot"])

    def runs(self) -> bool:
        return bool(self._bus.name_has_owner(NAME))

    def spin(self, what: str, ready: Callable[[], Any], seconds: float = DEADLINE) -> Any:
        """Take in signals until something is so."""
        until, context = time.monotonic() + seconds, GLib.MainContext.default()
        while not (answer := ready()):
            assert time.monotonic() < until, f"{what}: not within {seconds} s"
            if not context.iteration(False):
                time.sleep(0.005)
        return answer

    def end_of(self, number: int, seconds: float = 2 * DEADLINE) -> tuple[str, str]:
        """Error (without its prefix) and sentence of an operation's end."""
        self.spin(f"the end of operation {number}", lambda: number in self.ends, seconds)
        error, sentence = self.ends[number]
        return error.rpartition(".")[2], sentence

    def connect(self, minutes: int = 5) -> tuple[str, str]:
        return self.end_of(self.call("ConnectDom0", "u", minutes))

    def disconnect(self) -> tuple[str, str]:
        return self.end_of(self.call("DisconnectDom0"))

    def must_connect(self) -> None:
        error, sentence = self.connect()
        assert not error, sentence

    def must_disconnect(self) -> None:
        error, sentence = self.disconnect()
        assert not error, sentence

    # -- traces

    def traces(self) -> dict[str, Any]:
        """All that a link of dom0 could leave behind, and who is paused."""
        traced: dict[str, Any] = json.loads(self.lab.out("dom0", "/usr/bin/python3", "-c", _TRACES))
        traced["ruleset"] = self.lab.out("dom0", "/usr/sbin/nft", "list", "ruleset")
        with self.lab.store("dom0") as store:
            traced["vifs"] = store.children("/libxl/0/device/vif")
        traced["states"] = {domain["name"]: domain["state"] for domain in self.lab.ask("status")["domains"]}
        return traced

    def wait_closed(self, before: dict[str, Any], seconds: float = DEADLINE) -> None:
        """Wait until the helper says that dom0 is closed, then compare all traces."""

        wire: dict[str, Any] = {}

        def closed() -> bool:
            wire.update(self.properties()["Snapshot"])
            return bool(wire["dom0"]["state"] == "closed" and wire["operation"]["id"] == 0)

        try:
            self.spin("dom0 closed", closed, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}: {wire['dom0']}, {wire['operation']}, {self.steps}") from None
        assert self.traces() == before

    # -- the helper that dies

    def begin(self, point: str = "") -> None:
        """Start a fresh helper, which does something unpleasant at one point (see dying_helper), and let it settle."""
        if point:
            self.lab.exec("dom0", "tee", "/run/qnet-test-point", input=point)
        self.restart()
        self.spin("the uplink", lambda: self.snapshot().uplink)

    def restart(self) -> None:
        self.lab.stop_program("dom0", "qnet-helper")
        self.wait_dead()
        self.start()

    def start(self) -> None:
        """Start the helper; it counts its operations from 1 again."""
        self.spin("the signals of the one before", lambda: not GLib.MainContext.default().pending())
        self.steps.clear()
        self.ends.clear()

        def runs() -> bool:
            """Whether it runs; one that has left the bus may not have been buried yet, and is not started then."""
            self.lab.start_program("dom0", "qnet-helper")
            return self.runs()

        self.spin("the helper", runs)

    def wait_dead(self) -> None:
        self.spin("the helper's death", lambda: not self.runs())
