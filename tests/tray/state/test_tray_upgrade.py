"""What the Upgrade networking window shows, in every state, and how it follows an operation. Pure."""

from __future__ import annotations

import dataclasses

import pytest
from tray_shared import CABLE, STATES, up

from qnet_gui.model.dns import Dns
from qnet_gui.model.errors import NoAnswer
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.outcome import EndedOperation, Outcome
from qnet_gui.model.preflight import Preflight
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.pages.upgrade import NAMES_MAX, STEPS, STEPS_BACK, UpgradeInputs, abbreviated, left, now, upgrade
from qnet_gui.tray.state import operation_progress as courses
from qnet_gui.tray.state.operation_progress import OperationProgress, State

READY = Preflight(None, (), ("personal", "work"), ("vault",), "netvm", "eth0 (cable)", True, ("names", "http"), 60)
LINK = Dom0Connection(Dom0State.OPEN, 1700000000, ("personal", "work"), "alice")


def with_link(state: Dom0State, **more: object) -> Snapshot:
    return up(CABLE, dom0=dataclasses.replace(LINK, state=state), **more)


def connecting(*steps: tuple[str, str]) -> OperationProgress:
    progress = courses.begun(OperationProgress(), up(CABLE, operation=Operation(3, "connect", "alice")))
    for name, state in steps:
        progress = courses.stepped(progress, 3, name, state, plain(f"{name} {state}"))
    return progress


def test_the_stage_is_that_of_which_the_head_tells() -> None:
    """The other domains are paused, and dom0's link is not there yet: the head said "connecting", the stage "check"."""
    assert now(up(CABLE), UpgradeInputs(READY), Dom0State.OPEN) is Dom0State.CLOSED
    assert now(None, UpgradeInputs(READY), Dom0State.OPEN) is Dom0State.OPEN
    assert now(with_link(Dom0State.OPEN), UpgradeInputs(READY), Dom0State.CLOSED) is Dom0State.OPEN
    progress = connecting(("pause", "begun"))
    assert now(up(CABLE), UpgradeInputs(READY, progress), Dom0State.CLOSED) is Dom0State.CONNECTING
    failed = courses.ended(progress, 3, "org.qnet.Error.Failed", plain("No."))
    assert now(up(CABLE), UpgradeInputs(READY, failed), Dom0State.CLOSED) is Dom0State.CLOSED
    progress = courses.begun(OperationProgress(), up(CABLE, operation=Operation(4, "disconnect", "alice")))
    assert now(up(CABLE), UpgradeInputs(READY, progress), Dom0State.CLOSED) is Dom0State.CLOSING


def test_before() -> None:
    page = upgrade(up(CABLE), UpgradeInputs(READY))
    assert page.head == "dom0 has no network. That is how it should be."
    assert page.facts == (
        ("These domains will be paused:", "personal and work"),
        ("Paused already, and left so:", "vault"),
        ("Connected through:", "netvm, eth0 (cable)"),
        ("Allowed:", "names and http; nothing is let in"),
    )
    assert [line.mark for line in page.checks] == 3 * [Mark.DONE]
    assert page.connect
    assert page.choose_minutes
    assert not page.disconnect


def test_what_stands_in_the_way_is_told_and_there_is_no_way() -> None:
    preflight = dataclasses.replace(READY, obstacles=(plain("netvm has no uplink. Plug in a cable."),))
    page = upgrade(STATES["no-uplink"], UpgradeInputs(preflight))
    assert page.checks == (
        Line(Mark.DONE, "netvm is running"),
        Line(Mark.FAILED, "netvm has no uplink. Plug in a cable."),
    )
    assert not page.connect
    assert page.why == "netvm has no uplink. Plug in a cable."


def test_somebody_elses_operation_explains_all_the_rest() -> None:
    preflight = dataclasses.replace(
        READY, busy=plain("bob is attaching a domain. Wait."), obstacles=(plain("Something."),)
    )
    page = upgrade(up(CABLE), UpgradeInputs(preflight))
    assert [line.text for line in page.checks] == ["bob is attaching a domain. Wait."]
    assert not page.connect


def test_names_that_do_not_resolve_are_a_warning() -> None:
    page = upgrade(up(CABLE, dns=Dns()), UpgradeInputs(dataclasses.replace(READY, names=False)))
    assert page.checks[-1].mark is Mark.WARNING
    assert page.connect


