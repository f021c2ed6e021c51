"""For all tests: an unexpected log line of WARNING or above fails the test; xenstored as it runs without Xen.

Which tests are fast is not written on them. A fixture that needs root asks for `as_root`, and whoever uses it, however
far away, is left out of `make test-fast`; one that needs root and does not say so fails there, since nobody is root.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from fakes.xen import FakeXen

from qnet_gui.lab.box.place import Place
from qnet_gui.lab.xen.hardware import Hardware
from qnet_gui.lab.xen.toolstack import Toolstack

with warnings.catch_warnings():
    # PyGObject's importer is older than Python's way of importing, and says so for each library at its first import
    warnings.simplefilter("ignore", ImportWarning)
    from fakes.loop import EndingWorker, Loop

pytest_plugins = ["rooms_covered"]
_numbers = itertools.count()
# how long an example takes says more of the machine than of the code, and what failed here is no help elsewhere
hypothesis.settings.register_profile(
    "qnet", deadline=None, database=None, max_examples=int(os.environ.get("QNET_TEST_EXAMPLES", "100"))
)
hypothesis.settings.load_profile("qnet")
# what it hides: output that is kept until the end, as it is everywhere else, and cannot be written then
os.environ.pop("PYTHONUNBUFFERED", None)
# ignored in the background of a shell or under nohup, and then by everything that tests start
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)


class LogGuard(logging.Handler):
    """Collects what this process logs from WARNING on, but for what a test expects."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.unexpected: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Lines that match this pattern are part of the test, from its beginning to its end."""
        self._expected.append(re.compile(pattern))

    def emit(self, record: logging.LogRecord) -> None:
        self.unexpected.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def check(self) -> None:
        left = [line for line in self.unexpected if not any(pattern.search(line) for pattern in self._expected)]
        assert not left, "unexpected log lines:\n" + "\n".join(left)


@pytest.fixture(autouse=True)
def log_guard() -> Iterator[LogGuard]:
    """Fails a test that logs what it does not expect."""
    guard = LogGuard()
    logging.getLogger().addHandler(guard)
    yield guard
    logging.getLogger().removeHandler(guard)
    guard.check()


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """What a command does to signals ends with its process, which is a test's here: programs that are started later
    would not hear a SIGTERM that is ignored.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def pytest_collection_finish() -> None:
    """All that is imported stays to the end: no need to look through it after each module."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _nothing_left_open() -> Iterator[None]:
    """A module that leaves a socket or a process open fails itself, and not whichever runs when Python finds out."""
    yield
    gc.collect()


@pytest.fixture(autouse=True, scope="module")
def _threads_end_with_their_module() -> Iterator[None]:
    """Idle ones and their descriptors would pile up in a process that runs thousands of tests."""
    jobs = sys.modules.get("qnet_gui.runtime.jobs")
    if jobs is None:  # nobody here has any
        yield
        return
    begin, made = jobs.JobThread.__init__, []

    def begun(thread: Any, *words: Any, **named: Any) -> None:
        begin(thread, *words, **named)
        made.append(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs.JobThread, "__init__", begun)
        yield
    for thread in made:
        if thread._thread.is_alive():
            thread.close()
    # what was to happen later would meet another module's tests, and threads that have ended
    calls = sys.modules["qnet_gui.runtime.mainloop"]._calls  # type: ignore[attr-defined]
    for left in (calls._posted, calls._timers, calls._due):
        left.clear()


class Xen:
    """A real xenstored in which domains can be made; no processes run in them."""

    def __init__(self) -> None:
        self.place = Place(f"u{os.getpid() % 100000}n{next(_numbers)}")
        self.place.folder.parent.mkdir(mode=0o755, exist_ok=True)  # the first lab of this machine
        self.place.make()
        self.hardware = Hardware(self.place)
        self.toolstack = Toolstack(self.hardware.socket)
        self._runs = True

    def kill_xenstored(self) -> None:
        """It dies, and everything that it knew is lost."""
        self._runs = False
        self.hardware.close()
        for path in self.place.xen.iterdir():
            path.unlink()

    def start_xenstored(self) -> None:
        """A new one, at the same place."""
        self.hardware = Hardware(self.place)
        self.toolstack = Toolstack(self.hardware.socket)
        self._runs = True

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """xenstored does not answer meanwhile."""
        pid = int((self.place.xen / "pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        if self._runs:
            self.kill_xenstored()
        shutil.rmtree(self.place.folder)


@pytest.fixture(scope="session")
def as_root() -> None:
    """For fixtures that need root, namespaces or a lab."""
    if os.geteuid():
        pytest.fail("This test needs root. Run it with: sudo make test", pytrace=False)


@pytest.fixture(scope="session")
def programs() -> None:
    """For what starts whole programs again and again. `make test-fast` leaves it out, `make coverage` does not."""


@pytest.fixture(scope="session")
def screen() -> None:
    """For what starts a desktop without a screen, which takes its time."""


def _running() -> Iterator[Xen]:
    running = Xen()
    yield running
    running.close()
    with contextlib.suppress(OSError):
        running.place.folder.parent.rmdir()


@pytest.fixture
def xen(as_root: None) -> Iterator[Xen]:
    """A xenstored of this test's own."""
    yield from _running()


@pytest.fixture(scope="module")
def lasting_xen(as_root: None) -> Iterator[Xen]:
    """A xenstored for all tests of a module."""
    yield from _running()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.root)])
def either_xen(request: pytest.FixtureRequest) -> Any:
    """A fake xenstored, and the real one that it must be like, as root."""
    if request.param == "real":
        return request.getfixturevalue("xen")
    return request.getfixturevalue("fake_xen")


@pytest.fixture
def fake_xen() -> Iterator[FakeXen]:
    """A fake xenstored."""
    # not pytest's own folder, since the name of a socket may have 107 characters
    with tempfile.TemporaryDirectory(prefix="qnet") as folder, contextlib.closing(FakeXen(Path(folder))) as fake:
        yield fake


@pytest.fixture
def loop() -> Iterator[Loop]:
    """The main loop of the agent and of the helper."""
    with Loop() as running:
        yield running


@pytest.fixture
def make_worker(loop: Loop) -> Iterator[Callable[..., EndingWorker]]:
    """Makes workers on the main loop, which end with the test."""
    made: list[EndingWorker] = []

    def make(path: Path, lost: Callable[[], None] | None = None) -> EndingWorker:
        made.append(EndingWorker(path, lost))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "as_root" in fixtures:
            item.add_marker("root")
        for name in {"screen", "programs"}.intersection(fixtures):
            item.add_marker(name)
