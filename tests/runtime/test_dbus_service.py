"""A service seen over a bus: on a private dbus-daemon, with the service and whoever watches it in this process."""

from __future__ import annotations

import gc
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dbus
import dbus.bus
import dbus.service
import pytest
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from qnet_gui.runtime.dbus_service import PROPERTIES, Service, leave_bus

NAME, PATH, OTHER = "org.qnet.Test1", "/org/qnet/Test1", "/org/qnet/Other"
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="false"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>
"""


class Object(dbus.service.Object):
    """What is watched."""

    @dbus.service.method(NAME, "i", "i")
    def Double(self, number: int) -> int:  # noqa: N802
        return 2 * number

    @dbus.service.signal(NAME, "s")
    def Said(self, _word: str) -> None:  # noqa: N802
        """Sent by being called."""

    @dbus.service.signal(PROPERTIES, "s")
    def PropertiesChanged(self, _interface: str) -> None:  # noqa: N802
        """Sent by being called."""


def run_until(ready: Callable[[], Any]) -> None:
    until = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < until, "it did not come"
        if not GLib.MainContext.default().iteration(False):
            time.sleep(0.001)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "bus.conf").write_text(_CONFIG.format(tmp_path / "bus"))
    command = ["dbus-daemon", f"--config-file={tmp_path}/bus.conf", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.terminate()


@pytest.fixture
def connect(address: str) -> Iterator[Callable[[], Any]]:
    connections = []

    def make() -> Any:
        connections.append(dbus.bus.BusConnection(address, mainloop=DBusGMainLoop()))
        connections[-1].set_exit_on_disconnect(False)
        return connections[-1]

    yield make
    for connection in connections:
        leave_bus(connection)


def test_signals_of_the_service_arrive_and_nobody_elses(connect: Callable[[], Any]) -> None:
    theirs, others = connect(), connect()
    theirs.request_name(NAME)
    first, second, false = Object(theirs, PATH), Object(theirs, OTHER), Object(others, PATH)
    everything: list[Any] = []
    of_one: list[Any] = []
    service = Service(connect(), NAME)
    service.listen(NAME, "Said", lambda word, path: everything.append((str(path), str(word))), with_path=True)
    service.listen(NAME, "Said", lambda word: of_one.append(str(word)), OTHER)
    false.Said("false")
    others.get_name_owner(NAME)  # it has left by now
    first.Said("one")
    first.PropertiesChanged("no")
    second.Said("two")
    run_until(lambda: len(everything) == 2 and of_one)
    assert everything == [(PATH, "one"), (OTHER, "two")]
    assert of_one == ["two"]


def test_who_leaves_the_bus_with_a_question_out_disturbs_nobody_after_him(address: str) -> None:
    leaving = dbus.bus.BusConnection(address, mainloop=DBusGMainLoop())
    leaving.set_exit_on_disconnect(False)
    leaving.call_async(*["org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames"], "", (), print, print)
    leave_bus(leaving)
    del leaving
    gc.collect()
    while GLib.MainContext.default().iteration(False):  # raises what the connection left behind
        pass


def test_coming_and_going(connect: Callable[[], Any]) -> None:
    theirs, seen = connect(), []
    service = Service(connect(), NAME)
    service.watch_owner(seen.append)
    run_until(lambda: seen)
    theirs.request_name(NAME)
    run_until(lambda: len(seen) == 2)
    theirs.release_name(NAME)
    run_until(lambda: len(seen) == 3)
    assert seen == [False, True, False]


def test_calls_and_their_errors(connect: Callable[[], Any]) -> None:
    theirs, results = connect(), []
    theirs.request_name(NAME)
    served = Object(theirs, PATH)
    service = Service(connect(), NAME)
    service.call(PATH, NAME, "Double", "i", (4,), results.append, results.append)
    service.call(PATH, NAME, "Halve", "i", (4,), results.append, results.append)
    run_until(lambda: len(results) == 2)
    assert results[0] == 8
    assert results[1].get_dbus_name() == "org.freedesktop.DBus.Error.UnknownMethod"
    served.remove_from_connection()


def test_after_its_end_nothing_is_heard(connect: Callable[[], Any]) -> None:
    theirs, heard, heard_by_another = connect(), [], []
    theirs.request_name(NAME)
    served, mine = Object(theirs, PATH), connect()
    closed, open_ = Service(mine, NAME), Service(mine, NAME)
    closed.listen(NAME, "Said", lambda *words: heard.append(words))
    closed.watch_owner(lambda running: heard.append(running))
    run_until(lambda: heard)
    heard.clear()
    open_.listen(NAME, "Said", lambda *words: heard_by_another.append(words))
    closed.close()
    served.Said("one")
    theirs.release_name(NAME)
    run_until(lambda: heard_by_another)
    open_.watch_owner(lambda running: heard_by_another.append(running))
    run_until(lambda: False in heard_by_another)
    assert heard == []
