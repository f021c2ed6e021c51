"""The configuration files that an upgrade has laid beside those of this machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from qnet_gui.runtime import left_files
from qnet_gui.runtime.left_files import SUFFIXES, left_since


def test_those_that_came_since_whatever_the_package_says_of_their_time(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    came = [tmp_path / "deep" / f"x.conf{suffix}" for suffix in SUFFIXES]
    for path in came:
        path.write_text("new")
        os.utime(path, (0, 0))
    (tmp_path / "x.conf").write_text("old")
    now = time.time()
    assert left_since(now - 3600, tmp_path) == tuple(sorted(map(str, came)))
    assert left_since(now + 3600, tmp_path) == ()


def test_what_rpm_has_put_aside_is_told(tmp_path: Path) -> None:
    """Its changes are in force no longer, unless somebody puts them into the new one."""
    (tmp_path / "xl.conf.rpmsave").write_text("changed")
    assert left_since(time.time() - 60, tmp_path) == (str(tmp_path / "xl.conf.rpmsave"),)


def test_one_that_goes_meanwhile_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_files.os, "walk", lambda _: [(str(tmp_path), [], ["gone.rpmnew"])])
    assert left_since(0, tmp_path) == ()
