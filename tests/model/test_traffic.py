"""Totals become rates and a history: what was lost heals, what began anew is no rate, nothing grows without end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model import traffic, translation
from qnet_gui.model.errors import BadInput
from qnet_gui.model.traffic import COUNTER_MAX, SECONDS, Counters, History, Series, TrafficSample

WORK, VAULT = 2, 3


def sample(milliseconds: int, received: int, sent: int = 0, domid: int = WORK, name: str = "work") -> TrafficSample:
    domain = Counters(name, received, sent, domid)
    return TrafficSample(milliseconds, (domain,), (Counters("eth0", received * 2, sent),))


def history(*samples: TrafficSample) -> History:
    made = History()
    for one in samples:
        made = made.after(one)
    return made


def test_two_totals_make_a_rate() -> None:
    first = history(sample(5000, 100, 10))
    assert first.domains == {WORK: Series(100, 10, name="work")}
    assert not first.has_rates
    assert first.domains[WORK].down_rate is None
    second = first.after(sample(6000, 1100, 30))
    assert second.domains == {WORK: Series(1100, 30, (1000,), (20,), "work")}
    assert second.uplinks["eth0"].down_rate == 2000
    assert second.has_rates


def test_a_rate_is_of_the_time_that_has_passed() -> None:
    """Whatever delays a sample does not look like traffic."""
    assert history(sample(0, 0), sample(1250, 1000)).domains[WORK].down == (800,)


def test_a_sample_that_was_lost_is_made_up_for() -> None:
    assert history(sample(0, 0), sample(1000, 100), sample(4000, 700)).domains[WORK].down == (100, 200, 200, 200)


def test_a_counter_that_begins_anew_is_no_rate_and_goes_on() -> None:
    made = history(sample(0, 5000, 70), sample(1000, 40, 90), sample(2000, 140, 90))
    assert made.domains[WORK] == Series(140, 90, (0, 100), (20, 0), "work")


@pytest.mark.parametrize("moment", [11_001, 10**15, 999, 0])
def test_after_a_long_gap_or_a_restart_the_rates_begin_anew(moment: int) -> None:
    before = history(sample(500, 0), sample(1000, 100))
    assert before.has_rates
    after = before.after(sample(moment, 900))
    assert after.domains[WORK] == Series(900, 0, name="work")
    assert after.after(sample(moment + 1000, 950)).domains[WORK].down == (50,)


def test_of_another_netvm_the_rates_begin_anew_whatever_its_clock_shows() -> None:
    made = history(sample(0, 0), sample(1000, 100), replace(sample(2000, 10**9), netvm=7))
    assert made.domains[WORK] == Series(10**9, 0, name="work")
    assert made.after(replace(sample(3000, 10**9 + 5), netvm=7)).domains[WORK].down == (5,)


@pytest.mark.parametrize("moment", [2000, 2499])
def test_samples_that_come_too_close_tell_nothing_and_lose_nothing(moment: int) -> None:
    before = history(sample(1000, 0), sample(2000, 100))
    assert before.after(sample(moment, 400)) == before
    assert before.after(sample(moment, 400)).after(sample(3000, 600)).domains[WORK].down == (100, 500)


def test_who_has_gone_is_gone_and_who_comes_is_new() -> None:
    made = history(sample(0, 0), sample(1000, 9), sample(2000, 50, domid=VAULT, name="vault"))
    assert made.domains == {VAULT: Series(50, 0, name="vault")}
    assert len(made.uplinks["eth0"].down) == 2


def test_a_domain_that_is_started_again_is_another_one() -> None:
    """It counts from zero, and may have more than the one before after a second: that is no traffic of that second."""
    made = history(sample(0, 0), sample(1000, 9), sample(2000, 5_000_000, domid=9))
    assert made.domains == {9: Series(5_000_000, 0, name="work")}


def test_two_of_one_name_have_a_rate_each() -> None:
    def both(milliseconds: int, first: int, second: int) -> TrafficSample:
        return TrafficSample(milliseconds, (Counters("work", first, 0, 2), Counters("work", second, 0, 9)))

    made = history(both(0, 0, 0), both(1000, 10, 70))
    assert {domid: series.down for domid, series in made.domains.items()} == {2: (10,), 9: (70,)}


def test_two_minutes_are_kept() -> None:
    made = history(*(sample(1000 * number, number * number) for number in range(SECONDS + 31)))
    assert len(made.domains[WORK].down) == len(made.domains[WORK].up) == SECONDS
    assert made.domains[WORK].down[-1] == (SECONDS + 30) ** 2 - (SECONDS + 29) ** 2


_counters = st.builds(Counters, st.sampled_from("abc"), *[st.integers(0, COUNTER_MAX)] * 2, st.integers(0, 5))
_samples = st.builds(
    TrafficSample, st.integers(0, 60_000) | st.integers(0, COUNTER_MAX),
    *[st.lists(_counters, max_size=4, unique_by=lambda counters: counters.domain).map(tuple)] * 2,
)  # fmt: skip


@given(st.lists(_samples, max_size=12))
def test_whatever_comes_it_stays_bounded_and_is_never_negative(samples: list[TrafficSample]) -> None:
    made = history(*samples)
    for series in (*made.domains.values(), *made.uplinks.values()):
        assert len(series.down) == len(series.up) <= SECONDS
        assert all(0 <= rate <= COUNTER_MAX * 2 for rate in (*series.down, *series.up))
    if samples:
        assert set(made.domains) <= {counters.domain for one in samples for counters in one.domains}


@given(_samples)
def test_it_is_the_same_on_the_other_side(one: TrafficSample) -> None:
    assert traffic.from_wire(traffic.to_wire(one)) == one


@pytest.mark.parametrize("wire", [{}, None, {"milliseconds": "1"}, {"milliseconds": 1, "domains": [{}], "uplinks": []}])
def test_another_form_is_refused(wire: object) -> None:
    with pytest.raises(BadInput):
        traffic.from_wire(wire)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"), (9951, "10 kB"), (999_499, "999 kB"),
        (999_500, "1.0 MB"), (1_250_000_000, "1.2 GB"), (COUNTER_MAX, "1.2 EB"), (10**25, "10000000 EB"),
    ],
)  # fmt: skip
def test_sizes_for_people(size: int, text: str) -> None:
    assert traffic.size_text(size) == text
    assert traffic.rate_text(size) == f"{text}/s"


def test_the_decimal_sign_is_that_of_the_persons_language() -> None:
    translation.install(lambda text, _: text.replace(".", ","))
    try:
        assert [traffic.size_text(size) for size in (5, 1400, 14_000)] == ["5 B", "1,4 kB", "14 kB"]
    finally:
        translation.install(None)


def test_a_rate_that_is_not_known_is_nothing() -> None:
    assert traffic.rate_text(None) == ""
