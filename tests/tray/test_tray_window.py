"""The one window: its keys, its map for keyboard and ears, where the keyboard goes, and that it is freed."""

from __future__ import annotations

import dataclasses
import gc
import os
import resource
import subprocess
import sys
import time
import weakref
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from test_tray_windows import Open, many, shown
from tray_shared import CABLE, OTHER, STATES, VPN, WIFI, Helper, up

from qnet_gui.model.dns import DEFAULT_VIRTUAL, Dns, DnsSource, redirects
from qnet_gui.model.domain import Domain, DomainState, NetvmState
from qnet_gui.model.errors import NoAnswer, NotAuthorised, NotFound, QnetError, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.package_upgrade.package_signals import begun, failed, finished
from qnet_gui.model.package_upgrade.packages import Package, Stage, Upgrade, Work
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.model.traffic import History, Series
from qnet_gui.netmap.drawing import Words
from qnet_gui.netmap.graph import graph
from qnet_gui.tray.pages.cell import Cell, Share
from qnet_gui.tray.pages.upgrade import UpgradeInputs
from qnet_gui.tray.qt import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QColor,
    QComboBox,
    QCoreApplication,
    QEvent,
    QFont,
    QGuiApplication,
    QImage,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QObject,
    QPainter,
    QPalette,
    QPoint,
    QPointF,
    QPushButton,
    QSpinBox,
    Qt,
    QTableView,
    QWheelEvent,
    QWidget,
    sip,
)
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.dbus import Answer, Service
from qnet_gui.tray.state import operation_progress
from qnet_gui.tray.state.access_keys import without_keys
from qnet_gui.tray.state.cures import Button
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.operation_progress import OperationProgress
from qnet_gui.tray.state.page_names import PAGE_NAMES
from qnet_gui.tray.state.plain_text import unbroken
from qnet_gui.tray.widgets.flow import Flow
from qnet_gui.tray.widgets.map_painter import Letters, inks, paint, sign_icon
from qnet_gui.tray.widgets.map_view import MapArea, MapView, NodeButton
from qnet_gui.tray.widgets.tables.table import Table
from qnet_gui.tray.window.page import Page
from qnet_gui.tray.window.page_signs import SIGNS

__all__ = ["shown"]
READY = {
    "busy": [], "obstacles": [], "pause": ["work"], "paused": [], "netvm": "netvm", "uplink": "eth0", "names": True,
    "allowed": ["http"], "minutes": 60,
}  # fmt: skip


def buttons(page: QWidget) -> dict[str, QPushButton]:
    made = [button for button in page.findChildren(QPushButton) if isinstance(button, QPushButton)]
    return {without_keys(button.text()): button for button in made}


@pytest.mark.parametrize("text", ["↓ 1.2 MB/s  ↑ 80 kB/s", "work-", "2work (2)"])
def test_on_the_map_a_text_is_in_its_own_order_where_people_read_from_the_right(qtbot: QtBot, text: str) -> None:
    colours, letters, pictures = inks(QPalette()), Letters(QFont()), []
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        picture = QImage(300, 40, QImage.Format_RGB32)
        picture.fill(Qt.GlobalColor.white)
        painter = QPainter(picture)
        painter.setLayoutDirection(direction)
        paint(painter, [Words(5, 25, text)], colours, letters)
        painter.end()
        pictures.append(picture)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_no_access_key_twice_on_a_page(shown: Callable[..., Open], name: str) -> None:
    page = shown(up(CABLE))(name)
    texts = [button.text() for button in page.findChildren(QPushButton)]
    texts += [label.text() for label in page.findChildren(QLabel) if label.buddy()]
    keys = Counter(text.replace("&&", "")[text.index("&") + 1].lower() for text in texts if "&" in text)
    assert not [key for key, times in keys.items() if times > 1]


def test_keys_of_the_window(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    open_ = shown(up(CABLE))
    window = open_("overview").window()
    QApplication.setActiveWindow(window)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_C, control)
    assert QGuiApplication.clipboard().text().startswith("Connected by cable (eth0, 192.168.0.12).\n")
    qtbot.keyClick(window, Qt.Key.Key_F, control)
    assert window.windowTitle() == "Domains"
    field = window.page("domains").filter_field()  # type: ignore[attr-defined]
    assert QApplication.focusWidget() is field
    qtbot.keyClicks(field, "pers")
    table = window.page("domains").findChild(QTableView)  # type: ignore[attr-defined]
    assert [table.model().index(row, 0).data() for row in range(table.model().rowCount())] == ["personal"]
    assert "2 not shown because of the filter" in [
        label.text().partition(", ")[2] for label in window.findChildren(QLabel)
    ]
    qtbot.keyClick(window, Qt.Key.Key_PageDown, control)
    assert window.windowTitle() == "Uplinks and routes"
    qtbot.keyClick(window, Qt.Key.Key_PageUp, control)
    assert window.windowTitle() == "Domains"


def test_f5_asks_again(qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch) -> None:
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    asked: list[str] = []

    def ask(method: str, _arguments: object, then: Callable[[object], None]) -> None:
        if method == "GetRoutes":
            asked.append(method)
            then([[]])

    monkeypatch.setattr(state.client, "ask", ask)
    page = open_("routes")
    qtbot.keyClick(page.window(), Qt.Key.Key_F5)
    assert asked == ["GetRoutes", "GetRoutes"]


@pytest.mark.parametrize(
    ("name", "method"), [("upgrade", "Preflight"), ("routes", "GetRoutes"), ("names", "TestNames")]
)  # fmt: skip
def test_a_window_that_opens_at_a_page_asks_once(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, name: str, method: str
) -> None:
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    state.dispatcher.close()  # type: ignore[attr-defined]
    asked: list[str] = []
    looked: list[bool] = []

    def ask(method: str, _arguments: object, then: Callable[[object], None]) -> None:
        asked.append(method)
        then([READY] if method == "Preflight" else [[]])

    monkeypatch.setattr(state.client, "ask", ask)
    monkeypatch.setattr(state.packages, "look", lambda: looked.append(True))
    open_(name)
    assert asked.count(method) == 1
    assert len(looked) == (name == "upgrade")


