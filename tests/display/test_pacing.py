"""Thirty turns a second at most, and none without a reason."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.display.pacing import INTERVAL, Pacer
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle

SCREEN = Geometry(40, 30)
PART = Rectangle(1, 2, 3, 4)


@pytest.fixture
def pacer() -> Pacer:
    return Pacer(SCREEN)


def test_nothing_wakes_while_nothing_happens(pacer: Pacer) -> None:
    assert pacer.wait(5.0) is None
    assert not pacer.begin(5.0)


def test_nobody_who_looks_nothing_to_copy(pacer: Pacer) -> None:
    pacer.changed([PART])
    assert pacer.wait(5.0) is None


def test_who_begins_to_look_gets_all_of_it_at_once(pacer: Pacer) -> None:
    pacer.look(True)
    assert pacer.wait(5.0) == 0
    assert pacer.begin(5.0)
    assert pacer.take() == (SCREEN.whole,)
    assert pacer.wait(5.0) is None


def test_the_next_turn_has_its_time(pacer: Pacer) -> None:
    pacer.look(True)
    pacer.begin(5.0)
    pacer.take()
    pacer.changed([PART])
    assert pacer.wait(5.0) == pytest.approx(INTERVAL)
    assert not pacer.begin(5.0 + INTERVAL / 2)
    assert pacer.begin(5.0 + INTERVAL)
    assert pacer.take() == (PART,)


def test_who_ends_looking_has_nothing_copied_any_more(pacer: Pacer) -> None:
    pacer.look(True)
    pacer.look(False)
    assert pacer.wait(5.0) is None
    assert pacer.take() == ()


def test_what_rings_gets_its_turn_and_not_two(pacer: Pacer) -> None:
    pacer.wake()
    assert pacer.begin(5.0)
    assert pacer.wait(5.0) is None


@given(st.lists(st.tuples(st.floats(0, 0.1), st.sampled_from(["look", "end", "changed", "ring"])), max_size=300))
def test_never_more_than_thirty_a_second(script: list[tuple[float, str]]) -> None:
    pacer, now, turns = Pacer(SCREEN), 0.0, []
    for passed, what in script:
        now += passed
        match what:
            case "look" | "end":
                pacer.look(what == "look")
            case "changed":
                pacer.changed([PART])
            case "ring":
                pacer.wake()
        if pacer.begin(now):
            turns.append(now)
            pacer.take()
    assert all(later - sooner >= INTERVAL - 1e-9 for sooner, later in itertools.pairwise(turns))
