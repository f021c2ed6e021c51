"""Rounds of work that others cause."""

from __future__ import annotations

from qnet_gui.runtime.flood_limit import FloodLimit

USUAL, SLOW = 0.005, 0.25


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_what_comes_after_is_slowed_until_a_second_has_passed() -> None:
    clock = Clock()
    limit = FloodLimit(3, SLOW, clock)
    for _ in range(3):
        assert limit.delay(USUAL) == USUAL
        limit.count()
        clock.now += 0.1
    assert limit.delay(USUAL) == SLOW
    clock.now = 100.99
    assert limit.delay(USUAL) == SLOW
    clock.now = 101.0  # the first of the three is a second old
    assert limit.delay(USUAL) == USUAL


def test_whoever_goes_on_and_on_gets_a_few_rounds_a_second() -> None:
    clock, rounds = Clock(), 0
    limit = FloodLimit(50, SLOW, clock)
    while clock.now < 110.0:
        clock.now += limit.delay(USUAL)
        limit.count()
        rounds += 1
    assert rounds <= 10 * (50 + 4)
    assert rounds >= 10 * 4


def test_a_slow_pace_is_never_slowed() -> None:
    clock = Clock()
    limit = FloodLimit(3, SLOW, clock)
    for _ in range(100):
        assert limit.delay(USUAL) == USUAL
        limit.count()
        clock.now += 0.34
