"""For the tray's tests: a private system bus with a stand-in for the helper, a light desktop with a real tray."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tray_shared import Helper

from qnet_gui.lab.desktop import LightDesktop

# For the tests that draw inside this process; programs on the light desktop do not inherit it.
os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture
def system_bus(tmp_path: Path) -> Iterator[str]:
    """The address of a private bus in the part of the system bus."""
    path = tmp_path / "system_bus"
    config = tmp_path / "system.conf"
    config.write_text(
        f"<busconfig><type>system</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>"
        '<policy context="default"><allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/></policy>'
        "</busconfig>"
    )
    daemon = subprocess.Popen(
        ["/usr/bin/dbus-daemon", "--nofork", f"--config-file={config}"], stderr=subprocess.DEVNULL
    )
    while not path.is_socket():
        time.sleep(0.01)
    yield f"unix:path={path}"
    daemon.terminate()
    daemon.wait()


@pytest.fixture
def helper(system_bus: str) -> Iterator[Helper]:
    stand_in = Helper(system_bus)
    yield stand_in
    stand_in.kill()


@pytest.fixture
def pictures() -> Path:
    """Where screenshots are kept to be looked at."""
    folder = Path(__file__).parents[2] / "build" / "tray"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightDesktop]:
    with LightDesktop(tmp_path_factory.mktemp("desktop")) as light:
        yield light
