"""Who minds the root part: started again when it dies, and not when it is done or cannot begin at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from qnet_gui.display.minder import BROKEN, NOT_BEGUN, WELL, mind
from qnet_gui.runtime.signals import handled

Lives = Callable[..., Callable[[], int]]


def minded(work: Callable[[], int], delay: float = 0) -> int:
    """By a process of its own with one thread, which may be sent signals."""
    minder = os.fork()
    if minder == 0:
        os._exit(mind(work, (delay,)))
    _, status = os.waitpid(minder, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.fixture
def lives(tmp_path: Path) -> Lives:
    """Work that ends otherwise in each of its lives, and writes down that it lived."""
    file = tmp_path / "lives"
    file.touch()

    def of(*ends: Callable[[], int]) -> Callable[[], int]:
        def live() -> int:
            with file.open("a") as written:
                written.write("*")
            return ends[len(file.read_text()) - 1]()

        return live

    return of


@pytest.fixture
def count(tmp_path: Path) -> Callable[[], int]:
    return lambda: len((tmp_path / "lives").read_text())


def killed() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def wrong() -> int:
    raise ValueError("what no netvm should bring about")


@pytest.mark.parametrize("end", [killed, wrong, lambda: BROKEN, lambda: os._exit(7)])
def test_it_is_started_again_until_it_ends_well(lives: Lives, count: Callable[[], int], end: Callable[[], int]) -> None:
    assert minded(lives(end, end, lambda: WELL)) == WELL
    assert count() == 3


def test_what_could_not_begin_at_first_is_left_at_that(lives: Lives, count: Callable[[], int]) -> None:
    assert minded(lives(lambda: NOT_BEGUN)) == NOT_BEGUN
    assert count() == 1


def test_what_has_served_once_may_fail_to_begin_for_a_while(lives: Lives, count: Callable[[], int]) -> None:
    assert minded(lives(killed, lambda: NOT_BEGUN, lambda: NOT_BEGUN, lambda: WELL)) == WELL
    assert count() == 4


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_who_tells_the_minder_to_end_ends_the_work_too(number: signal.Signals) -> None:
    reader, writer = os.pipe()

    def work() -> int:
        os.kill(os.getppid(), number)
        while True:
            signal.pause()

    assert minded(work) == WELL
    os.close(writer)
    assert os.read(reader, 1) == b"", "whoever had the pipe's other end has gone"
    os.close(reader)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_whoever_started_it_may_have_ignored_that(number: signal.Signals) -> None:
    """As nohup does, under which somebody starts a netvm: what is ignored is so in all that is started from there."""

    def work() -> int:
        os.kill(os.getppid(), number)
        while True:
            signal.pause()

    with handled([number], signal.SIG_IGN):
        assert minded(work) == WELL


def test_it_may_be_told_so_before_the_next_try(lives: Lives, count: Callable[[], int]) -> None:
    def ends_all() -> int:
        os.kill(os.getppid(), signal.SIGTERM)
        return killed()

    assert minded(lives(ends_all), 600) == WELL
    assert count() == 1


def test_signals_are_as_they_were_afterwards() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert mind(lambda: WELL if signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before else NOT_BEGUN) == WELL
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
