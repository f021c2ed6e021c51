"""Every page of the window: by keyboard, for those who cannot see, in plain text, and with very much in it."""

from __future__ import annotations

import ast
import dataclasses
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from layout_faults import faults
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, DOMAINS, RUNNING, STATES, WIFI, Helper, up

from qnet_gui.model.domain import Domain, DomainState
from qnet_gui.model.errors import Refused
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.parse import printable
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.wire.message_wire import as_plain
from qnet_gui.tray.qt import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QEvent,
    QGuiApplication,
    QHelpEvent,
    QLabel,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QScrollArea,
    QSpinBox,
    Qt,
    QTableView,
    QTimeEdit,
    QToolTip,
    QWidget,
)
from qnet_gui.tray.session import helper_client, language
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.page_names import PAGE_NAMES
from qnet_gui.tray.state.plain_text import unbroken
from qnet_gui.tray.widgets.map_view import NodeButton
from qnet_gui.tray.widgets.tables.table import Table
from qnet_gui.tray.window.main_window import MainWindow
from qnet_gui.tray.window.page import Page
from qnet_gui.tray.window.questions import about, choose_netvm, interrupt_netvm, leave_connected, trouble
from qnet_gui.tray.window.time_question import TimeQuestion

OPEN = STATES["dom0"]
CONTROLS = (QAbstractButton, QComboBox, QSpinBox, QTimeEdit, QLineEdit, QTableView, QListWidget)
Open = Callable[[str], Page]


@pytest.fixture
def shown(qtbot: QtBot, helper: Helper, system_bus: str, app_state: Callable[[str], AppState]) -> Callable[..., Open]:
    """Publish a snapshot, wait until it is there; gives what opens windows on it."""
    states: list[AppState] = []

    def show(snapshot: Snapshot) -> Open:
        helper.publish(snapshot)
        states.append(app_state(system_bus))
        qtbot.waitUntil(lambda: states[-1].snapshot == snapshot)
        return open_

    def open_(name: str) -> Page:
        states[-1].open_page(name)
        window = states[-1].dispatcher.window  # type: ignore[attr-defined]
        assert isinstance(window, MainWindow)
        qtbot.waitExposed(window).__enter__()
        page = window.page(name)
        assert page is not None
        return page

    show.app_state = states  # type: ignore[attr-defined]
    return show


def controls(window: QWidget) -> list[QWidget]:
    """What a person can use now, but for parts of other controls."""
    all_controls = [widget for widget in window.findChildren(QWidget) if isinstance(widget, CONTROLS)]
    usable = [control for control in all_controls if control.isVisibleTo(window) and control.isEnabled()]
    return [
        control for control in usable if not isinstance(control.parent(), (QSpinBox, QTimeEdit, QTableView, QLineEdit))
    ]


def name(control: QWidget) -> str:
    return control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")


