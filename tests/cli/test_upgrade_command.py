"""`qnet upgrade`, in this process: with a stand-in for PackageKit on a real bus, and with none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dbus
import dbus.bus
import pytest
from fakes.output import Gone
from fakes.packagekit import FIRST, SECOND, PackageKit, upgrade_of
from waiting import DEADLINE

from qnet_gui.cli import main
from qnet_gui.cli.dom0 import connection, packages, upgrade
from qnet_gui.cli.hangups import HANGUPS
from qnet_gui.model.domain import Netvm
from qnet_gui.model.errors import Stuck
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot


@pytest.fixture
def bus() -> Iterator[str]:
    """The address of a bus in the part of the system bus."""
    # not pytest's own folder, since the name of a socket may have 107 characters
    with tempfile.TemporaryDirectory(prefix="qnet") as folder:
        address, config = f"unix:path={folder}/bus", Path(folder, "conf")
        config.write_text(
            f"<busconfig><type>system</type><listen>{address}</listen><auth>EXTERNAL</auth>"
            '<policy context="default"><allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/>'
            "</policy></busconfig>"
        )
        daemon = subprocess.Popen(
            ["/usr/bin/dbus-daemon", "--nofork", "--print-address", f"--config-file={config}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert daemon.stdout
        with daemon.stdout as said:
            assert said.readline()
        yield address
        daemon.terminate()
        daemon.wait()


class StandIn:
    """The helper: what was asked of it, and how dom0 stands to the network."""

    def __init__(self) -> None:
        self.state, self.calls, self.status = Dom0State.CLOSED, [], 0

    def snapshot(self) -> tuple[dict[str, Any], Snapshot, str]:
        return {}, Snapshot(Netvm("netvm"), dom0=Dom0Connection(self.state)), "test"

    def up(self, arguments: Namespace) -> int:
        self.calls.append(f"up {arguments.minutes}")
        return self.status

    def down(self, arguments: Namespace) -> int:
        self.calls.append("down")
        assert arguments.if_connected
        return 0


@pytest.fixture
def helper(bus: str, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    monkeypatch.setattr("qnet_gui.cli.bus.helper.Helper", lambda: made)
    monkeypatch.setattr(connection, "up", made.up)
    monkeypatch.setattr(connection, "down", made.down)
    monkeypatch.setattr(
        packages.dbus, "SystemBus", lambda private, mainloop: dbus.bus.BusConnection(bus, mainloop=mainloop)
    )
    monkeypatch.setattr(upgrade, "left_since", lambda _: ())
    monkeypatch.delenv("QNET_LAB", raising=False)
    return made


@pytest.fixture
def packagekit(bus: str) -> Iterator[PackageKit]:
    stand_in = PackageKit(bus)
    yield stand_in
    stand_in.close()


def test_there_and_back(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "left_since", lambda _: ("/etc/x.dpkg-dist",))
    assert main(["upgrade", "--yes", "--minutes", "7"]) == 0
    out = capsys.readouterr().out
    assert helper.calls == ["up 7", "down"]
    assert "2 packages to upgrade, 8.4 MB to download." in out
    assert "  qdummy  1.0  2.0\n  qother  3.0  3.1 (security)\n" in out
    order = [
        "Fetching the lists",
        "to upgrade",
        "Downloading",
        "Installing",
        "2 packages have been upgraded.",
        "x.dpkg",
    ]
    places = [out.index(part) for part in order]
    assert places == sorted(places)


def test_nothing_is_upgraded_that_nobody_has_agreed_to(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer, status in (("n\n", 1), ("", 1), ("y\n", 0)):
        ours, theirs = os.pipe()
        os.write(theirs, answer.encode())
        os.close(theirs)
        with os.fdopen(ours) as typed:
            monkeypatch.setattr("sys.stdin", typed)
            assert main(["upgrade"]) == status
        assert ("Nothing was upgraded." in capsys.readouterr().out) == bool(status)
    assert helper.calls == ["up 0", "down"] * 3


def test_nothing_newer_and_dom0_stays_as_it_was(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str]
) -> None:
    helper.state = Dom0State.OPEN
    packagekit.say(GetUpdates=[["Finished", 1, 1]])
    assert main(["upgrade"]) == 0
    assert "All packages are up to date." in capsys.readouterr().out
    assert not helper.calls


def test_lists_that_cannot_be_fetched(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str]
) -> None:
    packagekit.say(RefreshCache=[["ErrorCode", 2, "Cannot refresh cache whilst offline"], ["Finished", 2, 1]])
    assert main(["upgrade", "--yes"]) == 1
    said = capsys.readouterr()
    assert "qnet: The lists of packages could not be fetched" in said.err
    assert "up to date" not in said.out
    assert helper.calls == ["up 0", "down"]


def test_dom0_that_cannot_be_connected(helper: StandIn, packagekit: PackageKit) -> None:
    helper.status = 130
    assert main(["upgrade"]) == 130
    assert helper.calls == ["up 0"]
    assert packagekit.methods() == []


def test_without_packagekit_it_is_said_what_to_do(helper: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade"]) == 1
    assert "qnet dom0 up" in capsys.readouterr().err
    assert not helper.calls


def _when(ready: Callable[[], bool], then: Callable[[], None]) -> threading.Thread:
    """Do something from beside, once it is time for it."""

    def wait() -> None:
        end = time.monotonic() + DEADLINE
        while not ready() and time.monotonic() < end:
            time.sleep(0.01)
        then()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_control_c_stops_it_while_that_does_no_harm(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    packagekit.say(UpdatePackages=[["told", {"Status": 8, "AllowCancel": True}], ["hold"]])
    may: list[bool] = []
    shown = upgrade.Shown.__call__
    monkeypatch.setattr(upgrade.Shown, "__call__", lambda self, state: (may.append(state.can_stop), shown(self, state)))
    thread = _when(lambda: any(may), lambda: os.kill(os.getpid(), signal.SIGINT))
    assert main(["upgrade", "--yes"]) == 130
    thread.join()
    assert "It was stopped." in capsys.readouterr().out
    assert helper.calls == ["up 0", "down"]


@pytest.fixture
def hangups_end() -> Iterator[None]:
    """A terminal that is closed, as a shell has it for what it starts: the end."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in HANGUPS}
    yield
    assert all(signal.getsignal(number) is signal.SIG_DFL for number in HANGUPS)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", HANGUPS)
