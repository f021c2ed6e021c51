"""Traffic on a whole machine: whose bytes they are, one write a second while somebody looks, and silence after."""

from __future__ import annotations

import itertools
import json
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import DEADLINE

from qnet_gui.store import keys

from ..conftest import Lab

BYTES = 3_000_000
_SEND = f"""
import socket
with socket.create_connection(("203.0.113.11", 8000), 10) as sock:
    sock.sendall(bytes({BYTES}))
    sock.shutdown(socket.SHUT_WR)
    assert sock.recv(1) == b""
"""
_TAKE = """
import socket
listener = socket.create_server(("203.0.113.11", 8000))
print("listening", flush=True)
sock, _ = listener.accept()
while sock.recv(65536):
    pass
"""
#: Whether the program with this command line sleeps for so many seconds without a wakeup of any of its threads.
_SLEEPS = Path(__file__).parents[2] / "bench/watch_rest.py"


class Follower:
    """`qnet traffic --follow --json` in dom0, as whoever looks."""

    def __init__(self, lab: Lab) -> None:
        self.process = lab.popen("dom0", "qnet", "traffic", "--follow", "--json", stdout=subprocess.PIPE, text=True)

    def next(self) -> dict[str, dict[str, Any]]:
        """What is told next, by name."""
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], DEADLINE)
        assert readable, "nothing was told"
        told = json.loads(self.process.stdout.readline())
        return {row["name"]: row for rows in told.values() for row in rows}

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def follower(lab: Lab) -> Iterator[Follower]:
    made = Follower(lab)
    yield made
    made.close()


def _moment(lab: Lab) -> int | None:
    """The milliseconds of the netvm's last writing."""
    with lab.store("dom0") as store:
        value = store.read(keys.TRAFFIC_PIECE.under(lab.id("netvm"), 0))
    return None if value is None else keys.TRAFFIC_PIECE.parse(value).milliseconds


def test_the_bytes_of_a_domain_are_its_own(lab: Lab, follower: Follower) -> None:
    before = follower.next()
    assert {"work", "personal", "eth0"} <= before.keys()
    assert "vault" not in before, "it has no network"
    with lab.popen("isp1", "/usr/bin/python3", "-c", _TAKE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "listening\n"
        lab.exec("work", "/usr/bin/python3", "-c", _SEND)
    rates: list[int] = []

    def arrived() -> dict[str, dict[str, Any]] | None:
        now = follower.next()
        rates.append(now["work"]["up"])
        return now if now["work"]["sent"] >= before["work"]["sent"] + BYTES else None

    now = lab.wait("the bytes", arrived)
    assert now["work"]["sent"] < before["work"]["sent"] + 1.2 * BYTES
    assert now["work"]["received"] < before["work"]["received"] + BYTES / 2, "what is sent is not what is received"
    assert now["personal"]["sent"] < before["personal"]["sent"] + BYTES / 10
    assert now["eth0"]["sent"] >= before["eth0"]["sent"] + BYTES
    assert max(rates) >= BYTES / 10


def test_one_write_a_second_while_somebody_looks_and_none_after(lab: Lab, follower: Follower) -> None:
    follower.next()
    netvm = lab.id("netvm")
    with lab.store("dom0") as store:
        store.watch(keys.TRAFFIC_PIECE.under(netvm, 0))
        store.events()
        writes: list[int | None] = []
        while len(writes) < 6:
            assert select.select([store], [], [], DEADLINE)[0], "the netvm has stopped to tell"
            writes += [_moment(lab) for _ in store.events()]
        moments = [moment for moment in writes if moment is not None]
        between = [later - earlier for earlier, later in itertools.pairwise(moments)]
        # an event that was delivered late reads what is there then, so two may read the same
        assert all(gap == 0 or gap >= 990 for gap in between), between
        follower.close()
        lab.wait("the end", lambda: _moment(lab) is None)
        store.events()
        for domain, program in (("netvm", "qnet-agent"), ("dom0", "qnet-helper")):
            _falls_asleep(lab, domain, program)
        assert store.events() == []
    wish = lab.out("dom0", "xenstore-read", keys.TRAFFIC_REQUEST.under(netvm))
    assert wish.endswith(" 0")


def _falls_asleep(lab: Lab, domain: str, program: str) -> None:
    """Not one wakeup in two seconds; who has called the helper is remembered for ten."""

    def sleeps() -> bool:
        return bool(json.loads(lab.out(domain, "/usr/bin/python3", str(_SLEEPS), "2", program))["switches"] == 0)

    lab.wait(f"{program} asleep", sleeps, 4 * DEADLINE)


def test_a_helper_that_is_killed_leaves_no_netvm_that_tells_for_ever(lab: Lab, follower: Follower) -> None:
    """It is started anew, and knows nothing of who looked; the agent counts the seconds by itself."""
    follower.next()
    lab.kill_program("dom0", "qnet-helper")
    assert follower.process.wait(DEADLINE) == 1
    lab.start_program("dom0", "qnet-helper")
    assert _moment(lab) is not None
    lab.wait("the end", lambda: _moment(lab) is None, 30 + DEADLINE)


def test_the_agents_restart_is_no_end(lab: Lab, follower: Follower) -> None:
    first = follower.next()["work"]
    lab.restart_program("netvm", "qnet-agent")
    begun = time.monotonic()
    assert follower.next()["work"]["sent"] >= first["sent"], "the counters are the kernel's"
    assert time.monotonic() - begun < DEADLINE
