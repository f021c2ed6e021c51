"""Calls and timers on the main loop: order, threads, forks, exceptions, and that nothing is left of any of them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gi.repository import GLib
from waiting import DEADLINE

from qnet_gui.runtime import mainloop
from qnet_gui.runtime.mainloop import Watch, after, cancel, post

_PAGE = os.sysconf("SC_PAGE_SIZE")


def run_until(ready: Callable[[], bool], seconds: float = DEADLINE) -> None:
    context, until = GLib.MainContext.default(), time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "it did not come"
        if not context.iteration(False):
            time.sleep(0.001)


@pytest.fixture
def uncaught(monkeypatch: pytest.MonkeyPatch) -> list[type[BaseException]]:
    kinds: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: kinds.append(kind))
    return kinds


def test_calls_run_in_their_order_and_not_at_once() -> None:
    ran: list[int] = []
    for number in range(100):
        post(lambda number=number: ran.append(number))  # type: ignore[misc]
    assert ran == []
    run_until(lambda: len(ran) == 100)
    assert ran == list(range(100))


def test_what_a_call_posts_runs_in_the_next_round() -> None:
    ran: list[str] = []

    def first() -> None:
        ran.append("first")
        post(lambda: ran.append("second"))

    post(first)
    while not ran:
        GLib.MainContext.default().iteration(False)
    assert ran == ["first"]
    run_until(lambda: len(ran) == 2)


def test_posts_of_many_threads_all_arrive_each_threads_in_order() -> None:
    ran: list[tuple[int, int]] = []

    def work(thread: int) -> None:
        for number in range(2000):
            post(lambda number=number: ran.append((thread, number)))  # type: ignore[misc]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    run_until(lambda: len(ran) == 8000)
    for thread in threads:
        thread.join()
    for number in range(4):
        assert [count for thread, count in ran if thread == number] == list(range(2000))


def test_a_sleeping_loop_is_woken_by_another_thread() -> None:
    loop = GLib.MainLoop()
    timer = threading.Timer(0.05, lambda: post(loop.quit))
    timer.start()
    loop.run()  # for ever, if nothing wakes it
    timer.join()


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_exception_is_told_and_loses_no_other_call(
    kind: type[BaseException], uncaught: list[type[BaseException]]
) -> None:
    ran: list[str] = []

    def fail() -> None:
        raise kind

    post(fail)
    post(lambda: ran.append("posted"))
    after(0, fail)
    after(0, lambda: ran.append("due"))
    run_until(lambda: ran == ["posted", "due"])
    assert uncaught == [kind, kind]
    post(lambda: ran.append("later"))  # the source is still there
    run_until(lambda: "later" in ran)


def test_a_watch_that_raises_goes_on_after_a_pause_and_says_so(
    uncaught: list[type[BaseException]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when there is no descriptor left: what leaves the callback of a source of GLib's has that source removed."""
    monkeypatch.setattr(mainloop, "_PAUSE", 0.2)
    readable, ran = os.eventfd(0), list[str]()

    def take() -> None:
        ran.append("called")
        if len(ran) == 1:
            raise OSError
        os.eventfd_read(readable)

    watch = Watch(readable, take, missed=lambda: ran.append("missed"))
    os.eventfd_write(readable, 1)
    start = time.monotonic()
    run_until(lambda: "missed" in ran)
    assert (time.monotonic() - start >= 0.2, uncaught) == (True, [OSError])  # it does not turn meanwhile
    run_until(lambda: ran == ["called", "missed", "called"])
    os.eventfd_write(readable, 1)
    run_until(lambda: len(ran) == 4)
    watch.end()
    watch.end()
    os.eventfd_write(readable, 1)
    after(0.05, lambda: ran.append("later"))
    run_until(lambda: "later" in ran)
    assert ran[4:] == ["later"]
    os.close(readable)


