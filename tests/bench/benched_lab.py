"""The lab in which a benchmark measures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds for one command; a machine that is measured has nothing else to do.
_DEADLINE = 90


def lab(verb: str, name: str, *arguments: str) -> None:
    """One of `qnet lab`'s commands, on the lab of that name."""
    command = [sys.executable, "-m", "qnet_gui.lab", verb, "--name", name, *arguments]
    subprocess.run(command, check=True, timeout=_DEADLINE)


@contextmanager
def running_lab(name: str, *options: str) -> Iterator[None]:
    """A lab that is up meanwhile."""
    lab("up", name, *options)
    try:
        yield
    finally:
        lab("down", name)
