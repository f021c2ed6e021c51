"""What a clock on the wall shows: the day where it is not today, and the zone that is in force now."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from qnet_gui.model.clock import clock, hour, hour_and_minute, moment, twelve_hours

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