def test_name_servers_are_tested_when_the_page_is_opened(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    answer = [[{"server": "192.168.0.53", "milliseconds": 12}]]
    monkeypatch.setattr(state.client, "ask", lambda _method, _arguments, then: then(answer))
    page = open_("names")
    assert page.findChild(QTableView).model().index(0, 3).data() == "after 12 ms"
    assert any("Tested at" in label.text() for label in page.findChildren(QLabel))


def test_name_servers_that_come_during_a_test_are_tested_after_it(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the netvm roams while somebody looks: a test of servers that are gone takes longest."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    asked: list[Callable[[object], None]] = []
    monkeypatch.setattr(state.client, "ask", lambda _method, _arguments, then: asked.append(then))
    page = open_("names")
    other = IPv4Address("192.168.1.53")
    state.snapshot = up(OTHER, dns=Dns(DnsSource.NETWORKMANAGER, redirects(DEFAULT_VIRTUAL, [other])))
    state.changed.emit()
    assert len(asked) == 1
    asked[0]([[{"server": "192.168.0.53", "milliseconds": -1}]])
    assert not any("Tested at" in label.text() for label in page.findChildren(QLabel))
    asked[1]([[{"server": "192.168.1.53", "milliseconds": 7}]])
    assert page.findChild(QTableView).model().index(0, 3).data() == "after 7 ms"
    assert len(asked) == 2


def _said(page: QWidget) -> str:
    return "\n".join(unbroken(label.text()) for label in page.findChildren(QLabel) if label.isVisible())


def test_a_test_that_could_not_be_made_is_not_told_as_one(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    refusal = Refused(DomainCode.DOM0_CONNECTED)
    monkeypatch.setattr(state.client, "ask", lambda _method, _arguments, then: then(refusal))
    page = open_("names")
    assert refusal.translated in _said(page)
    assert "Tested at" not in _said(page)


def test_what_was_refused_does_not_hide_what_has_become_of_names(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    refusal = NotAuthorised(plain("No."))
    monkeypatch.setattr(state.client, "ask", lambda *_: None)
    monkeypatch.setattr(state.client, "do", lambda _method, _arguments, then: then(refusal))
    page = open_("names")
    buttons(page)["Apply again"].click()
    assert "No." in _said(page)
    _change(page, STATES["dns-broken"])
    assert "Nothing is redirected: names do not resolve." in _said(page)


def test_no_routes_are_shown_under_anothers_name(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A domain that is asked may take seconds to answer."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    asked: list[tuple[object, Callable[[object], None]]] = []
    monkeypatch.setattr(state.client, "ask", lambda _method, names, then: asked.append((names, then)))
    page = open_("routes")
    heads = ("destination", "gateway", "genmask", "flags", "metric", "ref", "use", "iface")
    row = dict(zip(heads, ("0.0.0.0", "192.168.0.1", "0.0.0.0", "UG", 100, 0, 0, "eth0"), strict=True))
    asked[0][1]([[row]])
    table = page.findChildren(QTableView)[1].model()
    assert table.rowCount() == 1
    choice = page.findChild(QComboBox)
    choice.setFocus()
    choice.setCurrentIndex(choice.findData("work"))
    choice.activated.emit(choice.currentIndex())
    assert asked[-1][0] == ["work"]
    assert table.rowCount() == 0
    assert any(label.text() == "Asking…" and label.isVisible() for label in page.findChildren(QLabel))
    asked[-1][1]([[row, row]])
    assert table.rowCount() == 2
    state.changed.emit()
    assert table.rowCount() == 2


def test_whose_every_vif_is_and_all_of_the_page_is_copied(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """dom0's own, while it is connected, and the second one of a domain were nobody's; uplinks were not copied."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    heads = ("destination", "gateway", "genmask", "flags", "metric", "ref", "use", "iface")
    vifs = ("vif0.0", "vif4.0", "vif4.1", "vif99.0", "eth0")
    told = [
        dict(zip(heads, ("10.0.0.1", "0.0.0.0", "255.255.255.255", "UH", 1, 0, 0, vif), strict=True)) for vif in vifs
    ]
    monkeypatch.setattr(state.client, "ask", lambda _method, _names, then: then([told]))
    page = open_("routes")
    model = page.findChildren(QTableView)[1].model()
    assert [model.index(row, 8).data() for row in range(5)] == ["dom0", "work", "work", "", ""]
    page.window().setFocus()
    qtbot.keyClick(page.window(), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("eth0 (cable)\tin use\t192.168.0.12\t")
    assert "vif4.1" in copied


def test_a_menu_about_nobody_takes_nothing_from_the_clipboard(shown: Callable[..., Open]) -> None:
    """By the other button below the last row."""
    page = shown(up(CABLE))("domains")
    QGuiApplication.clipboard().setText("before")
    page.findChild(Table).menu_wanted.emit(QPoint(0, 0))
    menu = page.findChild(QMenu)
    assert not menu.actions()[-1].isEnabled()
    page.findChild(Table).copy_selected()
    assert QGuiApplication.clipboard().text() == "before"
    menu.close()


def test_routes_are_asked_for_when_something_is_known_again(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that they depend on is otherwise than while nothing was known: it said *Asking…* for good."""
    blind, absent = STATES["blind"], STATES["no-netvm"]
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    asked: list[object] = []
    monkeypatch.setattr(state.client, "ask", lambda _method, names, then: asked.append(names) or then([[]]))
    page = open_("routes")
    choice = page.findChild(QComboBox)
    for snapshot, count, usable in ((blind, 1, False), (absent, 2, True), (blind, 2, False), (absent, 3, True)):
        _change(page, snapshot)
        assert (len(asked), choice.isEnabled()) == (count, usable)
    assert "It has no routes." in _said(page)
    page.window().close()
    _change_of(state, blind)
    assert not open_("routes").findChild(QComboBox).isEnabled()


def test_routes_of_which_nobody_told_are_asked_for_again(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A helper that was slow once; but who has said that there are none is left alone."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    asked: list[Callable[[object], None]] = []
    monkeypatch.setattr(state.client, "ask", lambda _method, _names, then: asked.append(then))
    page = open_("routes")
    asked[-1](NoAnswer(HelperCode.HELPER_SILENT))
    state.traffic.changed.emit(History())
    assert len(asked) == 1
    _change(page, up(CABLE))
    assert len(asked) == 2
    asked[-1](NotFound(DomainCode.DOMAIN_ID_UNKNOWN, id=2))
    _change(page, up(CABLE))
    assert len(asked) == 2


def node_buttons(page: QWidget) -> dict[str, NodeButton]:
    return {button.node.name or button.node.key: button for button in page.findChild(MapView).buttons()}


@pytest.mark.parametrize("count", [0, 3, 60])
def test_a_screen_reader_has_every_node(shown: Callable[..., Open], count: int) -> None:
    """Qt makes a button of each widget that is one; PyQt5 does not let itself be asked."""
    snapshot = dataclasses.replace(many(count), uplinks=(VPN, dataclasses.replace(WIFI, primary=False)))
    page = shown(snapshot)("overview")
    children = page.findChild(MapView).findChildren(QWidget)
    assert {child.accessibleName() for child in children} == {node.spoken for node in graph(snapshot).nodes}
    assert all(isinstance(child, QAbstractButton) and child.isEnabled() for child in children)
    assert {child.focusPolicy() for child in children} == {Qt.FocusPolicy.StrongFocus}


def test_arrows_lead_over_the_map_and_return_offers_what_can_be_done(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    page = shown(up(CABLE))("overview")
    QApplication.setActiveWindow(page.window())
    nodes = node_buttons(page)
    nodes["work"].setFocus()
    for key, there in (
        (Qt.Key.Key_Right, "netvm"), (Qt.Key.Key_Right, "uplink eth0"), (Qt.Key.Key_Right, "world"),
        (Qt.Key.Key_Left, "uplink eth0"), (Qt.Key.Key_Left, "netvm"),
    ):  # fmt: skip
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert QApplication.focusWidget() is nodes[there]
    qtbot.keyClick(nodes["work"], Qt.Key.Key_Return)
    menu = next(menu for menu in page.findChildren(QMenu) if menu.isVisible())
    texts = [entry.text().replace("&", "") for entry in menu.actions() if entry.text()]
    assert texts == ["Pause", "Cut off the network", "Make it the netvm…", "Show more"]
    asked: list[object] = []
    page.app_state.requested.disconnect()
    page.app_state.requested.connect(asked.append)
    menu.actions()[1].trigger()
    assert [(request.action, request.name, request.domid) for request in asked] == [(Action.DETACH, "work", 4)]  # type: ignore[attr-defined]
    menu.close()


def test_the_map_follows_rates_without_moving(shown: Callable[..., Open]) -> None:
    page = shown(up(CABLE))("overview")
    before = {name: button.geometry().y() for name, button in node_buttons(page).items()}
    history = History({4: Series(0, 0, (910_000,), (42_000,)), 5: Series()})
    page.app_state.traffic.history = history
    page.app_state.traffic.changed.emit(history)
    nodes = node_buttons(page)
    assert nodes["work"].accessibleName() == "work, 910 kB/s down, 42 kB/s up, through netvm"
    assert {name: button.geometry().y() for name, button in nodes.items()} == before


_CHAIN = [("work", 4, "firewall"), ("firewall", 5, "vpn-netvm"), ("vpn-netvm", 6, "netvm"), ("mail", 7, "netvm")]


def test_a_wide_map_fits_as_far_as_its_letters_can_be_read(shown: Callable[..., Open]) -> None:
    domains = [
        Domain(name, number, DomainState.RUNNING, IPv4Address(f"10.137.0.{number}"), f"vif{number}.0", netvm)
        for name, number, netvm in _CHAIN
    ]
    uplinks = (VPN, dataclasses.replace(WIFI, primary=False))
    page = shown(dataclasses.replace(up(CABLE), domains=tuple(domains), uplinks=uplinks))("overview")
    window, area, map_view = page.window(), page.findChild(MapArea), page.findChild(MapView)

    def letters(width: int) -> float:
        window.resize(width, 700)
        QApplication.processEvents()
        assert {button.placed.title for button in map_view.buttons()} >= {"work", "vpn-netvm", "office"}
        return float(map_view.letters.metrics.line)

    def fits() -> bool:
        return bool(area.horizontalScrollBar().maximum() == 0)

    sizes = {width: (letters(width), fits()) for width in (*range(1600, 500, -20), 1024)}
    usual = sizes[1600][0]
    assert sizes[1600][1]
    assert sizes[1024][1], "two netvms before the netvm, and a VPN, fit a small screen"
    assert not sizes[520][1]
    assert all(line >= 0.75 * usual for line, _ in sizes.values())
    smaller = [width for width, (line, fit) in sizes.items() if fit and line < usual]
    assert smaller, "it scrolls before its letters are smaller"
    assert max(smaller) - min(smaller) > 100
    # a scroll bar that comes at the side and goes makes it no larger and smaller for ever
    window.resize(max(smaller), 700)
    QApplication.processEvents()
    assert letters(max(smaller) + 16) < usual
    assert letters(1600) == usual


def test_what_can_be_done_about_what_is_wrong_is_a_button_beside_it(
    qtbot: QtBot, shown: Callable[..., Open], helper: Helper
) -> None:
    problems = (Problem(ProblemCode.NFT_FAILED), Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"))
    page = shown(up(CABLE, problems=problems))("overview")
    asked: list[object] = []
    page.app_state.requested.connect(asked.append)
    again = buttons(page)["Apply again"]
    again.click()
    assert [request.action for request in asked] == [Action.REAPPLY]  # type: ignore[attr-defined]
    helper.publish(up(CABLE))
    qtbot.waitUntil(lambda: "Apply again" not in buttons(page))


@pytest.mark.parametrize(
    ("state", "cure", "action"),
    [("paused", "Unpause netvm", Action.UNPAUSE), ("helper-away", "Start the helper", Action.START_HELPER)],
)
def test_so_it_is_where_nothing_tells_of_a_problem(
    qtbot: QtBot, shown: Callable[..., Open], state: str, cure: str, action: Action
) -> None:
    """The popup had that button; the window said what to type, or nothing at all."""
    page = shown(up(CABLE))("overview")
    page.app_state._changed(STATES[state])
    asked: list[Any] = []
    page.app_state.requested.disconnect()
    page.app_state.requested.connect(asked.append)
    button = buttons(page)[cure]
    qtbot.waitUntil(button.isVisible)
    button.click()
    assert [request.action for request in asked] == [action]


def test_what_can_be_done_follows_what_stands_in_its_way(shown: Callable[..., Open]) -> None:
    """It came while something else was being done, whose end no sentence of the page tells."""
    absent = STATES["no-netvm"]
    assert absent is not None
    busy = dataclasses.replace(absent, operation=Operation(7, "detach", "alice"))
    page = shown(up(CABLE))("overview")
    for snapshot, can in ((busy, False), (absent, True), (busy, False), (absent, True)):
        _change(page, snapshot)
        assert buttons(page)["Start netvm"].isEnabled() is can


def test_the_map_that_somebody_saves_is_there_though_the_helper_goes_meanwhile(
    shown: Callable[..., Open], tmp_path: Path
) -> None:
    """Who has chosen a name in the dialog takes it for saved."""
    page = shown(up(CABLE))("overview")
    for snapshot, name in ((STATES["helper-away"], "away.svg"), (STATES["blind"], "blind.svg")):
        _change(page, snapshot)
        page.save(str(tmp_path / name))  # type: ignore[attr-defined]
        assert "netvm" in (tmp_path / name).read_text()
        assert "work" in (tmp_path / name).read_text()


def test_the_map_is_saved_as_svg_and_png(shown: Callable[..., Open], tmp_path: Path) -> None:
    page = shown(up(CABLE))("overview")
    page.save(str(tmp_path / "a.svg"))  # type: ignore[attr-defined]
    page.save(str(tmp_path / "b"), "(*.png)")  # type: ignore[attr-defined]
    assert (tmp_path / "a.svg").read_text().startswith("<svg ")
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")


def test_a_file_that_the_dialog_did_not_know_of_is_not_overwritten(shown: Callable[..., Open], tmp_path: Path) -> None:
    page = shown(up(CABLE))("overview")
    other = tmp_path / "my.net.svg"
    other.write_text("somebody's")

    def asked() -> dict[str, QAbstractButton]:
        page.save(str(tmp_path / "my.net"))  # type: ignore[attr-defined]
        (box,) = (box for box in page.window().findChildren(QMessageBox) if box.isVisible())
        assert box.defaultButton().text() == "Cancel"
        return {button.text(): button for button in box.buttons()}

    asked()["Cancel"].click()
    assert other.read_text() == "somebody's"
    asked()["Replace it"].click()
    assert other.read_text().startswith("<svg ")


@pytest.mark.parametrize("name", ["-", "a b&c<d>.SVG", "ü\n.png", ".svg", "x" * 252])
def test_whatever_the_picture_is_called_it_is_written_or_told_why_not(
    shown: Callable[..., Open], tmp_path: Path, name: str
) -> None:
    page = shown(up(CABLE))("overview")
    page.save(str(tmp_path / name))  # type: ignore[attr-defined]
    boxes = [box for box in page.window().findChildren(QMessageBox) if box.isVisible()]
    files = [path.name for path in tmp_path.iterdir() if path.is_file()]
    if len(name) > 250:
        assert (files, [box.text().endswith("cannot be written: File name too long.") for box in boxes]) == ([], [True])
    else:
        assert (files, boxes) == ([name if name.lower().endswith((">.svg", ".png")) else f"{name}.svg"], [])


def test_a_picture_that_has_no_room_leaves_the_one_that_was_there(shown: Callable[..., Open], tmp_path: Path) -> None:
    page = shown(up(CABLE))("overview")
    there = tmp_path / "map.svg"
    there.write_text("the one of yesterday")
    there.chmod(0o640)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        page.save(str(there))  # type: ignore[attr-defined]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    boxes = [box.text() for box in page.window().findChildren(QMessageBox) if box.isVisible()]
    assert [text.split(" cannot be written: ")[0] for text in boxes] == [str(there)]
    assert there.read_text() == "the one of yesterday"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["map.svg"]
    page.save(str(there))  # type: ignore[attr-defined]
    assert there.read_text().startswith("<svg ")
    assert there.stat().st_mode & 0o777 == 0o640


def test_a_click_at_the_end_of_a_row_is_about_that_row(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    page = shown(many(5))("domains")
    asked: list[object] = []
    page.app_state.requested.disconnect()
    page.app_state.requested.connect(asked.append)
    table = page.findChild(QTableView)
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    cell = table.visualRect(table.model().index(1, 8))
    for x in (20, 48):
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(cell.left() + x, cell.center().y()))
    assert [(request.action, request.name) for request in asked] == [  # type: ignore[attr-defined]
        (Action.PAUSE, "domain-3"), (Action.DETACH, "domain-3"),
    ]  # fmt: skip


def at_the_end_of(table: QTableView, row: int, x: int) -> QPoint:
    """The place of a sign in a row of the table of domains."""
    cell = table.visualRect(table.model().index(row, 8))
    return QPoint(cell.left() + x, cell.center().y())


def test_nothing_but_a_whole_click_with_the_left_button_on_one_sign_does_it(
    qtbot: QtBot, shown: Callable[..., Open]
) -> None:
    page = shown(many(5))("domains")
    asked: list[object] = []
    page.app_state.requested.disconnect()
    page.app_state.requested.connect(asked.append)
    table, left = page.findChild(QTableView), Qt.MouseButton.LeftButton
    pause, cut_off = at_the_end_of(table, 1, 20), at_the_end_of(table, 1, 48)
    for button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
        qtbot.mouseClick(table.viewport(), button, pos=cut_off)
    qtbot.mousePress(table.viewport(), left, pos=pause)
    qtbot.mouseRelease(table.viewport(), left, pos=cut_off)
    qtbot.mousePress(table.viewport(), left, pos=at_the_end_of(table, 1, 0))
    qtbot.mouseRelease(table.viewport(), left, pos=cut_off)
    assert asked == []
    qtbot.mouseClick(table.viewport(), left, pos=cut_off)
    assert [request.name for request in asked] == ["domain-1"]  # type: ignore[attr-defined]


def test_a_row_that_moves_below_the_button_is_not_the_one_that_was_meant(
    qtbot: QtBot, shown: Callable[..., Open]
) -> None:
    """Sorted by what they receive, another domain's row is there a second later."""
    page = shown(many(5))("domains")
    state = page.app_state
    asked: list[object] = []
    state.requested.disconnect()
    state.requested.connect(asked.append)
    table, left = page.findChild(QTableView), Qt.MouseButton.LeftButton
    table.sortByColumn(6, Qt.SortOrder.DescendingOrder)

    def receive(*rates: int) -> None:
        state.traffic.history = History({number + 2: Series(0, 0, (rate,), (0,)) for number, rate in enumerate(rates)})
        page.refresh()

    receive(5000, 4000, 3000, 2000, 1000)
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))
    assert table.model().index(0, 0).data() == "domain-0"
    cut_off = at_the_end_of(table, 0, 48)
    qtbot.mousePress(table.viewport(), left, pos=cut_off)
    receive(1, 2, 3, 4, 9000)
    qtbot.mouseRelease(table.viewport(), left, pos=cut_off)
    assert {request.name for request in asked} <= {"domain-0"}  # type: ignore[attr-defined]
    # where the pointer is, rows stay in their places
    qtbot.mouseMove(table.viewport(), cut_off)
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Enter))
    first = table.model().index(0, 0).data()
    receive(5000, 4000, 3000, 2000, 1000)
    assert table.model().index(0, 0).data() == first
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))
    receive(500, 400, 3000, 200, 100)
    assert table.model().index(0, 0).data() == "domain-2"


def test_several_domains_are_asked_for_one_after_the_other(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The helper does one such thing at a time, and refuses a second one."""
    page = shown(many(3))("domains")
    calls: list[object] = []

    def do(method: str, arguments: list[object], then: Callable[[object], None]) -> None:
        calls.append((method, arguments[0]))
        then([len(calls)])

    monkeypatch.setattr("qnet_gui.tray.app.helper_actions.unsigned", lambda number: number)
    monkeypatch.setattr(page.app_state.client, "do", do)
    page.findChild(QTableView).selectAll()
    qtbot.mouseClick(buttons(page)["Cut off the network"], Qt.MouseButton.LeftButton)
    assert calls == [("DetachDomain", 2)]
    for number in (1, 2, 3):
        page.app_state.client.ended.emit(number, "", plain("done"))
    assert calls == [("DetachDomain", 2), ("DetachDomain", 3), ("DetachDomain", 4)]


@pytest.mark.parametrize("name", ["Cut off the network", "Pause"])
def test_what_was_asked_for_already_is_not_asked_for_twice(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """While a password was awaited a second click had it done again afterwards, which then could not be done."""
    page = shown(many(3))("domains")
    state = page.app_state
    calls: list[int] = []
    answers: list[Callable[[object], None]] = []

    def do(_method: str, arguments: list[int], then: Callable[[object], None]) -> None:
        calls.append(arguments[0])
        answers.append(then)

    monkeypatch.setattr("qnet_gui.tray.app.helper_actions.unsigned", lambda number: number)
    monkeypatch.setattr(state.client, "do", do)
    page.findChild(QTableView).selectAll()
    for _ in range(2):
        qtbot.mouseClick(buttons(page)[name], Qt.MouseButton.LeftButton)
    assert {request.domid for request in state.asked} == {2, 3, 4}, "who waits for another is asked for as well"
    for number in range(3):
        answers[number]([number])
        state.client.ended.emit(number, "", plain("done"))
    assert sorted(calls) == [2, 3, 4]
    assert not state.asked
    qtbot.mouseClick(buttons(page)[name], Qt.MouseButton.LeftButton)
    assert len(calls) > 3


@pytest.mark.parametrize("gone", [False, True])
def test_what_waits_for_another_is_asked_for_no_more_when_that_could_not_be(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    page = shown(many(3))("domains")
    state = page.app_state
    answers: list[Callable[[object], None]] = []
    monkeypatch.setattr(state.client, "do", lambda _method, _arguments, then: answers.append(then))
    page.findChild(QTableView).selectAll()
    qtbot.mouseClick(buttons(page)["Cut off the network"], Qt.MouseButton.LeftButton)
    if gone:
        state.client.gone.emit()
    answers[0](NotAuthorised(plain("No.")))
    assert not state.asked
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (NotFound(DomainCode.DOMAIN_ID_UNKNOWN, id=2), [2, 3, 4]),
        (Refused(DomainCode.DOM0_CONNECTED), [2, 3, 4]),
        (NotAuthorised(plain("No.")), [2]),
    ],
)
def test_one_that_cannot_be_cut_off_does_not_spare_the_others_and_one_reason_is_told_once(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, error: QnetError, asked: list[int]
) -> None:
    """A domain that had ended meanwhile kept all after it connected; sixty refusals were sixty windows."""
    page = shown(many(3))("domains")
    calls: list[int] = []
    answers: list[Callable[[object], None]] = []

    def do(_method: str, arguments: list[int], then: Callable[[object], None]) -> None:
        calls.append(arguments[0])
        answers.append(then)

    monkeypatch.setattr("qnet_gui.tray.app.helper_actions.unsigned", lambda number: number)
    monkeypatch.setattr(page.app_state.client, "do", do)
    page.findChild(QTableView).selectAll()
    qtbot.mouseClick(buttons(page)["Cut off the network"], Qt.MouseButton.LeftButton)
    while answers:
        answers.pop()(error)
    assert calls == asked
    assert len(page.app_state.dispatcher._boxes) == 1  # type: ignore[attr-defined]


def test_sixty_that_are_refused_for_one_reason_are_told_once(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(many(60))("domains")
    monkeypatch.setattr("qnet_gui.tray.app.helper_actions.unsigned", lambda number: number)
    monkeypatch.setattr(
        page.app_state.client, "do", lambda _method, _arguments, then: then(NotAuthorised(plain("No.")))
    )
    page.findChild(QTableView).selectAll()
    qtbot.mouseClick(buttons(page)["Pause"], Qt.MouseButton.LeftButton)
    (box,) = page.app_state.dispatcher._boxes.values()  # type: ignore[attr-defined]
    assert box.windowTitle().startswith("Pause domain-0")
    box.close()
    assert page.app_state.dispatcher._boxes == {}  # type: ignore[attr-defined]


def test_the_keyboard_does_not_go_to_a_dangerous_neighbour(
    qtbot: QtBot, helper: Helper, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pressed Return on *Connect dom0…* twice disconnected it again: the button went, and Qt went on."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    monkeypatch.setattr(state.client, "ask", lambda _method, _arguments, then: then([READY]))
    page = open_("upgrade")
    QApplication.setActiveWindow(page.window())
    connect, back = buttons(page)["Connect dom0…"], buttons(page)["Disconnect now"]
    connect.setFocus()
    assert connect.hasFocus()
    for snapshot in (
        up(CABLE, operation=Operation(3, "connect", "alice"), dom0=Dom0Connection(Dom0State.CONNECTING)),
        STATES["dom0"],
    ):
        state._changed(snapshot)
        assert back.isVisible()
        assert not back.hasFocus()
        assert QApplication.focusWidget() is not None


def test_where_no_package_is_listed_nothing_stands_apart(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that is hidden takes no room, nor do those beside it take its room."""
    open_ = shown(up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, 2_000_000_000, ("work",), "alice")))
    state = open_("overview").app_state
    monkeypatch.setattr(state.packages, "look", lambda: None)
    state.packages.present = True
    page = open_("upgrade")
    page.window().resize(1160, 800)
    for upgrade in (
        Upgrade(),
        begun(Upgrade(), Work.REFRESH),
        finished(failed(begun(Upgrade(), Work.REFRESH), 64, "No way."), 2),
    ):
        state.packages.upgrade = upgrade
        page.refresh()
        QApplication.processEvents()
        part = page._packages  # type: ignore[attr-defined]
        assert part.isVisible()
        assert part.height() <= max(part.layout().heightForWidth(part.width()), part.minimumSizeHint().height())


def test_failure_heads_the_page(shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch) -> None:
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    monkeypatch.setattr(state.client, "ask", lambda _method, _arguments, then: then([READY]))
    page = open_("upgrade")
    assert page._inputs != UpgradeInputs()  # type: ignore[attr-defined]
    progress = operation_progress.begun(OperationProgress(), up(CABLE, operation=Operation(3, "connect", "alice")))
    progress = operation_progress.stepped(progress, 3, "attach", "failed", plain("No card came."))
    state.progress = operation_progress.ended(progress, 3, "org.qnet.Error.Kernel", plain("No card came."))
    state.moved.emit()
    QApplication.processEvents()
    places = {
        label.text(): label.mapTo(page, QPoint(0, 0)).y() for label in page.findChildren(QLabel) if label.isVisible()
    }
    order = ["No card came.", "Attach dom0 to netvm", "For the next attempt:", "netvm is running"]
    assert sorted(order, key=places.__getitem__) == order
    assert places["No card came."] < places["dom0 has no network. That is how it should be."]


def test_it_is_freed_when_it_is_closed(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, each time; pages that were never looked at were never made."""
    open_ = shown(many(20))
    state = open_("overview").app_state
    answers = {"Preflight": [READY], "GetRoutes": [[]], "TestNames": [[]]}
    monkeypatch.setattr(state.client, "ask", lambda method, _arguments, then: then(answers.get(method, [])))
    state.dispatcher.close()  # type: ignore[attr-defined]
    senders = [
        (state, state.changed), (state, state.moved), (state.traffic, state.traffic.changed),
        (state.event_log, state.event_log.added),
    ]  # fmt: skip
    counts = []
    for _ in range(10):
        window = open_("overview").window()
        assert window.page("log") is None  # type: ignore[attr-defined]
        for name in PAGE_NAMES:
            open_(name)
        window.close()
        del window
        for _ in range(3):  # PyQt lets go of what signals are connected to one turn later
            QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
            qtbot.wait(1)
        gc.collect()
        widgets = sum(isinstance(one, QWidget) for one in gc.get_objects())
        listeners = [sender.receivers(signal) for sender, signal in senders]
        counts.append((len(QApplication.allWidgets()), widgets, listeners))
    assert counts[1:] == counts[1:2] * 9


def test_nothing_is_freed_in_the_middle_of_its_last_event(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    """Whoever forgets a window in its own signal must not be its last: Qt goes on with it for a moment."""
    open_ = shown(up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, int(time.time()) + 3600)))
    dispatcher = open_("upgrade").app_state.dispatcher  # type: ignore[attr-defined]
    page = dispatcher.window.page("upgrade")
    page._do_set_time()
    dispatcher.popup_door.toggle()
    dispatcher.screen_door.open()
    for action in (Action.ABOUT, Action.QUIT):
        dispatcher.do(ActionRequest(action))
    dispatcher._choose(ActionRequest(Action.NETVM, name="vault"))
    doors = (
        lambda: page._time_question, lambda: dispatcher.popup_door.popup, lambda: dispatcher.screen_door.window,
        *(lambda key=key: dispatcher._boxes[key] for key in [*dispatcher._boxes]), lambda: dispatcher.window,
    )  # fmt: skip
    freed: list[str] = []
    for number, window in enumerate(doors):
        name = f"{number} {type(window()).__name__}"
        window().destroyed.connect(lambda *_, name=name: freed.append(name))
        cancel = [one for one in window().findChildren(QAbstractButton) if one.text().strip("&") in ("Cancel", "OK")]
        (cancel[0].click if cancel else window().close)()
        assert freed == []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # as the loop of the applet does
    assert len(freed) == len(doors)


def test_after_twenty_openings_no_more_is_alive_than_after_five(tmp_path: Path) -> None:
    """Of all of Qt's objects, whoever has made them, and of our own."""
    homes = {name: str(tmp_path) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("live_objects.py")], capture_output=True, text=True,
        env={**os.environ, **homes, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    counts = {words[0]: tuple(map(int, words[1:])) for words in map(str.split, done.stdout.splitlines()[:2])}
    assert counts["Qt's"][0] > 0
    assert counts["ours"][0] > 0
    assert all(before == after for before, after in counts.values()), done.stdout


def test_a_row_that_wraps_frees_what_it_holds(qtbot: QtBot) -> None:
    """Qt leaves that to each layout: 35 of 88 bytes stayed of each opening of all pages."""
    window = QWidget()
    row = Flow()
    window.setLayout(row)
    row.add(QLabel("one"), QLabel("two"))
    row.addWidget(QLabel("three"))
    items = [row.itemAt(index) for index in range(row.count())]
    assert len(items) == 3
    assert all(sip.ispyowned(item) for item in items)
    held = [weakref.ref(item) for item in items]
    taken = row.takeAt(0)
    assert taken is items[0]
    del items, taken
    assert held[0]() is None
    sip.delete(window)
    del row
    gc.collect()
    assert [item() for item in held] == [None] * 3


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_row_that_wraps_begins_where_people_begin_to_read(qtbot: QtBot, mirrored: bool) -> None:
    window, row = QWidget(), Flow()
    qtbot.addWidget(window)
    window.setLayout(row)
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    shown = [QPushButton(text) for text in ("one", "two", "three")]
    row.add(*shown)
    window.resize(500, 60)
    window.show()
    qtbot.waitExposed(window).__enter__()
    places = [button.x() for button in shown]
    assert places == sorted(places, reverse=mirrored)
    assert shown[0].geometry().right() == window.width() - 1 if mirrored else shown[0].x() == 0


def test_a_row_that_wraps_outlives_a_widget_that_goes(qtbot: QtBot) -> None:
    """Whoever deletes a widget has Qt take its place out of the layout, and free it."""
    window = QWidget()
    row = Flow()
    window.setLayout(row)
    going, staying = QLabel("one"), QLabel("two")
    row.add(going, staying)
    sip.delete(going)
    assert row.count() == 1
    item = row.itemAt(0)
    assert item is not None
    assert item.widget() is staying
    window.resize(300, 40)
    window.show()
    qtbot.waitExposed(window).__enter__()
    assert staying.width() > 0
    sip.delete(window)


def test_a_share_has_a_bar_beside_it_where_there_is_room(qtbot: QtBot) -> None:
    def picture(cell: Cell, name_width: int = 60) -> QImage:
        table = Table("Packages", ("Package", "Progress"), numbers=(1,))
        qtbot.addWidget(table)
        table.put_bars(1)
        table.resize(400, 120)
        table.show_rows([("vim", cell)])
        table.setColumnWidth(0, name_width)
        table.setColumnWidth(1, 90)
        table.show()
        qtbot.waitExposed(table).__enter__()
        assert table.model().index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == cell
        return table.grab().toImage()

    bare = picture(Cell("20 %", 20))
    little, much = picture(Share("20 %", 20)), picture(Share("20 %", 80))
    assert little != bare
    assert much != bare
    assert little != much
    assert picture(Share("20 %", 20), 340) == picture(Cell("20 %", 20), 340)


def test_a_sign_is_made_once_for_each_theme(qtbot: QtBot) -> None:
    """Of each new icon Qt keeps the names of its pictures, for as long as the applet runs."""
    light, dark = QPalette(QColor("#eff0f1")), QPalette(QColor("#2a2e32"))
    keys = [sign_icon(SIGNS["log"](), palette).cacheKey() for palette in (light, dark, light, dark)]
    assert keys[:2] == keys[2:]
    assert keys[0] != keys[1]
    assert sign_icon(SIGNS["help"](), light).cacheKey() not in keys


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_on_a_row_offers_what_can_be_done_to_it(qtbot: QtBot, shown: Callable[..., Open], key: Qt.Key) -> None:
    """As it does on the map and in the popup; in a list of which nothing can be done it does nothing."""
    open_ = shown(up(CABLE))
    page = open_("domains")
    table = page.findChild(Table)
    qtbot.keyClick(table, key)
    assert not page.findChildren(QMenu)
    table.selectRow(0)
    qtbot.keyClick(table, key)
    (menu,) = (menu for menu in page.findChildren(QMenu) if menu.isVisible())
    texts = [entry.text().replace("&", "") for entry in menu.actions() if entry.text()]
    assert texts == ["Unpause", "Cut off the network", "Make it the netvm…", "Copy"]
    menu.close()
    log = open_("log")
    log.findChild(Table).selectRow(0)
    qtbot.keyClick(log.findChild(Table), key)
    assert not log.findChildren(QMenu)


def test_who_is_selected_stays_so_while_another_is_there_twice(shown: Callable[..., Open]) -> None:
    """As one is that is started again before its old life has ended: with the next rate nobody was selected."""
    page = shown(up(CABLE))("domains")
    state, (work, personal, vault) = page.app_state, up(CABLE).domains
    table = page.findChild(Table)
    table.selectRow(next(row for row in range(3) if table.model().index(row, 0).data() == "work"))
    again = dataclasses.replace(vault, id=9, uuid="other")
    for rate, domains in enumerate(((work, personal, vault, again), (work, personal, again)), 1):
        for more in (1, 2):
            state.traffic.history = History({work.id: Series(0, 0, (rate * 5000 * more,), (0,))})
            _change(page, up(CABLE, domains=domains))
            assert [domain.name for domain in page._selected()] == ["work"]  # type: ignore[attr-defined]


def test_a_life_that_is_selected_is_not_another_ones_of_that_name(shown: Callable[..., Open]) -> None:
    page = shown(up(CABLE))("domains")
    work, *others = up(CABLE).domains
    table = page.findChild(Table)
    table.selectRow(next(row for row in range(3) if table.model().index(row, 0).data() == "work"))
    _change(page, up(CABLE, domains=(dataclasses.replace(work, id=11, uuid="other"), *others)))
    assert page._selected() == []  # type: ignore[attr-defined]


def test_a_column_stays_as_wide_as_somebody_has_made_it_while_another_changes(shown: Callable[..., Open]) -> None:
    page = shown(up(CABLE))("domains")
    work, *others = up(CABLE).domains
    table = page.findChild(Table)
    table.setColumnWidth(3, 60)
    _change(page, up(CABLE, domains=(dataclasses.replace(work, name="work-with-a-long-name"), *others)))
    assert table.columnWidth(3) == 60
    assert table.columnWidth(0) > table.fontMetrics().horizontalAdvance("work-with-a-long-name")


def test_the_last_column_is_as_wide_in_a_table_that_was_hidden_before(qtbot: QtBot) -> None:
    """It is stretched while there are no rows, and gives that back."""
    widths = []
    for hidden in (False, True):
        table = Table("Packages", ("Package", "Version", "Progress"), numbers=(2,))
        qtbot.addWidget(table)
        table.resize(400, 120)
        table.setVisible(not hidden)
        table.show_rows([("W" * 20, "W" * 20, Cell("", 0))])
        table.show()
        qtbot.waitExposed(table).__enter__()
        widths.append(table.columnWidth(2))
    assert widths[0] == widths[1]


def test_other_letters_find_their_room_in_a_table(shown: Callable[..., Open]) -> None:
    table, usual = shown(up(CABLE))("domains").findChild(Table), QApplication.font()
    try:
        QApplication.setFont(QFont(usual.family(), 24))
        QApplication.processEvents()
        assert table.columnWidth(0) > table.fontMetrics().horizontalAdvance("personal")
        assert table.rowHeight(0) >= table.fontMetrics().height()
    finally:
        QApplication.setFont(usual)


def test_what_can_be_done_to_rows_is_painted_anew_when_that_changes_and_they_do_not(
    qtbot: QtBot, shown: Callable[..., Open]
) -> None:
    page = shown(up(CABLE))("domains")
    table, painted = page.findChild(Table), []

    class Watch(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's)
            if event.type() == QEvent.Type.Paint:
                painted.append(event)
            return False

    watch = Watch()
    QApplication.processEvents()
    table.viewport().installEventFilter(watch)
    for operation in (Operation(7, "detach", "alice"), Operation()):
        painted.clear()
        _change(page, up(CABLE, operation=operation))
        qtbot.waitUntil(lambda: bool(painted))


def test_of_a_log_that_is_filtered_what_is_seen_is_copied(shown: Callable[..., Open]) -> None:
    open_ = shown(up(CABLE))
    open_("overview").app_state._changed(up(WIFI))
    page = open_("log")
    assert len(page.text().splitlines()) == 2
    page.filter_field().setText("began")  # type: ignore[union-attr]
    (line,) = page.text().splitlines()
    assert "  Began to watch: Connected by cable" in line
    buttons(page)["Copy"].click()
    assert QGuiApplication.clipboard().text() == page.text()


def test_a_password_that_is_awaited_is_known_to_the_next_window_too(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who closes the window meanwhile and opens it again was offered *Connect dom0* anew."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    held: list[Callable[[Answer], None]] = []

    def call(_self: object, _parent: object, _interface: str, method: str, _arguments: object,
             then: Callable[[Answer], None], **_more: object) -> None:  # fmt: skip
        if method == "ConnectDom0":
            held.append(then)
        elif method == "Preflight":
            then(Answer([READY]))

    monkeypatch.setattr(Service, "call", call)
    buttons(open_("upgrade"))["Connect dom0…"].click()
    assert state.client.awaited == ["ConnectDom0"]
    state.dispatcher.window.close()  # type: ignore[attr-defined]
    page = open_("upgrade")
    assert not buttons(page)["Connect dom0…"].isEnabled()
    assert "a password may have been asked for" in _said(page)
    held[0](Answer(["No."], "org.xenproject.Qnet1.Error.NotAuthorised"))
    assert state.client.awaited == []
    assert buttons(page)["Connect dom0…"].isEnabled()
    assert "a password may have been asked for" not in _said(page)


def test_while_somebody_chooses_a_routing_table_the_list_stays(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    """Domains come and go meanwhile; the keyboard was led back to the first one."""

    def snapshot(names: str) -> Snapshot:
        made = (Domain(name, number, DomainState.RUNNING) for number, name in enumerate(names, 10))
        return up(CABLE, domains=tuple(made))

    page = shown(snapshot("ace"))("routes")
    choice, state = page.findChild(QComboBox), page.app_state  # type: ignore[attr-defined]
    choice.showPopup()
    view = choice.view()
    view.setCurrentIndex(choice.model().index(3, 0))
    for now, chosen in (("ace", "c"), ("abce", "c"), ("bcd", "c"), ("bbcd", "c"), ("dcbb", ""), ("d", "")):
        state.snapshot = snapshot(now)
        state.changed.emit()
        assert [choice.itemData(row) for row in range(choice.count())] == ["netvm", "dom0", *now]
        assert view.isVisible()
        assert not chosen or view.currentIndex().data(Qt.ItemDataRole.UserRole) == chosen
        assert choice.currentData() == "netvm"
    choice.hidePopup()


@pytest.mark.parametrize("name", ["names", "routes"])
def test_what_is_being_applied_is_not_offered_again(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The next snapshot enabled the button, be it that the password was still awaited; and so did a new window."""
    open_ = shown(up(CABLE))
    page = open_(name)
    state = page.app_state  # type: ignore[attr-defined]
    held: list[Callable[[Answer], None]] = []

    def call(_self: object, _parent: object, _interface: str, method: str, _arguments: object,
             then: Callable[[Answer], None], **_more: object) -> None:  # fmt: skip
        if method == "Reapply":
            held.append(then)

    monkeypatch.setattr(Service, "call", call)
    buttons(page)["Apply again"].click()
    state.changed.emit()
    assert not buttons(page)["Apply again"].isEnabled()
    state.dispatcher.window.close()
    page = open_(name)
    assert not buttons(page)["Apply again"].isEnabled()
    held[0](Answer())
    assert buttons(page)["Apply again"].isEnabled()
    netvm = dataclasses.replace(up(CABLE).netvm, state=NetvmState.ABSENT)
    state.snapshot = dataclasses.replace(up(CABLE), netvm=netvm)
    state.changed.emit()
    assert not buttons(page)["Apply again"].isEnabled()


@pytest.mark.parametrize("away", [False, True])
def test_what_stands_in_the_way_is_asked_for_again_when_there_was_no_answer(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    """The helper had ended in the middle, or was slow once; back again it said all that it had said before."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    asked: list[Callable[[object], None]] = []
    monkeypatch.setattr(state.client, "ask", lambda _method, _arguments, then: asked.append(then))
    page = open_("upgrade")
    count = len(asked)
    asked[-1](NoAnswer(HelperCode.HELPER_SILENT))
    state.traffic.changed.emit(History())
    assert len(asked) == count, "not without end"
    assert not buttons(page)["Connect dom0…"].isEnabled()
    for snapshot in (None, up(CABLE)) if away else (up(CABLE),):
        _change(page, snapshot)
    assert len(asked) == count + 1
    asked[-1]([{**READY, "minutes": 90}])
    assert buttons(page)["Connect dom0…"].isEnabled()
    assert page.findChild(QSpinBox).value() == 90
    _change(page, up(CABLE))
    assert len(asked) == count + 1
    page.findChild(QSpinBox).setValue(7)
    _change(page, up(WIFI))
    asked[-1](NoAnswer(HelperCode.HELPER_SILENT))
    _change(page, up(OTHER))
    asked[-1]([{**READY, "minutes": 90}])
    assert page.findChild(QSpinBox).value() == 7, "what somebody has chosen stays"


def test_minutes_that_somebody_has_chosen_stay_when_he_looks_again(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By F5, by another page in between, and when the first answer comes while he is writing."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    asked: list[Callable[[object], None]] = []
    monkeypatch.setattr(state.client, "ask", lambda method, _, then: asked.append(then) if method == "Preflight" else 0)
    page = open_("upgrade")
    minutes = page.findChild(QSpinBox)
    minutes.setValue(120)
    asked[-1]([{**READY, "minutes": 90}])
    assert minutes.value() == 120
    qtbot.keyClick(page.window(), Qt.Key.Key_F5)
    asked[-1]([{**READY, "minutes": 90}])
    open_("log")
    open_("upgrade")
    asked[-1]([{**READY, "minutes": 90}])
    assert minutes.value() == 120


def test_while_an_answer_is_awaited_nobody_is_asked_again(
    shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks at another page while somebody types a password, and comes back, was offered *Connect dom0* anew."""
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    answers: list[Callable[[object], None]] = []
    monkeypatch.setattr(state.client, "ask", lambda _method, _arguments, then: then([READY]))
    monkeypatch.setattr(state.client, "do", lambda _method, _arguments, then: answers.append(then))
    page = open_("upgrade")
    buttons(page)["Connect dom0…"].click()
    for again in (lambda: open_("log") and open_("upgrade"), page.again):
        again()
        assert not buttons(page)["Connect dom0…"].isEnabled()
        assert "a password may have been asked for" in _said(page)
    (answer,) = answers
    answer(NotAuthorised(plain("No.")))
    assert buttons(page)["Connect dom0…"].isEnabled()
    assert "No." in _said(page)


@pytest.mark.parametrize(("name", "kind"), [("overview", QLabel), ("names", QLabel), ("domains", QLineEdit)])
def test_wherever_the_keyboard_is_the_page_is_copied_when_nothing_is_selected(
    qtbot: QtBot, shown: Callable[..., Open], name: str, kind: type[QWidget]
) -> None:
    """A text that somebody has clicked on, or a field, in which nothing is selected took the key for itself."""
    page = shown(up(CABLE))(name)
    widget = next(one for one in page.findChildren(kind) if one.isVisible() and one.focusPolicy() & Qt.ClickFocus)
    _focused(qtbot, page, widget)
    control = Qt.KeyboardModifier.ControlModifier
    QGuiApplication.clipboard().setText("before")
    qtbot.keyClick(widget, Qt.Key.Key_C, control)
    assert QGuiApplication.clipboard().text() == page.text()
    if isinstance(widget, QLabel):
        widget.setSelection(0, 3)
        qtbot.keyClick(widget, Qt.Key.Key_C, control)
        assert QGuiApplication.clipboard().text() == widget.text()[:3]
    elif isinstance(widget, QLineEdit):
        qtbot.keyClicks(widget, "work")
        widget.setSelection(0, 3)
        qtbot.keyClick(widget, Qt.Key.Key_C, control)
        assert QGuiApplication.clipboard().text() == "wor"


def test_a_page_is_copied_as_it_was_said_though_there_is_no_list_on_it(
    qtbot: QtBot, shown: Callable[..., Open]
) -> None:
    """An empty list took away what was on the clipboard, and `AT&T` had lost its sign."""
    wifi = dataclasses.replace(WIFI, ssid="AT&T", connection="AT&T")
    open_ = shown(up(wifi))
    for name in ("domains", "routes", "names"):
        page = open_(name)
        _change(page, None)
        page.window().setFocus()
        QGuiApplication.clipboard().setText("before")
        qtbot.keyClick(page.window(), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert "The network helper is not running." in QGuiApplication.clipboard().text()
        _change(page, up(wifi))
    page = open_("upgrade")
    page._answered([READY])  # type: ignore[attr-defined]
    assert "AT&T (Wi-Fi)" in page.text()
    assert "More time" not in page.text()


def test_an_answer_that_comes_after_the_window_was_closed_is_nobodys(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = shown(up(CABLE))
    state = open_("overview").app_state
    late: dict[str, Callable[[object], None]] = {}
    monkeypatch.setattr(state.client, "ask", lambda method, _arguments, then: late.setdefault(method, then))
    window = open_("routes").window()
    open_("names")
    open_("upgrade")
    assert set(late) >= {"GetRoutes", "TestNames", "Preflight"}
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
    for answer in late.values():
        answer([[]])


def test_a_narrow_window_has_a_narrow_sidebar_that_can_be_heard(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    window = shown(up(CABLE))("overview").window()
    sidebar = window._sidebar  # type: ignore[attr-defined]
    for width, text in ((1000, "Domains"), (600, ""), (1000, "Domains")):
        window.resize(width, 500)
        assert sidebar.item(1).text() == text
        assert sidebar.item(1).data(Qt.ItemDataRole.AccessibleTextRole) == "Domains"


@pytest.mark.parametrize(("points", "text"), [(10, "Domains"), (24, "")])
def test_so_it_has_where_its_letters_would_leave_the_page_too_little(
    qtbot: QtBot, shown: Callable[..., Open], points: int, text: str
) -> None:
    """On a small screen in letters of 24 points a page was cut at its side, and a third of it was the sidebar's."""
    open_, usual = shown(up(CABLE)), QApplication.font()
    window = open_("overview").window()
    window.resize(1024, 600)
    try:
        QApplication.setFont(QFont(usual.family(), points))
        assert window._sidebar.item(1).text() == text  # type: ignore[attr-defined]
        for name in ("overview", "upgrade", "domains", "names"):
            area = open_(name).parentWidget().parentWidget()
            QApplication.processEvents()
            assert not area.horizontalScrollBar().isVisible(), name  # type: ignore[attr-defined]
    finally:
        QApplication.setFont(usual)


def test_escape_in_a_filter_closes_the_window_only_when_it_is_empty(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    window = shown(up(CABLE))("domains").window()
    field = window.findChild(QLineEdit)
    field.setText("x")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert field.text() == ""
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not window.isVisible()


@pytest.mark.parametrize(
    ("name", "kind"), [("settings", QSpinBox), ("upgrade", QSpinBox), ("routes", QComboBox)]
)  # fmt: skip
def test_whoever_scrolls_a_page_changes_nothing_that_comes_below_the_pointer(
    qtbot: QtBot, shown: Callable[..., Open], name: str, kind: type[QSpinBox] | type[QComboBox]
) -> None:
    """The minutes for which dom0 is connected, for one; who is in a field means the field."""
    page = shown(up(CABLE))(name)
    if name == "upgrade":
        page._answered([READY])  # type: ignore[attr-defined]
    field = page.findChild(kind)
    assert field is not None
    qtbot.waitUntil(field.isVisible)

    def value() -> int:
        return field.value() if isinstance(field, QSpinBox) else field.currentIndex()

    def turn() -> bool:
        """Whether the field takes it, so that the page does not."""
        place = QPointF(field.rect().center())
        where = QPointF(field.mapToGlobal(field.rect().center()))
        none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
        event = QWheelEvent(place, where, QPoint(), QPoint(0, -120), *none)
        QApplication.sendEvent(field, event)
        return event.isAccepted()

    page.window().setFocus()
    before = value()
    assert not turn()
    assert value() == before
    assert not field.hasFocus()
    _focused(qtbot, page, field)
    if isinstance(field, QSpinBox):
        field.setValue(before + 5)
        before = field.value()
    assert turn()
    assert value() != before


def test_settings_that_were_changed_by_hand_are_seen(shown: Callable[..., Open], tmp_path: Path) -> None:
    """While the page is open; and what is chosen then takes nothing of it away."""
    page = shown(up(CABLE))("settings")
    file = tmp_path / "config/qnet/tray.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[upgrade]\nminutes=77\ncommand=mine\n")
    page.again()
    minutes = page.findChild(QSpinBox)
    assert minutes.value() == 77
    assert "mine" in [one.text() for one in page.findChildren(QLineEdit)]
    minutes.setValue(5)
    assert "command=mine" in file.read_text()


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("mine", "mine"), ('"sh -c \'a, b\'"', "sh -c 'a, b'"), ("sh -c 'a, b'", ""), ("@Variant(\\0)", ""),
        ("@ByteArray(abc)", ""), ("@Invalid()", ""),
    ],
)  # fmt: skip
def test_a_command_of_which_qt_makes_something_else_is_none(
    shown: Callable[..., Open], tmp_path: Path, written: str, command: str
) -> None:
    """Without quotes one that has a comma is a list of texts to Qt; it was run as Python writes that."""
    page = shown(up(CABLE))("settings")
    file = tmp_path / "config/qnet/tray.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"[upgrade]\nminutes=1, 2\ncommand={written}\n[notify]\nnames=false, x\n[place]\nwindow=a, b\n")
    page.again()
    settings = page.app_state.settings
    assert (settings.command, settings.minutes, settings.place("window")) == (command, 0, None)


def test_settings_that_cannot_be_kept_are_told_where_they_are_chosen(
    shown: Callable[..., Open], tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "config").touch()
    page = shown(up(CABLE))("settings")
    box = next(box for box in page.findChildren(QCheckBox) if "Names" in without_keys(box.text()))
    told = [label for label in page.findChildren(QLabel) if "cannot be kept" in unbroken(label.text())]
    assert not told
    box.click()
    told = [label for label in page.findChildren(QLabel) if "cannot be kept" in unbroken(label.text())]
    assert [label.isVisible() for label in told] == [True]
    (tmp_path / "config").unlink()
    box.click()
    assert not told[0].isVisible()


def _cures(*names: str) -> tuple[Button, ...]:
    return tuple(Button(name, ActionRequest(Action.REAPPLY, name=name), "view-refresh") for name in names)


def test_a_cure_that_is_held_stays_while_others_come_and_go(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the button down, or the keyboard on it, means that one."""
    page = shown(up(CABLE, problems=(Problem(ProblemCode.NO_DNS),)))("overview")
    asked: list[ActionRequest] = []
    page.app_state.requested.disconnect()
    page.app_state.requested.connect(asked.append)
    cures: Any = page._cures  # type: ignore[attr-defined]
    cures.show_buttons(_cures("one"))
    held = buttons(cures)["one"]
    QApplication.setActiveWindow(page.window())
    qtbot.waitUntil(held.isVisible)
    held.setFocus()
    qtbot.mousePress(held, Qt.MouseButton.LeftButton)
    for names in (("zero", "one"), ("one", "two"), ("one",), ("zero", "one", "two")):
        cures.show_buttons(_cures(*names))
        qtbot.waitUntil(
            lambda names=names: {name for name, made in buttons(cures).items() if made.isVisible()} == {*names}
        )
        made = [button for button in buttons(cures).values() if button.isVisible()]
        assert [without_keys(one.text()) for one in sorted(made, key=lambda one: one.x())] == [*names]
        assert held in made
        assert QApplication.focusWidget() is held
    qtbot.mouseRelease(held, Qt.MouseButton.LeftButton)
    assert [request.name for request in asked] == ["one"]


def test_a_cure_that_goes_leaves_the_keyboard_to_no_other(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    page = shown(up(CABLE, problems=(Problem(ProblemCode.NO_DNS),)))("overview")
    cures: Any = page._cures  # type: ignore[attr-defined]
    cures.show_buttons(_cures("one", "two"))
    QApplication.setActiveWindow(page.window())
    qtbot.waitUntil(buttons(cures)["one"].isVisible)
    buttons(cures)["one"].setFocus()
    assert QApplication.focusWidget() is buttons(cures)["one"]
    cures.show_buttons(_cures("two"))
    focused = cures.window().focusWidget()
    assert not isinstance(focused, QAbstractButton)


def _focused(qtbot: QtBot, page: Page, widget: QWidget) -> None:
    QApplication.setActiveWindow(page.window())
    qtbot.waitUntil(widget.isVisible)
    widget.setFocus()
    assert QApplication.focusWidget() is widget


def _nobody_is_hit() -> bool:
    """Whether Return and Space do nothing where the keyboard is now."""
    QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
    QApplication.processEvents()
    return not isinstance(QApplication.focusWidget(), QAbstractButton)


def _change(page: Page, snapshot: Snapshot | None) -> None:
    _change_of(page.app_state, snapshot)


def _change_of(state: AppState, snapshot: Snapshot | None) -> None:
    state.snapshot = snapshot
    state.changed.emit()


@pytest.mark.parametrize("change", ["helper-away", "domain-gone"])
def test_a_node_that_goes_leaves_the_keyboard_to_no_button(
    qtbot: QtBot, shown: Callable[..., Open], change: str
) -> None:
    problem = up(CABLE, problems=(Problem(ProblemCode.NO_DNS),))
    page = shown(up(CABLE))("overview")
    _change(page, problem)  # its cures come behind the map, for Tab
    _focused(qtbot, page, next(one for one in page.findChildren(NodeButton) if one.node.name == "work"))
    _change(page, None if change == "helper-away" else dataclasses.replace(problem, domains=()))
    assert _nobody_is_hit()


@pytest.mark.parametrize(("before", "after"), [("wired", "connecting"), ("dom0", "closing"), ("dom0", "connecting")])
def test_the_minutes_leave_the_keyboard_to_no_button(
    qtbot: QtBot, shown: Callable[..., Open], before: str, after: str
) -> None:
    page = shown(STATES[before])("upgrade")
    page._answered([READY])  # type: ignore[attr-defined]
    _focused(qtbot, page, page.findChild(QSpinBox))
    connection = Dom0Connection(Dom0State(after))
    _change(page, up(CABLE, dom0=connection, operation=Operation(3, "connect", "alice")))
    assert not page.findChild(QSpinBox).isVisible()
    assert _nobody_is_hit()


def test_the_list_of_packages_leaves_the_keyboard_to_no_button(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    page = shown(STATES["dom0"])("upgrade")
    packages = page.app_state.packages
    packages.present = True
    packages._take(Upgrade(Stage.READY, packages=(Package("vim;9;amd64;deb"),)))
    _focused(qtbot, page, page.findChild(QTableView))
    packages._take(begun(packages.upgrade, Work.REFRESH))
    assert not page.findChild(QTableView).isVisible()
    assert _nobody_is_hit()


def test_what_cannot_be_used_any_more_leaves_the_keyboard_to_no_button(
    qtbot: QtBot, shown: Callable[..., Open]
) -> None:
    page = shown(up(CABLE))("domains")
    table = page.findChild(Table)
    table.selectRow(0)
    pause = next(made for made in buttons(page).values() if made.isEnabled())
    _focused(qtbot, page, pause)
    _change(page, STATES["dom0"])
    assert not pause.isEnabled()
    assert _nobody_is_hit()


@pytest.mark.parametrize("place", ["above", "in the row"])
def test_a_click_on_a_domain_that_has_begun_does_nothing_else(
    qtbot: QtBot, shown: Callable[..., Open], place: str
) -> None:
    """Somebody else pauses it while the button is down: the click would let it go on then."""
    work, *others = up(CABLE).domains
    page = shown(up(CABLE))("domains")
    asked: list[ActionRequest] = []
    page.app_state.requested.disconnect()
    page.app_state.requested.connect(asked.append)
    table = page.findChild(Table)
    row = next(row for row in range(table.model().rowCount()) if table.model().index(row, 0).data() == "work")
    table.selectRow(row)
    qtbot.waitUntil(table.isVisible)
    if place == "above":
        target: QWidget = page._buttons["pause"]  # type: ignore[attr-defined]
        where = target.rect().center()
    else:
        target = table.viewport()
        cell = table.visualRect(table.model().index(row, table.model().columnCount() - 1))
        where = QPoint(cell.left() + 20, cell.center().y())
    qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=where)
    _change(page, up(CABLE, domains=(dataclasses.replace(work, state=DomainState.PAUSED), *others)))
    qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=where)
    assert asked == []
    qtbot.mouseClick(target, Qt.MouseButton.LeftButton, pos=where)
    assert [request.action for request in asked] == [Action.UNPAUSE]
