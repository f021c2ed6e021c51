"""README.md's commands for the lab, one after the other as they stand there, each until it has succeeded."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from paper_commands import of_the_lab
from waiting import DEADLINE

#: Those that end with another status when all is as README.md says, and those that run until Ctrl-C.
STATUS = {"qnet doctor": 1}
ENDLESS = {"qnet traffic --follow"}
#: Of the machine and not of the helper: there is nothing to wait for.
ONCE = ("lab up", "lab down", "lab roam", "lab cable", "lab restart")


@pytest.fixture
def name(as_root: None) -> Iterator[str]:
    made = f"readme{os.getpid() % 100000}"
    yield made
    _run(made, ["lab", "down"])


def _run(lab: str, words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qnet_gui.cli", *words], env={**os.environ, "QNET_LAB": lab},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
    )  # fmt: skip


def _until(lab: str, command: str) -> None:
    words, wanted = shlex.split(command)[1:], STATUS.get(command, 0)
    end = time.monotonic() + DEADLINE
    while (done := _run(lab, words)).returncode != wanted:
        once = command.removeprefix("qnet ").startswith(ONCE)
        assert not once, f"{command}: {done.returncode}\n{done.stdout}"
        assert time.monotonic() < end, f"{command}: {done.returncode}\n{done.stdout}"
        time.sleep(0.1)


def _ends_by_ctrl_c(lab: str, command: str) -> None:
    words = [sys.executable, "-m", "qnet_gui.cli", *shlex.split(command)[1:]]
    process = subprocess.Popen(
        words, env={**os.environ, "QNET_LAB": lab}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()  # it has begun to show something
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE)
    assert process.returncode == 0


def test_the_labs_commands_in_readme_do_what_it_says(name: str) -> None:
    for command in of_the_lab():
        if command.startswith("sleep"):
            continue
        if command in ENDLESS:
            _ends_by_ctrl_c(name, command)
        else:
            _until(name, command)
