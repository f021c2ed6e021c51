"""What happened, when: from snapshot to snapshot, merged, bounded, kept over restarts, and shown."""

from __future__ import annotations

import dataclasses
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, DOMAINS, OTHER, STATES, WIFI, up

from qnet_gui.model import translation
from qnet_gui.model.dns import Dns
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.outcome import EndedOperation, Outcome
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.tray.pages import log
from qnet_gui.tray.session import event_log
from qnet_gui.tray.session.event_log import EventLog
from qnet_gui.tray.state import history
from qnet_gui.tray.state.history import ENTRIES_MAX, KEPT, Entry, Event, between, from_line, merged, to_line

NOW = 1_795_000_000
PROBLEM = Problem(ProblemCode.VIF_REFUSED, vif="vif4.0")


def texts(before: Snapshot | None, after: Snapshot | None) -> list[str]:
    assert before is not None
    return [entry.text for entry in between(before, after, NOW)]


def test_uplinks_and_names() -> None:
    assert texts(up(CABLE), up(WIFI)) == ["Uplink: eth0 (cable) → Home (Wi-Fi)"]
    assert texts(up(CABLE), up(dns=Dns())) == ["Uplink lost: eth0 (cable)"]
    assert texts(up(dns=Dns()), up(OTHER)) == ["Uplink: eth1 (cable)", "Names resolve, by 192.168.0.53."]
    assert texts(up(CABLE), up(CABLE, dns=Dns())) == ["Names do not resolve."]


def test_an_uplink_is_read_in_the_language_of_whoever_reads_it() -> None:
    """A German applet wrote its own words, and so did the English one beside it, of the same uplink."""
    english = between(up(CABLE), up(WIFI), NOW)
    german = {"{name} (cable)": "{name} (Kabel)", "{name} (Wi-Fi)": "{name} (WLAN)"}
    translation.install(lambda text, _: german.get(text, text))
    try:
        assert between(up(CABLE), up(WIFI), NOW) == english
        assert [entry.text for entry in english] == ["Uplink: eth0 (Kabel) → Home (WLAN)"]
        assert Entry(NOW, Event.UPLINK_LOST, ("tap0",)).text == "Uplink lost: tap0"
        assert Entry(NOW, Event.CUT_OFF, ("a (cable)",)).text == "a (cable) is cut off the network."
    finally:
        translation.install(None)


def test_problems_come_and_go() -> None:
    problem = dataclasses.replace(up(CABLE), problems=(PROBLEM,))
    assert texts(up(CABLE), problem) == ["Problem: The vif vif4.0 was refused by netvm."]
    assert texts(problem, up(CABLE)) == ["No longer: The vif vif4.0 was refused by netvm."]
    other = dataclasses.replace(up(CABLE), problems=(Problem(ProblemCode.VIF_REFUSED, vif="vif5.0"),))
    assert texts(problem, other) == ["Problem: The vif vif5.0 was refused by netvm."]


def test_netvm_and_helper() -> None:
    gone = dataclasses.replace(up(CABLE), netvm=dataclasses.replace(up().netvm, id=-1, state=NetvmState.ABSENT))
    assert "netvm has stopped." in texts(up(CABLE), gone)
    assert "netvm runs." in texts(gone, up(CABLE))
    lost = up(dns=Dns(), problems=(Problem(ProblemCode.NO_UPLINK),))
    assert [entry.text for entry in history.back(up(CABLE), lost, NOW)] == [
        "The network helper is there again.", "Problem: netvm has no uplink.", "Uplink lost: eth0 (cable)",
    ], "what has changed while nobody could tell of it"  # fmt: skip
    assert texts(up(CABLE), None) == ["The network helper has gone."]
    assert [entry.text for entry in history.back(up(CABLE), up(CABLE), NOW)] == ["The network helper is there again."]
    assert texts(STATES["blind"], up(CABLE)) == ["No longer: " + STATES["blind"].problems[0].sentence]  # type: ignore[union-attr]


def test_who_connected_dom0_and_how_it_ended() -> None:
    open_ = up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, NOW + 3600, by="alice"))
    assert texts(up(CABLE), open_)[0].startswith("alice has connected dom0 to the network, until ")
    ended = EndedOperation(4, "disconnect", "alice", NOW + 60, "", Outcome(UpgradeCode.DISCONNECTED))
    (entry,) = between(open_, up(CABLE, ended=(ended,)), NOW + 61)
    assert (entry.at, entry.text) == (NOW + 60, "alice: dom0 is disconnected from the network, as it should be.")


def test_domains_that_are_cut_off_and_attached() -> None:
    cut = dataclasses.replace(DOMAINS[0], vif="", netvm="", address=None)
    assert texts(up(CABLE), up(CABLE, domains=(cut, *DOMAINS[1:]))) == ["work is cut off the network."]
    assert texts(up(CABLE, domains=(cut,)), up(CABLE, domains=DOMAINS[:1])) == ["work goes through netvm."]
    assert texts(up(CABLE, domains=()), up(CABLE)) == []


