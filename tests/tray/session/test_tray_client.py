"""The client against a real bus, on which a stand-in for the helper publishes real snapshots at the real interface."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, OTHER, STATES, WIFI, Helper, up

from qnet_gui.model.errors import Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Snapshot, to_wire
from qnet_gui.model.wire.answers import HelperAway
from qnet_gui.tray.pages import overview
from qnet_gui.tray.pages.upgrade import UpgradeInputs, upgrade
from qnet_gui.tray.qt import QDBusConnection, QDBusPendingCallWatcher
from qnet_gui.tray.session import language
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.state.cures import messages
from qnet_gui.tray.state.menu import Action

_numbers = itertools.count()
Snapshots = list[Snapshot | None]


@pytest.fixture
def connect(qtbot: QtBot, system_bus: str) -> Iterator[Callable[[], Snapshots]]:
    """Start the client; gives the list that grows with what it emits."""
    name = f"test-{next(_numbers)}"
    started: list[Client] = []

    def start() -> Snapshots:
        client, snapshots = Client(QDBusConnection.connectToBus(system_bus, name)), Snapshots()
        client.changed.connect(snapshots.append)
        client.start()
        started.append(client)
        return snapshots

    yield start
    started.clear()
    QDBusConnection.disconnectFromBus(name)


def test_every_state_arrives_whole(qtbot: QtBot, helper: Helper, connect: Callable[[], Snapshots]) -> None:
    snapshots = [snapshot for snapshot in STATES.values() if snapshot]
    helper.publish(snapshots[0])
    snapshots = connect()
    qtbot.waitUntil(lambda: snapshots == snapshots[:1])
    for number, snapshot in enumerate(snapshots[1:], 2):
        helper.publish(snapshot)
        qtbot.waitUntil(lambda number=number: snapshots == snapshots[:number])  # type: ignore[misc]


def test_on_a_bus_that_is_not_there_every_call_is_answered(qtbot: QtBot) -> None:
    """Qt never answers one, so whoever asked waited for ever, and what waits for the answer stayed."""
    client, answers = Client(QDBusConnection("there is none of that name")), list[object]()
    for ask in (client.ask, client.do):
        ask("GetRoutes", ["netvm"], answers.append)
    assert answers == []
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert [type(answer) for answer in answers] == [HelperAway] * 2
    qtbot.waitUntil(lambda: not client.findChildren(QDBusPendingCallWatcher))


def test_of_a_flood_the_last_one_counts(qtbot: QtBot, helper: Helper, connect: Callable[[], Snapshots]) -> None:
    helper.publish(up(CABLE))
    snapshots = connect()
    qtbot.waitUntil(lambda: len(snapshots) == 1)
    for strength in range(100):
        helper.publish(up(dataclasses.replace(WIFI, strength=strength)))
    qtbot.waitUntil(lambda: snapshots[-1] == up(dataclasses.replace(WIFI, strength=99)))
    assert len(snapshots) < 50


def test_a_flood_is_not_listened_to_and_what_comes_after_it_is(
    qtbot: QtBot, helper: Helper, connect: Callable[[], Snapshots]
) -> None:
    helper.publish(up(CABLE))
    snapshots = connect()
    qtbot.waitUntil(lambda: len(snapshots) == 1)
    flood = threading.Thread(target=helper.publish, args=([2, to_wire(up(OTHER)), to_wire(up(WIFI))],))
    flood.start()
    qtbot.waitUntil(lambda: not flood.is_alive())
    qtbot.waitUntil(lambda: snapshots[-1] == up(WIFI))
    assert len(snapshots) < 60
    helper.publish(up(CABLE))
    qtbot.waitUntil(lambda: snapshots[-1] == up(CABLE))


def test_away_at_first_then_there_then_killed_then_back(
    qtbot: QtBot, helper: Helper, connect: Callable[[], Snapshots]
) -> None:
    snapshots = connect()
    qtbot.waitUntil(lambda: snapshots == [None])
    helper.publish(up(CABLE))
    qtbot.waitUntil(lambda: snapshots[1:] == [up(CABLE)])
    helper.kill()
    qtbot.waitUntil(lambda: snapshots[2:] == [None])
    helper.publish(up(WIFI))
    qtbot.waitUntil(lambda: snapshots[3:] == [up(WIFI)])


def test_an_invalidated_property_is_fetched(qtbot: QtBot, helper: Helper, connect: Callable[[], Snapshots]) -> None:
    helper.publish(up(CABLE))
    snapshots = connect()
    qtbot.waitUntil(lambda: len(snapshots) == 1)
    helper.publish("invalidate")
    qtbot.waitUntil(lambda: snapshots == [up(CABLE), up(CABLE)])


def test_a_snapshot_of_another_version_is_as_good_as_none(
    qtbot: QtBot, helper: Helper, connect: Callable[[], Snapshots], log_guard: Any
) -> None:
    log_guard.expect("Is the helper of the same version")
    helper.publish(up(CABLE))
    snapshots = connect()
    qtbot.waitUntil(lambda: len(snapshots) == 1)
    helper.publish({"netvm": "other"})
    qtbot.waitUntil(lambda: snapshots[1:] == [None])


def test_a_helper_of_another_version_is_not_said_to_be_away(
    qtbot: QtBot, helper: Helper, system_bus: str, app_state: Callable[[str], AppState], log_guard: Any
) -> None:
    """After an upgrade of qnet the applet is the old one, and no start of the helper would help."""
    log_guard.expect("Is the helper of the same version")
    state = app_state(system_bus)
    helper.publish({"netvm": "other"})
    qtbot.waitUntil(lambda: state.client.unreadable)
    said = "The network helper and this applet are of different versions."
    assert sentence(state.snapshot, state.unreadable) == said
    (message,) = messages(state.snapshot, said, state.unreadable)
    assert message.buttons == ()
    assert message.text.startswith("Log out and in again.")
    assert message.text in overview.page(state.snapshot, state.unreadable).problems[0]
    assert upgrade(state.snapshot, UpgradeInputs(unreadable=state.unreadable)).more == message.text
    assert not state.connected
    state.client._silent()
    assert sentence(state.snapshot, state.unreadable) == "The network helper is not running."
    assert messages(state.snapshot, "", state.unreadable)[0].buttons[0].request.action is Action.START_HELPER


@pytest.fixture
def german(qtbot: QtBot) -> Iterator[None]:
    assert language.install("de")
    yield
    language.install("en")


CHOSEN = {"code": "is-netvm", "arguments": {"netvm": "b"}}
WHY = {"code": "card-refused", "arguments": {"why": "kein Platz"}}


def test_an_error_is_understood_by_its_code_and_said_in_the_persons_language(
    qtbot: QtBot, system_bus: str, helper: Helper, german: None
) -> None:
    helper.publish(up(CABLE))
    client, answers = Client(QDBusConnection.connectToBus(system_bus, "errors")), []
    for signature, body, code, said in (
        (
            "ssa{sv}", ["It failed.", "put-back", {"why": WHY}], "put-back",
            "Die netvm hat ihre Karte abgelehnt: kein Platz. Alles ist wieder, wie es war.",
        ),
        (
            "ssa{sv}", ["It failed.", "sentences", {"sentences": [WHY, CHOSEN]}], "sentences",
            "Die netvm hat ihre Karte abgelehnt: kein Platz. b ist jetzt die netvm.",
        ),
        ("ssa{sv}", ["It failed.", "minutes-out-of-range", {"high": 5, "minutes": 7}], "minutes-out-of-range",
         "dom0 kann für 1 bis 5 Minuten verbunden werden, nicht für 7."),
        ("ssa{sv}", ["It failed.", "from-the-future", {"x": 1}], "said", "It failed."),
        ("ssa{sv}", ["It failed.", "put-back", {"why": 7}], "said", "It failed."),
        ("ssx", ["It failed.", "put-back", 7], "said", "It failed."),
        ("s", ["Es ist so.\n<b>"], "said", "Es ist so.?<b>"),
    ):  # fmt: skip
        helper.publish({"refuse": ["org.qnet.Error.Refused", signature, body]})
        answers.clear()
        client.ask("TestNames", [], answers.append)
        qtbot.waitUntil(lambda: len(answers) == 1)
        assert isinstance(answers[0], Refused)
        assert (answers[0].message.code.value, answers[0].translated) == (code, said)
    QDBusConnection.disconnectFromBus("errors")


def test_signals_of_operations_have_messages(qtbot: QtBot, system_bus: str, helper: Helper) -> None:
    helper.publish(up(CABLE))
    client, steps, ends = Client(QDBusConnection.connectToBus(system_bus, "signals")), [], []
    client.stepped.connect(lambda *step: steps.append(step))
    client.ended.connect(lambda *end: ends.append(end))
    client.start()
    paused = Message(UpgradeCode.PAUSED_OTHERS, count=2, names=("personal", "work"))
    body = [paused.english, "paused-others", {"count": 2, "names": ["personal", "work"]}]
    helper.publish({"signal": ["Step", "ussssa{sv}", [3, "pause", "done", *body]]})
    helper.publish({"signal": ["Step", "usss", [3, "pause", "done", "paused by an older one"]]})
    helper.publish({"signal": ["OperationEnded", "usssa{sv}", [3, "", "It is so.", "from-the-future", {}]]})
    helper.publish({"signal": ["OperationEnded", "u", [4]]})
    helper.publish({"signal": ["OperationEnded", "usssa{sv}", [5, "", "It is so.", "netvm-gone", {}]]})
    qtbot.waitUntil(lambda: len(ends) == 2)
    older = Message(HelperCode.SAID, text="paused by an older one")
    assert steps == [(3, "pause", "done", paused), (3, "pause", "done", older)]
    assert ends == [
        (3, "", Message(HelperCode.SAID, text="It is so.")), (5, "", Message(UpgradeCode.NETVM_GONE)),
    ]  # fmt: skip
    QDBusConnection.disconnectFromBus("signals")


def test_no_system_bus_at_all(qtbot: QtBot, log_guard: Any) -> None:
    log_guard.expect("The system bus cannot be reached")
    snapshots: Snapshots = []
    client = Client(QDBusConnection.connectToBus("unix:path=/nonexistent/bus", "nowhere"))
    client.changed.connect(snapshots.append)
    client.start()
    assert snapshots == [None]