def boxes() -> dict[str, QWidget]:
    request = ActionRequest(Action.NETVM, name="vault")
    return {
        "about": about(),
        "netvm": choose_netvm(request, lambda _: None),
        "restart": interrupt_netvm(ActionRequest(Action.RESTART_NETVM, name="netvm"), ("work",), lambda: None),
        "quit": leave_connected(OPEN, False, lambda: None, lambda: None),
        "time": TimeQuestion(0, lambda _: None),
        "logout": leave_connected(OPEN, True, lambda: None, lambda: None),
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


@pytest.mark.parametrize("name", PAGE_NAMES)
@pytest.mark.parametrize("state", ["problems", "dom0"])
def test_every_control_has_a_name_and_can_be_reached_by_tab(
    qtbot: QtBot, shown: Callable[..., Open], name: str, state: str, pictures: Path
) -> None:
    snapshot = STATES[state]
    assert snapshot
    window = shown(snapshot)(name).window()
    walk(qtbot, window)
    window.grab().save(str(pictures / f"window-{name}-{state}.png"))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_boxes_too(qtbot: QtBot, pictures: Path) -> None:
    for title, box in boxes().items():
        qtbot.addWidget(box)
        box.show()
        qtbot.waitExposed(box).__enter__()
        walk(qtbot, box)
        box.grab().save(str(pictures / f"box-{title}.png"))


def test_what_a_box_says_can_be_copied(qtbot: QtBot) -> None:
    """In the person's language, in any style; the details are for who is told of it."""
    failed = trouble(ActionRequest(Action.PAUSE, 3, "work"), Refused(plain("no")))
    asked = leave_connected(OPEN, False, lambda: None, lambda: None)
    for made, texts in ((failed, 1), (asked, 2)):
        qtbot.addWidget(made)
        made.show()
        said = [label for label in made.findChildren(QLabel) if label.text()]
        assert len(said) == texts
        for label in said:
            assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
            assert not label.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_every_window_is_one_to_a_screen_reader() -> None:
    """Which knows by Qt's type alone: to it a plain widget with a title is nothing that can be gone to."""
    plain_ones = []
    for path in (Path(__file__).parents[2] / "qnet_gui/tray").rglob("*.py"):
        for made in ast.walk(ast.parse(path.read_text())):
            titled = isinstance(made, ast.ClassDef) and "self.setWindowTitle(" in ast.unparse(made)
            if titled and not {ast.unparse(base) for base in made.bases} & {"QMainWindow", "QDialog", "QMessageBox"}:
                plain_ones.append(made.name)
    assert plain_ones == []


def test_every_window_has_a_title(qtbot: QtBot, shown: Any) -> None:
    open_ = shown(up(CABLE))
    state = shown.app_state[-1]
    open_("overview")
    state.dispatcher.popup_door.toggle()
    state.dispatcher.screen_door.open()
    dispatcher = state.dispatcher
    made = [*boxes().values(), trouble(ActionRequest(Action.REAPPLY), Refused(plain("no")))]
    for box in made:
        qtbot.addWidget(box)
    for top in (dispatcher.window, dispatcher.popup_door.popup, dispatcher.screen_door.window, *made):
        assert isinstance(top, (QMainWindow, QDialog)), top
        assert top.windowTitle().strip(), top


def cut_off(window: QWidget) -> list[str]:
    """Texts that have less room than they need."""
    texts = []
    for label in window.findChildren(QLabel):
        if label.isVisible() and not label.pixmap():
            need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            if label.height() < need or (not label.wordWrap() and label.width() < label.sizeHint().width()):
                texts.append(label.text())
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and button.width() < button.minimumSizeHint().width():
            texts.append(button.text())
    return texts


#: An ordinary window, a small screen, 1366 by 768 at 200 %, and the small one at 200 %.
SIZES = ((1080, 680), (1024, 600), (683, 384), (512, 300))


@pytest.mark.parametrize("name", PAGE_NAMES)
@pytest.mark.parametrize("language_name", ["en", "de"])
def test_nothing_is_cut_off_on_any_screen(
    qtbot: QtBot, helper: Helper, shown: Callable[..., Open], name: str, language_name: str
) -> None:
    """Nor after a change: what is higher than the window scrolls."""
    language.install(language_name)
    try:
        snapshot = up(CABLE, problems=STATES["problems"].problems)  # type: ignore[union-attr]
        page = shown(snapshot)(name)
        for size in SIZES:
            page.window().resize(*size)
            area = page.window().findChild(QScrollArea)
            assert area is not None
            qtbot.waitUntil(lambda: not area.horizontalScrollBar().isVisible())  # noqa: B023
            assert (page.window().width(), page.window().height()) == size
            assert cut_off(page.window()) == []
        problems = tuple(Problem(ProblemCode.VIF_REFUSED, vif=f"vif{number}.0") for number in range(16))
        many_problems = dataclasses.replace(snapshot, problems=problems)
        helper.publish(many_problems)
        qtbot.waitUntil(lambda: page.app_state.snapshot == many_problems)
        qtbot.waitUntil(lambda: cut_off(page.window()) == [])
        assert page.window().height() == SIZES[-1][1], "it outgrew the screen"
        helper.publish(snapshot)
        qtbot.waitUntil(lambda: page.app_state.snapshot == snapshot)
        assert page.window().height() == SIZES[-1][1]
    finally:
        language.install("en")


@pytest.mark.parametrize("language_name", ["en", "de"])
def test_the_widest_names_are_not_cut_off_in_the_narrowest_window(
    qtbot: QtBot, shown: Callable[..., Open], language_name: str
) -> None:
    """An interface has a name of 15 letters at most, and a netvm one of 63; letters may be wide."""
    language.install(language_name)
    try:
        netvm = dataclasses.replace(RUNNING, name="W" * 23)
        uplinks = tuple(dataclasses.replace(one, name=letter * 15) for one, letter in ((WIFI, "W"), (CABLE, "M")))
        domains = tuple(dataclasses.replace(domain, name="W" * 23 + domain.name) for domain in DOMAINS)
        snapshot = dataclasses.replace(up(*uplinks), netvm=netvm, domains=domains)
        open_ = shown(snapshot)
        for name in PAGE_NAMES:
            page = open_(name)
            page.window().resize(page.window().minimumSize())
            qtbot.waitUntil(lambda: faults(page.window()) == [], timeout=2000)  # noqa: B023
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
    for name in PAGE_NAMES:
        labels = open_(name).findChildren(QLabel)
        assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels if safe in unbroken(label.text()))
        tips = [widget.toolTip() for widget in open_(name).findChildren(QWidget)]
        assert not any(map(Qt.mightBeRichText, tips)), "to a tooltip what looks like markup is markup"
    status = open_("overview")
    assert safe in "\n".join(unbroken(label.text()) for label in status.findChildren(QLabel))
    assert status.window().width() < 2000
    status.window().grab().save(str(pictures / f"hostile-{HOSTILE.index(text)}.png"))


