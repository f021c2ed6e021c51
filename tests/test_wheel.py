"""A wheel gives a command line and an applet with icons and texts, and says what it has not; without the network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qnet_gui import __version__
from qnet_gui.cli.hints import of_missing_module
from qnet_gui.install import CHECKOUT

#: What a wheel is made of; a build leaves things beside it, so it is made of a copy.
PARTS = ("qnet_gui", "resources", "desktop", "pyproject.toml", "README.md", "LICENSE")
SHOWN = """
import sys
from qnet_gui.tray import main
from qnet_gui.tray.qt import QApplication
from qnet_gui.tray.session import artwork, language
from qnet_gui.tray.session.icons import application_icon
from qnet_gui.model.translation import tr
application = QApplication(["qnet-tray"])
print(artwork.folder())
print(application_icon().isNull(), language.install("de"), tr("Domains"))
print(main.__file__)
"""


@pytest.fixture(scope="module")
def wheel(programs: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    for name in PARTS:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / "source" / name)
    _run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, "."],
        folder / "source",
    )
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def prefix(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, which has the libraries of the system."""
    prefix = tmp_path_factory.mktemp("venv")
    _run(["/usr/bin/python3", "-m", "venv", "--system-site-packages", "--without-pip", prefix])
    python = str(prefix / "bin/python")
    _run([sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--no-compile", wheel])
    return prefix


def _run(words: list[str | Path], folder: Path | str = "/", status: int = 0, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "QNET"))}
    done = subprocess.run(
        list(map(str, words)), cwd=folder, env={**clean, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == status, done.stdout
    return done.stdout


def test_it_has_all_code_but_the_labs_and_all_icons_and_texts(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    code = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "qnet_gui").rglob("*.py")}
    assert {name for name in names if name.startswith("qnet_gui/")} == {
        name for name in code if not name.startswith("qnet_gui/lab/")
    }
    data = f"qnet-{__version__}.data/data/share/"
    shared = {name.removeprefix(data) for name in names if name.startswith(data)}
    icons = {str(path.relative_to(CHECKOUT / "resources")) for path in (CHECKOUT / "resources/icons").rglob("*.svg")}
    assert {f"qnet/{name}" for name in icons} <= shared
    assert {"qnet/translations/qnet_de.qm", "man/man1/qnet.1", "applications/org.qnet.Tray.desktop"} <= shared


def test_what_it_needs_is_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"qnet-{__version__}.dist-info/METADATA").decode()
    for name in ("PyQt5", "dbus-python", "PyGObject", "python-xlib", "pyxs", "pyroute2"):
        assert f"Requires-Dist: {name}" in metadata


def test_the_command_line_works(prefix: Path) -> None:
    qnet = prefix / "bin/qnet"
    assert _run([qnet, "--version"]) == f"qnet {__version__}\n"
    away = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    assert "The network helper is not running." in _run([qnet, "status"], status=1, **away)
    assert "usage: qnet" in _run([qnet, "--help"])
    programs = {path.name for path in (prefix / "bin").iterdir() if path.name.startswith(("qnet", "qvm"))}
    assert programs == {
        "qnet", "qnet-tray", "qvm-dom0-network-via-netvm", "qvm-get-default-netvm", "qvm-set-default-netvm",
    }  # fmt: skip


def test_it_says_what_it_has_not(prefix: Path) -> None:
    for words in (["lab", "up"], ["--lab", "x", "lab", "list"]):
        said = _run([prefix / "bin/qnet", *words], status=1)
        assert said == f"qnet: {of_missing_module('qnet_gui.lab')}\n"
        assert "The lab is not in this installation." in said


def test_the_applet_has_its_icons_and_speaks_german(prefix: Path) -> None:
    assert _run([prefix / "bin/qnet-tray", "--version"]) == f"qnet-tray {__version__}\n"
    screen = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(prefix)}
    said = _run([prefix / "bin/python", "-c", SHOWN], **screen).splitlines()
    assert said[0] == str(prefix / "share/qnet/icons")
    assert said[1] == "False True Domänen"
    assert said[2].startswith(str(prefix))
