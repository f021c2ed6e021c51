"""What is forgotten of an address, in a network namespace of the test's own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from ipaddress import IPv4Address

import pytest
from waiting import DEADLINE

from qnet_gui.kernel import conntrack

OURS, OTHER, FAR, UPLINK = "10.137.0.7", "10.137.0.8", "203.0.113.1", "192.168.0.9"
SERVER, VIRTUAL = "192.168.0.53", "10.139.1.1"

#: The two ends of connections, and what address translation makes of them.
_OF_OURS = {
    "to the world": ["-s", OURS, "-d", FAR],
    "to the world, masqueraded": ["-s", OURS, "-d", FAR, "--src-nat", UPLINK],
    "to a virtual server, redirected": ["-s", OURS, "-d", VIRTUAL, "--dst-nat", SERVER],
    "from the world": ["-s", FAR, "-d", OURS],
    "from the world, by a port that somebody forwards": ["-s", FAR, "-d", UPLINK, "--dst-nat", OURS],
}
_OTHERS = {
    "another domain": ["-s", OTHER, "-d", FAR, "--src-nat", UPLINK],
    "the netvm": ["-s", UPLINK, "-d", FAR],
}


def _inside(*commands: list[str]) -> str:
    """Run commands one after the other in a fresh namespace; what the last one prints."""
    script = (
        "import subprocess, sys, json\nfor command in json.loads(sys.argv[1]): "
        "done = subprocess.run(command, capture_output=True, text=True)\nprint(done.stdout)"
    )
    done = subprocess.run(
        ["/usr/bin/unshare", "-n", sys.executable, "-c", script, json.dumps(commands)],
        capture_output=True, text=True, check=True, timeout=DEADLINE,
    )  # fmt: skip
    return done.stdout


def _insert(what: list[str], port: int) -> list[str]:
    return [conntrack.CONNTRACK, "-I", "-p", "udp", "-t", "300", "--sport", str(port), "--dport", "53", *what]


@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize("what", _OF_OURS.values(), ids=_OF_OURS)
def test_every_connection_of_an_address_is_forgotten_and_no_other(what: list[str]) -> None:
    before = [_insert(options, 1000 + number) for number, options in enumerate([what, *_OTHERS.values()])]
    listed = [conntrack.CONNTRACK, "-L", "-f", "ipv4"]
    assert len(_inside(*before, listed).split("udp ")) == 4
    left = _inside(*before, *conntrack.of_address(IPv4Address(OURS)), listed)
    assert sorted(re.findall(r"sport=(\d+) dport=53", left)) == ["1001", "1002"]


@pytest.mark.usefixtures("as_root")
def test_the_queries_of_one_redirection_are_forgotten() -> None:
    queries = [["-s", OURS, "-d", VIRTUAL, "--dst-nat", SERVER], ["-s", OURS, "-d", VIRTUAL, "--dst-nat", FAR]]
    before = [_insert(options, 1000 + number) for number, options in enumerate(queries)]
    command = conntrack.of_redirect(IPv4Address(VIRTUAL), IPv4Address(SERVER))
    left = _inside(*before, command, [conntrack.CONNTRACK, "-L", "-f", "ipv4"])
    assert re.findall(r"sport=(\d+) dport=53", left) == ["1001"]