@pytest.mark.parametrize("state", ["blind", "helper-away"])
def test_no_page_says_of_a_helper_what_is_not_so(
    qtbot: QtBot, helper: Helper, shown: Callable[..., Open], log_guard: Any, state: str
) -> None:
    """One that knows nothing itself, and one of another version, do run."""
    log_guard.expect("Is the helper of the same version")
    open_ = shown(up(CABLE))
    helper.publish(STATES[state] or {"netvm": "other"})
    known = open_("overview").app_state
    qtbot.waitUntil(lambda: known.snapshot == STATES[state])
    for name in set(PAGE_NAMES) - {"help"}:
        texts = [label.text() for label in open_(name).findChildren(QLabel) if label.isVisible()]
        assert not [text for text in texts if "helper is not running" in text], name


def many(count: int, state: DomainState = DomainState.RUNNING) -> Snapshot:
    domains = tuple(
        Domain(f"domain-{number}", number + 2, state, CABLE.address, f"vif{number + 2}.0", "netvm")
        for number in range(count)
    )
    return up(CABLE, domains=domains)


def test_five_hundred_domains(qtbot: QtBot, helper: Helper, shown: Callable[..., Open], pictures: Path) -> None:
    open_ = shown(many(500))
    window = open_("domains")
    table = window.findChild(QTableView)
    assert table.model().rowCount() == 500
    window.window().grab().save(str(pictures / "window-500.png"))
    table.selectRow(499)
    helper.publish(many(500, DomainState.PAUSED))
    qtbot.waitUntil(lambda: table.model().index(499, 1).data() == "paused")
    assert [index.row() for index in table.selectionModel().selectedRows()] == [499]
    assert open_("routes").findChild(QComboBox).count() == 502
    assert len(open_("overview").findChildren(NodeButton)) == 500 + 4
    assert open_("upgrade").window().height() < 1000


