"""The thread that owns a store, with this thread in the part of a main loop."""

from __future__ import annotations

import os
import queue
import re
import threading
import time
from pathlib import Path

import pytest
from fakes.loop import Loop as Running
from waiting import DEADLINE

from qnet_gui.model.errors import QnetError, StoreGone
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.mainloop import post
from qnet_gui.store.client import Store
from qnet_gui.store.worker import _UNDELIVERED_MAX, StoreWorker


class Loop:
    """Collects what is posted; runs it when the test says so."""

    def __init__(self):
        self._calls = queue.SimpleQueue()

    def post(self, call):
        self._calls.put(call)

    def run_until(self, ready, seconds=DEADLINE):
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, "it did not come"
            try:
                self._calls.get(timeout=0.05)()
            except queue.Empty:
                continue

    def run_for(self, seconds):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                self._calls.get(timeout=left)()
            except queue.Empty:
                return


@pytest.fixture
def loop():
    return Loop()


@pytest.fixture
def lost():
    return []


@pytest.fixture
def worker(xen, loop, lost):
    running = StoreWorker(loop.post, Store(xen.hardware.socket, deadline=DEADLINE), lambda: lost.append(True))
    yield running
    running.close()


def test_results_and_errors_come_back_in_order(worker, loop, log_guard):
    log_guard.expect("^ERROR qnet_gui.runtime.jobs: unexpected$")
    results = []
    worker.submit(lambda store: store.write("/a", "1"), results.append)
    worker.submit(lambda store: store.read("/a"), results.append)
    worker.submit(lambda store: store.set_perms("/none", ("n0",)), results.append)
    worker.submit(lambda store: 1 / 0, results.append)
    worker.submit(lambda store: threading.current_thread().name, results.append)
    assert results == []
    loop.run_until(lambda: len(results) == 5)
    assert results[:2] == [None, b"1"]
    assert isinstance(results[2], QnetError)
    assert isinstance(results[3], QnetError)
    assert results[4] == "xenstore"


def test_watches_call_their_own_handler(worker, loop):
    first, second = [], []
    worker.watch("/first", first.append)
    worker.watch("/second", second.append)
    loop.run_until(lambda: first and second)
    worker.submit(lambda store: store.write("/first/x", ""))
    loop.run_until(lambda: "/first/x" in first)
    assert second == ["/second"]
    worker.unwatch("/first")
    done = []
    worker.submit(lambda store: store.write("/first/y", ""), done.append)
    loop.run_until(lambda: done)  # its events are posted after it, and before the next one is begun
    worker.submit(lambda store: store.read("/first/y"), done.append)
    loop.run_until(lambda: len(done) == 2)
    assert "/first/y" not in first


def test_a_loss_is_told_and_every_watch_fires_when_it_is_back(xen, worker, loop, lost):
    events, results = [], []
    worker.watch("/first", events.append)
    worker.watch("/second", events.append)
    loop.run_until(lambda: len(events) == 2)
    xen.kill_xenstored()
    loop.run_until(lambda: lost)
    worker.submit(lambda store: store.read("/first"), results.append)
    loop.run_until(lambda: results)
    assert isinstance(results[0], StoreGone)
    events.clear()
    xen.start_xenstored()
    loop.run_until(lambda: {"/first", "/second"} <= set(events))
    worker.submit(lambda store: store.write("/first/x", ""))
    loop.run_until(lambda: "/first/x" in events)
    assert lost == [True]


def test_watches_set_before_xenstore_is_there(tmp_path, xen, loop, lost):
    xen.kill_xenstored()
    events = []
    worker = StoreWorker(loop.post, Store(xen.hardware.socket, deadline=DEADLINE), lambda: lost.append(True))
    worker.watch("/first", events.append)
    loop.run_for(0.3)
    assert events == []
    xen.start_xenstored()
    loop.run_until(lambda: events)
    assert lost == []
    worker.close()


