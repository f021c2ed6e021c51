"""Who calls: asked once, told of when he leaves, forgotten when he is at rest."""

from __future__ import annotations

from typing import Any

import pytest

from qnet_gui.dom0.bus import callers
from qnet_gui.dom0.bus.callers import Callers

BUS = "org.freedesktop.DBus"


class Connection:
    """The bus, which answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any, Any]] = []
        self.matches = 0

    def add_match_string_non_blocking(self, _: str) -> None:
        self.matches += 1

    def remove_match_string_non_blocking(self, _: str) -> None:
        self.matches -= 1

    def call_async(self, *call: Any) -> None:
        self.asked.append((call[5][0], call[6], call[7]))


class Lost:
    """The signal that somebody has left, by whoever sends it."""

    def __init__(self, name: str, sender: str = BUS, owner: str = "") -> None:
        self.get_member = lambda: "NameOwnerChanged"
        self.get_sender = lambda: sender
        self.get_args_list = lambda: [name, name, owner]


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []
    monkeypatch.setattr(callers, "after", lambda seconds, call: made.append(call))
    return made


def test_he_is_asked_about_once_and_there_is_one_match_for_all(timers: list[Any]) -> None:
    connection = Connection()
    known = Callers(connection)
    told: list[int] = []
    for name in (":1.1", ":1.2", ":1.1", ":1.2"):
        caller = known.of(name)
        caller.when_known.append(lambda caller=caller: told.append(caller.uid))
    assert [name for name, *_ in connection.asked] == [":1.1", ":1.2"]
    connection.asked[1][1](1000)
    assert told == [1000, 1000]
    assert connection.matches == 1


def test_who_leaves_is_told_of_by_the_bus_alone(timers: list[Any]) -> None:
    connection = Connection()
    known, told = Callers(connection), []
    caller = known.of(":1.1")
    caller.when_gone[7] = lambda: told.append("gone")
    known.signal(Lost(":1.1", sender=":1.9"))
    known.signal(Lost(":1.1", owner=":1.1"))
    assert not caller.gone
    known.signal(Lost(":1.1"))
    known.signal(Lost(":1.1"))
    assert caller.gone
    assert told == ["gone"]
    assert known.of(":1.1") is not caller


def test_of_whom_the_bus_knows_nothing_has_left(timers: list[Any]) -> None:
    connection = Connection()
    caller = Callers(connection).of(":1.1")
    told: list[bool] = []
    caller.when_known.append(lambda: told.append(caller.gone))
    connection.asked[0][2](Exception("no such name"))
    assert told == [True]


def test_at_rest_nobody_is_remembered_and_nothing_is_heard(timers: list[Any]) -> None:
    connection = Connection()
    known = Callers(connection)
    caller = known.of(":1.1")
    connection.asked[0][1](1000)
    caller.open[0] = 1
    timers.pop()()
    assert known.of(":1.1") is caller, "he waits for an answer"
    caller.open[0] = 0
    timers.pop()()
    assert (connection.matches, timers) == (0, [])
    assert known.of(":1.1") is not caller
    assert (connection.matches, len(timers)) == (1, 1)
