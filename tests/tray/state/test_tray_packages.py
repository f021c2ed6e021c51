"""What the Upgrade page shows of packages, and what is told at the end of an upgrade. Pure."""

from __future__ import annotations

import dataclasses

import pytest

from qnet_gui.model.package_upgrade import package_signals as signals
from qnet_gui.model.package_upgrade.packages import (
    FAILED,
    GONE,
    OFFLINE,
    QUESTION,
    SUCCESS,
    Kind,
    Package,
    Restart,
    Stage,
    State,
    Upgrade,
    Work,
)
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.tray.pages.cell import Share
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.pages.packages import heads, is_shown, packages, stages
from qnet_gui.tray.state import notifications
from qnet_gui.tray.state.notifications import Kind as Told
from qnet_gui.tray.state.package_notifications import notification

FIRST = Package("qdummy;2.0;all;local", old="1.0")
READY = Upgrade(Stage.READY, packages=(FIRST, Package("vim;9;amd64;deb", security=True)), size=8391356, held=("held",))
RUNNING = signals.begun(READY, Work.UPGRADE)


def done(*packages: Package, **more: object) -> Upgrade:
    upgrade = dataclasses.replace(RUNNING, packages=packages or RUNNING.packages, **more)
    return signals.finished(upgrade, SUCCESS)


def failed(work: Work, code: int = 0, text: str = "") -> Upgrade:
    return signals.finished(signals.failed(signals.begun(READY, work), code, text), FAILED)


def test_before_anything_it_can_be_looked_for_while_dom0_is_connected() -> None:
    part = packages(Upgrade(), (), True)
    assert (part.look, part.start, part.stop, part.bar, part.rows) == ("Look for updates", "", False, None, ())
    assert packages(Upgrade(), (), False).look == ""


def test_what_is_to_be_upgraded_is_listed_and_has_to_be_agreed_to() -> None:
    upgrade = dataclasses.replace(
        READY,
        packages=(*READY.packages, Package("new;1;all;x", Kind.INSTALL), Package("old;3;all;x", Kind.REMOVE)),
    )
    part = packages(upgrade, (), True)
    assert part.head == "3 packages to upgrade, 8.4 MB to download."
    assert len(part.rows[0]) == len(heads())
    assert part.rows == (
        ("qdummy", "1.0", "2.0", ""), ("vim", "", "9 (security)", ""), ("new", "not yet", "1", ""),
        ("old", "3", "is removed", ""),
    )  # fmt: skip
    assert part.start == "Upgrade 3 packages"
    assert part.look == "Look again"
    assert part.lines == (Line(Mark.WARNING, "Will be removed", "old"), Line(Mark.NOTE, "Held back", "held"))
    assert packages(dataclasses.replace(READY, size=0, packages=(FIRST,)), (), True).head == "1 package to upgrade."


def test_of_what_goes_it_is_said_which_one() -> None:
    """An old kernel that goes is not "kernel-core", which is upgraded; and what is held back is so once."""
    upgrade = dataclasses.replace(
        READY,
        packages=(
            Package("kernel-core;6.9;x86_64;updates", Kind.INSTALL), Package("kernel-core;6.1;x86_64;x", Kind.REMOVE),
            Package("libold;1;amd64;x", Kind.REMOVE), Package("libold;1;i386;x", Kind.REMOVE),
            Package("gone;1;all;x", Kind.REMOVE),
        ),
        held=("linux", "libc6", "libc6"),
    )  # fmt: skip
    assert packages(upgrade, (), True).lines == (
        Line(Mark.WARNING, "Will be removed", "kernel-core:x86_64 6.1, libold:amd64, libold:i386, gone"),
        Line(Mark.NOTE, "Held back", "linux, libc6"),
    )


def test_it_is_not_offered_to_disconnect_after_anothers_upgrade() -> None:
    """It would not be done."""
    assert packages(RUNNING, (), True).disconnects
    assert not packages(RUNNING, (), True, own=False).disconnects


def test_what_is_held_back_is_not_up_to_date() -> None:
    lines = packages(Upgrade(Stage.UP_TO_DATE, held=("linux",)), (), True).lines
    assert lines == (
        Line(Mark.DONE, "There is nothing that can be upgraded now."), Line(Mark.NOTE, "Held back", "linux"),
    )  # fmt: skip
    assert packages(Upgrade(Stage.UP_TO_DATE), (), True).lines == (Line(Mark.DONE, "All packages are up to date."),)


