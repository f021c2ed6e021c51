"""Xen machines for the tests, each restored from one that was brought up once: a netvm, two domains behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import qemu
import saved
from boot import Machine
from screen_driver import Window
from stack import bring_up, bring_up_installed, bring_up_screen
from turns import turn

_FAILED = pytest.StashKey[bool]()
_FIGURE = "figure"
#: Fixtures of tests that have the computer to themselves: where something is measured, and the machine with systemd,
#: which beside another one may stand still for good.
_ALONE = frozenset({"figures", "installed", "installed_screen"})
#: Seconds within which dom0 takes commands; the slowest has systemd.
_BOOT = 400


@pytest.fixture(scope="session")
def _stack() -> Path:
    with turn(alone=False):
        return saved.saved("stack", bring_up)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs alone comes first, so that nothing has to be waited for before it."""
    items.sort(key=_is_with_others)


def _is_with_others(item: pytest.Item) -> bool:
    return _ALONE.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember whether the test failed, so that its machine is asked what it knows."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed:
        item.stash[_FAILED] = True


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes a line of the table that is printed at the end. Whoever uses it has the computer to itself."""
    return lambda line: record_property(_FIGURE, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of figures."""
    reports = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    lines = [line for report in reports for name, line in report.user_properties if name == _FIGURE]
    if lines:
        terminalreporter.section("figures, under software emulation")
        for line in lines:
            terminalreporter.write_line(line)


def _machine(make: Callable[[], Machine], request: pytest.FixtureRequest) -> Iterator[Machine]:
    with turn(alone=not _is_with_others(request.node)):
        machine = make()
        try:
            machine.run("true", seconds=_BOOT)
            yield machine
            if request.node.stash.get(_FAILED, False):
                machine.keep()
        finally:
            machine.end()


@pytest.fixture
def machine(_stack: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host: the netvm owns both cards and is online, `work` and `personal` are behind it."""
    yield from _machine(lambda: saved.restore(_stack), request)


@pytest.fixture(scope="session")
def _installed_stack() -> Path:
    with turn(alone=True):
        return saved.saved("installed", bring_up_installed, kind="installed")


@pytest.fixture
def installed(_installed_stack: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host with our packages and systemd everywhere: the netvm is online, `work` is behind it."""
    yield from _machine(lambda: saved.restore(_installed_stack, kind="installed"), request)


@pytest.fixture(scope="session")
def _screen_stack() -> Path:
    with turn(alone=False):
        return saved.saved("screen", bring_up_screen, kind=qemu.SCREEN)


@pytest.fixture
def screen(_screen_stack: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host whose netvm has a screen, with nm-applet on it; `screen_window.py` listens in dom0."""
    yield from _machine(lambda: saved.restore(_screen_stack, kind=qemu.SCREEN), request)


@pytest.fixture
def installed_screen(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host that has just been switched on, with our packages and systemd; its netvm may have a screen."""
    yield from _machine(lambda: Machine(kind=qemu.INSTALLED_SCREEN), request)


@pytest.fixture
def bare(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host that has just been switched on: dom0 and nobody else."""
    yield from _machine(Machine, request)


@pytest.fixture
def without_qnet(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """The same with systemd, before anything of qnet is installed: the packages are in /root/qnet of every domain."""
    yield from _machine(lambda: Machine(kind="bare"), request)


@pytest.fixture
def without_iommu(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """The same, of a computer that has no IOMMU."""
    yield from _machine(lambda: Machine(iommu=False), request)


@pytest.fixture
def window(screen: Machine) -> Window:
    """A window of a netvm's screen with nm-applet on it, opened and with a picture."""
    window = Window(screen)
    answer = window.ask("open")
    assert answer["changes"]
    assert answer["readable_alone"]
    return window