@pytest.mark.parametrize("state", ["helper-away", "blind"])
def test_nothing_known(state: str) -> None:
    page = upgrade(STATES[state], UpgradeInputs())
    assert page.why
    assert not page.connect


def test_preflight_awaited_and_failed() -> None:
    assert not upgrade(up(CABLE), UpgradeInputs()).connect
    page = upgrade(up(CABLE), UpgradeInputs(NoAnswer(plain("The network helper does not answer."))))
    assert page.checks == (Line(Mark.FAILED, "The network helper does not answer."),)


def test_the_click_shows_only_as_a_question() -> None:
    page = upgrade(up(CABLE), UpgradeInputs(READY, asking=True))
    assert page.outcome
    assert page.outcome.mark is Mark.BEGUN
    assert not page.connect
    assert not page.steps


def test_steps_tick() -> None:
    inputs = UpgradeInputs(READY, connecting(("pause", "begun"), ("pause", "done"), ("filter", "begun")))
    page = upgrade(with_link(Dom0State.CONNECTING), inputs)
    assert [line.mark for line in page.steps] == [Mark.DONE, Mark.BEGUN, *4 * [Mark.TO_DO]]
    assert page.disconnect
    assert not page.connect
    early = upgrade(up(CABLE), UpgradeInputs(READY, connecting()))
    assert early.head == "Connecting dom0 to the network…"
    assert len(early.steps) == len(STEPS) == len(STEPS_BACK)


def test_open() -> None:
    progress = courses.ended(connecting(*((name, "done") for name in STEPS)), 3, "", plain("dom0 is connected."))
    page = upgrade(with_link(Dom0State.OPEN), UpgradeInputs(READY, progress))
    assert page.until == LINK.until
    assert page.extend
    assert page.disconnect
    assert page.facts == (("Paused:", "personal and work"), ("Connected by:", "alice"))
    assert {line.mark for line in page.steps} == {Mark.DONE}
    refused = upgrade(with_link(Dom0State.OPEN), UpgradeInputs(READY, progress, refused="No."))
    assert refused.outcome == Line(Mark.FAILED, "No.")


def test_back() -> None:
    snapshot = with_link(Dom0State.CLOSING, operation=Operation(4, "disconnect", "alice"))
    progress = courses.begun(connecting(), snapshot)
    for name in ("up", "address"):
        progress = courses.stepped(progress, 4, name, "undone", plain("done"))
    page = upgrade(snapshot, UpgradeInputs(READY, progress))
    assert page.steps == (Line(Mark.DONE, "Close the way"), Line(Mark.DONE, "Take dom0's address"))
    over = courses.ended(progress, 4, "", Message(UpgradeCode.DISCONNECTED))
    page = upgrade(up(CABLE), UpgradeInputs(READY, over))
    assert page.outcome == Line(Mark.DONE, "dom0 is disconnected from the network, as it should be.")
    assert page.connect
    assert upgrade(up(CABLE), UpgradeInputs(READY, over, read=over)).outcome is None


def test_a_step_that_failed_stays_so_and_the_reason_is_told_once() -> None:
    progress = connecting(("pause", "done"), ("attach", "failed"), ("attach", "undone"), ("pause", "undone"))
    assert progress.step("attach") == courses.Step("attach", State.FAILED, plain("attach failed"))
    page = upgrade(with_link(Dom0State.CONNECTING), UpgradeInputs(READY, progress))
    assert Line(Mark.FAILED, "Attach dom0 to netvm", "attach failed") in page.steps
    over = courses.ended(progress, 3, "org.qnet.Error.Refused", plain("attach failed. Everything has been put back."))
    page = upgrade(up(CABLE), UpgradeInputs(READY, over))
    assert Line(Mark.FAILED, "Attach dom0 to netvm") in page.steps
    assert Line(Mark.BACK, "Pause the other domains") in page.steps
    assert page.outcome == Line(Mark.FAILED, "attach failed. Everything has been put back.")


def test_a_helper_that_dies_in_the_middle() -> None:
    progress = courses.abandoned(connecting(("pause", "done")))
    assert progress.over
    assert "has stopped in the middle" in upgrade(None, UpgradeInputs(READY, progress)).outcome.text  # type: ignore[union-attr]
    assert courses.abandoned(progress) == progress


