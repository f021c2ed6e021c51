"""`qnet traffic`, with a helper that stands in this process: the table, JSON, following, and why there is nothing."""

from __future__ import annotations

import io
import json
import os
from argparse import Namespace
from dataclasses import replace
from typing import Any

import pytest

from qnet_gui.cli import main, show, traffic
from qnet_gui.cli.bus.line import HelperGone
from qnet_gui.model.domain import Netvm, NetvmState
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.traffic import RENEWAL, Counters, History, Series, TrafficSample


def sample(second: int, busy: int = 2_500_000) -> TrafficSample:
    domains = (
        Counters("idle", 700, 80, 2), Counters("vault", 5000 + 40 * second, 9, 3),
        Counters("work", 10**9 + busy * second, 1234, 4),
    )  # fmt: skip
    return TrafficSample(1000 * second, domains, (Counters("wlan0", 10**10 + busy * second, 10**6),))


class StandIn:
    """The helper, and the line to it. `events`: what comes, exceptions among them; None for silence."""

    def __init__(self) -> None:
        self.netvm = Netvm("netvm", 1, NetvmState.RUNNING)
        self.events: list[Any] = [sample(0), sample(1)]
        self.calls: list[str] = []

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append("closed")

    def snapshot(self) -> tuple[dict[str, Any], Snapshot, str]:
        return {}, Snapshot(netvm=self.netvm), "test"

    def listen_to_traffic(self) -> None:
        self.calls.append("listen")

    def ask(self, member: str) -> None:
        self.calls.append(member)

    def traffic(self, seconds: float) -> Any:
        event = self.events.pop(0)
        if isinstance(event, BaseException):
            raise event
        return event


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    monkeypatch.setattr(traffic, "Helper", lambda: made)
    monkeypatch.setattr(traffic, "Line", lambda: made)
    monkeypatch.delenv("QNET_LAB", raising=False)
    return made


TABLE = """\
DOMAIN      DOWN     UP  TOTAL DOWN  TOTAL UP
work    2.5 MB/s  0 B/s      1.0 GB    1.2 kB
vault     40 B/s  0 B/s      5.0 kB       9 B
idle       0 B/s  0 B/s       700 B      80 B

UPLINK      DOWN     UP  TOTAL DOWN  TOTAL UP
wlan0   2.5 MB/s  0 B/s       10 GB    1.0 MB
"""


def test_the_table(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traffic"]) == 0
    assert capsys.readouterr().out == TABLE
    assert stand_in.calls == ["listen", "WatchTraffic", "closed"]


def test_json(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traffic", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["domains"][0] == {"name": "work", "down": 2500000, "up": 0, "received": 1002500000, "sent": 1234}
    assert [uplink["name"] for uplink in told["uplinks"]] == ["wlan0"]


def test_a_sample_that_comes_too_soon_is_waited_over(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.events.insert(1, replace(sample(7), milliseconds=100))
    assert main(["traffic"]) == 0
    assert capsys.readouterr().out == TABLE


def test_it_is_followed_until_ctrl_c(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(0, 1000, RENEWAL // 2))
    monkeypatch.setattr(traffic.time, "monotonic", lambda: next(moments))
    stand_in.events = [*map(sample, range(4)), KeyboardInterrupt()]
    assert main(["traffic", "--follow", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["domains"][0]["received"] for line in lines] == [1002500000, 1005000000, 1007500000]
    assert 2 <= stand_in.calls.count("WatchTraffic") <= 3
    stand_in.events = [*map(sample, range(3)), KeyboardInterrupt()]
    assert main(["traffic", "--follow"]) == 0
    assert capsys.readouterr().out.count("DOMAIN") == 2


def test_ctrl_c_before_there_is_anything(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.events = [KeyboardInterrupt()]
    assert main(["traffic"]) == 130
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(NetvmState.ABSENT, "netvm is not running. Start it."), (NetvmState.PAUSED, "netvm is paused. Unpause it.")],
)
def test_without_a_netvm_it_says_so(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str], state: NetvmState, sentence: str
) -> None:
    stand_in.netvm = Netvm("netvm", -1, state)
    assert main(["traffic"]) == 1
    assert capsys.readouterr().err == f"qnet: {sentence}\n"
    assert stand_in.calls == []


def test_a_netvm_that_tells_nothing_is_told(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.events = [None]
    assert main(["traffic", "--json"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["code"] == "agent-tells-no-traffic"
    assert "does not tell what goes through it" in told.err


def test_a_netvm_that_stops_meanwhile_is_told(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(_: float) -> None:
        stand_in.netvm = Netvm("netvm", -1, NetvmState.ABSENT)

    stand_in.traffic = stopped  # type: ignore[method-assign]
    assert main(["traffic", "--follow"]) == 1
    assert "netvm is not running. Start it." in capsys.readouterr().err


def test_a_helper_that_dies_is_told(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.events = [sample(0), HelperGone(HelperCode.HELPER_GONE)]
    assert main(["traffic", "--follow"]) == 1
    assert "The network helper has stopped" in capsys.readouterr().err


# -- how it looks


def test_nobody_goes_through_it() -> None:
    assert traffic.table(History()) == "No domain goes through the netvm."


def test_what_is_not_known_yet_is_a_dash() -> None:
    assert traffic.table(History({2: Series(5, 6, name="work")})).splitlines()[1].split() == [
        "work",
        "-",
        "-",
        "5",
        "B",
        "6",
        "B",
    ]


def test_a_terminal_shows_what_fits() -> None:
    history = History(
        {number: Series(number, 0, name=f"d{number}") for number in range(60)}, {"eth0": Series(name="eth0")}
    )
    lines = traffic.table(history, rows=20).splitlines()
    assert len(lines) == 20
    assert "… and 45 more" in lines
    assert len(traffic.table(history, rows=1).splitlines()) == 6


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


@pytest.mark.parametrize(("term", "wiped"), [("xterm", True), ("dumb", False), ("", False)])
def test_following_at_a_terminal_stays_in_its_place(monkeypatch: pytest.MonkeyPatch, term: str, wiped: bool) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 24)))
    stream = Terminal()
    traffic._show(History({2: Series(5, 6, name="work")}), Namespace(json=False, follow=True), stream)
    assert stream.getvalue().startswith("\x1b[H\x1b[2J") == wiped


def test_numbers_are_aligned_to_the_right() -> None:
    rows = [("a", "1"), ("bcd", "")]
    assert show.aligned(("x", "head"), rows, numbers_from=1) == "X    HEAD\na       1\nbcd     -"
    assert show.aligned(("x", "head"), rows) == "X    HEAD\na    1\nbcd  -"
