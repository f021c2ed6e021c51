"""A lab for the command line, brought up and taken down by the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

Qnet = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def qnet(programs: None) -> Qnet:
    """Run qnet as from a shell; `env` are changes of the environment."""

    def run(*words: str, env: dict[str, str] | None = None, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "qnet_gui.cli", *words], env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, **options,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def lab(as_root: None, qnet: Qnet) -> Iterator[str]:
    """The name of a lab with work, personal and vault."""
    name = f"c{os.getpid() % 100000}"
    try:
        done = qnet("lab", "up", "--name", name)
        assert done.returncode == 0, done.stderr
        yield name
    finally:
        qnet("lab", "down", "--name", name)