def test_a_table_is_sorted_by_value_and_copied_as_rows(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    table = shown(many(12))("domains").findChild(QTableView)
    table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    vifs = [table.model().index(row, 4).data() for row in range(12)]
    assert vifs == [f"vif{number}.0" for number in range(2, 14)]
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "domain-0\trunning\tnetvm\t192.168.0.12\tvif2.0\t2"


def test_a_column_has_room_for_wide_letters_and_what_is_cut_off_is_told(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two names the one with fewer letters may be the wider; and a person may make a column narrow."""
    wide, narrow = (dataclasses.replace(DOMAINS[0], name=name, id=number) for number, name in enumerate(
        ("W" * 20, "i" * 25), 2
    ))  # fmt: skip
    table = shown(up(CABLE, domains=(narrow, wide)))("domains").findChild(Table)
    assert isinstance(table, Table)
    assert table.columnWidth(0) > table.fontMetrics().horizontalAdvance(wide.name)
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: told.append(text))

    def ask(row: int) -> str:
        where = table.visualRect(table.model().index(row, 0)).center()
        QApplication.sendEvent(table.viewport(), QHelpEvent(QEvent.Type.ToolTip, where, where))
        return told.pop()

    assert ask(0) == ""
    table.setColumnWidth(0, 60)
    assert [ask(0), ask(1)] == [narrow.name, wide.name]


def test_a_tooltip_is_never_wider_than_a_small_screen(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = as_plain(plain("netvm has no uplink, and nothing else will do either. " * 4))
    answer = {
        "busy": [], "obstacles": [sentence, sentence], "pause": [], "paused": [], "netvm": "netvm", "uplink": "",
        "names": True, "allowed": [], "minutes": 60,
    }  # fmt: skip
    open_ = shown(up(CABLE, domains=tuple(dataclasses.replace(DOMAINS[0], name="W" * 60, id=n) for n in range(2, 9))))
    client = open_("overview").app_state.client  # type: ignore[attr-defined]
    monkeypatch.setattr(client, "ask", lambda method, _, then: then([answer]) if method == "Preflight" else None)
    told = []
    for name in PAGE_NAMES:
        told += [widget.toolTip() for widget in open_(name).findChildren(QWidget)]
    table = Table("Words", ("Word",))
    qtbot.addWidget(table)
    table.show_rows((("word " * 80,),))
    table.show()
    table.setColumnWidth(0, 60)
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: told.append(text))
    where = table.visualRect(table.model().index(0, 0)).center()
    QApplication.sendEvent(table.viewport(), QHelpEvent(QEvent.Type.ToolTip, where, where))
    lines = "\n".join(told).splitlines()
    assert sum("nothing else" in line for line in lines) > 3, lines
    assert sum("word word" in line for line in lines) > 3
    assert max(len(line.replace("\u200b", "")) for line in lines) < 80


def test_a_table_is_sorted_by_keys_too(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    """No key leads to the heads of a table of Qt's."""
    table = shown(up(CABLE))("domains").findChild(Table)
    assert isinstance(table, Table)
    table.setFocus()

    def names() -> list[str]:
        return [str(table.model().index(row, 0).data()) for row in range(3)]

    assert names() == ["personal", "vault", "work"]
    for key, order in (
        (Qt.Key.Key_1, ["work", "vault", "personal"]), (Qt.Key.Key_6, ["work", "personal", "vault"]),
        (Qt.Key.Key_6, ["vault", "personal", "work"]), (Qt.Key.Key_9, ["vault", "personal", "work"]),
        (Qt.Key.Key_1, ["personal", "vault", "work"]),
    ):  # fmt: skip
        qtbot.keyClick(table, key, Qt.KeyboardModifier.ControlModifier)
        assert names() == order


def test_a_helper_that_never_answers(qtbot: QtBot, helper: Helper, shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper_client, "READ_DEADLINE", 0.5)
    open_ = shown(up(CABLE))
    os.kill(helper.pid, signal.SIGSTOP)
    try:
        window = open_("upgrade")
        text = lambda: "\n".join(label.text() for label in window.findChildren(QLabel))  # noqa: E731
        assert "Looking at what stands in the way…" in text()
        qtbot.waitUntil(lambda: "The network helper does not answer." in text())
        routes = open_("routes")
        qtbot.waitUntil(
            lambda: "The network helper does not answer." in [label.text() for label in routes.findChildren(QLabel)]
        )
    finally:
        os.kill(helper.pid, signal.SIGCONT)
    helper.publish(up(WIFI))
    qtbot.waitUntil(lambda: shown.app_state[-1].snapshot == up(WIFI))


def test_windows_come_back_where_they_were(qtbot: QtBot, shown: Any) -> None:
    open_ = shown(up(CABLE))
    window = open_("settings").window()
    window.resize(760, 500)
    window.close()
    other = open_("log").window()
    assert other is not window
    assert (other.width(), other.height()) == (760, 500)


def test_a_place_on_a_screen_that_is_gone_is_none(qtbot: QtBot, shown: Any) -> None:
    open_ = shown(up(CABLE))
    window = open_("settings").window()
    window.move(20_000, 20_000)
    window.resize(9000, 9000)
    window.close()
    window = open_("settings").window()
    screen = window.screen().availableGeometry()
    assert screen.intersects(window.frameGeometry())
    assert (window.width() <= screen.width(), window.height() <= screen.height()) == (True, True)


@pytest.mark.parametrize(("left", "stays"), [(-395, False), (595, False), (-100, True)])
def test_a_place_of_which_a_sliver_is_left_is_none_either(qtbot: QtBot, shown: Any, left: int, stays: bool) -> None:
    """Most of it was on the screen that has gone: nobody finds five pixels at an edge."""
    open_ = shown(up(CABLE))
    window = open_("settings").window()
    screen = window.screen().availableGeometry()
    window.setGeometry(screen.left() + left * screen.width() // 600, screen.top() + 50, 2 * screen.width() // 3, 300)
    place = window.geometry()
    window.close()
    window = open_("settings").window()
    seen = screen.intersected(window.geometry())
    assert seen.width() * 2 > window.width()
    assert (abs(window.x() - place.x()) < 10) == stays


def test_of_five_hundred_domains_only_the_one_that_changed_is_painted(
    qtbot: QtBot, helper: Helper, shown: Callable[..., Open]
) -> None:
    window = shown(many(500))("domains")
    table = window.findChild(QTableView)
    touched: list[int] = []
    table.model().sourceModel().dataChanged.connect(lambda first, _last: touched.append(first.row()))
    domains = list(many(500).domains)
    domains[7] = dataclasses.replace(domains[7], state=DomainState.PAUSED)
    helper.publish(up(CABLE, domains=tuple(domains)))
    qtbot.waitUntil(lambda: bool(touched))
    assert set(touched) == {7}


def test_a_selected_domain_stays_selected_when_others_come_and_go(
    qtbot: QtBot, helper: Helper, shown: Callable[..., Open]
) -> None:
    table = shown(many(5))("domains").findChild(QTableView)
    table.selectRow(3)
    domains = many(8).domains
    helper.publish(up(CABLE, domains=(*domains[1:4], *domains[5:])))
    qtbot.waitUntil(lambda: table.model().rowCount() == 6)
    (selected,) = table.selectionModel().selectedRows()
    assert selected.data() == "domain-3"
    helper.publish(up(CABLE, domains=domains[4:]))
    qtbot.waitUntil(lambda: table.model().rowCount() == 4)
    assert table.selectionModel().selectedRows() == []


def test_what_is_selected_in_the_log_stays_so_when_more_happens(qtbot: QtBot) -> None:
    """Its rows have no names, and two may be of one second: all of them were others whenever one came."""
    table = Table("Log", ("When", "What"), fixed=(0,))
    qtbot.addWidget(table)
    rows = [(f"12:00:{second // 2:02}", f"event {second}") for second in range(40, 0, -1)]
    table.show_rows(rows)
    table.selectRow(5)
    chosen: list[None] = []
    table.chosen.connect(lambda: chosen.append(None))
    table.show_rows([("12:00:21", "new"), ("12:00:20", "new too"), *rows[:-3]])
    assert table.selected_rows() == [7]
    table.copy_selected()
    assert QGuiApplication.clipboard().text() == "\t".join(rows[5])
    assert chosen == []
    table.show_rows([*rows[:5], ("12:00:17", "event 35, 2 times"), *rows[6:]])
    assert table.selected_rows() == []
    table.show_rows([rows[1], rows[0], rows[1]])
    assert table.model().rowCount() == 3
