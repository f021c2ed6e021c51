"""The netvm started and stopped for the helper: by a program, by systemd's unit, and what is told of either's end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qnet_gui.dom0.netvm_lifecycle import control, outcome
from qnet_gui.dom0.netvm_lifecycle.control import ProgramControl, commands
from qnet_gui.model.domain import NetvmVerb
from qnet_gui.model.errors import HypervisorError, QnetError, Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.service import ServiceCode

START, STOP, RESTART = NetvmVerb.START, NetvmVerb.STOP, NetvmVerb.RESTART
RUNS = Message(ServiceCode.RUNS, name="netvm")
Program = Callable[[str], ProgramControl]


def never() -> Message | None:
    return None


def words(verb: NetvmVerb, active: bool, started: str = "") -> list[str]:
    return [" ".join(command[1:]) for command in commands(verb, "netvm", active, started)]


def test_what_systemd_is_told() -> None:
    ask = "--no-ask-password"
    assert words(START, False) == [f"{ask} start qnet-netvm.service"]
    assert words(START, True) == [f"{ask} restart qnet-netvm.service"], "its netvm has died, and the unit is active"
    assert words(RESTART, True) == [f"{ask} reload qnet-netvm.service"]
    assert words(STOP, True) == [f"{ask} stop qnet-netvm.service"]


def test_a_netvm_that_was_started_by_hand_is_stopped_and_becomes_the_units() -> None:
    by_hand = "--quiet --collect --wait /usr/bin/qnet netvm stop netvm"
    assert words(STOP, False) == [by_hand]
    assert words(RESTART, False) == [by_hand, "--no-ask-password start qnet-netvm.service"]


@pytest.mark.parametrize("started", ["", "netvm", "other"])
def test_the_unit_of_another_netvm_is_not_stopped_in_the_place_of_the_chosen(started: str) -> None:
    ask = "--no-ask-password"
    if started == "other":
        assert words(STOP, True, started) == ["--quiet --collect --wait /usr/bin/qnet netvm stop netvm"]
        assert words(START, True, started) == [f"{ask} reload qnet-netvm.service"]
    else:
        assert words(STOP, True, started) == [f"{ask} stop qnet-netvm.service"]
        assert words(START, True, started) == [f"{ask} restart qnet-netvm.service"]
    assert words(RESTART, True, started) == [f"{ask} reload qnet-netvm.service"]


def test_the_unit_has_a_way_to_restart_that_keeps_the_nics_away_from_dom0() -> None:
    unit = (Path(__file__).parents[3] / "desktop/systemd" / control.UNIT).read_text()
    assert "ExecReload=/usr/bin/qnet netvm restart\n" in unit


@pytest.mark.parametrize(
    "ended",
    [RUNS, Refused(ServiceCode.NOT_STARTED, name="netvm", why=RUNS), HypervisorError(HelperCode.PLAIN, text="x")],
)
def test_an_outcome_comes_back(tmp_path: Path, ended: Message | QnetError) -> None:
    path = tmp_path / "outcome.json"
    outcome.save(ended, path)
    back = outcome.load(path)
    assert type(back) is type(ended)
    assert str(back) == str(ended)
    outcome.forget(path)
    outcome.forget(path)
    assert outcome.load(path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"error":"","code":"x","arguments":{}}', "1"])
def test_what_is_no_outcome_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "outcome.json").write_text(text)
    assert outcome.load(tmp_path / "outcome.json") is None


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program in the place of `qnet`; what it says and does is a shell's text, in which $OUTCOME is the file."""
    kept = tmp_path / "outcome.json"
    for function in (outcome.forget, outcome.load):
        monkeypatch.setattr(outcome, function.__name__, lambda function=function: function(kept))  # type: ignore[misc]

    def make(text: str) -> ProgramControl:
        path = tmp_path / "qnet"
        path.write_text(f"#!/bin/sh\nOUTCOME={kept}\n{text}\n")
        path.chmod(0o755)
        return ProgramControl(str(path))

    return make


def leaves(message: Message | QnetError, tmp_path: Path) -> str:
    outcome.save(message, tmp_path / "as")
    return f"cp {tmp_path / 'as'} $OUTCOME"


def test_the_programs_last_word_is_the_answer(program: Program, tmp_path: Path) -> None:
    said = leaves(RUNS, tmp_path)
    assert program(f'test "$1 $2" = "netvm start" && {said}').run(START, "netvm", never) == RUNS


def test_its_error_is_told_in_its_own_words(program: Program, tmp_path: Path) -> None:
    refused = Refused(ServiceCode.SERVICE_PAUSED, name="netvm")
    with pytest.raises(Refused, match="netvm is paused"):
        program(leaves(refused, tmp_path) + "; exit 1").run(STOP, "netvm", never)


@pytest.mark.parametrize("text", ["exit 1", "exit 0", "kill -9 $$"])
def test_one_that_says_nothing_is_a_failure_with_the_place_to_look(program: Program, text: str, tmp_path: Path) -> None:
    (tmp_path / "outcome.json").write_text(
        json.dumps({"error": "", "code": RUNS.code.value, "arguments": {"name": "old"}})
    )
    with pytest.raises(HypervisorError, match="journalctl -b -u qnet-netvm"):
        program(text).run(START, "netvm", never)


def test_a_program_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(HypervisorError, match="failed to start the netvm"):
        ProgramControl("/nowhere/qnet").run(START, "netvm", never)


def test_who_wants_it_to_stop_has_the_program_end_in_peace(program: Program, tmp_path: Path) -> None:
    why = Message(HelperCode.PLAIN, text="Somebody disconnects dom0.")
    begun = tmp_path / "begun"
    control = program(f"trap 'touch {tmp_path}/back; exit 1' TERM; touch {begun}; while :; do sleep 0.05; done")
    with pytest.raises(Refused, match="Somebody disconnects dom0"):
        control.run(START, "netvm", lambda: why if begun.exists() else None)
    assert (tmp_path / "back").exists()
