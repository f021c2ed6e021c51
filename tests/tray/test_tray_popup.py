"""The popup: what it shows follows the snapshot, by keyboard, for those who cannot see, small, and gone when closed."""

from __future__ import annotations

import dataclasses
import gc
import time
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from layout_faults import faults
from pytestqt.qtbot import QtBot
from test_tray_windows import HOSTILE, many
from tray_shared import CABLE, DOMAINS, STATES, VPN, WIFI, Helper, up

from qnet_gui.model.domain import Domain, DomainState, Label, Netvm
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.parse import printable
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.model.traffic import History, Series
from qnet_gui.tray.popup.message import InlineMessage
from qnet_gui.tray.popup.row import DomainRow
from qnet_gui.tray.popup.switch import Switch
from qnet_gui.tray.popup.uplink import Chart
from qnet_gui.tray.popup.window import Popup
from qnet_gui.tray.qt import (
    QAbstractButton,
    QApplication,
    QCoreApplication,
    QDBusConnection,
    QEvent,
    QFont,
    QImage,
    QLabel,
    QMenu,
    QPainter,
    QPoint,
    QPushButton,
    QRect,
    QScrollArea,
    Qt,
    QWidget,
)
from qnet_gui.tray.session import language
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.plain_text import unbroken
from qnet_gui.tray.widgets.tables.table import Table

KNOWN = tuple(dataclasses.replace(domain, uuid=f"u{domain.id}") for domain in DOMAINS)
WELL = up(CABLE, domains=KNOWN)


class Opened:
    """A popup on snapshots of the test's own, and what has been asked for by it."""

    def __init__(self, qtbot: QtBot, snapshot: Snapshot | None, traffic: History | None = None, **more: Any) -> None:
        self.qtbot = qtbot
        self.app_state = AppState(QDBusConnection("none"))
        self.app_state.snapshot = snapshot
        self.app_state.traffic.history = traffic or History()
        self.asked: list[ActionRequest] = []
        self.app_state.requested.connect(self.asked.append)
        self.popup = Popup(self.app_state, **more)
        self.popup.resize(self.popup.wanted())
        self.popup.show()
        qtbot.waitExposed(self.popup).__enter__()
        QApplication.setActiveWindow(self.popup)
        self.popup.first_stop()

    def publish(self, snapshot: Snapshot | None) -> None:
        self.app_state.snapshot = snapshot
        self.app_state.changed.emit()

    @property
    def rows(self) -> list[DomainRow]:
        return sorted(
            (row for row in self.popup.findChildren(DomainRow) if not row.isHidden()), key=lambda row: row.y()
        )

    def row(self, name: str) -> DomainRow:
        return next(row for row in self.rows if row.view.name == name)

    def button(self, text: str) -> QAbstractButton:
        return next(
            button for button in self.popup.findChildren(QAbstractButton)
            if button.isVisibleTo(self.popup) and text in (button.text(), button.accessibleName())
        )  # fmt: skip

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(self.popup.focusWidget() or self.popup, key)

    def focused(self) -> str:
        widget = self.popup.focusWidget()
        return widget.accessibleName() if widget else ""


def test_its_size_is_had_without_asking_for_what_qt_has_made(
    opened: Callable[..., Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scroll bar of Qt's own may have gone by the time that somebody does something with it."""
    popup = opened(WELL).popup
    wanted = popup.wanted()
    popup.hide()
    monkeypatch.setattr(popup, "findChildren", lambda *_: pytest.fail("it was asked for"))
    assert popup.wanted() == wanted


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Opened]]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    made: list[Opened] = []

    def open_(snapshot: Snapshot | None, traffic: History | None = None, **more: Any) -> Opened:
        made.append(Opened(qtbot, snapshot, traffic, **more))
        return made[-1]

    yield open_
    for each in made:
        QApplication.setActiveWindow(None)
        each.popup.close() if not gone(each.popup) else None
    drained()


def gone(widget: QWidget) -> bool:
    try:
        widget.objectName()
    except RuntimeError:
        return True
    return False


def drained() -> None:
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)


# -- what it shows and asks for


