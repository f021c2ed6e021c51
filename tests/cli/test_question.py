"""A question at the terminal: only yes is yes."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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


class OthersTerminal(io.FileIO):
    """One that is another's: whoever is in the background and has no shell any more may not read there."""

    def readline(self, _size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_terminal_that_is_others_is_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was told as an output that cannot be written."""
    with OthersTerminal("/dev/null") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert not asked("Keep it?", 1)
    assert capsys.readouterr().out == "Keep it? [y/N] (within 1 s) \n"
