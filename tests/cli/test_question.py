"""A question at the terminal: only yes is yes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal
from waiting import DEADLINE

from qnet_gui.cli import question
from qnet_gui.cli.question import asked

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end into which somebody types."""
    read, write = os.pipe()
    with open(read, encoding="utf-8") as stdin, open(write, "wb") as keyboard:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield keyboard.fileno()


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        (b"y\n", True), (b" YES \r\n", True), (b"n\n", False), (b"\n", False), (b"yess\n", False), (b"\xff\n", False),
        (b"\0\n", False), ("j\u0061\n".encode(), False),
    ],
)  # fmt: skip
def test_what_is_yes(typed: int, text: bytes, yes: bool, capsys: pytest.CaptureFixture[str]) -> None:
    os.write(typed, text)
    assert asked("Do it?") is yes
    assert capsys.readouterr().out == "Do it? [y/N] "


def test_nothing_said_in_time_is_no(typed: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert not asked("Keep it?", 0.01)
    assert capsys.readouterr().out == "Keep it? [y/N] (within 0.01 s) \n"


def test_answers_that_come_together_are_one_for_each_question(typed: int) -> None:
    """The second lay in a buffer, where nobody looked, and a netvm that somebody wanted to keep was stopped."""
    os.write(typed, b"y\nno\ny\n")
    assert [asked("Do it?", 1) for _ in range(3)] == [True, False, True]


def test_half_a_line_is_no_answer_and_not_waited_for(typed: int) -> None:
    os.write(typed, b"y")
    assert not asked("Keep it?", 0.1)


def test_what_never_ends_is_no_answer(typed: int) -> None:
    os.write(typed, b"y" * 5000)
    assert not asked("Do it?")


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The other end of a terminal."""
    master, slave = os.openpty()
    with open(slave, encoding="utf-8") as stdin, open(master, "wb", buffering=0):
        monkeypatch.setattr(sys, "stdin", stdin)
        yield master


def test_what_was_typed_before_it_was_asked_is_no_answer(keyboard: int) -> None:
    """Return, pressed while the netvm was being started, took it back; and "y" would have kept what nobody had seen."""
    os.write(keyboard, b"y\n")
    assert not asked("Keep it?", 0.2)
    timer = threading.Timer(0.2, os.write, (keyboard, b"y\n"))
    timer.start()
    assert asked("Keep it?", DEADLINE)
    timer.join()


def test_who_is_in_the_background_stops_at_the_answer_and_not_before_the_question(tmp_path: Path) -> None:
    """As it always was: a shell tells of it, and in the foreground it goes on."""
    program = tmp_path / "asks.py"
    program.write_text(
        "import os, signal\n"
        "from qnet_gui.cli.question import asked\n"
        "signal.signal(signal.SIGTTOU, lambda *_: os._exit(7))\n"
        "signal.signal(signal.SIGTTIN, lambda *_: os._exit(8))\n"
        "os.setpgid(0, 0)\n"
        "asked('Do it?')\n"
    )
    starts = f"import subprocess, sys; sys.exit(subprocess.call({[sys.executable, str(program)]!r}))"
    terminal = Terminal(sys.executable, "-c", starts, PYTHONPATH=str(CHECKOUT))
    terminal.until("Do it?")
    terminal.type("y\n")
    assert terminal.end() == 8


def test_nobody_there_is_no(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert not asked("Do it?")
    assert capsys.readouterr().out == "Do it? [y/N] \n"


@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_a_closed_input_is_nobody(redirection: str) -> None:
    program = "from qnet_gui.cli.question import asked; print(asked('?'))"
    done = subprocess.run(
        ["/bin/bash", "-c", f'exec "$0" -c "$1" {redirection}', sys.executable, program],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("? [y/N] \nFalse\n", "")


def _refuse(*_: object) -> bytes:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_terminal_that_is_others_is_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who is in the background and has no shell any more may not read. It was told as an output that fails."""
    with open("/dev/null", encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(question.os, "read", _refuse)
        assert not asked("Keep it?", 1)
    assert capsys.readouterr().out == "Keep it? [y/N] (within 1 s) \n"