def test_a_switch_asks_and_follows_the_snapshot(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    switch = now.row("work").findChild(Switch)
    assert switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert now.asked == [ActionRequest(Action.DETACH, 4, "work", "u4")]
    assert switch.isChecked(), "it is not off before it is"
    off = dataclasses.replace(KNOWN[0], vif="", netvm="", address=None)
    now.publish(dataclasses.replace(WELL, domains=(off, *KNOWN[1:])))
    assert not switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert now.asked[-1] == ActionRequest(Action.ATTACH, 4, "work", "u4")


@pytest.mark.parametrize("part", ["switch", "pause"])
def test_a_click_that_has_begun_does_nothing_else(qtbot: QtBot, opened: Callable[..., Opened], part: str) -> None:
    """Somebody else cuts the domain off, or pauses it, while the button is down: it would do the opposite then."""
    shown = opened(WELL)
    row = shown.row("work")
    row.setFocus()  # so that pausing stands in it
    button = row.findChild(Switch) if part == "switch" else row._pause
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    change: dict[str, Any] = {"vif": "", "netvm": ""} if part == "switch" else {"state": DomainState.PAUSED}
    other = dataclasses.replace(KNOWN[0], **change)
    shown.publish(up(CABLE, domains=(other, *KNOWN[1:])))
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert shown.asked == []
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    action = Action.ATTACH if part == "switch" else Action.UNPAUSE
    assert shown.asked == [ActionRequest.about(action, other)]


def test_a_cure_is_one_click_away(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(up(CABLE, problems=(Problem(ProblemCode.NFT_FAILED),)))
    message = next(box for box in now.popup.findChildren(InlineMessage) if box.isVisibleTo(now.popup))
    cure = next(button for button in message.findChildren(QPushButton) if button.text() == "Apply again")
    qtbot.mouseClick(cure, Qt.MouseButton.LeftButton)
    assert now.asked == [ActionRequest(Action.REAPPLY)]
    now.publish(up(CABLE))
    assert not message.isVisibleTo(now.popup)


def test_the_countdown_goes_on_and_keeps_the_keyboard_where_it_is(
    qtbot: QtBot, opened: Callable[..., Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    now = opened(up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, 1060, ("work",))))
    extend = now.button("30 minutes more")
    extend.setFocus()
    clock[0] = 1013.0
    now.popup.refresh()
    texts = [label.text() for label in now.popup.findChildren(QLabel)]
    assert any(text.startswith("Disconnects by itself in 0:47, at ") for text in texts)
    assert now.popup.focusWidget() is extend
    now.publish(up(CABLE))
    assert now.popup.focusWidget() is now.popup, "not on whatever came to stand beside it"
    now.press(Qt.Key.Key_Return, Qt.Key.Key_Space)
    assert now.asked == []


def test_who_uses_a_row_by_keyboard_stays_in_it(opened: Callable[..., Opened]) -> None:
    """While it is being done the button cannot be used; the row has the keyboard then, and none of its neighbours."""
    now = opened(WELL)
    now.press(Qt.Key.Key_Right, Qt.Key.Key_Space)
    (request,) = now.asked
    assert request.action is Action.PAUSE
    now.app_state.ask(request, True)
    assert now.popup.focusWidget() is now.row("work")
    assert now.row("work").view.detail == "Asked for…"
    now.app_state.ask(request, False)
    now.press(Qt.Key.Key_Right)
    assert now.focused() == "Pause work"


# -- whose row it is


def test_a_row_stays_its_domains_while_others_come_and_go(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    """With more than 20 of them, and whatever has become of the place that it had."""
    before = many(30)
    domains = tuple(dataclasses.replace(domain, uuid=f"u{domain.id}") for domain in before.domains)
    now = opened(dataclasses.replace(before, domains=domains))
    qtbot.waitUntil(lambda: len(now.rows) == 30)
    victim = now.row("domain-20")
    place = victim.y()
    newcomer = dataclasses.replace(domains[0], name="a-newcomer", id=99, uuid="new")
    now.publish(dataclasses.replace(before, domains=(newcomer, *domains[5:20], *domains[21:])))
    assert victim.y() == place
    qtbot.mouseClick(victim.findChild(Switch), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(victim, Qt.MouseButton.LeftButton)
    assert now.asked == [], "it has ended, and nobody else stands in its place"
    qtbot.waitUntil(lambda: now.rows[-1].view.name == "a-newcomer")
    qtbot.mouseClick(now.rows[-1].findChild(Switch), Qt.MouseButton.LeftButton)
    assert now.asked == [ActionRequest(Action.DETACH, 99, "a-newcomer", "new")]


def test_the_same_name_in_another_life_is_another_row(opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    old = now.row("work")
    reborn = dataclasses.replace(KNOWN[0], id=44)
    now.publish(dataclasses.replace(WELL, domains=(reborn, *KNOWN[1:])))
    assert not old.findChild(Switch).isEnabled()
    assert [row.view.key for row in now.rows] == [(4, "u4"), (5, "u5"), (6, "u6"), (44, "u4")]


@pytest.mark.parametrize("part", ["row", "switch"])
def test_rows_that_go_leave_the_keyboard_to_no_button(opened: Callable[..., Opened], part: str) -> None:
    """As when the helper is exchanged: Return must not apply again, or open the settings."""
    shown = opened(WELL)
    row = shown.row("work")
    (row if part == "row" else row.findChild(Switch)).setFocus()
    shown.publish(None)
    drained()
    assert not isinstance(shown.popup.focusWidget(), QAbstractButton)


def test_those_that_ended_do_not_pile_up(opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    for number in range(100, 200):
        passing = dataclasses.replace(KNOWN[0], name="passing", id=number, uuid=str(number))
        now.publish(dataclasses.replace(WELL, domains=(*KNOWN, passing)))
    drained()
    assert len(now.rows) < 20


# -- by keyboard, and for those who cannot see


def test_arrows_enter_and_escape(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    assert now.focused() == "work, connected, 10.137.0.16"
    now.press(Qt.Key.Key_Right)
    assert now.focused() == "Pause work"
    now.press(Qt.Key.Key_Right)
    assert now.focused() == "Network of work"
    now.press(Qt.Key.Key_Space)
    assert now.asked.pop() == ActionRequest(Action.DETACH, 4, "work", "u4")
    now.press(Qt.Key.Key_Down)
    assert now.focused() == "personal, paused", "on the row, not on its switch"
    now.press(Qt.Key.Key_Up, Qt.Key.Key_Up)
    assert now.focused() not in ("", "work, connected, 10.137.0.16")
    now.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: gone(now.popup))
    assert now.asked == []


def test_the_menu_of_a_row_says_why_something_cannot_be_done(opened: Callable[..., Opened]) -> None:
    now = opened(dataclasses.replace(up(CABLE), operation=Operation(3, "attach", "bob")))
    now.row("work").click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.toolTipsVisible()
    assert menu.actions()[0].toolTip() == "Something else is being done. Wait until that is over."
    menu.close()


def test_enter_on_a_row_opens_its_menu(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    now.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [entry.text().replace("&", "") for entry in menu.actions()]
    assert texts == ["Pause work", "Cut work off the network", "Show in the window"]
    assert not any(entry.icon().isNull() for entry in menu.actions())
    menu.actions()[1].trigger()
    assert now.asked == [ActionRequest(Action.DETACH, 4, "work", "u4")]
    menu.close()


def test_tab_leads_everywhere_and_everything_has_a_name(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    problems = STATES["problems"].problems  # type: ignore[union-attr]
    dom0 = Dom0Connection(Dom0State.OPEN, 1_700_000_000)
    for snapshot in (WELL, up(CABLE, problems=problems, domains=KNOWN), up(CABLE, dom0=dom0, domains=KNOWN), None):
        now = opened(snapshot)
        reached: list[QWidget | None] = []
        for _ in range(60):
            now.press(Qt.Key.Key_Tab)
            reached.append(now.popup.focusWidget())
        buttons = [button for button in now.popup.findChildren(QAbstractButton) if button.isVisibleTo(now.popup)]
        usable = [button for button in buttons if button.isEnabled() and button.focusPolicy()]
        assert not [button.accessibleName() for button in usable if button not in reached]
        assert all(button.accessibleName().strip() for button in usable)
        for label in now.popup.findChildren(QLabel):
            assert not label.text() or label.textFormat() == Qt.TextFormat.PlainText
        now.popup.close()


def test_pausing_stands_in_the_row_while_somebody_is_there(opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    names = [now.button("Pause work").accessibleName()]
    assert names == ["Pause work"]
    now.press(Qt.Key.Key_Down)
    with pytest.raises(StopIteration):
        now.button("Pause work")
    assert now.button("Unpause personal")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_netvm_wrote_is_shown_as_it_is(opened: Callable[..., Opened], text: str, pictures: Path) -> None:
    safe = printable(text)
    uplink = dataclasses.replace(WIFI, ssid=safe, connection=safe)
    domain = dataclasses.replace(KNOWN[0], name=safe)
    problems = (Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name=safe),)
    now = opened(up(uplink, domains=(domain,), problems=problems))
    labels = [label for label in now.popup.findChildren(QLabel) if safe in unbroken(label.text())]
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert now.popup.width() < 700
    assert faults(now.popup) == []
    now.popup.grab().save(str(pictures / f"popup-hostile-{HOSTILE.index(text)}.png"))


# -- its size


@pytest.mark.parametrize("language_name", ["en", "de"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_off(opened: Callable[..., Opened], language_name: str, state: str) -> None:
    language.install(language_name)
    try:
        now = opened(STATES[state])
        drained()
        for label in now.popup.findChildren(QLabel):
            if label.isVisibleTo(now.popup) and label.text():
                need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
                assert label.height() >= need, label.text()
        for button in now.popup.findChildren(QAbstractButton):
            if button.isVisibleTo(now.popup) and button.text() and not isinstance(button, DomainRow):
                assert button.width() >= button.minimumSizeHint().width(), button.text()
        bar = now.popup.findChild(QScrollArea).verticalScrollBar()
        assert bar.maximum() == 0, "at its own size there is nothing to scroll"
    finally:
        language.install("en")


@pytest.mark.parametrize("letter", ["i", "w", "W"])
def test_names_as_long_as_may_be_leave_room_for_what_can_be_done(opened: Callable[..., Opened], letter: str) -> None:
    """The switches of all domains, and the button that starts the netvm, were off the popup."""
    names = [letter * 30 + str(number) for number in range(3)]
    domain, other = dataclasses.replace(KNOWN[0], name=names[0]), Domain(names[1], 9, DomainState.RUNNING, serves=True)
    vpn = dataclasses.replace(VPN, connection=letter * 64)
    absent = Snapshot(Netvm(names[2]), domains=(domain, other), problems=(Problem(ProblemCode.NO_NETVM),))
    for snapshot in (up(vpn, domains=(domain, other)), absent):
        now = opened(snapshot)
        drained()
        assert faults(now.popup) == []
        for row in now.rows:
            switch = row.findChild(Switch)
            assert now.popup.rect().contains(QRect(switch.mapTo(now.popup, QPoint(0, 0)), switch.size()))
    assert now.button(f"Move to {names[1]}…").toolTip() or letter == "i"


def test_on_a_small_screen_it_scrolls_to_where_the_keyboard_is(opened: Callable[..., Opened]) -> None:
    """What is left of 1024 x 600 at 200 %."""
    now = opened(many(12))
    now.popup.resize(400, 260)
    drained()
    area = now.popup.findChild(QScrollArea)
    for _ in range(11):
        now.press(Qt.Key.Key_Down)
    focused = now.popup.focusWidget()
    assert focused is now.rows[-1]
    seen = QRect(focused.mapTo(area, focused.rect().topLeft()), focused.size())
    assert area.rect().contains(seen)
    assert now.button("Upgrade dom0…").visibleRegion().boundingRect().height() > 10


def test_it_says_when_it_needs_another_size(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    with qtbot.waitSignal(now.popup.resized):
        now.publish(up(CABLE, domains=KNOWN, problems=(Problem(ProblemCode.NFT_FAILED),)))
    assert now.popup.wanted().height() > now.popup.height()


# -- opening and closing


def test_it_closes_when_the_keyboard_goes_elsewhere_unless_it_is_pinned(
    qtbot: QtBot, opened: Callable[..., Opened]
) -> None:
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    pinned = opened(WELL)
    qtbot.mouseClick(pinned.button("Keep open"), Qt.MouseButton.LeftButton)
    QApplication.setActiveWindow(other)
    drained()
    assert pinned.popup.isVisible()
    now = opened(WELL)
    QApplication.setActiveWindow(other)
    qtbot.waitUntil(lambda: gone(now.popup))


def test_where_it_cannot_be_placed_it_is_an_ordinary_window(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(WELL, anchored=False)
    assert now.popup.windowType() == Qt.WindowType.Window
    assert not now.popup.windowFlags() & Qt.WindowType.FramelessWindowHint
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    QApplication.setActiveWindow(other)
    drained()
    assert now.popup.isVisible()
    now.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: gone(now.popup))


def test_what_leads_elsewhere_closes_it_and_what_is_done_here_does_not(
    qtbot: QtBot, opened: Callable[..., Opened]
) -> None:
    now = opened(WELL)
    qtbot.mouseClick(now.button("Unpause personal"), Qt.MouseButton.LeftButton)
    assert now.popup.isVisible()
    qtbot.mouseClick(now.button("Upgrade dom0…"), Qt.MouseButton.LeftButton)
    assert [request.action for request in now.asked] == [Action.UNPAUSE, Action.UPGRADE]
    qtbot.waitUntil(lambda: gone(now.popup))


def test_what_is_kept_open_stays_whatever_is_asked_for_by_it(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    qtbot.mouseClick(now.button("Keep open"), Qt.MouseButton.LeftButton)
    for name in ("Settings…", "Open the window", "Upgrade dom0…", "Networks…"):
        qtbot.mouseClick(now.button(name), Qt.MouseButton.LeftButton)
        assert now.popup.isVisible()
    assert len(now.asked) == 4


def test_everything_of_it_is_gone_with_it(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    drained()
    before = len(QApplication.allWidgets())
    for snapshot in (WELL, many(60), None, WELL):
        now = opened(snapshot)
        drained()
        now.popup.close()
        qtbot.waitUntil(lambda popup=now.popup: gone(popup))  # type: ignore[misc]
    drained()
    gc.collect()
    assert len(QApplication.allWidgets()) == before


# -- as the applet has it


def test_a_click_opens_it_and_the_next_closes_it(
    qtbot: QtBot, helper: Helper, system_bus: str, app_state: Callable[[str], AppState]
) -> None:
    helper.publish(WELL)
    state = app_state(system_bus)
    qtbot.waitUntil(lambda: state.snapshot == WELL)
    door = state.dispatcher.popup_door  # type: ignore[attr-defined]
    door.toggle(QRect(700, 580, 22, 22))
    qtbot.waitExposed(door.popup).__enter__()
    screen = QApplication.primaryScreen().availableGeometry()
    assert screen.contains(door.popup.geometry())
    bottom = door.popup.geometry().bottom()
    assert bottom < 590, "over the icon, near which there is no room that a panel takes"
    helper.publish(dataclasses.replace(WELL, problems=(Problem(ProblemCode.NFT_FAILED),)))
    low = door.popup.height()
    qtbot.waitUntil(lambda: door.popup.height() > low)
    assert door.popup.geometry().bottom() == bottom, "it grows away from the panel"
    door.toggle()
    qtbot.waitUntil(lambda: door.popup is None)
    door.toggle()
    assert door.popup is None, "that click had closed it: its keyboard was gone before it came"


@pytest.mark.parametrize("count", [60, 500])
def test_it_is_there_soon(qtbot: QtBot, opened: Callable[..., Opened], count: int) -> None:
    opened(WELL).popup.close()  # imports, fonts
    snapshot = many(count)
    traffic = History({domain.id: Series(0, 0, (5_000,) * 120, (100,) * 120) for domain in snapshot.domains})
    begun = time.thread_time()
    now = opened(snapshot, traffic)
    assert time.thread_time() - begun < 3  # a loaded machine; it is measured elsewhere
    qtbot.waitUntil(lambda: len(now.rows) == count)


def test_traffic_is_watched_while_it_is_open_and_shown_as_it_comes(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    now = opened(WELL)
    watch = now.app_state.traffic
    assert watch.watching
    watch.history = History({4: Series(0, 0, (7, 1500), (7, 20))}, {"eth0": Series(0, 0, (9, 3000), (9, 40))})
    watch.changed.emit(watch.history)
    assert now.row("work").view.detail == "↓ 1.5 kB/s   ↑ 20 B/s"
    assert "↓ 3.0 kB/s" in [label.text() for label in now.popup.findChildren(QLabel)]
    now.popup.close()
    qtbot.waitUntil(lambda: not watch.watching)


def _ink(picture: QImage) -> list[int]:
    """How much is painted in each column between the first that has something and the last."""
    back = picture.pixel(0, 0)
    columns = [sum(picture.pixel(x, y) != back for y in range(picture.height())) for x in range(picture.width())]
    painted = [x for x, count in enumerate(columns) if count]
    return columns[painted[0] : painted[-1] + 1]


@pytest.mark.parametrize("text", ["↓ 1.2 MB/s   ↑ 80 kB/s", "work-", "2work (2)"])
def test_where_people_read_from_the_right_a_text_is_still_in_its_own_order(
    opened: Callable[..., Opened], text: str
) -> None:
    """Arrows and numbers belong to what stands beside them, and a name is a name."""
    row = opened(WELL).row("work")
    pictures = []
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        row.setLayoutDirection(direction)
        row.view = dataclasses.replace(row.view, name="", detail=text)
        picture = QImage(row.size(), QImage.Format_RGB32)
        picture.fill(Qt.GlobalColor.white)
        painter = QPainter(picture)
        painter.setLayoutDirection(direction)
        row._paint_words(painter, 8, row.width() - 8)
        painter.end()
        pictures.append(picture)
    first, mirrored = pictures
    assert first != mirrored  # it stands at the other side
    ink, other = _ink(first), _ink(mirrored)
    differs = sum(abs(one - two) for one, two in zip_longest(ink, other, fillvalue=0))
    assert differs < 0.4 * sum(ink)  # letters may begin within a pixel


@pytest.mark.parametrize("text", ["12.4+deb12u9", "2026-11-18 11:05:40", "31 kB/s", "10.8.0.53, 10.8.0.54", "6 (x)"])
@pytest.mark.parametrize("number", [False, True])
def test_so_it_is_in_a_table(qtbot: QtBot, text: str, number: bool) -> None:
    """The version was `deb12u9+12.4`, the time stood before its day."""
    inks = []
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        table = Table("Packages", ("Version",), numbers=(0,) if number else ())
        qtbot.addWidget(table)
        table.setLayoutDirection(direction)
        table.show_rows([(text,)])
        table.resize(300, 100)
        table.show()
        qtbot.waitExposed(table).__enter__()
        cell = table.visualRect(table.model().index(0, 0))
        inks.append(_ink(table.viewport().grab(cell).toImage().convertToFormat(QImage.Format_RGB32)))
    differs = sum(abs(one - two) for one, two in zip_longest(*inks, fillvalue=0))
    assert differs < 0.4 * sum(inks[0])


def test_so_it_is_below_and_above_the_chart(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    chart = opened(WELL).popup.findChild(Chart)
    chart.show_rates((1_000_000, 1), (0, 0))
    chart.show()
    pictures = []
    try:
        for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
            QApplication.setLayoutDirection(direction)
            pictures.append(chart.grab().toImage())
    finally:
        QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("points", [7, 10, 16, 24, 40])
def test_the_chart_has_room_beside_its_words_in_any_letters(opened: Callable[..., Opened], points: int) -> None:
    """In letters of 24 points it was upside down: the more there was, the lower."""
    chart = opened(WELL).popup.findChild(Chart)
    chart.show()
    chart.setFont(QFont(chart.font().family(), points))
    tops = []
    for rate in (0, 1_000_000):
        chart.show_rates((rate,) * 120, ())
        drained()
        picture = chart.grab().toImage()
        column = [picture.pixelColor(picture.width() // 2, y) for y in range(picture.height())]
        tops.append(next(y for y, colour in enumerate(column) if colour.blue() - colour.red() > 20))
    nothing, much = tops
    assert much + 15 < nothing


def test_a_label_has_its_stripe(opened: Callable[..., Opened]) -> None:
    blue = dataclasses.replace(KNOWN[0], label=Label.BLUE, state=DomainState.RUNNING)
    now = opened(dataclasses.replace(WELL, domains=(blue, *KNOWN[1:])))
    image = now.row("vault").grab().toImage(), now.row("work").grab().toImage()
    middle = image[0].height() // 2
    plain, striped = (each.pixelColor(4, middle) for each in image)
    assert striped.blue() > striped.red() + 60
    assert plain != striped
