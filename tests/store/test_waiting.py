"""Waiting on xenstore: on a store of this test's own, which needs no root, and on a real one that dies meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from qnet_gui.model.errors import Refused, StoreGone
from qnet_gui.model.messages.plain import plain
from qnet_gui.store.client import Store
from qnet_gui.store.waiting import Deadline, wait_until


class FakeStore:
    """Nodes with watches that fire when they are set, as xenstore's do; `away` as long as nobody is there."""

    def __init__(self) -> None:
        self.nodes: dict[str, str] = {}
        self.away = False
        self.asked = 0
        self._watched: list[str] = []
        self._connected = False
        self._events: list[tuple[str, str]] = []
        self._fd = os.eventfd(0, os.EFD_NONBLOCK)

    def close(self) -> None:
        os.close(self._fd)

    def fileno(self) -> int:
        return self._fd

    def _connect(self) -> None:
        self.asked += 1
        if self.away:
            self._connected = False
            raise StoreGone(plain("xenstore is away."))
        if not self._connected:
            self._connected = True
            for path in self._watched:
                self._fire(path, path)

    def _fire(self, path: str, watched: str) -> None:
        self._events.append((path, watched))
        os.eventfd_write(self._fd, 1)

    def watches(self, path: str) -> bool:
        return path in self._watched

    def watch(self, path: str) -> None:
        self._connect()
        if path not in self._watched:
            self._watched.append(path)
            self._fire(path, path)

    def unwatch(self, path: str) -> None:
        if path in self._watched:
            self._watched.remove(path)

    def events(self) -> list[tuple[str, str]]:
        self._connect()
        events, self._events = self._events, []
        if events:
            os.eventfd_read(self._fd)
        return events

    def read(self, path: str) -> str | None:
        self._connect()
        return self.nodes.get(path)

    def write(self, path: str, value: str) -> None:
        self.nodes[path] = value
        for watched in self._watched:
            if path == watched or path.startswith(f"{watched}/"):
                self._fire(path, watched)


@pytest.fixture
def fake() -> Iterator[FakeStore]:
    store = FakeStore()
    yield store
    store.close()


def wait(
    store: FakeStore, paths: tuple[str, ...], look: Callable[[set[str]], Any], seconds: float = 5, **more: Any
) -> Any:
    return wait_until(cast(Store, store), paths, look, Deadline(seconds), **more)


def later(call: Callable[[], None], seconds: float = 0.05) -> threading.Timer:
    timer = threading.Timer(seconds, call)
    timer.start()
    return timer


def test_what_is_there_already_is_found_and_the_watches_go(fake: FakeStore) -> None:
    fake.nodes["/a"] = "1"
    assert wait(fake, ("/a", "/b"), lambda _: fake.read("/a")) == "1"
    assert not fake.watches("/a")
    assert not fake.watches("/b")


def test_a_change_between_the_watch_and_the_first_look_is_not_missed(fake: FakeStore) -> None:
    seen: list[str | None] = []

    def look(_: set[str]) -> str | None:
        seen.append(fake.read("/a"))
        if len(seen) == 1:
            fake.write("/a", "1")  # somebody writes after it was read
            return None
        return seen[-1]

    assert wait(fake, ("/a",), look) == "1"
    assert seen == [None, "1"]


def test_it_looks_at_each_event_and_not_in_between(fake: FakeStore) -> None:
    looks: list[set[str]] = []

    def look(changed: set[str]) -> bool | None:
        looks.append(changed)
        return True if fake.nodes.get("/b/x") else None

    timer = later(lambda: fake.write("/b/x", "1"), 0.3)
    assert wait(fake, ("/a", "/b"), look)
    timer.join()
    assert looks == [{"/a", "/b"}, {"/b"}]


def test_a_falsy_answer_is_an_answer(fake: FakeStore) -> None:
    assert wait(fake, ("/a",), lambda _: 0) == 0


def test_the_deadline_passes(fake: FakeStore) -> None:
    start = time.monotonic()
    assert wait(fake, ("/a",), lambda _: None, 0.1) is None
    assert time.monotonic() - start >= 0.1
    assert not fake.watches("/a")


def test_the_deadline_may_be_moved_while_it_waits(fake: FakeStore) -> None:
    deadline, start = Deadline(60), time.monotonic()

    def look(_: set[str]) -> None:
        deadline.restart(0.05)

    assert wait_until(cast(Store, fake), ("/a",), look, deadline) is None
    assert 0.05 <= time.monotonic() - start < 30


def test_what_was_watched_before_stays_so_and_is_looked_at_all_the_same(fake: FakeStore) -> None:
    fake.watch("/a")
    fake.events()
    fake.nodes["/a"] = "1"
    looks: list[set[str]] = []

    def look(changed: set[str]) -> str | None:
        looks.append(changed)
        return fake.read("/a")

    assert wait(fake, ("/a",), look) == "1"
    assert looks == [{"/a"}]
    assert fake.watches("/a")


def test_whoever_cancels_is_seen_after_the_interval(fake: FakeStore) -> None:
    cancelled: list[str] = []

    def check() -> None:
        if cancelled:
            raise Refused(plain("Cancelled."))

    timer = later(lambda: cancelled.append("yes"))
    with pytest.raises(Refused):
        wait(fake, ("/a",), lambda _: None, 60, check=check, interval=0.02)
    timer.join()
    assert not fake.watches("/a")


def test_a_descriptor_ends_it_at_once(fake: FakeStore) -> None:
    class Wakes:
        def fileno(self) -> int:
            return reader

    reader, writer = os.pipe()
    noted: list[bool] = []

    def check() -> None:
        if noted:
            raise KeyboardInterrupt

    def interrupt() -> None:
        noted.append(True)
        os.write(writer, b"!")

    timer = later(interrupt)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        wait(fake, ("/a",), lambda _: None, 60, check=check, wakes=Wakes())
    assert time.monotonic() - start < 30
    timer.join()
    os.close(reader)
    os.close(writer)


def test_what_tells_no_event_is_looked_at_after_the_interval(fake: FakeStore) -> None:
    there: list[bool] = []
    timer = later(lambda: there.append(True))
    assert wait(fake, ("/a",), lambda _: bool(there) or None, interval=0.02)
    timer.join()


def test_a_store_that_comes_back_is_looked_at_anew(fake: FakeStore) -> None:
    looks: list[set[str]] = []

    def look(changed: set[str]) -> bool | None:
        looks.append(changed)
        if len(looks) == 1:
            fake.away = True
            fake.read("/a")  # raises, in the middle of it
        return True

    timer = later(lambda: setattr(fake, "away", False), 0.2)
    assert wait(fake, ("/a", "/b"), look)
    timer.join()
    assert looks == [{"/a", "/b"}, {"/a", "/b"}]
    assert fake.asked < 100  # it does not spin meanwhile


def test_a_store_that_stays_away_is_told_at_the_deadline(fake: FakeStore) -> None:
    fake.away = True
    with pytest.raises(StoreGone):
        wait(fake, ("/a",), lambda _: True, 0.1)


def test_a_real_store_that_is_killed_meanwhile(xen: Any) -> None:
    with Store(xen.hardware.socket) as store:
        store.write("/a", "0")

        def again() -> None:
            xen.kill_xenstored()
            xen.start_xenstored()
            with Store(xen.hardware.socket) as other:
                other.write("/a", "1")

        timer = later(again)
        look = lambda _: store.read("/a") == b"1" or None  # noqa: E731
        assert wait_until(store, ("/a",), look, Deadline(20))
        timer.join()
        assert not store.watches("/a")
