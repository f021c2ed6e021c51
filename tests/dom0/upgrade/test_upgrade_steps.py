"""dom0 connected and disconnected step by step: what is there in between, and the way back from wherever it stops."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fakes.hypervisor import failing
from journals import Progress, journal
from waiting import DEADLINE

from qnet_gui.dom0 import main
from qnet_gui.dom0.upgrade import steps
from qnet_gui.dom0.upgrade.journal import Journal, JournalFile
from qnet_gui.dom0.upgrade.others import Others
from qnet_gui.dom0.upgrade.step_runner import StepRunner
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import QnetError, Refused, Stuck
from qnet_gui.runtime.atomic_file import fresh_name
from qnet_gui.runtime.clocks import boot_seconds

NAMES = [step.name for step in steps.STEPS]


def states(dom0: Any) -> dict[str, str]:
    return {info.name: info.state.value for info in dom0.hypervisor.domains()}


ALL_RUN = dict.fromkeys(("Domain-0", "netvm", "work", "personal", "vault"), "running")


def nothing_is_left(dom0: Any) -> bool:
    return (
        not dom0.programs.filter
        and not dom0.programs.is_up
        and dom0.resolv_conf.read_text() == "nameserver 192.0.2.1\n"
        and not dom0.journal.path.exists()
        and dom0.store.children("/libxl/0/device/vif") == []
    )


def new_runner(dom0: Any) -> StepRunner:
    """A successor of a helper that died."""
    return StepRunner(dom0.hypervisor, JournalFile(dom0.journal.path), lambda _: None, dom0.resolv_conf)


def test_up_and_down_again(fake_dom0: Any) -> None:
    progress = Progress()
    sentence = fake_dom0.runner.up(journal(), progress).english
    assert sentence.startswith("dom0 is connected to the network until ")
    assert sentence.endswith("Paused: 3 domains: personal, vault, work.")
    assert progress.said == [(name, state) for name in NAMES for state in ("begun", "done")]
    assert states(fake_dom0) == ALL_RUN | dict.fromkeys(("work", "personal", "vault"), "paused")
    assert "nameserver 10.139.1.1" in fake_dom0.resolv_conf.read_text()
    assert (fake_dom0.programs.address, fake_dom0.programs.is_up) == ("10.137.0.9/32", True)
    assert "10.139.1.1 timeout" in fake_dom0.programs.filter
    for _ in range(2):
        assert "dom0" in fake_dom0.runner.down(progress).english
        assert nothing_is_left(fake_dom0)
        assert states(fake_dom0) == ALL_RUN


@pytest.mark.parametrize("command", ["address replace", "link set dev"])
def test_a_card_that_udev_renames_between_two_steps_is_the_same_card(fake_dom0: Any, command: str) -> None:
    fake_dom0.programs.renames = command
    fake_dom0.runner.up(journal(), Progress())
    assert fake_dom0.programs.interface == "enX0"
    assert (fake_dom0.programs.address, fake_dom0.programs.is_up) == ("10.137.0.9/32", True)
    fake_dom0.runner.down(Progress())
    assert nothing_is_left(fake_dom0)


def test_who_was_paused_before_stays_so(fake_dom0: Any) -> None:
    fake_dom0.hypervisor.set_state(4, DomainState.PAUSED)
    fake_dom0.runner.up(journal(), Progress())
    fake_dom0.runner.down(Progress())
    assert states(fake_dom0) == ALL_RUN | {"vault": "paused"}


def test_who_died_meanwhile_or_has_another_in_its_place_is_not_resumed(fake_dom0: Any) -> None:
    fake_dom0.runner.up(journal(), Progress())
    fake_dom0.hypervisor.destroy(4)
    fake_dom0.hypervisor.destroy(3)
    fake_dom0.hypervisor.create(3, "personal", DomainState.PAUSED, uuid=33)
    fake_dom0.runner.down(Progress())
    assert states(fake_dom0)["personal"] == "paused"
    assert states(fake_dom0)["work"] == "running"


#: For each step, what makes it fail.
FAILURES: dict[str, Callable[[Any], None]] = {
    "pause": lambda dom0: dom0.hypervisor.fails.update(pause=failing()),
    "filter": lambda dom0: setattr(dom0.programs, "fails", "policy drop"),
    "attach": lambda dom0: dom0.hypervisor.fails.update(attach=failing()),
    "address": lambda dom0: setattr(dom0.programs, "fails", "address replace"),
    "resolv.conf": lambda dom0: fresh_name(dom0.resolv_conf).mkdir(),
    "up": lambda dom0: setattr(dom0.programs, "fails", " up"),
}


def test_every_step_has_a_failure_here() -> None:
    assert list(FAILURES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_fails_at_a_step_is_put_back(fake_dom0: Any, name: str) -> None:
    FAILURES[name](fake_dom0)
    progress = Progress()
    with pytest.raises(QnetError, match=r"Everything has been put back\.$"):
        fake_dom0.runner.up(journal(), progress)
    assert (name, "failed") in progress.said
    assert nothing_is_left(fake_dom0)
    assert states(fake_dom0) == ALL_RUN


@pytest.mark.parametrize("name", NAMES)
def test_who_wants_it_to_stop_at_a_step_has_it_put_back(fake_dom0: Any, name: str) -> None:
    with pytest.raises(Refused, match=r"^Somebody wants it to stop\. Everything has been put back\.$"):
        fake_dom0.runner.up(journal(), Progress(cancel_at=name))
    assert nothing_is_left(fake_dom0)
    assert states(fake_dom0) == ALL_RUN


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", NAMES)
def test_a_helper_that_dies_at_a_step_has_a_successor_that_puts_it_back(
    fake_dom0: Any, name: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(step: steps.Step) -> steps.Step:
        def do(context: Any) -> str:
            if when == "after":
                step.do(context)
            raise Killed

        return replace(step, do=do) if step.name == name else step

    with monkeypatch.context() as patch:
        patch.setattr("qnet_gui.dom0.upgrade.step_runner.STEPS", tuple(map(dying, steps.STEPS)))
        with pytest.raises(Killed):
            fake_dom0.runner.up(journal(), Progress())
    assert fake_dom0.journal.path.exists()
    successor = new_runner(fake_dom0)
    assert successor.pending()
    assert successor.inherit() is None
    successor.down(Progress())
    assert nothing_is_left(fake_dom0)
    assert states(fake_dom0) == ALL_RUN


@pytest.mark.parametrize("another", [False, True])
@pytest.mark.parametrize("handed_over", [False, True])
def test_a_successor_whose_configuration_is_wrong_disconnects_dom0_before_it_ends(
    fake_dom0: Any, monkeypatch: pytest.MonkeyPatch, log_guard: Any, handed_over: bool, another: bool
) -> None:
    """No helper could start any more, so dom0 stayed connected, and all others paused, until somebody found the key."""
    log_guard.expect("dom0.netvms is not known|dom0 is disconnected")
    fake_dom0.runner.up(journal(), Progress())
    if handed_over:
        fake_dom0.runner.hand_over()
    wrong = fake_dom0.folder / "wrong.toml"
    wrong.write_text("[dom0]\nnetvms = 1\n")
    monkeypatch.setattr(main, "choose", lambda: fake_dom0.hypervisor)
    monkeypatch.setattr(main, "StepRunner", lambda *words: StepRunner(*words, fake_dom0.resolv_conf))
    monkeypatch.setattr(main, "_another_runs", lambda: another)
    monkeypatch.setattr(main.logging_setup, "setup", lambda *_, **__: None)
    assert main.main(["--config", str(wrong), "--journal", str(fake_dom0.journal.path)]) == 1
    assert nothing_is_left(fake_dom0) != another
    assert (states(fake_dom0) == ALL_RUN) != another
    if another:
        new_runner(fake_dom0).down(Progress())


@pytest.mark.parametrize("name", NAMES)
def test_a_way_back_that_dies_is_gone_once_more(fake_dom0: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dom0.runner.up(journal(), Progress())

    def dying(step: steps.Step) -> steps.Step:
        def undo(context: Any) -> str:
            step.undo(context)
            raise Killed

        return replace(step, undo=undo) if step.name == name else step

    with monkeypatch.context() as patch:
        patch.setattr("qnet_gui.dom0.upgrade.step_runner.STEPS", tuple(map(dying, steps.STEPS)))
        with pytest.raises(Killed):
            fake_dom0.runner.down(Progress())
    new_runner(fake_dom0).down(Progress())
    assert nothing_is_left(fake_dom0)
    assert states(fake_dom0) == ALL_RUN


def test_what_protects_dom0_stays_while_its_card_does(fake_dom0: Any) -> None:
    fake_dom0.runner.up(journal(), Progress())
    fake_dom0.hypervisor.fails["detach"] = failing("It does not let go.")
    with pytest.raises(Stuck, match=r"It does not let go\. qnet keeps trying\.$"):
        fake_dom0.runner.down(Progress())
    assert fake_dom0.programs.filter
    assert states(fake_dom0)["work"] == "paused"
    fake_dom0.runner.down(Progress())
    assert nothing_is_left(fake_dom0)


def test_a_failure_whose_way_back_fails_is_told_as_both(fake_dom0: Any) -> None:
    fake_dom0.programs.fails = " up"
    fake_dom0.hypervisor.fails["detach"] = failing("It does not let go.")
    with pytest.raises(Stuck, match=r"^It failed on purpose\. dom0 could not be disconnected: It does not let go\."):
        fake_dom0.runner.up(journal(), Progress())


def test_a_netvm_that_refuses_dom0s_vif_is_told(fake_dom0: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    serve = fake_dom0.hypervisor.serve
    monkeypatch.setattr(fake_dom0.hypervisor, "serve", lambda vif: serve(vif, "error"))
    with pytest.raises(Refused, match="The netvm refused dom0's card: it did not say why"):
        fake_dom0.runner.up(journal(), Progress())
    assert nothing_is_left(fake_dom0)


def test_newcomers_are_paused_and_resumed(fake_dom0: Any) -> None:
    fake_dom0.runner.up(journal(), Progress())
    fake_dom0.hypervisor.create(5, "new")
    assert fake_dom0.runner.keep_paused() == steps.PausedAgain(arrived=("new",))
    assert fake_dom0.runner.keep_paused() == steps.PausedAgain()
    assert states(fake_dom0)["new"] == "paused"
    fake_dom0.runner.down(Progress())
    assert states(fake_dom0)["new"] == "running"
    assert fake_dom0.runner.keep_paused() == steps.PausedAgain()


def refusing(deed: Callable[[int], None], stubborn: int, why: str) -> Callable[[int], None]:
    """What the toolstack does to every domain but one."""

    def refuse(domid: int) -> None:
        if domid == stubborn:
            raise failing(why)
        deed(domid)

    return refuse


def test_a_newcomer_that_cannot_be_paused_keeps_no_other_running(
    fake_dom0: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who came after it ran on while dom0 was connected, and was not even looked at."""
    looked: list[Any] = []
    fake_dom0.runner.up(journal(), Progress())
    monkeypatch.setattr(fake_dom0.runner, "_looked", looked.append)
    for domid, name in ((5, "stubborn"), (6, "new")):
        fake_dom0.hypervisor.create(domid, name)

    with monkeypatch.context() as patch:
        patch.setattr(fake_dom0.hypervisor, "pause", refusing(fake_dom0.hypervisor.pause, 5, "xl pause failed."))
        with pytest.raises(QnetError, match="xl pause failed"):
            fake_dom0.runner.keep_paused()
    assert states(fake_dom0) == dict.fromkeys(ALL_RUN, "paused") | {
        "Domain-0": "running", "netvm": "running", "stubborn": "running", "new": "paused",
    }  # fmt: skip
    assert {info.name: info.state.value for info in looked[-1]}["new"] == "paused"
    fake_dom0.runner.keep_paused()
    fake_dom0.runner.down(Progress())
    assert set(states(fake_dom0).values()) == {"running"}