def test_a_terminal_that_is_closed_stops_it_too_and_disconnects_dom0(
    helper: StandIn, packagekit: PackageKit, monkeypatch: pytest.MonkeyPatch, hangups_end: None, number: int
) -> None:
    """It ended on the spot, and dom0 stayed connected, with all others paused, until its deadline."""
    packagekit.say(UpdatePackages=[["told", {"Status": 8, "AllowCancel": True}], ["hold"]])
    may: list[bool] = []
    shown = upgrade.Shown.__call__

    def look(self: upgrade.Shown, state: Any) -> None:
        may.append(state.can_stop)
        if state.can_stop:
            monkeypatch.setattr(sys, "stdout", Gone(0))
            self._stream = sys.stdout
        shown(self, state)

    monkeypatch.setattr(upgrade.Shown, "__call__", look)
    hung_up = _when(lambda: any(may), lambda: os.kill(os.getpid(), number))
    assert main(["upgrade", "--yes"]) == 130
    hung_up.join()
    assert helper.calls == ["up 0", "down"]


@pytest.mark.parametrize("number", HANGUPS)
def test_a_terminal_that_is_closed_at_the_question_is_a_no(
    helper: StandIn, packagekit: PackageKit, monkeypatch: pytest.MonkeyPatch, hangups_end: None, number: int
) -> None:
    def closed(_: str) -> bool:
        os.kill(os.getpid(), number)
        return True

    def down(arguments: Namespace) -> int:
        os.kill(os.getpid(), number)  # a session that ends sends one after the other
        return helper.down(arguments)

    monkeypatch.setattr(upgrade, "asked", closed)
    monkeypatch.setattr(connection, "down", down)
    assert main(["upgrade"]) == 130
    assert helper.calls == ["up 0", "down"]


def test_nohup_is_heeded(
    helper: StandIn, packagekit: PackageKit, monkeypatch: pytest.MonkeyPatch, hangups_end: None
) -> None:
    def closed(_: str) -> bool:
        os.kill(os.getpid(), signal.SIGHUP)
        return True

    monkeypatch.setattr(upgrade, "asked", closed)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert main(["upgrade"]) == 0
    assert signal.signal(signal.SIGHUP, signal.SIG_DFL) is signal.SIG_IGN
    assert helper.calls == ["up 0", "down"]