def test_what_flaps_is_counted_and_fills_no_log() -> None:
    entries = [
        entry
        for second in range(0, 600, 2)
        for entry in (
            Entry(NOW + second, Event.UPLINK_LOST, ("x",)),
            Entry(NOW + second + 1, Event.UPLINK_BACK, ("x",)),
        )
    ]
    assert [entry.text for entry in merged(entries, NOW + 600)] == [
        "Uplink lost: x (300 times)",
        "Uplink: x (300 times)",
    ]


def test_what_is_old_or_too_much_is_left_out() -> None:
    old, future = Entry(NOW - KEPT - 1, Event.NO_NAMES), Entry(NOW + KEPT + 1, Event.NO_NAMES)
    assert merged([old, future], NOW) == []
    many = [Entry(NOW - number, Event.NETVM_RUNS, (f"n{number}",)) for number in range(ENTRIES_MAX + 50)]
    kept = merged(many, NOW)
    assert len(kept) == ENTRIES_MAX
    assert kept[-1].at == NOW


def test_read_twice_is_there_once() -> None:
    entry = Entry(NOW, Event.ENDED, ("alice",), Message(UpgradeCode.DISCONNECTED))
    assert merged([entry, entry], NOW) == [entry]


def test_what_two_applets_of_one_person_saw_happened_once(qtbot: QtBot, path: Path) -> None:
    """On two displays; their clocks are one, and one of them looks at it when the next second has begun."""
    one, other = EventLog(clock=lambda: NOW), EventLog(clock=lambda: NOW + 1)
    for applet in (one, other):
        for shown in (up(CABLE), up(WIFI)):
            applet.follow(shown)
    one.write()
    other.write()
    assert [entry.text for entry in one.entries()][1:] == ["Uplink: eth0 (cable) → Home (Wi-Fi)"]
    assert [entry.text for entry in other.entries()] == [entry.text for entry in one.entries()]


@pytest.mark.parametrize("event", Event)
def test_every_entry_comes_back_from_its_line_and_has_a_text(event: Event) -> None:
    entry = Entry(NOW, event, ("a {0} %s", "b"), PROBLEM if event is Event.PROBLEM else None, 2, NOW + 5)
    again = from_line(to_line(entry))
    assert again is not None
    assert (again.text, again.at, again.count, again.last) == (entry.text, NOW, 2, NOW + 5)


@given(st.text(max_size=200))
def test_a_line_of_somebody_else_is_no_entry(line: str) -> None:
    assert from_line(line) is None or from_line(line) is not None
    for nonsense in ("[]", "[1, 2]", '[1, "x", [], null, 1, 1]', "[" * 4000, "null", "9" * 9000):
        assert from_line(nonsense) is None


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "qnet/log"


def test_it_is_kept_over_a_restart(qtbot: QtBot, path: Path) -> None:
    first = EventLog(clock=lambda: NOW)
    first.follow(None)
    first.follow(up(CABLE))
    first.follow(up(WIFI))
    assert [entry.event for entry in first.entries()] == [Event.STARTED, Event.UPLINK]
    assert not path.exists(), "it is in no hurry"
    first.write()
    assert path.stat().st_mode & 0o777 == 0o600
    second = EventLog(clock=lambda: NOW + 100)
    second.follow(up(OTHER))
    assert [entry.event for entry in second.entries()] == [Event.STARTED, Event.UPLINK, Event.STARTED]
    second.write()
    later = EventLog(clock=lambda: NOW + KEPT + 50)
    assert [entry.at for entry in later.entries()] == [NOW + 100]


def test_a_helper_that_stays_away_has_gone_once(qtbot: QtBot, path: Path) -> None:
    kept = EventLog(clock=lambda: NOW)
    for snapshot in (None, up(CABLE), None, None, up(CABLE)):
        kept.follow(snapshot)
    events = [Event.STARTED, Event.HELPER_AWAY, Event.HELPER_BACK]
    assert [(entry.event, entry.count) for entry in kept.entries()] == [(event, 1) for event in events]


@pytest.mark.parametrize("jump", [15 * 86400, 4000 * 86400, -15 * 86400])
def test_a_clock_that_is_set_takes_nothing_away(qtbot: QtBot, path: Path, jump: int) -> None:
    """Two weeks and more forward or back, and back again: what happened before and in between happened in this run."""
    shown, elapsed = [NOW], [0.0]
    kept = EventLog(clock=lambda: shown[0] + elapsed[0], since_boot=lambda: 5000 + elapsed[0])
    kept.follow(up(CABLE))
    kept.write()
    for minutes, uplink, at in ((1, WIFI, NOW + jump), (2, OTHER, NOW)):
        elapsed[0], shown[0] = 60 * minutes, at
        kept.follow(up(uplink))
        kept.write()
    assert {entry.at for entry in kept.entries()} == {NOW, NOW + jump + 60, NOW + 120}
    elapsed[0] += KEPT
    assert [entry.at for entry in kept.entries()] == [NOW + 120], "a week has passed, by whatever clock"