def test_one_package_of_two_architectures_is_two_rows_that_can_be_told_apart() -> None:
    libraries = [Package(f"libc6;2;{architecture};deb", old="1") for architecture in ("amd64", "i386")]
    part = packages(dataclasses.replace(READY, packages=(FIRST, *libraries)), (), True)
    assert [row[0] for row in part.rows] == ["qdummy", "libc6:amd64", "libc6:i386"]
    kernels = (Package("kernel;6.9;x;fedora", old="6.8"), Package("kernel;6.5;x;installed", Kind.REMOVE))
    part = packages(dataclasses.replace(READY, packages=(FIRST, *kernels)), (), True)
    assert [row[0] for row in part.rows] == ["qdummy", "kernel:x 6.9", "kernel:x 6.5"]


@pytest.mark.parametrize("work", [Work.REFRESH, Work.LOOK, Work.INSTALLED, Work.WORK_OUT])
def test_while_it_looks_the_bar_moves_and_it_can_be_stopped_when_that_is_allowed(work: Work) -> None:
    upgrade = signals.begun(READY, work)
    part = packages(upgrade, (), True)
    assert (part.bar, part.stop, part.can_stop, part.look, part.start) == (-1, True, False, "", "")
    assert part.head.endswith("…")
    assert packages(signals.changed(upgrade, {"AllowCancel": True}), (), True).can_stop
    assert packages(signals.begun(upgrade, work), (), True).head != packages(Upgrade(Stage.LOOKING), (), True).head


def test_while_it_upgrades() -> None:
    upgrade = signals.item(RUNNING, FIRST.id, 8, 45)
    upgrade = signals.changed(signals.changed(upgrade, {"Percentage": 0}), {"Percentage": 30, "AllowCancel": True})
    part = packages(upgrade, (), True)
    assert (part.head, part.bar, part.can_stop) == ("Downloading…", 15, True)
    assert part.rows[0] == ("qdummy", "1.0", "2.0", "22 %")
    assert isinstance(part.rows[0][3], Share)
    assert part.rows[0][3].key == 22
    stopping = packages(signals.stopping(upgrade), (), True)
    assert (stopping.can_stop, stopping.head, stopping.why) == (False, "It is being stopped…", "It is being stopped…")
    assert packages(signals.changed(upgrade, {"AllowCancel": False}), (), True).why == (
        "It cannot be stopped now without harm."
    )
    rows = packages(signals.package(upgrade, 18, FIRST.id, ""), (), True).rows
    assert rows[0][3] == "downloaded"
    assert not any(isinstance(row[3], Share) for row in rows)
    upgrade = signals.changed(upgrade, {"Status": 9, "AllowCancel": False})
    part = packages(upgrade, (), True)
    assert (part.head, part.bar, part.can_stop, part.stop) == ("Installing…", 50, False, True)


@pytest.mark.parametrize(("status", "part"), [(31, "password"), (30, "another program")])
def test_what_is_waited_for_is_said(status: int, part: str) -> None:
    shown = packages(signals.changed(RUNNING, {"Status": status}), (), True)
    assert part in shown.head
    assert shown.bar == -1


def test_at_the_end_what_has_come_of_it() -> None:
    part = packages(done(restart=Restart.SESSION), ("/etc/a.dpkg-dist", "/etc/b.rpmnew"), False)
    assert part.lines[0] == Line(Mark.DONE, "2 packages have been upgraded.")
    assert part.lines[1].text.startswith("Log out and in again")
    assert part.lines[2].detail == "/etc/a.dpkg-dist, /etc/b.rpmnew"
    assert {row[3] for row in part.rows} == {"done"}
    assert not part.disconnects
    assert packages(done(Package("linux-image-7;1;amd64;x")), (), True).lines[1].text.startswith("A restart of this")
    assert packages(dataclasses.replace(done(), packages=()), (), True).lines[0].text == "The upgrade is done."
    nothing = packages(Upgrade(Stage.UP_TO_DATE), (), True)
    assert nothing.lines == (Line(Mark.DONE, "All packages are up to date."),)


