"""What the command line does, with a helper that stands in this process: every command, and what goes wrong."""

from __future__ import annotations

import errno
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from qnet_gui.cli import doctor, main
from qnet_gui.cli.bus import helper, line, operations, progress
from qnet_gui.cli.bus.line import Ended, HelperGone, Step
from qnet_gui.cli.dom0 import connection
from qnet_gui.model.clock import clock
from qnet_gui.model.domain import AgentState, Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.errors import Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.outcome import EndedOperation, Outcome
from qnet_gui.model.preflight import Preflight
from qnet_gui.model.problem import Problem
from qnet_gui.model.repair import Repair, RepairKind
from qnet_gui.model.route import ROUTES_MAX, Route
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot

WELL = Snapshot(
    netvm=Netvm(name="netvm", id=1, uuid="u1"), domains=(Domain("work", 2, DomainState.RUNNING, uuid="u2"),)
)


class FakeHelper:
    """The helper as commands see it. `events`: what comes after an answer, exceptions among them."""

    def __init__(self) -> None:
        self.snapshot_now = WELL
        self.is_there = True
        self.preflight_now = Preflight(None, (), ("work",), (), "netvm", "eth0", True, ("names", "https"), 30)
        self.calls: list[tuple[Any, ...]] = []
        self.events: list[Any] = []
        self.answers: dict[str, Any] = {}
        self.repairs: list[Repair] = []
        self.rows: list[dict[str, Any]] = []

    # -- what is only read

    def snapshot(self) -> tuple[dict[str, Any], Snapshot, str]:
        return {"dom0": {"state": "closed"}, "dns": {}, "ended": []}, self.snapshot_now, "test"

    def runs(self) -> bool:
        return self.is_there

    def routes(self, domain: str) -> list[dict[str, Any]]:
        return self.rows

    def check_netvm(self) -> list[Repair]:
        return self.repairs

    def preflight(self) -> Preflight:
        return self.preflight_now

    # -- the line

    def __enter__(self) -> FakeHelper:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held."""

    def ignore_hangup(self) -> None:
        """It hears no signals here."""

    def call(self, member: str, signature: str = "", *values: Any) -> Any:
        self.calls.append((member, *values))
        answer = self.answers.get(member, 7)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def news(self, seconds: float | None = None) -> Any:
        event = self.events.pop(0)
        if isinstance(event, BaseException):
            raise event
        return event


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> FakeHelper:
    made = FakeHelper()
    for module in (helper, operations):
        monkeypatch.setattr(module, "Helper", lambda: made)
    for module in (line, operations):
        monkeypatch.setattr(module, "Line", lambda: made)
    monkeypatch.setattr(connection, "_LOOK", 0.0)
    monkeypatch.setattr(operations, "_LOOK", 0.0)
    monkeypatch.delenv("QNET_LAB", raising=False)
    return made


@pytest.mark.parametrize(("count", "told"), [(ROUTES_MAX - 1, False), (ROUTES_MAX, True)])
def test_routes_that_are_left_out_are_said_to_be(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], count: int, told: bool
) -> None:
    stand_in.rows = [Route.refusal().as_dict()] * count
    for more in ([], ["--json"]):
        assert main(["routes", *more]) == 0
        assert ("There are more routes" in capsys.readouterr().err) is told


def well(number: int = 7, text: str = "It is done.") -> list[Any]:
    """An operation with a step, beside another one's news, that ends well."""
    return [
        None,
        Step(number, "attach", "begun", plain("attaching")),
        Step(number, "attach", "done", plain("attached")),
        Ended(3, "", plain("Another one.")),
        Ended(number, "", plain(text)),
    ]


@pytest.mark.parametrize(
    ("words", "call"),
    [
        (["dom0", "up", "--minutes", "5"], ("ConnectDom0", 5)),
        (["dom0", "down"], ("DisconnectDom0",)),
        (["netvm", "set", "netvm2", "--move"], ("SetDefaultNetvm", "netvm2", True)),
        (["domain", "attach", "work"], ("AttachDomain", 2, "u2")),
        (["domain", "detach", "work"], ("DetachDomain", 2, "u2")),
    ],
)
@pytest.mark.parametrize("json", [[], ["--json"]])
def test_an_operation_is_followed_to_its_end(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], words: list[str], call: tuple[Any, ...], json: list[str]
) -> None:
    stand_in.events = well()
    assert main([*words, *json]) == 0
    assert stand_in.calls == [call]
    assert "It is done." in capsys.readouterr().out


def test_what_had_ended_before_the_answer_is_not_taken_for_a_part_of_it() -> None:
    """Another command's operation, just before."""
    stopped = Step(6, "up", "undone", plain("closed the way"))
    other = [Step(5, "choose", "done", plain("chose netvm as the netvm")), Ended(5, "", plain("It is chosen."))]
    assert line.without_ended([*other, stopped]) == [stopped]
    assert line.without_ended(well()) == [None]