def test_a_watch_that_is_ended_while_it_pauses_does_not_begin_again(
    uncaught: list[type[BaseException]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mainloop, "_PAUSE", 0.05)
    readable, ran = os.eventfd(1), list[str]()

    def fail() -> None:
        raise ValueError

    watch = Watch(readable, fail, missed=lambda: ran.append("missed"))
    run_until(lambda: bool(uncaught))
    watch.end()
    after(0.1, lambda: ran.append("later"))
    run_until(lambda: bool(ran))
    assert (ran, len(uncaught)) == (["later"], 1)
    os.close(readable)


def test_a_call_may_run_the_loop_itself() -> None:
    ran: list[str] = []

    def outer() -> None:
        post(lambda: ran.append("inner"))
        run_until(lambda: ran == ["waiting", "inner"])
        ran.append("outer")

    post(outer)
    post(lambda: ran.append("waiting"))
    run_until(lambda: ran == ["waiting", "inner", "outer"])


def test_timers_fire_by_their_time_and_not_before() -> None:
    fired: list[tuple[str, float]] = []
    start = time.monotonic()
    for name, seconds in (("late", 0.08), ("early", 0.02), ("middle", 0.05)):
        after(seconds, lambda name=name: fired.append((name, time.monotonic() - start)))  # type: ignore[misc]
    run_until(lambda: len(fired) == 3)
    assert [name for name, _ in fired] == ["early", "middle", "late"]
    assert all(passed >= due for (_, passed), due in zip(fired, (0.02, 0.05, 0.08), strict=True))


def test_a_cancelled_timer_does_not_fire_and_the_others_do() -> None:
    fired: list[str] = []
    first = after(0.01, lambda: fired.append("first"))
    after(0.02, lambda: fired.append("second"))
    cancel(first)
    run_until(lambda: bool(fired))
    assert fired == ["second"]
    cancel(first)  # nothing happens


def test_a_timer_may_cancel_one_that_is_due_in_the_same_round() -> None:
    fired: list[str] = []
    numbers: list[int] = []

    def first() -> None:
        fired.append("first")
        cancel(numbers[0])

    after(0, first)
    numbers.append(after(0, lambda: fired.append("second")))
    run_until(lambda: bool(fired))
    post(lambda: fired.append("end"))
    run_until(lambda: "end" in fired)
    assert fired == ["first", "end"]


_WAITING = """
import time
from gi.repository import GLib
from qnet_gui.runtime.mainloop import after
fired = []
after(0.3, lambda: fired.append(True))
while GLib.MainContext.default().iteration(False):
    pass
start, turns = time.process_time(), 0
while not fired:
    GLib.MainContext.default().iteration(True)
    turns += 1
print(turns, time.process_time() - start)
"""


def test_the_loop_does_not_turn_while_nothing_is_due() -> None:
    # a process of its own: what other tests have left on their way, a connection's end for one, turns the loop too
    said = subprocess.run([sys.executable, "-c", _WAITING], check=True, capture_output=True, text=True).stdout
    turns, busy = said.split()
    assert int(turns) <= 3
    assert float(busy) < 0.1


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_has_a_queue_of_its_own() -> None:
    ran: list[str] = []
    post(lambda: ran.append("parent's"))
    after(0, lambda: ran.append("parent's timer"))
    child = os.fork()
    if not child:
        status = 1
        try:
            post(lambda: ran.append("child's"))
            run_until(lambda: bool(ran))
            status = int(ran != ["child's"])
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    run_until(lambda: len(ran) == 2)
    assert ran == ["parent's", "parent's timer"]


@pytest.mark.parametrize("kind", ["post", "after", "cancel"])
def test_nothing_is_left_of_a_call(kind: str) -> None:
    """PyGObject would lose 110 bytes each: 11 MB here."""
    context, ran = GLib.MainContext.default(), [0]

    def count() -> None:
        ran[0] += 1

    def once() -> None:
        if kind == "post":
            post(count)
        elif kind == "after":
            after(0, count)
        else:
            cancel(after(100, count))
        context.iteration(False)

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE

    for _ in range(10_000):
        once()
    before = resident()
    for _ in range(100_000):
        once()
    assert resident() - before < 2_000_000
    assert kind == "cancel" or ran[0] == 110_000