def test_a_domain_that_cannot_be_let_go_keeps_no_other_paused(fake_dom0: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that came behind it stayed paused for as long as it failed; and whoever goes on is not let go on twice."""
    fake_dom0.runner.up(journal(), Progress())
    with monkeypatch.context() as patch:
        patch.setattr(fake_dom0.hypervisor, "unpause", refusing(fake_dom0.hypervisor.unpause, 2, "xl unpause failed."))
        with pytest.raises(Stuck, match="xl unpause failed"):
            fake_dom0.runner.down(Progress())
        assert states(fake_dom0) == ALL_RUN | {"work": "paused"}
        fake_dom0.hypervisor.pause(3)  # by its user, who wants it so
        with pytest.raises(Stuck, match="xl unpause failed"):
            new_runner(fake_dom0).down(Progress())
    assert states(fake_dom0) == ALL_RUN | {"work": "paused", "personal": "paused"}
    new_runner(fake_dom0).down(Progress())
    assert states(fake_dom0) == ALL_RUN | {"personal": "paused"}
    assert nothing_is_left(fake_dom0)


def test_a_domain_that_stood_still_to_be_saved_is_paused_when_it_goes_on(fake_dom0: Any) -> None:
    """As for `xl save -c`: to Xen it has shut down until then. It ran beside a dom0 that was connected."""
    others = Others()

    def look() -> bool:
        connected = fake_dom0.journal.load()
        if others.to_be_looked_after(fake_dom0.hypervisor.domains(), connected):
            others.kept_paused(fake_dom0.runner.keep_paused())
            return True
        return False

    fake_dom0.hypervisor.set_state(2, DomainState.DYING)
    fake_dom0.runner.up(journal(), Progress())
    assert (look(), look()) == (True, False)
    fake_dom0.hypervisor.set_state(2, DomainState.RUNNING)
    assert (look(), look()) == (True, False)
    assert states(fake_dom0)["work"] == "paused"
    fake_dom0.runner.down(Progress())
    assert states(fake_dom0) == ALL_RUN


@pytest.mark.parametrize("at_work", ["keep_paused", "change_deadline"])
def test_what_is_under_way_when_the_helper_ends_is_handed_over_with_the_rest(
    fake_dom0: Any, monkeypatch: pytest.MonkeyPatch, at_work: str
) -> None:
    """A newcomer was paused and forgotten, and then paused once more by the successor: Xen counts."""
    begun, go_on = threading.Event(), threading.Event()
    runner, later = fake_dom0.runner, int(boot_seconds()) + 900

    def wait() -> None:
        begun.set()
        go_on.wait(DEADLINE)

    def move(old: Journal) -> Journal:
        wait()
        return replace(old, ends=later)

    runner.up(journal(), Progress())
    fake_dom0.hypervisor.create(5, "new")
    monkeypatch.setattr(fake_dom0.hypervisor, "domains", lambda: (wait(), list(fake_dom0.hypervisor.infos.values()))[1])
    work = runner.keep_paused if at_work == "keep_paused" else lambda: runner.change_deadline(move)
    worker = threading.Thread(target=work)
    worker.start()
    assert begun.wait(DEADLINE)
    threading.Timer(0.2, go_on.set).start()
    runner.hand_over()  # by the main loop's thread
    worker.join()
    left = fake_dom0.journal.load()
    assert left is not None
    assert left.handed_over
    if at_work == "keep_paused":
        assert "new" in [domain.name for domain in left.paused]
    else:
        assert left.ends == later


def test_what_is_handed_over_is_inherited_in_time_and_only_then(fake_dom0: Any) -> None:
    later = int(boot_seconds()) + 900
    with pytest.raises(Refused):
        fake_dom0.runner.change_deadline(lambda journal: replace(journal, ends=later))
    fake_dom0.runner.up(journal(), Progress())
    assert fake_dom0.runner.change_deadline(lambda journal: replace(journal, ends=later)).ends == later
    assert new_runner(fake_dom0).inherit() is None  # nobody handed it over
    fake_dom0.runner.hand_over()
    inherited = new_runner(fake_dom0).inherit()
    assert inherited is not None
    assert inherited.ends == later
    assert fake_dom0.journal.load() == replace(inherited, handed_over=False)  # for this successor alone
    for change in ({"boot": "another"}, {"ends": 1}, {"netvm": 77}):
        fake_dom0.journal.save(replace(inherited, handed_over=True, **change))
        assert new_runner(fake_dom0).inherit() is None
