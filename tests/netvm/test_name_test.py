"""The test of names asks under the agent's own sandbox, and tells what it cannot ask from who does not answer."""

from __future__ import annotations

import configparser
import os
import resource
import subprocess
import sys
from ipaddress import IPv4Address, ip_network
from pathlib import Path

import pytest

from qnet_gui.netvm.dns.name_test import NameTest

UNIT = Path(__file__).parents[2] / "desktop/systemd/qnet-agent.service"
#: A resolver beside us, a provider's, a public one, a VPN's.
SERVERS = tuple(map(IPv4Address, ("127.0.0.1", "192.168.0.53", "9.9.9.9", "10.64.0.1")))
_WORDS = {"any": "0.0.0.0/0", "localhost": "127.0.0.0/8", "link-local": "169.254.0.0/16", "multicast": "224.0.0.0/4"}
_ASK = """
import sys
from ipaddress import IPv4Address
from gi.repository import GLib
from qnet_gui.netvm.dns.name_test import NameTest
lines = []
test = NameTest(map(IPv4Address, sys.argv[1:]), lines.extend)
while not lines:
    GLib.MainContext.default().iteration(True)
print(*lines, sep="\\n")
"""


def _service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(UNIT)
    return unit["Service"]


def _holds(listed: str, address: IPv4Address) -> bool:
    """As systemd.resource-control(5) reads IPAddressAllow and IPAddressDeny."""
    networks = (ip_network(_WORDS.get(word, word), strict=False) for word in listed.split())
    return any(network.version == 4 and address in network for network in networks)


@pytest.mark.parametrize("server", SERVERS)
def test_the_unit_lets_every_name_server_be_asked(server: IPv4Address) -> None:
    """A denied address drops the agent's own questions: "does not answer", said of a server that would."""
    service = _service()
    allowed, denied = service.get("IPAddressAllow", ""), service.get("IPAddressDeny", "")
    assert _holds(allowed, server) or not _holds(denied, server)
    assert "AF_INET" in service["RestrictAddressFamilies"].split()


def test_the_unit_lets_nobody_ask_the_agent() -> None:
    assert _service()["SocketBindDeny"] == "any"


def test_who_has_no_descriptor_left_cannot_ask_and_says_so() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free, lines = os.open("/dev/null", os.O_RDONLY), list[str]()
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
        NameTest([IPv4Address("9.9.9.9")], lines.extend)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        os.close(free)
    assert lines == ["9.9.9.9 !"]


@pytest.mark.root
@pytest.mark.parametrize(
    ("rule", "printed"),
    [
        ("drop", "192.168.0.53 !\n9.9.9.9 !\n"),  # as a sandbox does: the sender is told EPERM
        ("accept", "192.168.0.53 -\n9.9.9.9 !\n"),  # nobody there, and no way there
    ],
)
def test_what_cannot_be_asked_is_told_apart(as_root: None, rule: str, printed: str) -> None:
    filtered = f"add table ip t; add chain ip t c {{ type filter hook output priority 0; policy {rule}; }}"
    script = f"""
        ip link set lo up; ip address add 192.168.0.53/32 dev lo; nft '{filtered}'
        exec {sys.executable} -c '{_ASK}' 192.168.0.53 9.9.9.9
    """
    done = subprocess.run(
        ["/usr/bin/unshare", "-n", "/bin/sh", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == (printed, "")
