"""The desktop entries are valid, agree with each other and start what exists."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from qnet_gui import __version__

ROOT = Path(__file__).parents[3]
ENTRIES = [ROOT / f"desktop/{folder}/org.qnet.Tray.desktop" for folder in ("applications", "autostart")]


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.parent.name)
def test_entry_is_valid(path: Path) -> None:
    tool = shutil.which("desktop-file-validate")
    if not tool:
        pytest.skip("desktop-file-utils is not installed")
    done = subprocess.run([tool, path], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.parent.name)
def test_entry_starts_a_program_of_ours_with_an_icon_of_ours(path: Path) -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(path)
    keys = entry["Desktop Entry"]
    assert keys["Exec"] in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert (ROOT / f"resources/icons/hicolor/scalable/apps/{keys['Icon']}.svg").is_file()


def test_one_module_of_each_program_imports_qt() -> None:
    texts = {path: path.read_text() for path in (ROOT / "qnet_gui").rglob("*.py")}
    modules = sorted(f"{path.parent.name}/{path.name}" for path, text in texts.items() if "from PyQt5" in text)
    assert modules == ["applethost/qt.py", "tray/qt.py"]


def test_nothing_blocks_the_thread_that_draws() -> None:
    """But for the second instance's one question to the first, before it ends; the end of the session, which has to be
    asked about before Qt's call returns; and what an applet that starts itself anew withdraws, after which nothing of
    it is left to be blocked."""
    blocking = (
        "time.sleep",
        "subprocess",
        "waitForFinished",
        "waitForReadyRead",
        ".exec_(",
        "BlockWithGui",
        ".call(message",
    )
    calls = {
        (path.name, call)
        for path in (ROOT / "qnet_gui/tray").rglob("*.py")
        for call in blocking
        if call in path.read_text()
    }
    assert calls == {
        ("single_instance.py", ".call(message"), ("notifier.py", ".call(message"),
        ("main.py", ".exec_("), ("logout.py", ".exec_("),
    }  # fmt: skip


def test_appstreams_metadata_is_valid() -> None:
    path = ROOT / "desktop/metainfo/org.qnet.Tray.metainfo.xml"
    version = re.search(r'<release version="([^"]+)"', path.read_text())
    assert version
    assert version[1] == __version__
    tool = shutil.which("appstreamcli")
    if not tool:
        pytest.skip("appstream is not installed")
    done = subprocess.run([tool, "validate", "--no-net", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
