"""An upgrade by the real PackageKit and apt, over the host's files and not in them, from a small repository."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from waiting import DEADLINE

HERE = Path(__file__).parent
_CONTROL = """Package: {name}
Version: {version}
Architecture: all
Maintainer: nobody <nobody@example.org>
{more}Description: a package for a test
"""
_NAME = "qnet-dummy"
_ALONG = f"Depends: {_NAME}-new\nConflicts: {_NAME}-gone\n"


def _package(folder: Path, version: str, name: str = _NAME, more: str = "") -> Path:
    """A package with a configuration file, which says its version."""
    root = folder / f"root-{name}-{version}"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "etc").mkdir()
    root.chmod(0o755)
    (root / "DEBIAN").chmod(0o755)
    (root / "DEBIAN/control").write_text(_CONTROL.format(name=name, version=version, more=more))
    (root / "DEBIAN/conffiles").write_text(f"/etc/{name}.conf\n")
    (root / f"etc/{name}.conf").write_text(f"version={version}\n")
    made = folder / f"{name}_{version}_all.deb"
    subprocess.run(
        ["/usr/bin/dpkg-deb", "--root-owner-group", "--build", str(root), str(made)],
        check=True,
        capture_output=True,
        timeout=DEADLINE,
    )
    return made


@pytest.fixture
def box(as_root: None, programs: None, tmp_path: Path) -> Path:
    """A folder with the package, and a repository with the next version of it."""
    _package(tmp_path, "1.0")
    (tmp_path / "repo").mkdir()
    _offer(tmp_path, "2.0")
    return tmp_path


def _offer(folder: Path, version: str, name: str = _NAME, more: str = "") -> None:
    """Have one more package in the repository, or another one of its name."""
    repository = folder / "repo"
    (repository / "made").mkdir(exist_ok=True)
    new = _package(repository / "made", version, name, more)
    new = new.rename(repository / new.name)
    content = new.read_bytes()
    entry = f"Filename: ./{new.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n"
    with (repository / "Packages").open("a") as packages:
        packages.write(_CONTROL.format(name=name, version=version, more=more) + entry + "\n")


def run(box: Path, *arguments: str) -> list[list[Any]]:
    done = subprocess.run(
        [
            "/usr/bin/unshare", "--mount", "--net", "--pid", "--fork", "--kill-child",
            str(HERE / "packagekit_box.sh"), str(box), sys.executable, str(HERE / "packagekit_driver.py"), *arguments,
        ],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=10 * DEADLINE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


@pytest.mark.parametrize("client", ["command", "tray"])
def test_there_is_an_upgrade_and_then_there_is_none(box: Path, client: str) -> None:
    told = run(box, client)
    stages = list(dict.fromkeys(line[1] for line in told if line[0] == "state"))
    assert stages == ["looking", "ready", "downloading", "installing", "done", "up-to-date"]
    ready = next(line for line in told if line[1] == "ready")
    assert ready[3] == [["qnet-dummy", "UPGRADE", "1.0", "2.0", "TO_DO", 0]]
    upgrading = [line for line in told if line[1] in ("downloading", "installing", "done")]
    percents = [line[2] for line in upgrading]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert upgrading[-1][3] == [["qnet-dummy", "UPGRADE", "1.0", "2.0", "DONE", 100]]
    assert ["left", ["/etc/qnet-dummy.conf.dpkg-dist"]] in told
    assert told[-1][:2] == ["end", "up-to-date"]
    assert not Path("/etc/qnet-dummy.conf").exists()  # not on the host


@pytest.mark.parametrize("client", ["command", "tray"])
def test_what_comes_and_goes_along_is_listed_as_that_and_done(box: Path, client: str) -> None:
    """PackageKit's apt tells of it among what is newer. Asked for by its name, what comes counts as chosen."""
    _package(box, "1.0", f"{_NAME}-gone")
    _offer(box, "1.0", f"{_NAME}-new")
    _offer(box, "3.0", more=_ALONG)
    told = run(box, client)
    ready = next(line for line in told if line[1] == "ready")
    assert sorted((name, kind) for name, kind, *_ in ready[3]) == [
        (_NAME, "UPGRADE"), (f"{_NAME}-gone", "REMOVE"), (f"{_NAME}-new", "INSTALL"),
    ]  # fmt: skip
    assert ["chosen", [_NAME]] in told
    assert told[-1][:2] == ["end", "up-to-date"]


@pytest.mark.parametrize("client", ["command", "tray"])
def test_offline_is_an_error(box: Path, client: str) -> None:
    told = run(box, client, "offline")
    assert told[-1][:2] == ["end", "failed"]
    assert told[-1][4][0] == 2