@pytest.mark.parametrize(
    ("words", "call", "text"),
    [
        (["domain", "pause", "work"], ("PauseDomain", 2, "u2"), "work is paused."),
        (["domain", "unpause", "netvm"], ("UnpauseDomain", 1, "u1"), "netvm goes on."),
        (["reapply"], ("Reapply",), "netvm has set up its routes"),
    ],
)
def test_what_is_done_with_the_answer(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], words: list[str], call: tuple[Any, ...], text: str
) -> None:
    assert main(words) == 0
    assert stand_in.calls == [call]
    assert text in capsys.readouterr().out


def test_more_time_is_told(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.answers["ExtendDom0"] = int(time.time()) + 600
    assert main(["dom0", "extend", "10"]) == 0
    assert "dom0 stays connected until " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("is_there", "state", "calls"),
    [
        (False, Dom0State.OPEN, []),
        (True, Dom0State.CLOSED, []),
        (True, Dom0State.CONNECTING, [("DisconnectDom0",)]),
        (True, Dom0State.OPEN, [("DisconnectDom0",)]),
        (True, Dom0State.CLOSING, [("DisconnectDom0",)]),
    ],
)
def test_what_is_not_connected_is_left_in_peace_if_so_asked(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], is_there: bool, state: Dom0State, calls: list[Any]
) -> None:
    """At a shutdown nobody wants to read that there was nothing to do, or a helper to start for it."""
    stand_in.is_there, stand_in.events = is_there, well()
    stand_in.snapshot_now = replace(WELL, dom0=Dom0Connection(state))
    assert main(["dom0", "down", "--if-connected"]) == 0
    assert stand_in.calls == calls
    assert bool(capsys.readouterr().out) == bool(calls)