def test_control_c_at_a_bad_moment_is_told_and_it_goes_on(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    packagekit.say(UpdatePackages=[["told", {"Status": 9, "AllowCancel": False}], ["hold"], ["Finished", 1, 1]])
    installing: list[bool] = []
    shown = upgrade.Shown.__call__

    def look(self: upgrade.Shown, state: Any) -> None:
        installing.append(state.stage.value == "installing")
        shown(self, state)

    monkeypatch.setattr(upgrade.Shown, "__call__", look)
    told = upgrade.Shown.cannot_stop
    monkeypatch.setattr(upgrade.Shown, "cannot_stop", lambda self, why: (told(self, why), packagekit.go()))
    thread = _when(lambda: any(installing), lambda: os.kill(os.getpid(), signal.SIGINT))
    assert main(["upgrade", "--yes"]) == 0
    thread.join()
    assert "cannot be stopped now" in capsys.readouterr().out


def test_that_it_is_not_stopped_is_told(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's upgrade is another user's: Ctrl-C did nothing, and did not say so."""
    packagekit.say(
        UpdatePackages=[["told", {"Status": 8, "AllowCancel": True}], ["hold"], ["Finished", 1, 1]], Cancel=[["refuse"]]
    )
    may: list[bool] = []
    shown, say = upgrade.Shown.__call__, upgrade.Shown.say
    monkeypatch.setattr(upgrade.Shown, "__call__", lambda self, state: (may.append(state.can_stop), shown(self, state)))

    def say_and_go_on(self: upgrade.Shown, text: str) -> None:
        say(self, text)
        if "You may not." in text:
            packagekit.go()

    monkeypatch.setattr(upgrade.Shown, "say", say_and_go_on)
    thread = _when(lambda: any(may), lambda: os.kill(os.getpid(), signal.SIGINT))
    assert main(["upgrade", "--yes"]) == 0
    thread.join()
    assert "It is not stopped: You may not." in capsys.readouterr().out


def test_what_is_under_way_already_is_found(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str]
) -> None:
    packagekit.say(UpdatePackages=[["hold"], *upgrade_of(FIRST, SECOND)])
    first = packages.Packages(lambda _: None, lambda _: None)
    try:
        first.begin(packages.Work.UPGRADE)
        thread = _when(lambda: "GetAll" in [call[0] for call in packagekit.calls], packagekit.go)
        assert main(["upgrade"]) == 0
        thread.join()
    finally:
        first.close()
    out = capsys.readouterr().out
    assert "under way already" in out
    assert "2 packages have been upgraded." in out
    assert not helper.calls


def test_packagekit_that_dies_in_the_middle(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str]
) -> None:
    packagekit.say(UpdatePackages=[["told", {"Status": 8}], ["die"]])
    assert main(["upgrade", "--yes"]) == 1
    assert "PackageKit has ended in the middle of it" in capsys.readouterr().err
    assert helper.calls == ["up 0", "down"]


def test_programs_are_told_each_stage_and_the_end_last(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(arguments: Namespace) -> int:
        print(json.dumps({"error": "", "sentence": "dom0 is disconnected."}))
        assert arguments.json
        return helper.down(arguments)

    monkeypatch.setattr(connection, "down", down)
    assert main(["upgrade", "--yes", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    listed = next(line["packages"] for line in lines if "packages" in line)
    assert listed[1] == {"name": "qother", "installed": "3.0", "new": "3.1 (security)"}
    percents = [line["percent"] for line in lines if line.get("percent") is not None]
    assert percents == sorted(percents)
    *_, disconnected, end = lines
    assert disconnected["sentence"] == "dom0 is disconnected."
    assert (end["error"], end["sentence"], end["stage"]) == ("", "2 packages have been upgraded.", "done")


def test_programs_are_told_why_it_failed(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str]
) -> None:
    packagekit.say(RefreshCache=[["ErrorCode", 2, "Cannot refresh cache whilst offline"], ["Finished", 2, 1]])
    assert main(["upgrade", "--yes", "--json"]) == 1
    end = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (end["error"], "could not be fetched" in end["sentence"]) == ("org.qnet.Error.Failed", True)


def test_programs_are_asked_nothing(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "json-asks-nobody"
    assert not helper.calls


def test_programs_are_told_once_that_dom0_cannot_be_disconnected(
    helper: StandIn, packagekit: PackageKit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(arguments: Namespace) -> int:
        print(json.dumps({"error": "org.qnet.Error.Stuck", "sentence": "It cannot be."}))
        arguments.end_told = True
        raise Stuck(plain("It cannot be."))

    monkeypatch.setattr(connection, "down", down)
    assert main(["upgrade", "--yes", "--json"]) == 1
    ends = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "error" in line]
    assert [end["error"] for end in ends] == ["org.qnet.Error.Stuck"]
