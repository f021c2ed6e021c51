"""The end of a desktop session while dom0 is connected: who is asked, and what becomes of the answers."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, Helper, up

from qnet_gui.model.clock import clock
from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.package_upgrade.packages import Stage, Upgrade
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.tray.app.logout import Logout
from qnet_gui.tray.qt import QApplication, QLabel, QMessageBox, QObject, QPushButton, QTimer, pyqtSignal
from qnet_gui.tray.session import language
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.access_keys import without_keys
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.window.questions import leave_connected
from qnet_gui.tray.window.time_question import TimeQuestion

OPEN = up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, int(time.time()) + 3600, ("work",), "alice"))
DISCONNECT, STAY, CANCEL = "Disconnect and log out", "Log out, and leave it connected", "Cancel"


class Manager:
    """What Qt gives to whoever may have something against the end."""

    def __init__(self, allows: bool = True) -> None:
        self._allows = allows
        self.cancelled = self.released = False

    def allowsInteraction(self) -> bool:  # noqa: N802 (Qt's)
        return self._allows

    def cancel(self) -> None:
        self.cancelled = True

    def release(self) -> None:
        self.released = True


class Client(QObject):
    """The helper: what becomes of a call is up to the test."""

    ended = pyqtSignal(int, str, object)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.then: Callable[[], QnetError | None] = lambda: None

    def do(self, method: str, _arguments: Sequence[object], then: Callable[[Any], None]) -> None:
        self.calls.append(method)
        if error := self.then():
            QTimer.singleShot(0, lambda: then(error))  # no answer comes before the call is over


class State(QObject):
    """The app state, with this snapshot."""

    changed = pyqtSignal()
    requested = pyqtSignal(object)

    def __init__(self, snapshot: Snapshot | None, in_doubt: bool = False) -> None:
        super().__init__()
        self.snapshot, self.in_doubt, self.unreadable = snapshot, in_doubt, False
        self.client = Client()
        self.packages = SimpleNamespace(upgrade=Upgrade())

    @property
    def connected(self) -> bool:
        return self.snapshot is not None and self.snapshot.dom0.state is not Dom0State.CLOSED

    @property
    def may_be_connected(self) -> bool:
        return self.connected or self.in_doubt

    def close(self) -> None:
        self.snapshot, self.in_doubt = up(CABLE), False
        self.changed.emit()


def session_ends(state: State, manager: Manager) -> None:
    Logout(state).session_ends(manager)  # type: ignore[arg-type]


def answer(qtbot: QtBot, button: str) -> list[str]:
    """Click as soon as somebody asks; gives what was asked then."""
    asked: list[str] = []

    def click() -> None:
        boxes = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMessageBox)]
        for box in boxes:
            if box.isVisible():
                asked.append(f"{box.text()} {box.informativeText()}")
                next(one for one in box.buttons() if one.text() == button).click()
                return
        QTimer.singleShot(10, click)

    QTimer.singleShot(0, click)
    return asked


@pytest.mark.parametrize("snapshot", [None, up(CABLE)])
def test_nobody_is_asked_while_dom0_has_no_network(qtbot: QtBot, snapshot: Snapshot | None) -> None:
    manager = Manager()
    session_ends(State(snapshot), manager)
    assert not manager.cancelled


def test_without_leave_to_ask_it_is_logged(qtbot: QtBot, log_guard: Any) -> None:
    log_guard.expect("nobody may be asked")
    manager = Manager(allows=False)
    session_ends(State(OPEN), manager)
    assert not manager.cancelled


@pytest.mark.parametrize(("button", "cancelled"), [(STAY, False), (CANCEL, True)])
def test_it_is_left_connected_or_the_logout_is_called_off(qtbot: QtBot, button: str, cancelled: bool) -> None:
    asked, manager, state = answer(qtbot, button), Manager(), State(OPEN)
    session_ends(state, manager)
    assert asked == [
        f"dom0 is connected to the network until {clock(OPEN.dom0.until)}. Without this applet nothing on the screen "
        "says so. At that time it is disconnected by itself."
    ]
    assert (manager.cancelled, manager.released, state.client.calls) == (cancelled, True, [])


DOUBT = (
    "dom0 may still be connected to the network. It was when that was known last. As long as the helper is away nothing"
    " disconnects it before its time is over. Without this applet nothing on the screen says so."
)


@pytest.mark.parametrize(("button", "cancelled"), [(STAY, False), (CANCEL, True)])
def test_while_nobody_knows_whether_it_is_connected_it_is_asked_too(qtbot: QtBot, button: str, cancelled: bool) -> None:
    """The helper has gone while dom0 was connected: the session ended without a word."""
    asked, manager, state = answer(qtbot, button), Manager(), State(None, in_doubt=True)
    session_ends(state, manager)
    assert asked == [DOUBT]
    assert (manager.cancelled, manager.released, state.client.calls) == (cancelled, True, [])


def test_it_is_disconnected_first(qtbot: QtBot) -> None:
    answer(qtbot, DISCONNECT)
    manager, state = Manager(), State(OPEN)

    def then() -> None:
        QTimer.singleShot(50, state.close)

    state.client.then = then
    session_ends(state, manager)
    assert not state.connected
    assert (manager.cancelled, manager.released, state.client.calls) == (False, True, ["DisconnectDom0"])


def test_what_cannot_be_disconnected_calls_the_logout_off(qtbot: QtBot) -> None:
    def fails_later(state: State) -> None:
        QTimer.singleShot(50, lambda: state.client.ended.emit(4, "org.qnet.Error.Stuck", plain("It is stuck.")))

    for then in (lambda _: Refused(plain("You may not.")), fails_later):
        answer(qtbot, DISCONNECT)
        manager, state = Manager(), State(OPEN)
        state.client.then = lambda then=then, state=state: then(state)  # type: ignore[misc]
        session_ends(state, manager)
        assert manager.cancelled
        assert manager.released


@pytest.mark.parametrize("twelve", [False, True])
def test_a_time_of_day_is_the_next_one(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, twelve: bool) -> None:
    monkeypatch.setattr(language, "has_twelve_hours", lambda: twelve)
    chosen: list[int] = []
    until = int(time.time()) + 7200
    question = TimeQuestion(until, chosen.append)
    qtbot.addWidget(question)
    question._confirmed()
    assert [moment // 60 for moment in chosen] == [until // 60]


def test_a_time_that_has_passed_while_it_was_looked_at_is_not_taken_for_tomorrow(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads "until 10:30" at 10:31 and confirms it does not mean a day."""
    now, chosen = [1_795_000_000.0], list[int]()
    monkeypatch.setattr(time, "time", lambda: now[0])
    question = TimeQuestion(int(now[0]) // 60 * 60 + 120, chosen.append)
    qtbot.addWidget(question)
    question.show()
    confirm = next(made for made in question.findChildren(QPushButton) if made.isDefault())
    said = [label.text() for label in question.findChildren(QLabel)]
    now[0] += 300
    confirm.click()
    assert chosen == []
    assert question.isVisible()
    assert [label.text() for label in question.findChildren(QLabel)] != said, "it says now what it would be"
    confirm.click()
    assert [round(until - now[0]) // 3600 for until in chosen] == [23]


def test_who_could_not_quit_is_not_ended_later(
    qtbot: QtBot, helper: Helper, system_bus: str, app_state: Callable[[str], AppState], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not be disconnected, and whoever wanted to quit looks into that; at the deadline the applet went."""
    helper.publish(OPEN)
    state: Any = app_state(system_bus)
    qtbot.waitUntil(lambda: state.snapshot == OPEN)
    left: list[bool] = []
    state.dispatcher.leave.connect(lambda: left.append(True))
    monkeypatch.setattr(state.client, "do", lambda _method, _arguments, then: then([3]))
    state.dispatcher._disconnect_and_leave()
    state.client.ended.emit(3, "org.qnet.Error.Stuck", plain("It is stuck."))
    closed = up(CABLE)
    helper.publish(closed)
    qtbot.waitUntil(lambda: state.snapshot == closed)
    assert not left
    helper.publish(OPEN)
    qtbot.waitUntil(lambda: state.snapshot == OPEN)
    state.dispatcher._disconnect_and_leave()
    helper.publish(closed)
    qtbot.waitUntil(lambda: bool(left))


@pytest.mark.parametrize(
    ("state", "problems", "text"),
    [
        (Dom0State.CONNECTING, (), "Connecting dom0 to the network…"),
        (Dom0State.CLOSING, (), "Disconnecting dom0 from the network…"),
        (Dom0State.CLOSING, (Problem(ProblemCode.DOM0_STUCK),), Problem(ProblemCode.DOM0_STUCK).sentence),
    ],
)
def test_a_connection_that_ends_at_no_time_is_not_said_to(
    qtbot: QtBot, state: Dom0State, problems: tuple[Problem, ...], text: str
) -> None:
    """Its deadline may be long past."""
    asked, manager = answer(qtbot, CANCEL), Manager()
    session_ends(State(up(CABLE, dom0=Dom0Connection(state, 1_700_000_000), problems=problems)), manager)
    assert asked == [f"{text} Without this applet nothing on the screen says so."]


@pytest.mark.parametrize(
    ("stage", "said"), [(Stage.DOWNLOADING, "fails without"), (Stage.INSTALLING, "goes on"), (Stage.READY, "")]
)
def test_what_becomes_of_an_upgrade_is_said(qtbot: QtBot, stage: Stage, said: str) -> None:
    box = leave_connected(OPEN, True, lambda: None, lambda: None, stage)
    qtbot.addWidget(box)
    assert said in box.informativeText()
    assert ("Packages" in box.informativeText()) == bool(said)


@pytest.fixture
def connected(qtbot: QtBot, helper: Helper, system_bus: str, app_state: Callable[[str], AppState]) -> Any:
    """What the parts of an applet share that knows that dom0 is connected."""
    helper.publish(OPEN)
    state: Any = app_state(system_bus)
    qtbot.waitUntil(lambda: state.snapshot == OPEN)
    return state


def test_a_question_that_is_settled_is_asked_no_longer(qtbot: QtBot, helper: Helper, connected: Any) -> None:
    """Somebody extends the time while it is on the screen; then dom0 is disconnected, and nothing is left to ask."""
    state = connected
    left: list[bool] = []
    state.dispatcher.leave.connect(lambda: left.append(True))
    state.dispatcher.do(ActionRequest(Action.QUIT))
    (box,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox) and one.isVisible())
    longer = up(CABLE, dom0=dataclasses.replace(OPEN.dom0, until=OPEN.dom0.until + 1800))
    helper.publish(longer)
    qtbot.waitUntil(lambda: state.snapshot == longer)
    assert box.text() == f"dom0 is connected to the network until {clock(longer.dom0.until)}."
    assert not left
    helper.publish(up(CABLE))
    qtbot.waitUntil(lambda: bool(left))


def test_a_logout_needs_no_answer_when_dom0_is_disconnected_meanwhile(qtbot: QtBot) -> None:
    manager, state = Manager(), State(OPEN)
    QTimer.singleShot(50, state.close)
    session_ends(state, manager)
    assert (manager.cancelled, manager.released, state.client.calls) == (False, True, [])


def test_the_time_is_not_asked_for_when_it_is_over(qtbot: QtBot, helper: Helper, connected: Any) -> None:
    """The question says until when dom0 stays connected, which it does not any more."""
    state = connected
    state.open_page("upgrade")
    page = state.dispatcher.window.page("upgrade")
    next(one for one in page.findChildren(QPushButton) if without_keys(one.text()) == "Disconnect at…").click()

    def asked() -> list[TimeQuestion]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, TimeQuestion) and one.isVisible()]

    assert len(asked()) == 1
    helper.publish(up(CABLE))
    qtbot.waitUntil(lambda: asked() == [])


def test_whoever_quits_is_asked_though_the_helper_has_gone(
    qtbot: QtBot, helper: Helper, connected: Any, log_guard: Any
) -> None:
    """What cannot be done now is not offered; when the helper is back, all is as it was."""
    state = connected
    left: list[bool] = []
    state.dispatcher.leave.connect(lambda: left.append(True))
    state.client.changed.emit(None)
    state.dispatcher.do(ActionRequest(Action.QUIT))
    (box,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox) and one.isVisible())
    back = next(one for one in box.buttons() if without_keys(one.text()) == "Disconnect and quit")
    assert f"{box.text()} {box.informativeText()}" == DOUBT
    assert not back.isEnabled()
    assert not left
    state.client.changed.emit(OPEN)
    assert box.text() == f"dom0 is connected to the network until {clock(OPEN.dom0.until)}."
    assert back.isEnabled()
    state.client.changed.emit(None)
    assert not back.isEnabled()
    state.client.changed.emit(up(CABLE))
    assert left
