"""Every window: by keyboard, with names for those who cannot see, in plain text, and with very much in it."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, DOMAINS, STATES, WIFI, Helper, up

from qnet_gui.model.domain import Domain, DomainState
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.parse import printable
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.tray.app.action_dispatcher import WINDOWS
from qnet_gui.tray.qt import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGuiApplication,
    QLabel,
    QLineEdit,
    QSpinBox,
    Qt,
    QTableView,
    QTimeEdit,
    QWidget,
)
from qnet_gui.tray.session import helper_client, language
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.window import settings
from qnet_gui.tray.window.base import Window
from qnet_gui.tray.window.questions import about, choose_netvm, leave_connected
from qnet_gui.tray.window.time_question import TimeQuestion

CONTROLS = (QAbstractButton, QComboBox, QSpinBox, QTimeEdit, QLineEdit, QTableView)
Open = Callable[[Action], Window]


@pytest.fixture
def shown(qtbot: QtBot, helper: Helper, system_bus: str, app_state: Callable[[str], AppState]) -> Callable[..., Open]:
    """Publish a snapshot, wait until it is there; gives what opens windows on it."""
    states: list[AppState] = []

    def show(snapshot: Snapshot) -> Open:
        helper.publish(snapshot)
        states.append(app_state(system_bus))
        qtbot.waitUntil(lambda: states[-1].snapshot == snapshot)
        return open_

    def open_(action: Action) -> Window:
        states[-1].request(action)
        window = states[-1].dispatcher.window(action)  # type: ignore[attr-defined]
        assert isinstance(window, Window)
        qtbot.waitExposed(window).__enter__()
        return window

    show.app_state = states  # type: ignore[attr-defined]
    return show


def controls(window: QWidget) -> list[QWidget]:
    """What a person can use now, but for parts of other controls."""
    all_controls = [widget for widget in window.findChildren(QWidget) if isinstance(widget, CONTROLS)]
    usable = [control for control in all_controls if control.isVisibleTo(window) and control.isEnabled()]
    return [control for control in usable if not isinstance(control.parent(), (QSpinBox, QTimeEdit, QTableView))]


def name(control: QWidget) -> str:
    return control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")


def boxes() -> dict[str, QWidget]:
    request = ActionRequest(Action.NETVM, name="vault")
    return {
        "about": about(),
        "netvm": choose_netvm(request, lambda _: None),
        "quit": leave_connected(0, False, lambda: None, lambda: None),
        "time": TimeQuestion(0, lambda _: None),
        "logout": leave_connected(0, True, lambda: None, lambda: None),
    }


def walk(qtbot: QtBot, window: QWidget) -> None:
    requested = controls(window)
    assert requested
    assert all(name(control).strip() for control in requested), [control for control in requested if not name(control)]
    QApplication.setActiveWindow(window)
    reached = []
    for _ in range(3 * len(requested) + 5):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    missed = [name(control) for control in requested if control not in reached]
    assert not missed, f"Tab does not lead to {missed}"
    for label in window.findChildren(QLabel):
        assert not label.text() or label.textFormat() == Qt.TextFormat.PlainText, label.text()


@pytest.mark.parametrize("action", WINDOWS)
@pytest.mark.parametrize("state", ["problems", "dom0"])
def test_every_control_has_a_name_and_can_be_reached_by_tab(
    qtbot: QtBot, shown: Callable[..., Open], action: Action, state: str, pictures: Path
) -> None:
    snapshot = STATES[state]
    assert snapshot
    window = shown(snapshot)(action)
    walk(qtbot, window)
    window.grab().save(str(pictures / f"window-{action.value}-{state}.png"))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_boxes_too(qtbot: QtBot, pictures: Path) -> None:
    for title, box in boxes().items():
        qtbot.addWidget(box)
        box.show()
        qtbot.waitExposed(box).__enter__()
        walk(qtbot, box)
        box.grab().save(str(pictures / f"box-{title}.png"))


@pytest.mark.parametrize("action", WINDOWS)
@pytest.mark.parametrize("language_name", ["en", "de"])
def test_nothing_is_cut_off(
    qtbot: QtBot, shown: Callable[..., Open], action: Action, language_name: str, pictures: Path
) -> None:
    language.install(language_name)
    try:
        window = shown(up(CABLE, problems=STATES["problems"].problems))(action)  # type: ignore[union-attr]
        window.grab().save(str(pictures / f"window-{action.value}-{language_name}.png"))
        for label in window.findChildren(QLabel):
            if label.isVisible() and not label.pixmap():
                need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
                assert label.height() >= need, label.text()
                assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()
        for button in window.findChildren(QAbstractButton):
            if button.isVisible() and button.text():
                assert button.width() >= button.minimumSizeHint().width(), button.text()
    finally:
        language.install("en")


HOSTILE = [
    "<b>bold</b><img src=x>", "&amp; & &lt;", "%s %n {name} {0}", "a\nb\tc\x1b[31m\x07", "\u202edesrever\u2066",
    "x" * 4096,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_netvm_wrote_is_shown_as_it_is(
    qtbot: QtBot, shown: Callable[..., Open], text: str, pictures: Path
) -> None:
    """Whatever the netvm can set, in every window; the helper has reduced it to printable ASCII before."""
    safe = printable(text)
    uplink = dataclasses.replace(WIFI, ssid=safe, connection=safe)
    domain = dataclasses.replace(DOMAINS[0], name=safe)
    fact = Fact(IsolationCode.HAS_ADDRESS, address="10.9.9.1/24", interface=safe)
    isolation = dataclasses.replace(up().isolation, reachable=(fact,), nics=(safe,), without_netvm=(safe,))
    open_ = shown(up(uplink, domains=(domain,), isolation=isolation))
    for action in WINDOWS:
        window = open_(action)
        labels = window.findChildren(QLabel)
        assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels if safe in label.text())
    status = open_(Action.STATUS)
    assert safe in "\n".join(label.text() for label in status.findChildren(QLabel))
    assert status.width() < 2000
    status.grab().save(str(pictures / f"hostile-{HOSTILE.index(text)}.png"))


def many(count: int, state: DomainState = DomainState.RUNNING) -> Snapshot:
    domains = tuple(
        Domain(f"domain-{number}", number + 2, state, CABLE.address, f"vif{number + 2}.0", "netvm")
        for number in range(count)
    )
    return up(CABLE, domains=domains)


def test_five_hundred_domains(qtbot: QtBot, helper: Helper, shown: Callable[..., Open], pictures: Path) -> None:
    open_ = shown(many(500))
    window = open_(Action.STATUS)
    table = window.findChild(QTableView)
    assert table.model().rowCount() == 500
    window.grab().save(str(pictures / "window-500.png"))
    table.selectRow(499)
    helper.publish(many(500, DomainState.PAUSED))
    qtbot.waitUntil(lambda: table.model().index(499, 1).data() == "paused")
    assert [index.row() for index in table.selectionModel().selectedRows()] == [499]
    assert open_(Action.ROUTES).findChild(QComboBox).count() == 502
    upgrade = open_(Action.UPGRADE)
    assert upgrade.height() < 1000


def test_a_table_is_sorted_by_value_and_copied_as_rows(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    table = shown(many(12))(Action.STATUS).findChild(QTableView)
    table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    vifs = [table.model().index(row, 3).data() for row in range(12)]
    assert vifs == [f"vif{number}.0" for number in range(2, 14)]
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "domain-0\trunning\t192.168.0.12\tvif2.0"


def test_a_helper_that_never_answers(qtbot: QtBot, helper: Helper, shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper_client, "READ_DEADLINE", 0.5)
    open_ = shown(up(CABLE))
    os.kill(helper.pid, signal.SIGSTOP)
    try:
        window = open_(Action.UPGRADE)
        text = lambda: "\n".join(label.text() for label in window.findChildren(QLabel))  # noqa: E731
        assert "Looking at what stands in the way…" in text()
        qtbot.waitUntil(lambda: "The network helper does not answer." in text())
        routes = open_(Action.ROUTES)
        qtbot.waitUntil(
            lambda: "The network helper does not answer." in [label.text() for label in routes.findChildren(QLabel)]
        )
    finally:
        os.kill(helper.pid, signal.SIGCONT)
    helper.publish(up(WIFI))
    qtbot.waitUntil(lambda: shown.app_state[-1].snapshot == up(WIFI))


def test_windows_come_back_where_they_were(qtbot: QtBot, shown: Any) -> None:
    open_ = shown(up(CABLE))
    window = open_(Action.SETTINGS)
    window.resize(760, 500)
    window.close()
    other = settings.make(shown.app_state[-1])
    qtbot.addWidget(other)
    other.present()
    assert (other.width(), other.height()) == (760, 500)


def test_of_five_hundred_domains_only_the_one_that_changed_is_painted(
    qtbot: QtBot, helper: Helper, shown: Callable[..., Open]
) -> None:
    window = shown(many(500))(Action.STATUS)
    table = window.findChild(QTableView)
    touched: list[int] = []
    table.model().sourceModel().dataChanged.connect(lambda first, _last: touched.append(first.row()))
    domains = list(many(500).domains)
    domains[7] = dataclasses.replace(domains[7], state=DomainState.PAUSED)
    helper.publish(up(CABLE, domains=tuple(domains)))
    qtbot.waitUntil(lambda: bool(touched))
    assert touched == [7]


def test_a_selected_domain_stays_selected_when_others_come_and_go(
    qtbot: QtBot, helper: Helper, shown: Callable[..., Open]
) -> None:
    table = shown(many(5))(Action.STATUS).findChild(QTableView)
    table.selectRow(3)
    domains = many(8).domains
    helper.publish(up(CABLE, domains=(*domains[1:4], *domains[5:])))
    qtbot.waitUntil(lambda: table.model().rowCount() == 6)
    (selected,) = table.selectionModel().selectedRows()
    assert selected.data() == "domain-3"
    helper.publish(up(CABLE, domains=domains[4:]))
    qtbot.waitUntil(lambda: table.model().rowCount() == 4)
    assert table.selectionModel().selectedRows() == []