def test_a_failure_says_what_and_why_and_keeps_the_words() -> None:
    lines = packages(failed(Work.REFRESH, OFFLINE, "Cannot refresh cache whilst offline"), (), True).lines
    assert lines[0].mark is Mark.FAILED
    assert lines[0].text.startswith("The lists of packages could not be fetched, so it is not known")
    assert "Cannot refresh cache whilst offline" in lines[0].text
    assert "terminal" in lines[0].text
    assert packages(failed(Work.UPGRADE, 4, "why"), (), True).lines[0].text == "The upgrade has failed. why"
    assert packages(failed(Work.LOOK), (), True).lines[0].text == "It could not be looked up what is newer."
    assert "PackageKit has ended" in packages(signals.lost(RUNNING), (), True).lines[0].text
    upgrade = signals.failed(RUNNING, 4, "\n".join(map(str, range(50))))
    lines = packages(signals.finished(signals.said(upgrade, "more"), FAILED), (), True).lines
    assert lines[0].text.splitlines()[1:] == ["1", "2", "3", "4", "5"]
    assert Line(Mark.NOTE, "more") in lines
    assert packages(failed(Work.REFRESH), (), True).look == "Look again"
    assert GONE < 0


@pytest.mark.parametrize("exit_code", [4, 5, 7, 8])
def test_what_only_a_terminal_can_ask_is_said(exit_code: int) -> None:
    """A key to be trusted, a licence to be agreed to, a disk to be put in, a package without a signature."""
    bare = signals.finished(RUNNING, exit_code)
    with_words = signals.finished(signals.failed(RUNNING, 23, "You've to agree to a license"), exit_code)
    for upgrade, words in ((bare, ""), (with_words, " You've to agree to a license")):
        line = packages(upgrade, (), True).lines[0]
        assert line.text == (
            "The upgrade has failed. A question has to be answered first, which only a terminal can ask." + words
        )


def test_one_that_was_stopped() -> None:
    part = packages(signals.finished(RUNNING, 3), (), True)
    assert part.lines[0] == Line(Mark.BACK, "It was stopped.")
    assert part.look == "Look again"


def test_the_four_stages() -> None:
    def marks(state: Dom0State, ready: bool, upgrade: Upgrade) -> str:
        return "".join(line.mark.value for line in stages(state, ready, upgrade))

    assert marks(Dom0State.CLOSED, False, Upgrade()) == "…···"
    assert marks(Dom0State.CLOSED, True, Upgrade()) == "✓···"
    assert marks(Dom0State.CONNECTING, False, Upgrade()) == "✓…··"
    assert marks(Dom0State.OPEN, False, Upgrade()) == "✓✓…·"
    assert marks(Dom0State.OPEN, False, failed(Work.UPGRADE)) == "✓✓✗·"
    assert marks(Dom0State.OPEN, False, done()) == "✓✓✓·"
    assert marks(Dom0State.CLOSING, False, done()) == "✓✓✓…"
    assert marks(Dom0State.CLOSED, True, done()) == "✓✓✓✓"
    # dom0 was disconnected in the middle, and what has been downloaded is installed all the same
    assert marks(Dom0State.CLOSED, True, RUNNING) == "✓✓…✓"
    assert marks(Dom0State.CONNECTING, True, RUNNING) == "✓……·"
    assert marks(Dom0State.CLOSED, True, failed(Work.UPGRADE)) == "✓···"
    assert [line.text for line in stages(Dom0State.CLOSED, True, Upgrade())] == [
        "1. Check", "2. Connect", "3. Upgrade", "4. Back",
    ]  # fmt: skip


def test_where_there_is_no_packagekit_nothing_is_shown_of_it() -> None:
    assert not is_shown(Upgrade(), False, Dom0State.OPEN)
    assert not is_shown(Upgrade(), None, Dom0State.OPEN)
    assert not is_shown(Upgrade(), True, Dom0State.CLOSED)
    assert is_shown(Upgrade(), True, Dom0State.OPEN)
    assert is_shown(done(), True, Dom0State.CLOSED)


@pytest.mark.parametrize(("code", "part"), [(GONE, "PackageKit has ended"), (QUESTION, "only a terminal can ask")])
def test_the_notification_of_a_failure_says_why_in_any_case(code: int, part: str) -> None:
    """PackageKit has no words for some."""
    news = notification(failed(Work.UPGRADE, code))
    assert news is not None
    assert part in news.body


def test_what_is_told_at_the_end() -> None:
    told = notification(done(Package("linux-image-7;1;amd64;x")))
    assert told is not None
    assert (told.kind, told.icon) == (Told.PACKAGES, notifications.DONE)
    assert told.body == "1 package has been upgraded. A restart of this computer is due."
    told = notification(failed(Work.UPGRADE, 4, "first\nsecond"))
    assert told is not None
    assert (told.body, told.icon) == ("first", notifications.FAILED)
    for upgrade in (Upgrade(), READY, failed(Work.REFRESH), signals.finished(RUNNING, 3), Upgrade(Stage.UP_TO_DATE)):
        assert notification(upgrade) is None
    assert State.DONE > State.TO_DO
