"""What systemd is told, by a socket that stands for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import DEADLINE

from qnet_gui.runtime import notify


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(DEADLINE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield listener


def test_that_it_has_started_is_told(systemd: socket.socket) -> None:
    notify.ready()
    assert systemd.recv(100) == b"READY=1"


def test_an_abstract_socket_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"qnet-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(DEADLINE)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify.ready()
        assert listener.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", [None, "", "vsock:2:1"])
def test_where_nobody_listens_nothing_is_told(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify.ready()


def test_a_systemd_that_does_not_take_it_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_guard: Any
) -> None:
    log_guard.expect(r"WARNING .* systemd cannot be told READY=1: No such file or directory")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify.ready()


def test_the_loop_tells_that_it_turns_several_times_in_the_time_that_it_has(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    calls: list[tuple[float, Callable[[], None]]] = []
    notify.keep_telling(lambda seconds, call: calls.append((seconds, call)))
    for number in range(3):
        assert systemd.recv(100) == b"WATCHDOG=1"
        assert len(calls) == number + 1, "told by the loop alone: one that stands still says nothing more"
        seconds, call = calls[-1]
        assert seconds == 20
        call()


@pytest.mark.parametrize(("usec", "pid"), [("", ""), ("0", ""), ("x", ""), ("60000000", "1")])
def test_who_is_not_watched_tells_nothing(usec: str, pid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", pid)
    notify.keep_telling(lambda *_: pytest.fail("it is not asked for"))
