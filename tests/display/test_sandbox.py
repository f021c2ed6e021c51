"""The sandbox, tried from inside by a program that would like to be elsewhere, and looked at from outside."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("confined.py")
OTHER_UID = 64321


class Confined(NamedTuple):
    pid: int
    uid: int
    said: dict[str, Any]


@pytest.fixture(scope="module", params=["own", pytest.param("other", marks=pytest.mark.root)])
def confined(request: pytest.FixtureRequest) -> Iterator[Confined]:
    """With the uid that it has, and, as root, with another one."""
    uid, gid = os.getuid(), os.getgid()
    if request.param == "other":
        request.getfixturevalue("as_root")
        uid = gid = OTHER_UID
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, its:
        ours.settimeout(60)
        words = [sys.executable, "-B", str(PROGRAM), str(uid), str(gid), str(its.fileno())]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(words, pass_fds=[its.fileno()], env=environment) as running:
            its.close()
            try:
                yield Confined(running.pid, uid, json.loads(ours.recv(1 << 16)))
            finally:
                ours.close()
                running.wait(60)
    assert running.returncode == 0


def status(confined: Confined) -> dict[str, str]:
    lines = Path(f"/proc/{confined.pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def test_before_it_could(confined: Confined) -> None:
    assert confined.said["told"]["before"] == "done"


def test_what_it_tries_is_refused(confined: Confined) -> None:
    allowed = {"before", "a request that is named", "more memory"}
    told = {what: how for what, how in confined.said["told"].items() if what not in allowed}
    assert len(told) > 30
    # Python says of a thread that it cannot be started, and not why
    assert {what: how for what, how in told.items() if how not in ("EPERM", "can't start new thread")} == {}


def test_what_it_needs_it_has(confined: Confined) -> None:
    assert confined.said["told"]["more memory"] == "done"
    # the request has come as far as the socket, which does not know it
    assert confined.said["told"]["a request that is named"] in ("ENOTTY", "EINVAL", "ENOIOCTLCMD")


def test_of_all_calls_none_is_forgotten(confined: Confined) -> None:
    assert confined.said["not refused"] == []


def test_it_has_no_capability(confined: Confined) -> None:
    sets = {key: value for key, value in status(confined).items() if key.startswith("Cap")}
    kept = {key: value for key, value in sets.items() if int(value, 16)}
    # without root, the set that bounds what a program could have cannot be made smaller; no program can be run
    assert kept.keys() <= (set() if confined.uid == OTHER_UID or not os.getuid() else {"CapBnd"})


def test_it_is_who_it_should_be(confined: Confined) -> None:
    seen = status(confined)
    assert {*seen["Uid"].split()} == {str(confined.uid)}
    assert (seen["NoNewPrivs"], seen["Seccomp"], seen["Threads"]) == ("1", "2", "1")
    if confined.uid == OTHER_UID:
        assert seen["Groups"] == ""


@pytest.mark.usefixtures("as_root")
def test_it_has_the_descriptor_and_no_other(confined: Confined) -> None:
    assert len(list(Path(f"/proc/{confined.pid}/fd").iterdir())) == 1


@pytest.mark.usefixtures("as_root")
def test_it_may_have_no_more(confined: Confined) -> None:
    limits = Path(f"/proc/{confined.pid}/limits").read_text()
    for name in ("Max processes", "Max file size", "Max core file size"):
        assert re.search(rf"^{name} +0 +0 ", limits, re.MULTILINE), name
