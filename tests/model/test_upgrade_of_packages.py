"""An upgrade by PackageKit, from what it said when it was tried (1.2.6 with apt) to what a person sees of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from qnet_gui.model.package_upgrade import package_signals as signals
from qnet_gui.model.package_upgrade import packages
from qnet_gui.model.package_upgrade.packages import (
    CANCELLED,
    FAILED,
    SUCCESS,
    Kind,
    Package,
    Restart,
    Stage,
    State,
    Upgrade,
    Work,
    clean,
    key_of,
    order,
    to_upgrade,
)

DUMMY = "qdummy;2.0;all;local"
#: A normal update, with its urgency in the upper half.
NORMAL = 327685
#: What an upgrade of one package said: to the end, from which the false 100 and the fall to 0 are not to be seen.
RECORDED: Sequence[tuple[Any, ...]] = (
    ("changed", {"Status": 31}), ("changed", {"Status": 1}), ("changed", {"Status": 2}), ("changed", {"Status": 27}),
    ("changed", {"Percentage": 100, "RemainingTime": 0, "Speed": 0, "DownloadSizeRemaining": 0}),
    ("changed", {"Status": 4}), ("changed", {"Status": 3}), ("changed", {"Status": 27}),
    ("changed", {"Percentage": 100, "DownloadSizeRemaining": 8391356}), ("changed", {"Status": 8}),
    ("package", 10, DUMMY, "a dummy"), ("item", DUMMY, 8, 0), ("changed", {"Percentage": 0}),
    ("item", DUMMY, 8, 11), ("changed", {"Percentage": 11}), ("item", DUMMY, 8, 45), ("changed", {"Percentage": 45}),
    ("item", DUMMY, 8, 90), ("changed", {"Percentage": 90}), ("package", 18, DUMMY, "a dummy"),
    ("changed", {"Status": 3}),
    ("changed", {"AllowCancel": False}), ("changed", {"Percentage": 101}), ("changed", {"Percentage": 0}),
    ("package", 21, DUMMY, ""), ("item", DUMMY, 2, 25), ("package", 22, DUMMY, ""), ("item", DUMMY, 9, 50),
    ("changed", {"Percentage": 20}), ("package", 18, DUMMY, ""), ("changed", {"Status": 9}), ("package", 12, DUMMY, ""),
    ("item", DUMMY, 9, 0), ("package", 18, DUMMY, ""), ("package", 21, DUMMY, ""), ("item", DUMMY, 2, 75),
    ("package", 18, DUMMY, ""), ("package", 12, DUMMY, ""), ("item", DUMMY, 9, 0), ("changed", {"Percentage": 60}),
    ("package", 18, DUMMY, ""), ("changed", {"Percentage": 80}), ("changed", {"AllowCancel": True}),
    ("changed", {"Status": 18}),
    ("finished", SUCCESS),
)  # fmt: skip


def play(upgrade: Upgrade, *said: tuple[Any, ...]) -> list[Upgrade]:
    """Every state on the way."""
    states = []
    for name, *values in said:
        upgrade = getattr(signals, name)(upgrade, *values)
        states.append(upgrade)
    return states


def after(upgrade: Upgrade, *said: tuple[Any, ...]) -> Upgrade:
    return play(upgrade, *said)[-1]


def ready(*ids: str) -> Upgrade:
    """Looked up, and worked out."""
    return Upgrade(Stage.READY, packages=tuple(Package(one) for one in ids or (DUMMY,)))


def upgrading(*ids: str) -> Upgrade:
    return signals.begun(ready(*ids), Work.UPGRADE)


def test_from_the_lists_to_what_is_to_be_upgraded() -> None:
    state = signals.begun(Upgrade(Stage.FAILED, messages=("old",)), Work.REFRESH)
    assert state == Upgrade(Stage.LOOKING, Work.REFRESH)
    state = after(state, ("changed", {"Percentage": 100}), ("finished", SUCCESS))
    assert state.next_work is Work.LOOK
    assert state.percent is None
    state = after(
        state, ("begun", Work.LOOK), ("package", NORMAL, DUMMY, "a dummy"), ("package", 8, "vim;9;amd64;deb", ""),
        ("package", 9, "held;3;all;deb", ""), ("finished", SUCCESS),
    )  # fmt: skip
    assert [(one.name, one.version, one.security) for one in state.packages] == [
        ("qdummy", "2.0", False), ("vim", "9", True),
    ]  # fmt: skip
    assert state.held == ("held",)
    assert state.next_work is Work.INSTALLED
    state = after(
        state, ("begun", Work.INSTALLED), ("package", 1, "qdummy;1.0;all;installed", ""),
        ("package", 1, "other;7;all;installed", ""), ("finished", SUCCESS),
    )  # fmt: skip
    assert [one.old for one in state.packages] == ["1.0", ""]
    assert state.next_work is Work.WORK_OUT
    state = after(
        state, ("begun", Work.WORK_OUT), ("package", 11, DUMMY, ""), ("package", 12, "new;1;all;deb", ""),
        ("package", 13, "gone;1;all;installed", ""), ("package", 15, "replaced;1;all;installed", ""),
        ("changed", {"DownloadSizeRemaining": 8391356}),
        ("finished", SUCCESS),
    )  # fmt: skip
    assert state.stage is Stage.READY
    kinds = [one.kind for one in state.packages]
    assert kinds == [Kind.UPGRADE, Kind.UPGRADE, Kind.INSTALL, Kind.REMOVE, Kind.REMOVE]
    assert state.size == 8391356
    assert to_upgrade(state) == (DUMMY, "vim;9;amd64;deb")


@pytest.mark.parametrize("remove", [13, 28])
def test_all_that_an_upgrade_does_is_listed_before_anybody_agrees(remove: int) -> None:
    """One that was to be upgraded has to go, an old kernel of several goes, one that was held back comes along."""
    held = dataclasses.replace(ready(DUMMY, "kernel;6.9;x;fedora"), held=("libheld", "other"))
    state = after(
        signals.begun(held, Work.WORK_OUT), ("package", remove, "qdummy;1.0;all;installed", ""),
        ("package", 12, "kernel;6.9;x;fedora", ""), ("package", remove, "kernel;6.5;x;installed", ""),
        ("package", 11, "libheld;2;all;deb", ""), ("package", 11, "libother;1;all;installed", ""),
        ("package", 15, "kernel;6.8;x;installed", ""), ("finished", SUCCESS),
    )  # fmt: skip
    assert [(one.id, one.kind) for one in state.packages[2:]] == [
        ("qdummy;1.0;all;installed", Kind.REMOVE), ("kernel;6.5;x;installed", Kind.REMOVE),
        ("libheld;2;all;deb", Kind.UPGRADE),
    ]  # fmt: skip
    assert to_upgrade(state) == (DUMMY, "kernel;6.9;x;fedora", "libheld;2;all;deb")
    assert state.held == ("other",)


@pytest.mark.parametrize(("install", "remove", "obsolete"), [(12, 13, 15), (27, 28, 29)])
def test_what_only_comes_or_goes_along_is_not_asked_for(install: int, remove: int, obsolete: int) -> None:
    """PackageKit's apt tells of it among what is newer, of PackageKit 1.3 by numbers of their own. Asked to upgrade it
    by its name, it would keep what has to go, and take what comes along for chosen by a person.
    """
    state = after(
        signals.begun(Upgrade(), Work.LOOK), ("package", NORMAL, DUMMY, ""), ("package", install, "new;1;all;deb", ""),
        ("package", install, "kernel;6.9;x;fedora", ""), ("package", remove, "gone;1;all;installed", ""),
        ("package", obsolete, "replaced;1;all;installed", ""), ("finished", SUCCESS), ("begun", Work.INSTALLED),
        ("package", 1, "qdummy;1.0;all;installed", ""), ("package", 1, "kernel;6.8;x;installed", ""),
        ("finished", SUCCESS), ("begun", Work.WORK_OUT),
    )  # fmt: skip
    assert to_upgrade(state) == (DUMMY, "kernel;6.9;x;fedora"), "a kernel beside an older one is an upgrade"
    assert [one.id for one in state.packages] == [DUMMY, "kernel;6.9;x;fedora"], "what else is done is worked out"
    state = after(
        state, ("package", install, "new;1;all;deb", ""), ("package", remove, "gone;1;all;installed", ""),
        ("package", obsolete, "replaced;1;all;installed", ""), ("finished", SUCCESS),
    )  # fmt: skip
    assert [one.kind for one in state.packages[2:]] == [Kind.INSTALL, Kind.REMOVE, Kind.REMOVE]
    assert to_upgrade(state) == (DUMMY, "kernel;6.9;x;fedora")


def test_nothing_newer_but_something_that_would_come_along() -> None:
    state = after(
        signals.begun(Upgrade(), Work.LOOK), ("package", 12, "new;1;all;deb", ""), ("finished", SUCCESS),
        ("begun", Work.INSTALLED), ("finished", SUCCESS),
    )  # fmt: skip
    assert (state.stage, state.next_work, state.packages) == (Stage.UP_TO_DATE, None, ())


def test_what_is_installed_need_not_be_known() -> None:
    state = after(signals.begun(ready(), Work.INSTALLED), ("failed", 4, "no"), ("finished", FAILED))
    assert (state.next_work, state.error) == (Work.WORK_OUT, None)


def test_nothing_newer() -> None:
    state = after(signals.begun(Upgrade(), Work.LOOK), ("finished", SUCCESS))
    assert (state.stage, state.next_work) == (Stage.UP_TO_DATE, None)


@pytest.mark.parametrize("exit_code", [SUCCESS, FAILED])
def test_lists_that_could_not_be_fetched_are_an_error_and_never_no_updates(exit_code: int) -> None:
    state = signals.begun(Upgrade(), Work.REFRESH)
    state = after(state, ("failed", 2, "Cannot refresh cache whilst offline"), ("finished", exit_code))
    assert (state.stage, state.failed_in, state.next_work) == (Stage.FAILED, Work.REFRESH, None)
    assert state.error is not None
    assert (state.error.code, state.error.text) == (2, "Cannot refresh cache whilst offline")


def test_a_failure_without_a_word() -> None:
    state = after(signals.begun(Upgrade(), Work.REFRESH), ("finished", FAILED))
    assert state.stage is Stage.FAILED
    assert state.error is not None


def test_nothing_goes_back_and_the_end_is_the_end() -> None:
    states = play(upgrading(), *RECORDED)
    percents = [state.percent for state in states]
    assert percents == sorted(percents)  # type: ignore[type-var]
    assert percents[8] == 0  # both hundreds before the download are false
    assert max(state.percent or 0 for state in states if state.stage is Stage.DOWNLOADING) == 45
    assert states[-2].percent == 90
    single = [state.packages[0] for state in states]
    assert [one.percent for one in single] == sorted(one.percent for one in single)
    assert [one.state for one in single] == sorted(one.state for one in single)
    assert single[-2].state is State.DONE
    assert single[-4].percent == 100
    assert states[-1].stage is Stage.DONE
    assert (states[-1].percent, states[-1].work, states[-1].can_stop) == (100, None, False)


def test_only_what_does_no_harm_can_be_stopped() -> None:
    states = play(upgrading(), ("changed", {"AllowCancel": True}), ("changed", {"AllowCancel": False}))
    assert [state.can_stop for state in states] == [True, False]
    state = after(
        upgrading(),
        ("changed", {"AllowCancel": True}),
        ("stopping",),
        ("failed", 17, "cancelled"),
        ("finished", CANCELLED),
    )
    assert (state.stage, state.error, state.stopping, state.messages) == (Stage.STOPPED, None, False, ())


def test_what_is_waited_for() -> None:
    password, lock, on = play(
        upgrading(), ("changed", {"Status": 31}), ("changed", {"Status": 30}), ("changed", {"Status": 3})
    )
    assert (password.waits_for_password, password.waits_for_lock) == (True, False)
    assert (lock.waits_for_password, lock.waits_for_lock) == (False, True)
    assert not (on.waits_for_password or on.waits_for_lock)


def test_one_that_has_ended_is_not_under_way() -> None:
    properties = {"Role": 22, "Status": 9, "Percentage": 20, "TransactionFlags": 2}
    assert signals.under_way(properties) is not None
    assert signals.under_way(properties | {"Status": 18}) is None


def test_an_upgrade_that_is_under_way_is_found_and_its_packages_as_they_come() -> None:
    properties = {"Role": 22, "Status": 8, "Percentage": 38, "AllowCancel": True, "TransactionFlags": 2}
    state = signals.under_way(properties)
    assert state is not None
    assert (state.stage, state.percent, state.can_stop, state.taken_up) == (Stage.DOWNLOADING, 19, True, True)
    state = after(state, ("item", DUMMY, 8, 40), ("item", "", 8, 40))
    assert [(one.name, one.percent) for one in state.packages] == [("qdummy", 20)]


@pytest.mark.parametrize(
    "properties",
    [{}, {"Role": 13}, {"Role": 22, "TransactionFlags": 4}, {"Role": 22, "Status": 8, "TransactionFlags": 10}],
    ids=["none", "refresh", "simulation", "only-download"],
)
def test_others_are_not_taken_for_an_upgrade(properties: dict[str, object]) -> None:
    assert signals.under_way(properties) is None


def test_one_that_is_found_installing() -> None:
    state = signals.under_way({"Role": 22, "Status": 9, "Percentage": 20, "TransactionFlags": 2})
    assert state is not None
    assert (state.stage, state.percent) == (Stage.INSTALLING, 60)


def test_of_another_backend_without_steps_of_packages() -> None:
    state = after(upgrading(), ("package", 11, DUMMY, ""), ("package", 18, DUMMY, ""))
    assert (state.stage, state.packages[0].state) == (Stage.INSTALLING, State.DONE)


@pytest.mark.parametrize(
    ("kinds", "name", "due"),
    [
        ((), "vim", Restart.NONE), ((2,), "vim", Restart.NONE), ((3,), "vim", Restart.SESSION),
        ((3, 6), "vim", Restart.SYSTEM), ((), "linux-image-6.1.0-30-amd64", Restart.SYSTEM),
        ((), "xen-hypervisor-4.17-amd64", Restart.SYSTEM),
    ],
)  # fmt: skip
def test_whether_a_restart_is_due(kinds: tuple[int, ...], name: str, due: Restart) -> None:
    state = after(upgrading(f"{name};2;amd64;x"), *(("restart", kind) for kind in kinds), ("finished", SUCCESS))
    assert state.restart is due


def test_a_kernel_that_goes_needs_no_restart() -> None:
    state = dataclasses.replace(ready(), packages=(Package("linux-image-5;1;amd64;x", Kind.REMOVE),))
    assert after(signals.begun(state, Work.UPGRADE), ("finished", SUCCESS)).restart is Restart.NONE


def test_packagekit_that_leaves_in_the_middle_and_between() -> None:
    assert signals.lost(ready()) == ready()
    state = signals.lost(upgrading())
    assert (state.stage, state.failed_in, state.work) == (Stage.FAILED, Work.UPGRADE, None)


def test_messages_are_kept_once_and_the_first_error_is_the_cause() -> None:
    state = after(upgrading(), ("failed", 58, "first"), ("failed", 1, "second"), ("failed", 1, "second"))
    assert state.messages == ("first", "second")
    assert state.error is not None
    assert state.error.text == "first"
    assert signals.said(state, "") == state
    assert len(after(state, *(("said", str(number)) for number in range(200))).messages) == 50


def test_what_comes_late_or_is_none_changes_nothing() -> None:
    for said in (
        ("finished", SUCCESS),
        ("item", DUMMY, 8, 50),
        ("package", 10, DUMMY, ""),
        ("changed", {"Percentage": 7}),
    ):
        assert after(ready(), said) == ready()
    for said in (
        ("item", DUMMY, 8, 101), ("changed", {"Percentage": -1}), ("changed", {"Percentage": "x"}),
        ("package", 99, DUMMY, ""), ("item", "unknown;1;all;x", 8, 5),
    ):  # fmt: skip
        assert after(upgrading(), said) == upgrading()
    assert signals.package(signals.begun(Upgrade(), Work.REFRESH), 5, DUMMY, "") == Upgrade(Stage.LOOKING, Work.REFRESH)


def test_its_texts_are_lines_and_nothing_else() -> None:
    assert clean("E: \x1b[31mno\x07\r\n\n  Größe ") == "E:  [31mno\n  Größe"
    assert len(clean("x" * 100_000)) == 4000
    assert Package("odd").version == ""


def test_what_each_transaction_is_told() -> None:
    """With D-Bus's types, which its bus cannot see of Python's values; PackageKit refuses any others."""
    upgrade = Upgrade(packages=(Package(DUMMY), Package("qnew;1.0;all;local", Kind.INSTALL)))
    told = {work: order(work, upgrade) for work in Work}
    assert {work: (one.method, one.signature, one.values) for work, one in told.items()} == {
        Work.REFRESH: ("RefreshCache", "b", (True,)),
        Work.LOOK: ("GetUpdates", "t", (0,)),
        Work.INSTALLED: ("Resolve", "tas", (4, ("qdummy", "qnew"))),
        Work.WORK_OUT: ("UpdatePackages", "tas", (4, (DUMMY,))),
        Work.UPGRADE: ("UpdatePackages", "tas", (2, (DUMMY,))),
    }


def test_of_thousands_of_packages_no_signal_takes_every_id_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """PackageKit tells of each package in each transaction, and of how far each is many times."""
    taken_apart: list[str] = []

    def key(identity: str) -> tuple[str, str]:
        taken_apart.append(identity)
        return key_of(identity)

    monkeypatch.setattr(packages, "key_of", key)
    ids = [f"package-name-{number};1.2.{number};amd64;main" for number in range(1000)]
    upgrade = signals.begun(Upgrade(), Work.LOOK)
    for identity in ids:
        upgrade = signals.package(upgrade, NORMAL, identity, "a summary")
    upgrade = signals.begun(signals.finished(upgrade, SUCCESS), Work.INSTALLED)
    for identity in ids:
        upgrade = signals.package(upgrade, 1, identity.replace(";1.", ";0."), "a summary")
    upgrade = signals.begun(signals.finished(upgrade, SUCCESS), Work.WORK_OUT)
    for identity in ids:
        upgrade = signals.package(upgrade, 11, identity, "a summary")
    upgrade = signals.begun(signals.finished(upgrade, SUCCESS), Work.UPGRADE)
    for identity in ids[::2]:
        upgrade = signals.item(upgrade, identity, 8, 50)
    assert [one.old for one in upgrade.packages] == [f"0.2.{number}" for number in range(1000)]
    assert [one.percent for one in upgrade.packages] == [25, 0] * 500
    assert len(taken_apart) <= 3 * len(ids)
