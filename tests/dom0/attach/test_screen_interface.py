"""The method that gives a window onto the netvm's screen, over a bus of the test's own. No root, no lab."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dbus
import pytest
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
from waiting import DEADLINE

from qnet_gui.dom0.attach.screen_interface import ScreenInterface
from qnet_gui.dom0.attach.screen_socket import GivenWindow
from qnet_gui.dom0.bus.exported import Exported
from qnet_gui.dom0.bus.interface import DeclaredObject
from qnet_gui.dom0.bus.users import Users
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import NoAnswer, Refused
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.runtime.dbus_service import leave_bus

PATH, NAME = "/org/qnet/Test1", "org.qnet.Test1"
NETVM = DomainInfo(7, "netvm", "u7", DomainState.RUNNING)
WORK = DomainInfo(8, "work", "u8", DomainState.RUNNING)
WELL = Inputs(NETVM, (NETVM, WORK), screen=True)


class Yes:
    """Instead of polkit."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def check(self, _caller: Any, question: Any, answer: Callable[[None], None]) -> None:
        self.asked.append((question.action, dict(question.told)))
        answer(None)


class Starter:
    """Instead of systemd."""

    def __init__(self) -> None:
        self.started: list[int] = []
        self.starts = True

    def start(self, domid: int, then: Callable[[bool], None]) -> None:
        self.started.append(domid)
        then(self.starts)


