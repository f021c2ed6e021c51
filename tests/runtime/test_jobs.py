"""A thread for what blocks: order, results, errors, its end, and what it does while there is nothing to do."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gi.repository import GLib
from waiting import DEADLINE

from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.runtime.jobs import JobThread


class Loop:
    """What is posted, until the test runs it."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def run(self) -> None:
        self.calls.get(timeout=DEADLINE)()


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def thread(loop: Loop) -> Iterator[JobThread]:
    running = JobThread("jobs", loop.calls.put)
    yield running
    running.close()


def test_jobs_run_in_order_on_one_thread_and_results_on_the_loop(thread: JobThread, loop: Loop) -> None:
    results: list[Any] = []
    for number in range(50):
        thread.submit(lambda number=number: (number, threading.current_thread().name), results.append)  # type: ignore[misc]
    for _ in range(50):
        loop.run()
    assert results == [(number, "jobs") for number in range(50)]


def test_by_itself_it_posts_to_the_main_loop() -> None:
    results: list[Any] = []
    thread = JobThread("jobs")
    thread.submit(lambda: 5, results.append)
    until = time.monotonic() + 5
    while not results and time.monotonic() < until:
        GLib.MainContext.default().iteration(False)
    thread.close()
    assert results == [5]


def test_an_error_is_a_result(thread: JobThread, loop: Loop) -> None:
    results: list[Any] = []
    error = Refused(plain("No."))

    def refuse() -> None:
        raise error

    thread.submit(refuse, results.append)
    loop.run()
    assert results == [error]


def test_what_nobody_expected_is_logged_and_an_error(thread: JobThread, loop: Loop, log_guard: Any) -> None:
    log_guard.expect("^ERROR qnet_gui.runtime.jobs: unexpected$")
    results: list[Any] = []
    thread.submit(lambda: 1 / 0)  # nobody waits for it, and the thread goes on
    thread.submit(lambda: 1 / 0, results.append)
    loop.run()
    assert isinstance(results[0], QnetError)
    assert results[0].sentence == "A job failed: ZeroDivisionError."
    assert len(log_guard.unexpected) == 2


def test_what_was_submitted_before_the_end_is_done(loop: Loop) -> None:
    done: list[int] = []
    thread, gate = JobThread("jobs", loop.calls.put), threading.Event()
    thread.submit(lambda: gate.wait(5))
    for number in range(10):
        thread.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    threading.Timer(0.05, gate.set).start()
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    thread.close()
    assert done == list(range(10))
    assert "jobs" not in [running.name for running in threading.enumerate()]
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors - 1


def test_what_is_submitted_after_the_end_is_not_done_and_reaches_nobodys_descriptor(loop: Loop) -> None:
    thread = JobThread("jobs", loop.calls.put)
    thread.close()
    somebodys, theirs = os.pipe()  # one of these may have the number that the thread's had
    thread.submit(lambda: loop.calls.put(lambda: None))
    assert loop.calls.empty()
    os.set_blocking(somebodys, False)
    with pytest.raises(BlockingIOError):
        os.read(somebodys, 8)
    for descriptor in (somebodys, theirs):
        os.close(descriptor)


def test_what_waits_for_something_else_too_is_woken_by_a_job(loop: Loop) -> None:
    """As xenstore's thread does."""
    import select

    mine, waits, results = os.eventfd(0), [], []

    def wait(submitted: int) -> None:
        ready, _, _ = select.select([mine, submitted], [], [])
        waits.append(mine in ready)
        if mine in ready:
            os.eventfd_read(mine)

    thread = JobThread("jobs", loop.calls.put, wait)
    os.eventfd_write(mine, 1)
    thread.submit(lambda: list(waits), results.append)
    loop.run()
    thread.close()
    os.close(mine)
    assert len(results) == 1
    assert True in waits
