"""Xen machines for the tests, each restored from one that was brought up once: a netvm, two domains behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import saved
from boot import Machine
from stack import bring_up


@pytest.fixture(scope="session")
def _stack() -> Path:
    return saved.saved("stack", bring_up)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember whether the test failed, so that its machine is asked what it knows."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed:
        item.stash[_FAILED] = True


_FAILED = pytest.StashKey[bool]()
_FIGURES: list[str] = []


@pytest.fixture
def figures() -> list[str]:
    """Lines of the table that is printed at the end."""
    return _FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of figures."""
    if _FIGURES:
        terminalreporter.section("figures, under software emulation")
        for line in _FIGURES:
            terminalreporter.write_line(line)


def _until_done(machine: Machine, failed: Callable[[], bool]) -> Iterator[Machine]:
    try:
        yield machine
        if failed():
            machine.keep()
    finally:
        machine.end()


@pytest.fixture
def machine(_stack: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host: the netvm owns both cards and is online, `work` and `personal` are behind it."""
    yield from _until_done(saved.restore(_stack), lambda: request.node.stash.get(_FAILED, False))


@pytest.fixture
def bare(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host that has just been switched on: dom0 and nobody else."""
    machine = Machine()
    machine.ok("true")
    yield from _until_done(machine, lambda: request.node.stash.get(_FAILED, False))