def test_an_event_that_waits_stands_for_those_like_it(xen, worker, loop):
    """A domain that writes one node a thousand times makes the main loop look once, not a thousand times."""
    seen, done = [], []
    worker.watch("/a", seen.append)
    loop.run_until(lambda: seen == ["/a"])
    with Store(xen.hardware.socket) as other:
        for number in range(1000):
            other.write("/a/b", str(number))
    worker.submit(lambda store: store.read("/a/b"), done.append)  # nothing was delivered meanwhile
    loop.run_until(lambda: done == [b"999"])
    loop.run_for(0.2)
    assert 1 <= seen.count("/a/b") <= 3
    seen.clear()
    with Store(xen.hardware.socket) as other:
        other.write("/a/b", "last")
    loop.run_until(lambda: "/a/b" in seen)


def test_so_many_paths_wait_for_the_main_loop_and_no_more(xen, worker, loop):
    """Each is another one, and the main loop is busy: the rest waits where it is, and jobs are done all the same."""
    seen, done = [], []
    worker.watch("/a", seen.append)
    loop.run_until(lambda: seen == ["/a"])
    with Store(xen.hardware.socket) as other:
        for number in range(3 * _UNDELIVERED_MAX):
            other.write(f"/a/{number}", "")
    time.sleep(0.2)
    assert len(worker._undelivered) < 2 * _UNDELIVERED_MAX
    worker.submit(lambda store: store.read("/a/7"), done.append)
    loop.run_until(lambda: done == [b""])
    loop.run_until(lambda: len(set(seen)) == 3 * _UNDELIVERED_MAX + 1)


class _Endless:
    """A store in which one domain writes: each look has ten thousand events of fifty nodes, a million in all."""

    def __init__(self):
        self._readable = os.eventfd(0)
        self.connected = True
        self.left = 1_000_000

    def fileno(self):
        return self._readable

    def watch(self, path):
        os.eventfd_write(self._readable, 1)  # nothing comes before: all of it did, and went past the one who watches

    def connect(self):
        raise StoreGone(SystemCode.STORE_NOT_CONNECTED)

    def close(self):
        os.close(self._readable)

    def events(self):
        if self.left <= 0:
            os.eventfd_read(self._readable)
            self.left, self.connected = 0, False
            return []
        self.left -= 10_000
        return [(f"/a/{number % 50}", "/a") for number in range(10_000)]


def _own_memory():
    text = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", text, re.MULTILINE))


def test_a_million_events_leave_no_memory_behind():
    """On the real main loop: PyGObject loses 111 bytes for each source that is made for a callback."""
    store, seen, sizes = _Endless(), [0], []
    worker = StoreWorker(post, store)

    def changed(_):
        seen[0] += 1
        if store.left < 800_000 and not sizes:
            sizes.append(_own_memory())

    worker.watch("/a", changed)
    with Running() as running:
        running.until(lambda: not store.connected and not worker._undelivered)
    worker.close()
    assert 50 <= seen[0] < 100_000, "most are one with an event that waits"
    assert _own_memory() - sizes[0] < 1024


def test_whoever_watches_anew_is_told_though_an_event_for_the_last_one_waits(xen, worker, loop):
    first, second = [], []
    worker.watch("/a", first.append)
    loop.run_until(lambda: first == ["/a"])
    with Store(xen.hardware.socket) as other:
        other.write("/a", "1")
    worker.unwatch("/a")
    worker.watch("/a", second.append)
    loop.run_until(lambda: second == ["/a"])


def test_nothing_wakes_while_nothing_happens(worker, loop):
    events = []
    worker.watch("/first", events.append)
    loop.run_until(lambda: events)

    def switches():
        thread = next(running_thread for running_thread in threading.enumerate() if running_thread.name == "xenstore")
        status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
        return int(status.split("voluntary_ctxt_switches:\t")[1].split()[0])

    time.sleep(0.1)
    before = switches()
    time.sleep(1)
    assert switches() - before <= 1
