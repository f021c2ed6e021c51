"""The whole way from a netvm's pixels to a window and back, with the child in its real sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("sandboxed_child.py")
OTHER_UID = 64322


@pytest.fixture(params=["own", pytest.param("other", marks=pytest.mark.root)])
def owner(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The uid that the tests have, and, as root, another one."""
    if request.param == "own":
        return os.getuid(), os.getgid()
    request.getfixturevalue("as_root")
    return OTHER_UID, OTHER_UID


def seen(owner: tuple[int, int], what: str) -> Any:
    words = [sys.executable, "-B", str(PROGRAM), *map(str, owner), what]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_shows_the_netvm_and_hears_the_window(owner: tuple[int, int]) -> None:
    told = seen(owner, "shows")
    assert told["told"] == [[0, 0, 64, 48], [3, 4, 8, 10]]
    assert told["alike"] == [True, True]
    assert told["keys"] == [[3, 1, 30], [3, 0, 30]]
    assert told["end"] == {"well": True, "why": ""}
    assert "\nSeccomp:\t2\n" in told["status"]
    assert f"\nUid:\t{owner[0]}\t{owner[0]}\t{owner[0]}\t{owner[0]}\n" in told["status"]


def test_a_netvm_that_lies_ends_its_child_alone(owner: tuple[int, int]) -> None:
    end = seen(owner, "lies")["end"]
    assert not end["well"]
    assert "a frame of domain 7" in end["why"]


def test_a_child_that_died_leaves_no_key_down(owner: tuple[int, int]) -> None:
    told = seen(owner, "dies")
    assert told["end"] == {"well": False, "why": "signal 9"}
    assert told["keys"] == [[3, 1, 30], [3, 0, 1]]
    assert told["released"] == 247
    assert told["last"]["well"]
