"""An upgrade by PackageKit in the window: a stand-in that says what the real one said, on a real bus."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.packagekit import FIRST, SECOND, PackageKit, upgrade_of
from pytestqt.qtbot import QtBot
from test_tray_window import buttons
from test_tray_windows import Open, shown
from tray_shared import CABLE, STATES, Helper, up

from qnet_gui.model.errors import Busy
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.package_upgrade.packages import Stage, Work
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation
from qnet_gui.tray.qt import QApplication, QCheckBox, QLabel, QProgressBar, Qt, QTableView
from qnet_gui.tray.session import package_upgrade
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.package_upgrade import PackageUpgrade
from qnet_gui.tray.state.plain_text import unbroken
from qnet_gui.tray.window.page import Page

__all__ = ["shown"]
OPEN = STATES["dom0"]
HELD = [*upgrade_of(FIRST, SECOND)[:8], ["hold"], *upgrade_of(FIRST, SECOND)[8:]]


@pytest.fixture
def packagekit(system_bus: str) -> Iterator[PackageKit]:
    stand_in = PackageKit(system_bus)
    yield stand_in
    stand_in.close()


@pytest.fixture
def state(qtbot: QtBot, helper: Helper, system_bus: str, app_state: Callable[[str], AppState]) -> AppState:
    """With dom0 connected."""
    helper.publish(OPEN)
    made = app_state(system_bus)
    qtbot.waitUntil(lambda: made.snapshot == OPEN)
    return made


def stage(qtbot: QtBot, packages: PackageUpgrade, wanted: Stage) -> None:
    qtbot.waitUntil(lambda: packages.upgrade.stage is wanted)


def calls_of(state: AppState, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the helper from now on; it is not done."""
    calls: list[str] = []
    monkeypatch.setattr(state.client, "do", lambda method, _arguments, _then: calls.append(method))
    return calls


def text(page: Page) -> str:
    return "\n".join(unbroken(label.text()) for label in page.findChildren(QLabel) if label.isVisible())