def test_an_error_is_one_in_the_journal(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qnet_gui.runtime.log.under_journal", lambda: True)
    assert main(["domain", "pause", "nobody"]) == 1
    assert capsys.readouterr().err.startswith("<3>qnet: ")


def test_dom0_as_the_netvm_is_warned_of(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.events = well()
    assert main(["netvm", "set", "dom0"]) == 0
    assert "WARNING: with dom0 as the netvm" in capsys.readouterr().err


def test_a_domain_that_is_not_there(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["domain", "pause", "nobody"]) == 1
    assert stand_in.calls == []
    assert "nobody" in capsys.readouterr().err


def test_a_refusal_is_the_helpers_sentence(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.answers["DisconnectDom0"] = Refused(HelperCode.HELPER_STARTING)
    assert main(["dom0", "down"]) == 1
    assert "still starting" in capsys.readouterr().err


def test_an_operation_that_fails_is_told(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.events = [Ended(7, "org.qnet.Error.Refused", plain("It may not be."))]
    assert main(["domain", "attach", "work"]) == 1
    assert "It may not be." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [(["domain", "attach", "work"], "The network helper goes on with it."), (["dom0", "up"], "put back")],
)
def test_ctrl_c_in_the_middle(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    stand_in.events = [KeyboardInterrupt(), *well()]
    assert main(words) == 130
    assert said in capsys.readouterr().out


def test_ctrl_c_while_it_is_put_back(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.events = [KeyboardInterrupt(), KeyboardInterrupt()]
    assert main(["dom0", "up"]) == 130
    assert "goes on putting everything back" in capsys.readouterr().out


def test_ctrl_c_at_the_password_changes_nothing(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.answers["ConnectDom0"] = KeyboardInterrupt()
    assert main(["dom0", "up"]) == 130
    assert "Nothing has been changed." in capsys.readouterr().out


def test_a_password_given_at_the_last_moment_counts(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "user_name", lambda _: "me")
    stand_in.answers["ConnectDom0"] = KeyboardInterrupt()
    stand_in.snapshot_now = Snapshot(WELL.netvm, operation=Operation(6, "connect", "me"))
    stand_in.events = well()
    assert main(["dom0", "up"]) == 130
    assert ("DisconnectDom0",) in stand_in.calls
    assert "Everything has been put back." in capsys.readouterr().out


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_helper_that_dies_in_the_middle_is_waited_for(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], json: list[str]
) -> None:
    stand_in.events = [HelperGone(HelperCode.HELPER_GONE)]
    assert main(["domain", "attach", "work", *json]) == 1
    assert "work is running" in capsys.readouterr().err


def test_a_helper_that_does_not_come_back_is_told(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_BACK", 0.05)

    def gone() -> Any:
        raise Refused(HelperCode.HELPER_STARTING)

    monkeypatch.setattr(stand_in, "snapshot", gone)
    stand_in.events = [HelperGone(HelperCode.HELPER_GONE)]
    assert main(["dom0", "down"]) == 1
    assert capsys.readouterr().err


@pytest.mark.parametrize("words", [["status"], ["dns"], ["dom0", "status"], ["routes"], ["netvm", "get"]])
def test_what_is_only_read(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    for more in ([], ["--json"]) if words != ["netvm", "get"] else ([],):
        assert main([*words, *more]) == 0
        assert capsys.readouterr().out


def test_what_others_did_in_the_netvm_is_told_and_wrong_no_more(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "__version__", "test")
    stand_in.snapshot_now = Snapshot(Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING))
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out == "Nothing is wrong.\n"
    stand_in.repairs = [Repair(RepairKind.FILTER, 3, "nft"), Repair(RepairKind.VIFS, 1)]
    assert main(["doctor"]) == 0
    first, second, last = capsys.readouterr().out.splitlines()
    assert "packet filter of netvm was changed 3 times, by nft (3)" in first
    assert "Vifs of netvm were changed once" in second
    assert last == "Nothing is wrong now."
    assert main(["doctor", "--json"]) == 0
    assert [entry["over"] for entry in json.loads(capsys.readouterr().out)] == [True, True]


def test_how_dom0_stands(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    until = int(time.time()) + 600
    stand_in.snapshot_now = Snapshot(WELL.netvm, dom0=Dom0Connection(Dom0State.OPEN, until, ("work",), "me"))
    assert main(["dom0", "status"]) == 0
    assert "for another 10 minutes. me connected it. Paused meanwhile: work." in capsys.readouterr().out


FAILED = EndedOperation(
    3, "connect", "me", int(time.time()), "org.qnet.Error.Kernel", Outcome.of(plain("It failed. It is put back."))
)
OVER = Outcome(UpgradeCode.DISCONNECTED_BECAUSE, why=Message(UpgradeCode.NETVM_GONE))


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ((FAILED,), "Connecting it failed at {now}: It failed. It is put back."),
        ((replace(FAILED, kind="disconnect"),), "Disconnecting it failed at {now}: It failed."),
        ((FAILED, replace(FAILED, id=4, error="", outcome=OVER)), "It was disconnected at {now}: The netvm has gone."),
        ((FAILED, replace(FAILED, id=4, kind="attach")), "Connecting it failed at {now}: It failed."),
        ((FAILED, EndedOperation(4, "disconnect", "me", 0, "", Outcome(UpgradeCode.DISCONNECTED))), ""),
    ],
)
def test_a_failure_does_not_pass_for_how_it_should_be(
    stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], ended: tuple[EndedOperation, ...], words: str
) -> None:
    stand_in.snapshot_now = Snapshot(WELL.netvm, ended=ended)
    assert main(["dom0", "status"]) == 0
    said = capsys.readouterr().out
    expected = words.format(now=clock(FAILED.at))
    assert expected in said if expected else said == "dom0 is not connected to the network.\n"


def test_who_does_not_stand_still_is_told(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    link = Dom0Connection(Dom0State.OPEN, int(time.time()) + 600, (), "me", ("work",))
    problem = Problem(ProblemCode.OTHERS_RUN, count=1, names=("work",))
    stand_in.snapshot_now = Snapshot(WELL.netvm, dom0=link, problems=(problem,))
    assert main(["dom0", "status"]) == 0
    assert "1 domain runs although dom0 is connected to the network: work." in capsys.readouterr().out


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_time_of_day_is_the_next_one(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str], minutes: int) -> None:
    now = time.time()
    at = time.strftime("%H:%M", time.localtime(now + 60 * minutes))
    stand_in.answers["DisconnectDom0At"] = int(now) + 600
    assert main(["dom0", "down", "--at", at]) == 0
    [(_, until)] = stand_in.calls
    assert until > now
    assert time.strftime("%H:%M:%S", time.localtime(until)) == f"{at}:00"
    assert until - now < 86400 + 60
    assert "dom0 stays connected until " in capsys.readouterr().out


def test_a_time_of_day_that_is_none(stand_in: FakeHelper, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dom0", "down", "--at", "25:00"])
    assert "not a time of day" in capsys.readouterr().err


def test_a_display_that_is_gone_does_not_keep_it_from_being_put_back(
    stand_in: FakeHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OSError(errno.EIO, "no terminal")

    monkeypatch.setattr(progress.ForPeople, "_print", gone)
    stand_in.events = [*well()[:2], KeyboardInterrupt(), *well()]
    assert main(["dom0", "up"]) == 130
    assert stand_in.calls == [("ConnectDom0", 0), ("DisconnectDom0",)]
