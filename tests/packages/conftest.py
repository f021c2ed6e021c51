"""Machines with Debian, systemd and our packages; the packages of this checkout, and the same of an older version."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import root
from machine import Machine
from qnet_packaging import deb

from qnet_gui.install import PACKAGES

_numbers = itertools.count(1)
Packages = dict[str, Path]


@pytest.fixture(scope="session", autouse=True)
def _as_root() -> None:
    if os.geteuid():
        pytest.fail("A machine needs root. Run the tests with: sudo make test-packages", pytrace=False)


@pytest.fixture(scope="session")
def debs(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The packages of this checkout, by their own part of the name."""
    return dict(zip(PACKAGES, deb.build(tmp_path_factory.mktemp("debs")), strict=True))


@pytest.fixture(scope="session")
def old_debs(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The same as if they were older."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deb, "VERSION", "0.0.1-1")
        return dict(zip(PACKAGES, deb.build(tmp_path_factory.mktemp("old-debs")), strict=True))


@pytest.fixture
def off(debs: Packages, old_debs: Packages) -> Iterator[Machine]:
    """A machine that is not booted yet; the packages are in its /mnt/new and /mnt/old."""
    folder = Path(tempfile.mkdtemp(prefix="qnet-machine-", dir="/var/tmp"))
    made = Machine(root.full(), folder)
    for name, packages in (("new", debs), ("old", old_debs)):
        (made.share / name).mkdir()
        for package, path in packages.items():
            shutil.copy(path, made.share / name / f"{package}.deb")
    yield made
    made.forget()


@pytest.fixture
def machine(off: Machine) -> Machine:
    """One that has booted."""
    off.boot()
    return off
