"""A lab with a Plasma in its dom0, logged in once for all tests; and logins of a test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from plasma_tray import Tray

from qnet_gui.lab.box.place import Place
from qnet_gui.lab.desktop.plasma import Plasma

PICTURES = Path(__file__).parents[2] / "build" / "plasma"


def lab_command(*arguments: str) -> str:
    """Run `qnet lab …`."""
    command = [sys.executable, "-m", "qnet_gui.lab", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def lab() -> Iterator[Place]:
    if os.geteuid():
        pytest.fail("The lab needs root. Run the tests with: sudo make test-plasma", pytrace=False)
    place = Place(f"p{os.getpid() % 1000000}")
    lab_command("up", "--name", place.name)
    yield place
    lab_command("down", "--name", place.name)


@pytest.fixture
def run_lab(lab: Place) -> Callable[..., str]:
    """Runs `qnet lab` for this lab."""
    return lambda verb, *arguments: lab_command(verb, "--name", lab.name, *arguments)


@pytest.fixture(scope="session")
def pictures() -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


@pytest.fixture(scope="module")
def plasma(lab: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plasma]:
    """A person logs in; the panel is there, and the applet comes by its autostart file."""
    with Plasma(lab.name, tmp_path_factory.mktemp("plasma")) as session:
        yield session


@pytest.fixture
def login(lab: Place, tmp_path: Path) -> Callable[..., Plasma]:
    """Makes a session of a test's own: a context manager."""
    return lambda **more: Plasma(lab.name, tmp_path, **more)


@pytest.fixture
def tray(plasma: Plasma, lab: Place) -> Iterator[Tray]:
    """The applet of the session, running."""
    applet = Tray(plasma, lab)
    applet.ensure()
    yield applet
    applet.close_windows()
    applet.close()


def pytest_runtest_logreport(report: Any) -> None:
    """Nothing to do for success; a failure keeps the last picture under the test's name."""
    if report.when == "call" and report.failed:
        for applet in Tray.open:
            applet.picture(PICTURES / f"failed-{report.nodeid.rpartition('::')[2].replace('/', '-')}.png")
