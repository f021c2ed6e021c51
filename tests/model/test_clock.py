"""What a clock on the wall shows: the day where it is not today, and the zone that is in force now."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from qnet_gui.model.clock import clock, hour, hour_and_minute, moment, next_at, twelve_hours

#: The 14th of November 2023, 22:13:20 UTC.
NOW = 1_700_000_000
HOUR = 3600


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (0, "22:13"), (1, "23:13"), (2, "tomorrow 00:13"), (25, "tomorrow 23:13"), (26, "2023-11-16 00:13"),
        (-22, "00:13"), (-23, "2023-11-13 23:13"),
    ],
)  # fmt: skip
def test_the_day_is_shown_where_it_is_not_today(hours: int, shown: str) -> None:
    assert clock(NOW + hours * HOUR, NOW) == shown


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (0, "10:13 PM"), (-10, "12:13 PM"), (-11, "11:13 AM"), (2, "tomorrow 12:13 AM"), (3, "tomorrow 1:13 AM"),
        (26, "2023-11-16 12:13 AM"),
    ],
)  # fmt: skip
def test_a_clock_that_goes_to_twelve_says_which_half_of_the_day(hours: int, shown: str) -> None:
    twelve_hours(True)
    try:
        assert clock(NOW + hours * HOUR, NOW) == shown
        assert hour(NOW) == "10:13 PM"
        assert moment(NOW) == "2023-11-14 22:13:20", "what is sorted and copied is as it was"
    finally:
        twelve_hours(False)
    assert hour_and_minute(NOW) == (22, 13)


def test_who_moves_to_another_time_zone_reads_that_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that had begun in the old zone went on in it."""
    assert (clock(NOW, NOW), hour(NOW)) == ("22:13", "22:13")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert (clock(NOW, NOW), hour(NOW)) == ("07:13", "07:13")
    assert clock(NOW + 17 * HOUR, NOW) == "tomorrow 00:13"


@pytest.mark.parametrize("moment", [2**40, 2**62, -(2**63)])
def test_a_moment_that_no_calendar_has_is_a_number(moment: int) -> None:
    assert clock(moment, NOW) == str(moment)


#: The 25th of October 2026, 02:30 in Berlin, for the first time and an hour later again; the 29th of March, 01:50.
AUTUMN, AGAIN, SPRING = 1_792_888_200, 1_792_891_800, 1_774_745_400


@pytest.mark.parametrize(
    ("zone", "now", "wanted", "minutes"),
    [
        ("Europe/Berlin", AUTUMN, (2, 45), 15), ("Europe/Berlin", AGAIN, (2, 45), 15),
        ("Europe/Berlin", AUTUMN, (2, 15), 45), ("Europe/Berlin", AUTUMN, (3, 0), 90),
        ("Europe/Berlin", SPRING, (2, 10), 20), ("Europe/Berlin", SPRING, (3, 10), 20),
        ("UTC", NOW, (22, 14), 0), ("UTC", NOW, (22, 13), 24 * 60 - 1), ("Asia/Kolkata", NOW, (3, 44), 0),
        ("America/New_York", NOW, (17, 14), 0), ("Pacific/Apia", NOW, (11, 14), 0),
    ],
)  # fmt: skip
def test_a_time_of_day_is_the_next_one_in_nights_with_two_or_none_too(
    monkeypatch: pytest.MonkeyPatch, zone: str, now: int, wanted: tuple[int, int], minutes: int
) -> None:
    monkeypatch.setenv("TZ", zone)
    assert (next_at(*wanted, now) - now) // 60 == minutes