def test_other_operations_are_none_of_its_business() -> None:
    snapshot = up(CABLE, operation=Operation(9, "attach", "bob"))
    progress = courses.stepped(courses.begun(OperationProgress(), snapshot), 9, "attach", "failed", plain("no"))
    page = upgrade(snapshot, UpgradeInputs(READY, courses.ended(progress, 9, "x", plain("no"))))
    assert page.outcome is None
    assert page.steps == ()
    assert courses.ended(progress, 8, "x", plain("no")) == progress
    assert courses.stepped(progress, 9, "attach", "of another version", plain("")) == progress


def test_a_network_of_dom0_by_itself_is_not_called_as_it_should_be() -> None:
    page = upgrade(up(CABLE, problems=(Problem(ProblemCode.DOM0_REACHABLE),)), UpgradeInputs(READY))
    assert page.head == "dom0 is not connected for an upgrade."


def test_very_many_names() -> None:
    names = [f"d{number}" for number in range(500)]
    assert abbreviated(names).endswith(f", d{NAMES_MAX - 1} and {500 - NAMES_MAX} more")


@pytest.mark.parametrize(("seconds", "text"), [(3600, "1:00:00 left"), (61.4, "1:01 left"), (-5, "0:00 left")])
def test_countdown(seconds: float, text: str) -> None:
    assert left(1000, 1000 - seconds) == text


FAILED = EndedOperation(3, "connect", "alice", 0, "org.qnet.Error.Kernel", Outcome.of(plain("No card came.")))
GONE = Outcome(UpgradeCode.DISCONNECTED_BECAUSE, why=Message(UpgradeCode.NETVM_GONE))


def test_a_failure_is_told_to_whoever_opens_the_window_later() -> None:
    """It said that dom0 had no network, as it should be, and no more."""
    page = upgrade(up(CABLE, ended=(FAILED,)), UpgradeInputs(READY))
    assert page.outcome == Line(Mark.FAILED, "No card came.")
    after = EndedOperation(4, "disconnect", "qnet-helper", 0, "", GONE)
    page = upgrade(up(CABLE, ended=(FAILED, after)), UpgradeInputs(READY))
    assert page.outcome == Line(Mark.FAILED, "The netvm has gone. dom0 is disconnected from the network.")
    wanted = dataclasses.replace(after, outcome=Outcome(UpgradeCode.DISCONNECTED))
    assert upgrade(up(CABLE, ended=(FAILED, wanted)), UpgradeInputs(READY)).outcome is None
    in_time = dataclasses.replace(
        after, outcome=Outcome(UpgradeCode.DISCONNECTED_BECAUSE, why=Message(UpgradeCode.TIME_OVER))
    )
    assert upgrade(up(CABLE, ended=(FAILED, in_time)), UpgradeInputs(READY)).outcome is None


def test_who_does_not_stand_still_is_a_warning() -> None:
    problem = Problem(ProblemCode.OTHERS_RUN, count=1, names=("work",))
    page = upgrade(with_link(Dom0State.OPEN, problems=(problem,)), UpgradeInputs(READY))
    assert page.checks == (Line(Mark.WARNING, f"{problem.sentence} {problem.cure}"),)


def test_failure_heads_the_page_and_the_next_attempt_has_a_head_of_its_own() -> None:
    """Steps of the last attempt and checks of the next one stood in one list."""
    before = upgrade(up(CABLE), UpgradeInputs(READY))
    assert (before.failed, before.checks_head) == (False, "")
    progress = courses.ended(connecting(("attach", "failed")), 3, "org.qnet.Error.Kernel", plain("No card came."))
    page = upgrade(up(CABLE), UpgradeInputs(READY, progress))
    assert page.failed
    assert page.checks_head == "For the next attempt:"
    assert [line.text for line in page.steps] == ["Attach dom0 to netvm"]
    assert not {line.text for line in page.steps} & {line.text for line in page.checks}
    asking = upgrade(up(CABLE), UpgradeInputs(READY, progress, asking=True))
    assert (asking.failed, asking.checks_head) == (False, "")
    for preflight in (None, NoAnswer(plain("The network helper does not answer."))):
        assert upgrade(up(CABLE), UpgradeInputs(preflight, progress)).checks_head == "For the next attempt:"


@pytest.mark.parametrize("unreadable", [False, True])
def test_without_a_helper_it_says_that_dom0_may_still_be_connected(unreadable: bool) -> None:
    doubt = "dom0 may still be connected to the network. It was when that was known last."
    assert upgrade(None, UpgradeInputs(unreadable=unreadable, in_doubt=True)).more.startswith(doubt)
    assert doubt not in upgrade(None, UpgradeInputs(unreadable=unreadable)).more