def click(qtbot: QtBot, page: Page, name: str) -> None:
    button = buttons(page)[name]
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_from_looking_to_the_way_back(
    qtbot: QtBot, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    pictures: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr(package_upgrade, "left_since", lambda _: ("/etc/qdummy.conf.dpkg-dist",))
    page = shown(OPEN)("upgrade")
    packages, calls = page.app_state.packages, calls_of(page.app_state, monkeypatch)
    packagekit.say(UpdatePackages=HELD)
    qtbot.waitUntil(lambda: "Look for updates" in buttons(page) and buttons(page)["Look for updates"].isVisible())
    assert buttons(page)["In a terminal"].isVisible()
    click(qtbot, page, "Look for updates")
    stage(qtbot, packages, Stage.READY)
    assert packagekit.methods() == [
        "SetHints", "RefreshCache", "SetHints", "GetUpdates", "SetHints", "Resolve", "SetHints", "UpdatePackages",
    ]  # fmt: skip
    table = page.findChild(QTableView)
    cells = [table.model().index(row, column).data() for row in range(2) for column in range(3)]
    assert cells == ["qdummy", "1.0", "2.0", "qother", "3.0", "3.1 (security)"]
    assert "2 packages to upgrade, 8.4 MB to download." in text(page)
    page.grab().save(str(pictures / "packages-ready.png"))
    click(qtbot, page, "Upgrade 2 packages")
    stage(qtbot, packages, Stage.DOWNLOADING)
    bar = page.findChild(QProgressBar)
    qtbot.waitUntil(lambda: buttons(page)["Stop"].isEnabled() and bar.maximum() == 100)
    assert bar.text() == f"{bar.value()} %", "as in the table below it"
    page.grab().save(str(pictures / "packages-downloading.png"))
    assert not calls
    packagekit.go()
    stage(qtbot, packages, Stage.DONE)
    assert calls == ["DisconnectDom0"]
    assert "2 packages have been upgraded." in text(page)
    assert "/etc/qdummy.conf.dpkg-dist" in text(page)
    assert "qdummy" in page.text()
    ids = next(call for call in reversed(packagekit.calls) if call[0] == "UpdatePackages")
    assert ids == ["UpdatePackages", "2", [FIRST, SECOND]]
    assert bar.isHidden()
    page.grab().save(str(pictures / "packages-done.png"))


def test_whoever_wants_it_to_stay_connected_says_so(
    qtbot: QtBot, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    packagekit.say(GetUpdates=[["Finished", 1, 1]])
    page = shown(OPEN)("upgrade")
    calls = calls_of(page.app_state, monkeypatch)
    qtbot.waitUntil(lambda: page.app_state.packages.present is True)
    page.findChild(QCheckBox).setChecked(False)
    page.app_state.packages.look_for_updates()
    stage(qtbot, page.app_state.packages, Stage.UP_TO_DATE)
    assert not calls
    assert "All packages are up to date." in text(page)


def test_whoever_connects_dom0_here_is_led_on(
    qtbot: QtBot, helper: Helper, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(up(CABLE))("upgrade")
    calls_of(page.app_state, monkeypatch)
    page._do_connect()  # type: ignore[attr-defined]
    helper.publish(OPEN)
    stage(qtbot, page.app_state.packages, Stage.READY)


def test_lists_that_cannot_be_fetched_are_told_and_dom0_stays_connected(
    qtbot: QtBot, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    packagekit.say(RefreshCache=[["ErrorCode", 64, "E: Failed to fetch"], ["Finished", 2, 7000]])
    page = shown(OPEN)("upgrade")
    calls = calls_of(page.app_state, monkeypatch)
    qtbot.waitUntil(lambda: page.app_state.packages.present is True)
    page.app_state.packages.look_for_updates()
    stage(qtbot, page.app_state.packages, Stage.FAILED)
    assert "E: Failed to fetch" in text(page)
    assert "up to date" not in text(page)
    assert not calls
    assert "GetUpdates" not in packagekit.methods()
    assert buttons(page)["Look again"].isVisible()


def test_it_can_be_stopped_while_that_does_no_harm(
    qtbot: QtBot, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [["told", {"Status": 8, "AllowCancel": True}], ["hold"]]
    packagekit.say(UpdatePackages=held)
    page = shown(OPEN)("upgrade")
    packages = page.app_state.packages
    calls_of(page.app_state, monkeypatch)
    packages.stop()  # there is nothing
    packages.look_for_updates()
    packages.look_for_updates()  # once is enough
    stage(qtbot, packages, Stage.READY)
    packages.start()
    qtbot.waitUntil(lambda: buttons(page)["Stop"].isEnabled() and buttons(page)["Stop"].isVisible())
    click(qtbot, page, "Stop")
    stage(qtbot, packages, Stage.STOPPED)
    assert "It was stopped." in text(page)
    assert packagekit.methods().count("RefreshCache") == 1


def test_it_is_not_offered_to_stop_what_would_be_left_half_done(
    qtbot: QtBot, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    packagekit.say(UpdatePackages=[["told", {"Status": 9, "AllowCancel": False}], ["hold"]])
    page = shown(OPEN)("upgrade")
    packages = page.app_state.packages
    packages.look_for_updates()
    stage(qtbot, packages, Stage.READY)
    packages.start()
    stage(qtbot, packages, Stage.INSTALLING)
    qtbot.waitUntil(lambda: buttons(page)["Stop"].isVisible())
    assert not buttons(page)["Stop"].isEnabled()
    packages.stop()
    packages.forget()
    assert packages.upgrade.stage is Stage.INSTALLING
    assert not packages.upgrade.stopping


def test_the_next_applet_finds_what_is_under_way(
    qtbot: QtBot, system_bus: str, packagekit: PackageKit, state: AppState, app_state: Callable[[str], AppState]
) -> None:
    packagekit.say(UpdatePackages=HELD)
    state.packages.look_for_updates()
    stage(qtbot, state.packages, Stage.READY)
    state.packages.start()
    qtbot.waitUntil(lambda: (state.packages.upgrade.percent or 0) > 0 or state.packages.upgrade.can_stop)
    state.packages._transaction.leave()  # as if it had died
    following = app_state(system_bus)
    stage(qtbot, following.packages, Stage.DOWNLOADING)
    assert following.packages.upgrade.taken_up
    qtbot.waitUntil(lambda: following.packages.upgrade.can_stop)
    packagekit.go()
    stage(qtbot, following.packages, Stage.DONE)
    assert {one.name for one in following.packages.upgrade.packages} == {"qdummy", "qother"}


@pytest.mark.parametrize(("uid", "disconnects"), [(os.getuid(), True), (os.getuid() + 1, False)])
def test_the_end_of_somebody_elses_upgrade_disconnects_nobody(
    qtbot: QtBot, system_bus: str, packagekit: PackageKit, state: AppState, app_state: Callable[[str], AppState],
    monkeypatch: pytest.MonkeyPatch, uid: int, disconnects: bool,
) -> None:  # fmt: skip
    """Two are logged in: the other one's applet sees it too, and he would be asked for a password for nothing."""
    packagekit.say(UpdatePackages=[["told", {"Uid": uid}], *HELD])
    state.packages.look_for_updates()
    stage(qtbot, state.packages, Stage.READY)
    state.packages.start()
    qtbot.waitUntil(lambda: state.packages.upgrade.can_stop)
    state.packages._transaction.leave()
    following = app_state(system_bus)
    stage(qtbot, following.packages, Stage.DOWNLOADING)
    calls = calls_of(following, monkeypatch)
    packagekit.go()
    stage(qtbot, following.packages, Stage.DONE)
    qtbot.wait(50)
    assert calls == (["DisconnectDom0"] if disconnects else [])


def test_packagekit_that_dies_in_the_middle(qtbot: QtBot, packagekit: PackageKit, state: AppState) -> None:
    packagekit.say(UpdatePackages=[["told", {"Status": 8}], ["die"]])
    qtbot.waitUntil(lambda: state.packages.present is True)
    state.packages.look_for_updates()
    stage(qtbot, state.packages, Stage.READY)
    state.packages.start()
    stage(qtbot, state.packages, Stage.FAILED)
    assert state.packages.upgrade.failed_in is Work.UPGRADE
    state.packages.look_for_updates()  # nobody is there to do it, which is told as well
    stage(qtbot, state.packages, Stage.LOOKING)
    stage(qtbot, state.packages, Stage.FAILED)
    assert state.packages.upgrade.error
    assert state.packages.upgrade.error.text


def test_without_packagekit_it_is_the_terminal(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    page = shown(OPEN)("upgrade")
    qtbot.waitUntil(lambda: page.app_state.packages.present is False)
    page.refresh()
    assert buttons(page)["Run the upgrade"].isVisible()
    assert not buttons(page)["Look for updates"].isVisible()


def test_the_next_time_that_dom0_is_connected_begins_anew(
    qtbot: QtBot, helper: Helper, packagekit: PackageKit, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls_of(state, monkeypatch)
    packagekit.say(GetUpdates=[["Finished", 1, 1]])
    state.packages.look_for_updates()
    stage(qtbot, state.packages, Stage.UP_TO_DATE)
    for snapshot in (up(CABLE), dataclasses.replace(up(CABLE), dom0=Dom0Connection(Dom0State.CONNECTING))):
        assert state.packages.upgrade.stage is Stage.UP_TO_DATE
        helper.publish(snapshot)
        qtbot.waitUntil(lambda snapshot=snapshot: state.snapshot == snapshot)
    assert state.packages.upgrade.stage is Stage.NONE


def test_a_helper_that_is_exchanged_meanwhile_takes_nothing_away(
    qtbot: QtBot, helper: Helper, packagekit: PackageKit, state: AppState
) -> None:
    """As when the upgrade is one of qnet itself: its list, its failure, are what a person is reading."""
    state.packages.look_for_updates()
    stage(qtbot, state.packages, Stage.READY)
    helper.kill()
    qtbot.waitUntil(lambda: state.snapshot is None)
    helper.publish(OPEN)
    qtbot.waitUntil(lambda: state.snapshot == OPEN)
    assert state.packages.upgrade.stage is Stage.READY


def test_dom0_is_disconnected_though_nothing_is_known_of_it_at_the_end(
    qtbot: QtBot, helper: Helper, packagekit: PackageKit, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The helper is being exchanged then, or speaks otherwise than this applet since."""
    calls = calls_of(state, monkeypatch)
    packagekit.say(UpdatePackages=HELD)
    state.packages.look_for_updates()
    stage(qtbot, state.packages, Stage.READY)
    state.packages.start()
    qtbot.waitUntil(lambda: state.packages.upgrade.can_stop)  # it is held by now
    helper.kill()
    qtbot.waitUntil(lambda: state.snapshot is None)
    packagekit.go()
    stage(qtbot, state.packages, Stage.DONE)
    assert calls == ["DisconnectDom0"]


@pytest.mark.parametrize("closed", [False, True])
def test_that_dom0_could_not_be_disconnected_at_the_end_is_told(
    qtbot: QtBot, helper: Helper, packagekit: PackageKit, state: AppState, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    """Whoever was promised that looks no more. But if it is not connected any more, all is as he wants it."""
    answers: list[Callable[[object], None]] = []
    monkeypatch.setattr(state.client, "do", lambda _method, _arguments, then: answers.append(then))
    state.packages.look_for_updates()
    stage(qtbot, state.packages, Stage.READY)
    state.packages.start()
    stage(qtbot, state.packages, Stage.DONE)
    if closed:
        helper.publish(up(CABLE))
        qtbot.waitUntil(lambda: state.snapshot == up(CABLE))
    (answer,) = answers
    answer(Busy(HelperCode.BUSY_CONNECTING, user="bob"))
    boxes = [*state.dispatcher._boxes.values()]  # type: ignore[attr-defined]
    assert [box.windowTitle() for box in boxes] == ([] if closed else ["Disconnect dom0"])


def test_while_nothing_is_known_of_dom0_it_is_not_said_to_be_back(
    qtbot: QtBot, helper: Helper, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(OPEN)("upgrade")
    calls_of(page.app_state, monkeypatch)
    packages = page.app_state.packages
    packages.look_for_updates()
    stage(qtbot, packages, Stage.READY)
    packages.start()
    stage(qtbot, packages, Stage.DONE)
    qtbot.waitUntil(lambda: "✓ 3. Upgrade" in text(page))
    helper.kill()
    qtbot.waitUntil(lambda: page.app_state.snapshot is None)
    assert "✓ 3. Upgrade\n· 4. Back" in text(page)
    helper.publish(up(CABLE))
    qtbot.waitUntil(lambda: "✓ 4. Back" in text(page))


def test_who_was_not_connected_at_his_attempt_is_not_led_on_at_another_s(
    qtbot: QtBot, helper: Helper, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(up(CABLE))("upgrade")
    state = page.app_state
    calls_of(state, monkeypatch)
    page._do_connect()  # type: ignore[attr-defined]
    page._done([3])  # type: ignore[attr-defined]
    for snapshot in (up(CABLE, operation=Operation(3, "connect", "alice")), up(CABLE)):
        helper.publish(snapshot)
        qtbot.waitUntil(lambda snapshot=snapshot: state.snapshot == snapshot)
    failed = Message(HelperCode.HELPER_GONE)
    state.client.ended.emit(3, "org.xenproject.Qnet1.Error.Failed", failed)
    qtbot.waitUntil(lambda: state.packages.present is True)
    helper.publish(OPEN)
    qtbot.waitUntil(lambda: state.snapshot == OPEN)
    page.refresh()
    assert state.packages.upgrade.stage is Stage.NONE


def test_the_keyboard_stays_where_it_does_no_harm(
    qtbot: QtBot, packagekit: PackageKit, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    packagekit.say(UpdatePackages=[["told", {"Status": 8, "AllowCancel": False}], ["hold"]])
    page = shown(OPEN)("upgrade")
    packages: Any = page.app_state.packages
    QApplication.setActiveWindow(page.window())
    packages.look_for_updates()
    stage(qtbot, packages, Stage.READY)
    qtbot.waitUntil(lambda: buttons(page)["Upgrade 2 packages"].isVisible())
    buttons(page)["Upgrade 2 packages"].setFocus()
    packages.start()
    stage(qtbot, packages, Stage.DOWNLOADING)
    focus = QApplication.focusWidget()
    assert focus is page.findChild(QCheckBox)