def test_memory_and_file_are_bounded_under_a_flood(qtbot: QtBot, path: Path) -> None:
    seconds = iter(range(NOW, NOW + 10**6, 400))
    flood = EventLog(clock=lambda: next(seconds))
    states = [up(CABLE), up(WIFI), up(OTHER)]
    for number in range(1500):
        flood.follow(states[number % 3])
    assert len(flood._waiting) <= event_log._WAITING_MAX
    flood.write()
    assert len(path.read_text().splitlines()) <= history.ENTRIES_MAX


def test_a_file_that_cannot_be_written_or_read_is_no_error(qtbot: QtBot, path: Path) -> None:
    path.parent.write_text("in the way")
    kept = EventLog(clock=lambda: NOW)
    kept.follow(up(CABLE))
    kept.write()
    assert [entry.event for entry in kept.entries()] == [Event.STARTED], "it is shown as long as this program runs"
    assert kept.trouble.startswith(str(path))
    for number in range(2 * event_log._WAITING_MAX):
        kept.follow(up((CABLE, WIFI)[number % 2]))
        kept.write()
    assert len(kept.entries()) <= event_log._WAITING_MAX
    path.parent.unlink()
    kept.write()
    assert kept.trouble == ""
    assert kept.entries() == EventLog(clock=lambda: NOW).entries() != []


def test_the_page_says_that_nothing_is_kept() -> None:
    assert log.note("") == "What happened while this program ran, for a week."
    assert log.note("/x cannot be written.") == (
        "What happened since this program began, and cannot be kept. /x cannot be written."
    )


def test_the_page_has_the_newest_first() -> None:
    shown = log.page([Entry(NOW, Event.NO_NAMES), Entry(NOW + 5, Event.UPLINK_BACK, ("eth0",))])
    assert [row[1] for row in shown.rows] == ["Uplink: eth0", "Names do not resolve."]
    assert log.as_text(shown).splitlines()[0].endswith("  Uplink: eth0")
    assert log.page([]).message.startswith("Nothing has happened yet.")
    assert len(log.heads()) == 2


def test_what_came_again_stands_where_its_time_is() -> None:
    """It is shown with the time at which it happened last; another thing had happened in between."""
    flapping = Entry(NOW, Event.NO_NAMES, count=5, last=NOW + 900)
    shown = log.page([flapping, Entry(NOW + 300, Event.UPLINK_BACK, ("eth0",))])
    assert [row[1] for row in shown.rows] == ["Names do not resolve. (5 times)", "Uplink: eth0"]
    assert [row[0] for row in shown.rows] == sorted((row[0] for row in shown.rows), reverse=True)


def test_what_ended_while_nothing_could_be_known_is_told(qtbot: QtBot, path: Path) -> None:
    """A helper that died while dom0 was connected, and its successor, which has put all back before it was asked."""
    before = EndedOperation(4, "connect", "alice", NOW - 60, "", Outcome(UpgradeCode.DISCONNECTED))
    recovered = EndedOperation(1, "recover", "", NOW + 5, "", Outcome(UpgradeCode.DISCONNECTED))
    kept = EventLog(clock=lambda: NOW)
    for snapshot in (up(CABLE, ended=(before,)), None, up(CABLE, ended=(before, recovered))):
        kept.follow(snapshot)
    ends = [(entry.at, entry.values, entry.count) for entry in kept.entries() if entry.event is Event.ENDED]
    assert ends == [(NOW - 60, ("alice",), 1), (NOW + 5, ("qnet",), 1)]


@pytest.mark.parametrize("until", ["²", "9" * 5000, "9" * 40, "-1", "", "١٢"])
def test_a_time_that_is_none_leaves_the_page_readable(until: str) -> None:
    entry = from_line(to_line(Entry(NOW, Event.DOM0_OPEN, ("alice", until))))
    assert entry is not None
    assert log.page([entry]).rows[0][1].startswith("alice has connected dom0")


def test_a_pipe_in_the_log_s_place_stops_nobody(qtbot: QtBot, path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    kept = EventLog(clock=lambda: NOW)
    kept.follow(up(CABLE))
    hung = threading.Timer(5, lambda: path.write_text(""))  # who waits at it goes on then, and the test fails
    hung.start()
    assert [entry.event for entry in kept.entries()] == [Event.STARTED]
    assert hung.is_alive()
    hung.cancel()
    kept.write()
    assert path.is_file()


@pytest.mark.parametrize("number", [10**40, -(10**40), 10**4200], ids=["large", "small", "huge"])
def test_numbers_that_none_of_ours_has_leave_the_page_readable(number: int) -> None:
    """A file that is damaged has any; one of them was the end of the page."""
    for entry in (
        Entry(number, Event.DOM0_OPEN, ("alice", str(NOW)), last=NOW),
        Entry(NOW, Event.NO_NAMES, last=number), Entry(NOW, Event.NO_NAMES, count=number),
    ):  # fmt: skip
        line = to_line(entry)
        read = [one for one in (from_line(line), from_line(to_line(Entry(NOW, Event.UPLINK_BACK, ("eth0",))))) if one]
        shown = log.page(merged([*read, *read], NOW))
        assert shown.rows[-1][1] == "Uplink: eth0"
        assert len(log.as_text(shown)) < 400
