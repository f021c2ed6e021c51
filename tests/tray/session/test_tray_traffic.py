"""The tray's end of traffic, on a real bus with a stand-in helper: asked for while somebody looks, and only then."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, WIFI, Helper, up

from qnet_gui.model import traffic
from qnet_gui.model.errors import QnetError
from qnet_gui.model.traffic import Counters, History, Series, TrafficSample
from qnet_gui.model.wire.answers import NAME, PATH
from qnet_gui.tray.qt import QDBusConnection
from qnet_gui.tray.session import traffic_watch
from qnet_gui.tray.session.dbus import Service
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.session.traffic_watch import TrafficWatch

_numbers = itertools.count()


class Look:
    """A watch with its client, and what it has emitted."""

    def __init__(self, qtbot: QtBot, helper: Helper, bus: QDBusConnection) -> None:
        self._qtbot, self._helper = qtbot, helper
        helper.publish(up(CABLE))
        self.client = Client(bus)
        self.watch = TrafficWatch(self.client)
        self.histories: list[History] = []
        self.watch.changed.connect(self.histories.append)
        self._service = Service(bus, NAME, PATH)
        self.client.start()

    def calls(self) -> list[str]:
        answers: list[Any] = []
        self._service.get(self.client, NAME, "Watched", lambda answer: answers.append(answer.arguments), start=False)
        self._qtbot.waitUntil(lambda: bool(answers))
        return list(answers[0][0])

    def tell(self, milliseconds: int, received: int) -> None:
        sample = TrafficSample(milliseconds, (Counters("work", received, 0, 4),), (Counters("eth0", 0, 2**60 - 1),))
        self._helper.publish({"signal": ["Traffic", "a{sv}", [traffic.to_wire(sample)]]})


@pytest.fixture
def look(qtbot: QtBot, system_bus: str, helper: Helper) -> Iterator[Look]:
    name = f"traffic-{next(_numbers)}"
    yield Look(qtbot, helper, QDBusConnection.connectToBus(system_bus, name))
    QDBusConnection.disconnectFromBus(name)


def test_nobody_looks_and_nothing_is_asked_or_heard(qtbot: QtBot, look: Look) -> None:
    look.tell(1000, 5)
    assert look.calls() == []
    assert look.histories == []
    assert not look.watch.watching


def test_many_lookers_are_one(qtbot: QtBot, look: Look) -> None:
    look.watch.start()
    look.watch.start()
    qtbot.waitUntil(lambda: look.calls() == ["watch"])
    look.watch.stop()
    assert look.watch.watching
    look.watch.stop()
    qtbot.waitUntil(lambda: look.calls() == ["watch", "unwatch"])
    look.tell(1000, 5)
    assert look.calls() == ["watch", "unwatch"]
    assert look.histories == []


def test_samples_become_a_history(qtbot: QtBot, look: Look) -> None:
    look.watch.start()
    for number in range(3):
        look.tell(1000 * number, 70 * number)
    qtbot.waitUntil(lambda: len(look.histories) == 3)
    assert look.watch.history == look.histories[-1]
    assert look.watch.history.domains == {4: Series(140, 0, (70, 70), (0, 0), "work")}
    assert look.watch.history.uplinks["eth0"].sent == 2**60 - 1


def test_it_is_renewed(qtbot: QtBot, look: Look) -> None:
    look.watch._renewal.setInterval(20)
    look.watch.start()
    qtbot.waitUntil(lambda: len(look.calls()) > 2)


def test_a_new_helper_is_asked_and_what_the_old_one_told_is_forgotten(qtbot: QtBot, look: Look, helper: Helper) -> None:
    look.watch.start()
    look.tell(1000, 5)
    qtbot.waitUntil(lambda: len(look.histories) == 1)
    helper.kill()
    qtbot.waitUntil(lambda: look.histories[1:] == [History()])
    helper.publish(up(WIFI))
    qtbot.waitUntil(lambda: look.calls() == ["watch"])


def test_silence_is_not_an_old_rate_for_ever(qtbot: QtBot, look: Look) -> None:
    look.watch._silence.setInterval(50)
    look.watch.start()
    look.tell(1000, 5)
    qtbot.waitUntil(lambda: len(look.histories) == 2)
    assert look.watch.history == History()


def test_an_older_helper_refuses_and_that_is_all(qtbot: QtBot, look: Look, helper: Helper) -> None:
    helper.publish({"refuse": ["org.freedesktop.DBus.Error.UnknownMethod", "s", ["no such method"]]})
    answers: list[Any] = []
    look.watch._renewal.setInterval(20)
    look.watch._asked = answers.append  # type: ignore[method-assign]
    look.watch.start()
    qtbot.waitUntil(lambda: len(answers) > 1)
    assert all(isinstance(answer, QnetError) for answer in answers)
    assert look.histories == []


def test_a_signal_of_another_form_is_told_once_and_passed_over(
    qtbot: QtBot, look: Look, helper: Helper, log_guard: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It comes each second for as long as somebody looks, from a helper that an upgrade has not restarted yet."""
    log_guard.expect("Is the helper of the same version")
    look.watch.start()
    helper.publish({"signal": ["Traffic", "a{sv}", [{"milliseconds": "soon"}]]})
    helper.publish({"signal": ["Traffic", "", []]})
    look.tell(1000, 5)
    qtbot.waitUntil(lambda: len(look.histories) == 1)
    assert len([record for record in caplog.records if "of the same version" in record.getMessage()]) == 1


def test_a_stop_without_a_start_is_told(look: Look, log_guard: Any) -> None:
    log_guard.expect("fewer than nobody")
    look.watch.stop()
    assert not look.watch.watching


def test_what_was_seen_long_ago_is_no_rate_of_now(qtbot: QtBot, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens it again an hour later sees nothing until something is told; after a moment it goes on."""
    now = [1000.0]
    monkeypatch.setattr(traffic_watch, "_boot_clock", lambda: now[0])
    look.watch.start()
    for number in range(2):
        look.tell(1000 * number, 70 * number)
    qtbot.waitUntil(lambda: len(look.histories) == 2)
    look.watch.stop()
    now[0] += 3
    look.watch.start()
    assert look.watch.history == look.histories[1]
    look.watch.stop()
    now[0] += 3600
    look.watch.start()
    assert look.watch.history == History()
