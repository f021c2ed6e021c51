"""Something is on the netvm's screen while somebody in dom0 looks, and for a while after that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qnet_gui.netvm import screen
from qnet_gui.netvm.screen import UNIT, ScreenStarter
from qnet_gui.store import keys


class Systemd:
    """A bus on which systemd is asked for something."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses = False

    def call_async(
        self, name: str, path: str, interface: str, method: str, signature: str, arguments: tuple[Any, ...],
        done: Callable[..., None], failed: Callable[[Exception], None],
    ) -> None:  # fmt: skip
        assert (name, path, interface) == (
            "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
        )  # fmt: skip
        assert (signature, arguments) == ("ss", (UNIT, "replace"))
        self.asked.append(method)
        if self.refuses:
            failed(RuntimeError("there is no such unit"))
        else:
            done("/job/1")


class Starting:
    """A starter, and dom0's end of it. Nobody waits for minutes."""

    def __init__(self, netvm: Any, worker: Any, loop: Any) -> None:
        self.netvm, self.worker, self.loop, self.systemd = netvm, worker, loop, Systemd()
        self.starter = ScreenStarter(worker, self.systemd)

    def say(self, value: str) -> None:
        path = keys.SCREEN_SEEN.under(1)
        self.netvm.dom0.write(path, value)
        self.netvm.dom0.set_perms(path, keys.SCREEN_SEEN.permissions(1))

    def settle(self) -> None:
        """What was written by now has been read and told."""
        answers: list[object] = []
        self.worker.submit(lambda store: store.read(keys.SCREEN_SEEN.at()), answers.append)
        self.loop.until(lambda: answers)

    def until(self, *asked: str) -> None:
        self.loop.until(lambda: self.systemd.asked == list(asked))


@pytest.fixture
def starting(netvm: Any, worker: Any, loop: Any, monkeypatch: pytest.MonkeyPatch) -> Starting:
    monkeypatch.setattr(screen, "_LINGER", 0.01)
    return Starting(netvm, worker, loop)


def test_nobody_has_ever_looked_and_nothing_is_asked(starting: Starting) -> None:
    starting.starter.start()
    starting.settle()
    assert starting.systemd.asked == []


def test_it_is_started_when_somebody_looks_and_stopped_a_while_later(starting: Starting) -> None:
    starting.say("0")
    starting.starter.start()
    starting.until("StopUnit")  # what an agent before this one has started
    starting.say("1")
    starting.until("StopUnit", "StartUnit")
    starting.say("0")
    starting.until("StopUnit", "StartUnit", "StopUnit")


def test_who_comes_back_soon_finds_it_as_he_left_it(starting: Starting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_LINGER", 3600.0)
    starting.say("1")
    starting.starter.start()
    starting.until("StartUnit")
    starting.say("0")
    starting.loop.until(lambda: starting.starter._ending is not None)
    starting.say("1")
    starting.until("StartUnit", "StartUnit")  # which changes nothing where it runs
    assert starting.starter._ending is None


def test_an_old_word_that_is_told_again_is_no_news(starting: Starting) -> None:
    starting.say("1")
    starting.starter.start()
    starting.until("StartUnit")
    starting.say("1")
    starting.settle()
    assert starting.systemd.asked == ["StartUnit"]


def test_a_netvm_without_such_a_unit_goes_on(starting: Starting, caplog: pytest.LogCaptureFixture) -> None:
    starting.systemd.refuses = True
    starting.say("1")
    with caplog.at_level("INFO"):
        starting.starter.start()
        starting.until("StartUnit")
    assert "no such unit" in caplog.text


def test_a_netvm_without_a_bus_goes_on(netvm: Any, worker: Any, loop: Any) -> None:
    starter = ScreenStarter(worker, None)
    netvm.dom0.write(keys.SCREEN_SEEN.under(1), "1")
    starter.start()
    loop.until(lambda: starter._seen)


def test_what_is_no_word_of_dom0s_is_said_and_changes_nothing(starting: Starting, log_guard: Any) -> None:
    log_guard.expect("whether dom0 looks at the screen cannot be read")
    starting.say("perhaps")
    starting.starter.start()
    starting.loop.until(lambda: log_guard.unexpected)
    assert starting.systemd.asked == []
