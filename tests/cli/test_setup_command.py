"""`qnet setup` at the command line: what it asks, what it waits for, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from fakes.output import Gone
from fakes.setup_system import FakeSystem

from qnet_gui.cli import main, setup
from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.dom0.netvm_lifecycle.run import locked
from qnet_gui.dom0.setup.plan import HELPER, NETVM, EditFile, EnableUnit, Obstacle, Plan, TryNetvm
from qnet_gui.dom0.setup.record import RecordFolder
from qnet_gui.model.dns import Dns, DnsRedirect
from qnet_gui.model.domain import Netvm, NetvmState
from qnet_gui.model.errors import FAILED, HypervisorError, QnetError
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.uplink import Uplink, UplinkState

STEPS = [EnableUnit(HELPER, "start the helper"), TryNetvm("netvm", "start netvm"), EnableUnit(NETVM, "at every boot")]
ADDRESS = IPv4Address("192.0.2.1")
STARTING = Snapshot(Netvm("netvm", 1, NetvmState.STARTING))
NO_UPLINK = Snapshot(Netvm("netvm", 1, NetvmState.RUNNING))
NO_NAMES = replace(NO_UPLINK, uplinks=(Uplink("eth0", state=UplinkState.UP, primary=True),))
WELL = replace(NO_NAMES, dns=Dns(redirects=(DnsRedirect(ADDRESS, ADDRESS),)))
GONE = Snapshot(Netvm("netvm"))


class Bus:
    """The helper, which says one after the other of `answers`, and the last one for ever."""

    def __init__(self, *answers: Snapshot | QnetError) -> None:
        self.answers = list(answers)

    def snapshot(self) -> tuple[dict[str, object], Snapshot, str]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, QnetError):
            raise answer
        return {}, answer, ""


class Dom0:
    """A dom0 with these steps to be done."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.system, self.plan = folder / "record", FakeSystem(), Plan(steps=list(STEPS))
        self.bus, self.examined = Bus(WELL), list[int]()
        self.slept = 0.0
        patch.setattr("qnet_gui.dom0.setup.survey.survey", lambda _: None)
        patch.setattr("qnet_gui.dom0.setup.plan.plan", lambda _: self.plan)
        patch.setattr("qnet_gui.dom0.setup.record.RecordFolder", lambda: RecordFolder(self.folder))
        patch.setattr("qnet_gui.dom0.setup.system.Dom0System", lambda _: self.system)
        patch.setattr("qnet_gui.cli.bus.helper.Helper", lambda: self.bus)
        patch.setattr("qnet_gui.cli.commands.doctor", self._examine)
        patch.setattr(setup, "time", self)
        patch.setattr(setup, "_LOCK", folder / "lock")

    def _examine(self, _: object) -> int:
        """How many answers the helper has left is how long it was waited for."""
        self.examined.append(len(self.bus.answers))
        return 0

    # -- the clock

    def monotonic(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


@pytest.fixture
def dom0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dom0:
    return Dom0(tmp_path, monkeypatch)


def test_the_doctor_comes_when_the_new_netvm_has_an_uplink_and_names(
    dom0: Dom0, capsys: pytest.CaptureFixture[str]
) -> None:
    dom0.bus = Bus(STARTING, NO_UPLINK, NO_NAMES, WELL)
    assert main(["setup", "--yes"]) == 0
    assert dom0.examined == [1]
    assert capsys.readouterr().out.endswith("All is set up. To take it back: sudo qnet setup --undo\n")
    assert dom0.system.done == [f"enable {HELPER}", "timer", "start", "no timer", f"enable {NETVM}"]


@pytest.mark.parametrize("answer", [GONE, HypervisorError(plain("It is away."))])
def test_nobody_waits_for_what_cannot_come(dom0: Dom0, answer: Snapshot | QnetError) -> None:
    dom0.bus = Bus(answer)
    assert main(["setup", "--yes"]) == 0
    assert (dom0.examined, dom0.slept) == ([1], 0.0)


def test_what_does_not_come_is_told_by_the_doctor(dom0: Dom0) -> None:
    dom0.bus = Bus(NO_UPLINK)
    assert main(["setup", "--yes"]) == 0
    assert (len(dom0.examined), dom0.slept) == (1, setup._UPLINK)


def test_nobody_waits_for_a_netvm_that_ran_already(dom0: Dom0) -> None:
    dom0.plan, dom0.bus = Plan(steps=STEPS[:1]), Bus(NO_UPLINK)
    assert main(["setup", "--yes"]) == 0
    assert (dom0.examined, dom0.slept) == ([1], 0.0)


def _answers(*said: bool) -> Callable[..., bool]:
    left = list(said)
    return lambda *_: left.pop(0)


def test_it_asks_before_and_whether_to_keep_it(dom0: Dom0, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", _answers(False))
    assert main(["setup"]) == 1
    assert dom0.system.done == []
    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", _answers(True, False))
    assert main(["setup"]) == 1
    assert dom0.system.done[-3:] == ["stop", "no timer", f"disable {HELPER}"]
    assert dom0.examined == []
    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", _answers(True, True))
    assert main(["setup"]) == 0
    assert len(dom0.examined) == 1


def test_what_is_left_of_it_is_not_told_as_nothing(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dom0.system.fails = f"disable {HELPER}"
    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", _answers(True, False))
    assert main(["setup"]) == 1
    said = capsys.readouterr().out
    assert f"! disable {HELPER} does not work\n" in said
    assert said.endswith("It was not confirmed. What is left can be taken back: sudo qnet setup --undo\n")


@pytest.mark.parametrize("writes", range(0, 24, 2))
def test_a_terminal_that_is_closed_leaves_nothing_half_done(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """The cards stayed with a netvm that nobody had confirmed: the first line of the way back ended it."""

    def hung_up(*_: object) -> bool:
        monkeypatch.setattr(sys, "stdout", Gone(0))
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdout", Gone(writes))
    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", hung_up)
    file = dom0.folder.with_name("work.cfg")
    file.write_text("old")
    dom0.plan = Plan(steps=[EditFile(file, "old", "new", "edit it"), *STEPS])
    main(["setup"] if writes > 20 else ["setup", "--yes"])
    monkeypatch.setattr(sys, "stdout", Gone(10))  # so far it says what it would do
    main(["setup", "--undo", "--yes"])
    assert (file.read_text(), dom0.folder.exists()) == ("old", False)
    assert dom0.system.done.count(f"enable {HELPER}") == dom0.system.done.count(f"disable {HELPER}")
    assert dom0.system.done.count("start") == dom0.system.done.count("stop")


def test_only_one_is_at_work(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--yes"]) == 0
    done = list(dom0.system.done)
    with locked(dom0.folder.parent / "lock"):
        for words in (["--yes"], ["--undo", "--yes"]):
            assert main(["setup", *words]) == 1
            assert capsys.readouterr().err == "qnet: Another qnet setup is at work here, or waits for an answer.\n"
    assert dom0.system.done == done
    assert main(["setup", "--undo", "--yes"]) == 0


def test_what_was_done_is_taken_back(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--undo"]) == 0
    assert capsys.readouterr().out == "qnet setup has done nothing here that could be taken back.\n"
    assert main(["setup", "--yes"]) == 0
    capsys.readouterr()
    assert main(["setup", "--undo", "--dry-run"]) == 0
    assert "stop netvm, and give dom0 its network cards back" in capsys.readouterr().out
    assert main(["setup", "--undo", "--yes"]) == 0
    assert capsys.readouterr().out.endswith("Everything is as it was before qnet setup.\n")
    assert dom0.system.done[-4:] == [f"disable {NETVM}", f"disable {HELPER}", "stop", "no timer"]


def test_what_is_there_has_changed_while_somebody_thought_about_it(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another had set up and confirmed all meanwhile, and a "no" to the second took the netvm from him."""

    def thinking(*_: object) -> bool:
        dom0.plan = Plan()
        return True

    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", thinking)
    assert main(["setup"]) == 1
    assert capsys.readouterr().out.endswith("Meanwhile something has changed here. Nothing was done: run it again.\n")
    assert (dom0.system.done, dom0.folder.exists()) == ([], False)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_programs_are_told_the_plan_what_is_done_and_the_end(
    dom0: Dom0, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qnet_gui.cli.doctor.examine", lambda _: [Finding("No uplink.", "Plug it in.")])
    steps = [step.what for step in STEPS]
    assert main(["setup", "--dry-run", "--json"]) == 0
    plan = {"there": [], "obstacles": [], "steps": steps, "notes": []}
    assert _lines(capsys) == [plan, {"error": "", "sentence": ""}]
    assert main(["setup", "--yes", "--json"]) == 1, "as qnet doctor ends"
    first, *done, last = _lines(capsys)
    assert first == plan
    assert done
    assert all(set(line) == {"text"} for line in done)
    assert (last["error"], last["findings"][0]["wrong"]) == ("", "No uplink.")
    assert main(["setup", "--undo", "--yes", "--json"]) == 0
    assert _lines(capsys)[-1] == {"error": "", "sentence": "Everything is as it was before qnet setup."}


@pytest.mark.parametrize("words", [[], ["--undo"]])
def test_programs_are_asked_nothing(dom0: Dom0, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    if words:
        assert main(["setup", "--yes"]) == 0
        capsys.readouterr()
    done = list(dom0.system.done)
    assert main(["setup", "--json", *words]) == 1
    assert _lines(capsys)[-1]["code"] == "json-asks-nobody"
    assert dom0.system.done == done


def test_to_programs_an_end_that_was_interrupted_is_one(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    """They read until the last line says how it ended, and none came."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    dom0.system.start_netvm = interrupted  # type: ignore[method-assign]
    assert main(["setup", "--yes", "--json"]) == 130
    *_, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert (end["error"], end["sentence"]) == (FAILED, "Interrupted.")


def test_what_stands_in_the_way_is_told_to_programs(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    dom0.plan = Plan(obstacles=[Obstacle("It is broken.", "Mend it.")])
    assert main(["setup", "--yes", "--json"]) == 1
    plan, end = _lines(capsys)
    assert plan["obstacles"] == [{"wrong": "It is broken.", "cure": "Mend it."}]
    assert end == {"error": "org.qnet.Error.Failed", "sentence": "It is broken."}
