"""The netvm is started, restarted and stopped from the map; who would be without a network is asked for before."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot
from test_tray_window import node_buttons
from test_tray_windows import Open, shown
from tray_shared import CABLE, DOMAINS, up

from qnet_gui.model.domain import Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.tray.app.action_dispatcher import ActionDispatcher
from qnet_gui.tray.pages import netvm
from qnet_gui.tray.qt import QMenu, QMessageBox, QPushButton, Qt
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import Action, ActionRequest

__all__ = ["shown"]  # the fixture

GONE = Snapshot(Netvm("netvm"), problems=(Problem(ProblemCode.NO_NETVM),))
RESTART = ActionRequest(Action.RESTART_NETVM, name="netvm")


@pytest.mark.parametrize(
    ("snapshot", "offered", "why"),
    [
        (up(CABLE), ["Restart…", "Stop…"], ""),
        (GONE, ["Start"], ""),
        (dataclasses.replace(up(CABLE), netvm=Netvm("netvm", 1, NetvmState.STARTING)), ["Restart…", "Stop…"], ""),
        (
            dataclasses.replace(up(CABLE), netvm=Netvm("netvm", 1, NetvmState.PAUSED)), ["Restart…", "Stop…"],
            "netvm is paused. Unpause it.",
        ),
        (
            up(CABLE, dom0=Dom0Connection(Dom0State.OPEN)), ["Restart…", "Stop…"],
            "While dom0 is connected, all domains stay as they are.",
        ),
        (dataclasses.replace(up(CABLE), netvm=Netvm("dom0", 0, NetvmState.RUNNING)), [], ""),
    ],
)  # fmt: skip
def test_what_is_offered(snapshot: Snapshot, offered: list[str], why: str) -> None:
    choices = netvm.choices(snapshot)
    assert [choice.text for choice in choices] == offered
    assert {choice.why for choice in choices} <= {why}


def test_who_would_be_without_a_network_is_named_as_far_as_there_is_room() -> None:
    assert netvm.served(up(CABLE)) == ("work", "personal")
    assert netvm.without_network(("work", "personal")) == "Without a network then: work and personal."
    assert netvm.without_network(tuple("abcdef")) == "6 domains have no network then."


def test_the_map_offers_it_by_the_keyboard(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    page = shown(up(CABLE))("overview")
    qtbot.keyClick(node_buttons(page)["netvm"], Qt.Key.Key_Return)
    menu = next(menu for menu in page.findChildren(QMenu) if menu.isVisible())
    texts = [entry.text().replace("&", "") for entry in menu.actions() if entry.text()]
    assert texts == ["Restart…", "Stop…", "Show more"]
    asked: list[object] = []
    page.app_state.requested.disconnect()
    page.app_state.requested.connect(asked.append)
    menu.actions()[0].trigger()
    assert asked == [RESTART]
    menu.close()


@pytest.fixture
def calls(app_state: Callable[[str], AppState], system_bus: str) -> tuple[ActionDispatcher, list[str]]:
    """An applet, and what it asks the helper for."""
    state = app_state(system_bus)
    made: list[str] = []
    state.client.do = lambda method, _arguments, then: (made.append(method), then([1]))  # type: ignore[method-assign]
    return state.dispatcher, made  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("action", "method"), [(Action.RESTART_NETVM, "RestartNetvm"), (Action.STOP_NETVM, "StopNetvm")]
)
def test_nobody_loses_the_network_unasked(
    qtbot: QtBot, calls: tuple[ActionDispatcher, list[str]], action: Action, method: str
) -> None:
    dispatcher, made = calls
    dispatcher._app_state.snapshot = up(CABLE)
    request = ActionRequest(action, name="netvm")
    for answer, asked in ((1, []), (0, [method])):
        dispatcher.do(request)
        assert made == []
        (box,) = (box for box in dispatcher._boxes.values() if isinstance(box, QMessageBox))
        assert box.informativeText() == "Without a network then: work and personal."
        buttons = box.findChildren(QPushButton)
        assert box.defaultButton().text().replace("&", "") == "Cancel"
        chosen = [box.buttons()[at] for at in range(2)]
        assert set(chosen) == set(buttons)
        by_text = {button.text().replace("&", "") == "Cancel": button for button in buttons}
        qtbot.mouseClick(by_text[bool(answer)], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not dispatcher._boxes)
        assert made == asked


def test_where_nobody_would_it_is_done_at_once(calls: tuple[ActionDispatcher, list[str]]) -> None:
    dispatcher, made = calls
    apart = dataclasses.replace(DOMAINS[0], vif="", netvm="")
    other = Domain("other", 9, DomainState.RUNNING, None, "vif9.0", "netvm2")
    dispatcher._app_state.snapshot = up(CABLE, domains=(apart, other))
    dispatcher.do(RESTART)
    assert made == ["RestartNetvm"]