class Bench:
    """The method, and who calls it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._ours, self.caller = self._connect(), self._connect()
        self._publisher = SimpleNamespace(inputs=WELL, netvm="netvm")
        self.authority = Yes()
        self.given: list[tuple[str, int]] = []
        self.error: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.starter = Starter()
        self.once_started: Exception | None = None
        self.interface = ScreenInterface(
            self._publisher, Users(lambda then: then()), self.starter, self._give, self._give_once_started,  # type: ignore[arg-type]
        )  # fmt: skip
        declared = DeclaredObject(PATH, NAME, (ScreenInterface,))
        Exported(self._ours, self.authority, declared, (self.interface,), lambda then: then())  # type: ignore[arg-type]
        self.pipes: list[int] = []

    def _connect(self) -> Any:
        connection = dbus.bus.BusConnection(self._address, mainloop=DBusGMainLoop())
        connection.set_exit_on_disconnect(False)
        return connection

    def know(self, inputs: Inputs) -> None:
        self._publisher.inputs = inputs

    def _give(self, netvm: DomainInfo) -> GivenWindow:
        """On the interface's thread: two pipes' writing ends, whose others tell when nobody has them any more."""
        assert self.may_go_on.wait(DEADLINE)
        self.given.append((netvm.name, netvm.id))
        if self.error:
            raise self.error
        (one, picture), (other, window) = os.pipe(), os.pipe()
        self.pipes += [one, other]
        return GivenWindow(Geometry(64, 48), picture, window)

    def _give_once_started(self, netvm: DomainInfo) -> GivenWindow:
        self.error = self.once_started
        return self._give(netvm)

    def ask(self, domid: int = 7, uuid: str = "u7") -> list[Any]:
        answers: list[Any] = []
        self.caller.call_async(
            self._ours.get_unique_name(), PATH, NAME, "OpenScreen", "us", (domid, uuid),
            lambda *values: answers.append(values), answers.append,
        )  # fmt: skip
        return answers

    def spin(self, ready: Callable[[], Any]) -> None:
        until = time.monotonic() + DEADLINE
        while not ready():
            assert time.monotonic() < until, "it did not come"
            GLib.MainContext.default().iteration(False)

    def answer(self, *arguments: Any) -> Any:
        answers = self.ask(*arguments)
        self.spin(lambda: answers)
        return answers[0]

    def nobody_has_them(self) -> bool:
        """Whether the ends that were given are closed everywhere."""
        for reader in self.pipes:
            os.set_blocking(reader, False)
            try:
                os.read(reader, 1)
            except BlockingIOError:
                return False
        return True

    def leave(self) -> None:
        """The caller goes, if he is there."""
        caller, self.caller = self.caller, None
        if caller:
            leave_bus(caller)

    def close(self) -> None:
        if self.interface._thread:
            self.interface._thread.close()
        self.leave()
        leave_bus(self._ours)
        for reader in self.pipes:
            os.close(reader)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="qnet") as folder:
        address, config = f"unix:path={folder}/bus", Path(folder) / "bus.conf"
        config.write_text(
            f"<busconfig><type>system</type><listen>{address}</listen><auth>EXTERNAL</auth><policy context='default'>"
            "<allow send_destination='*'/><allow own='*'/><allow receive_sender='*'/></policy></busconfig>"
        )
        command = ["/usr/bin/dbus-daemon", "--nofork", f"--config-file={config}", "--print-address"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as daemon:
            assert daemon.stdout is not None
            daemon.stdout.readline()
            made = Bench(address)
            yield made
            made.close()
            daemon.terminate()


def test_the_caller_gets_size_and_descriptors_and_the_helper_keeps_none(bench: Bench) -> None:
    width, height, *descriptors = bench.answer()
    assert (width, height) == (64, 48)
    ours = [one.take() for one in descriptors]
    assert bench.authority.asked == [("org.qnet.show-screen", {"netvm": "netvm"})]
    assert not bench.nobody_has_them()
    for descriptor in ours:
        os.write(descriptor, b"x")
        os.close(descriptor)
    assert [os.read(reader, 2) for reader in bench.pipes] == [b"x", b"x"]
    bench.spin(bench.nobody_has_them)


@pytest.mark.parametrize(
    ("inputs", "arguments", "sentence"),
    [
        (replace(WELL, screen=False), (7, "u7"), "On this host no domain's screen can be shown in dom0."),
        (replace(WELL, netvm=None), (7, "u7"), "netvm is not running. Start it."),
        (WELL, (7, "u6"), "The domain with the id 7 is another one than was meant: netvm."),
        (WELL, (9, "u9"), "There is no domain with the id 9 that runs."),
        (WELL, (8, "u8"), "work is not the netvm, and only the netvm's screen is shown."),
    ],
)
def test_what_would_be_in_vain_is_told_before_anybody_is_asked(
    bench: Bench, inputs: Inputs, arguments: tuple[int, str], sentence: str
) -> None:
    bench.know(inputs)
    error = bench.answer(*arguments)
    assert error.args[0].startswith(sentence)
    assert (bench.authority.asked, bench.given) == ([], [])


def test_why_there_is_none_is_told(bench: Bench) -> None:
    bench.error = NoAnswer(ScreenCode.SCREEN_NOT_SERVED, name="netvm")
    bench.starter.starts = False
    error = bench.answer()
    assert error.get_dbus_name() == "org.qnet.Error.NoAnswer"
    assert error.args[1] == "screen-not-served"
    bench.error = NoAnswer(ScreenCode.SCREEN_NOT_GIVEN, name="netvm")
    assert bench.answer().args[1] == "screen-not-given"
    assert bench.starter.started == [7], "one that answers needs nobody in its place"


def test_where_nobody_serves_the_screen_any_more_somebody_is_started(bench: Bench) -> None:
    bench.error = NoAnswer(ScreenCode.SCREEN_NOT_SERVED, name="netvm")
    width, *_, picture, window = bench.answer()
    assert width == 64
    assert (bench.starter.started, bench.given) == ([7], [("netvm", 7), ("netvm", 7)])
    for descriptor in (picture.take(), window.take()):
        os.close(descriptor)
    bench.error = NoAnswer(ScreenCode.SCREEN_NOT_SERVED, name="netvm")
    bench.once_started = Refused(ScreenCode.SCREEN_NOT_YET, name="netvm")
    assert bench.answer().args[1] == "screen-not-yet"


def test_a_display_that_takes_its_time_keeps_nobody_waiting(bench: Bench) -> None:
    bench.may_go_on.clear()
    slow = bench.ask()
    bench.spin(lambda: bench.authority.asked)
    bench.know(replace(WELL, screen=False))
    assert bench.answer().args[0].startswith("On this host")
    assert not slow
    bench.may_go_on.set()
    bench.spin(lambda: slow)
    assert slow[0][0] == 64


def test_who_has_left_meanwhile_leaves_nothing_open(bench: Bench) -> None:
    bench.may_go_on.clear()
    bench.ask()
    bench.spin(lambda: bench.authority.asked)
    bench.leave()
    bench.may_go_on.set()
    bench.spin(lambda: bench.pipes and bench.nobody_has_them())
