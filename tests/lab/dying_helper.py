"""qnet-helper that does something unpleasant at one point: dies, waits for the test, or finds its disk full.

Runs in a lab's dom0 in the place of /usr/bin/qnet-helper. The file POINT says where, and is removed when it starts, so
that its successor is an ordinary helper. A point is `kill|wait WHICH WAY STEP`, `kill open`, `full N` or `hasty`.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from qnet_gui.dom0.main import main
from qnet_gui.dom0.upgrade import session, step_runner
from qnet_gui.dom0.upgrade.journal import Journal, JournalFile
from qnet_gui.dom0.upgrade.step_context import StepContext
from qnet_gui.dom0.upgrade.steps import STEPS, Step

POINT, HERE = Path("/run/qnet-test-point"), Path("/run/qnet-test-here")

_interruptions: list[str] = []


def points() -> list[str]:
    """Every place at which a helper can be interrupted, from the steps' own list."""
    sides = ("before", "after")
    return [*(f"{side} {way} {step.name}" for way in ("up", "down") for step in STEPS for side in sides), "open"]


Said = TypeVar("Said")


def _interrupt(how: str) -> None:
    """Die, or wait for the test; once."""
    if _interruptions:
        return
    _interruptions.append(how)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    HERE.touch()
    while HERE.exists():
        time.sleep(0.01)


def _wrapped(action: Callable[[StepContext], Said], how: str, before: bool) -> Callable[[StepContext], Said]:
    def interrupted(context: StepContext) -> Said:
        if before:
            _interrupt(how)
        said = action(context)
        if not before:
            _interrupt(how)
        return said

    return interrupted


def _change(step: Step, how: str, which: str, way: str) -> Step:
    if way == "up":
        return dataclasses.replace(step, do=_wrapped(step.do, how, which == "before"))
    return dataclasses.replace(step, undo=_wrapped(step.undo, how, which == "before"))


def _journal(number: int, how: str) -> None:
    """At the writing of the n-th journal, or of the one that says that all is done (0)."""
    save, count = JournalFile.save, 0

    def replacement(self: JournalFile, journal: Journal) -> None:
        nonlocal count
        count += 1
        if how == "full" and count == number:
            _fill(self.path.parent)
        save(self, journal)
        if how == "kill" and journal.open:
            _interrupt(how)

    JournalFile.save = replacement  # type: ignore[method-assign]


def _fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass


def prepare(arguments: list[str]) -> None:
    """Change what the point names."""
    if arguments[:1] == ["hasty"]:
        session._MINUTE = 1  # so that a deadline of minutes is one of seconds
    elif arguments[:1] == ["full"]:
        _journal(int(arguments[1]), "full")
    elif arguments == ["kill", "open"]:
        _journal(0, "kill")
    elif arguments:
        how, which, way, name = arguments
        step_runner.STEPS = tuple(_change(step, how, which, way) if step.name == name else step for step in STEPS)


if __name__ == "__main__":
    if POINT.exists():
        point = POINT.read_text().split()
        POINT.unlink()
        prepare(point)
    sys.exit(main())
