"""Nothing gets where it must not: raw frames from a domain that is root and lies, and from a hostile uplink."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import DEADLINE

from .. import packets
from ..conftest import Lab

PACKETS = str(Path(packets.__file__))
PYTHON = "/usr/bin/python3"
STRANGER = "198.51.100.7"
WEB = "203.0.113.11"
COUNT = 20
#: Seconds in which a frame that got through would have arrived.
ARRIVAL = 1.0


def _counter(lab: Lab, name: str, family: str = "inet") -> int:
    listed = lab.out("netvm", "nft", "list", "counter", family, "qnet", name)
    return int(re.findall(r"packets (\d+)", listed)[0])


@contextmanager
def _watching(lab: Lab, domain: str, interface: str) -> Iterator[list[int]]:
    """The number of marked frames that reached an interface while the block ran, and for a second after it."""
    counts: list[int] = []
    watcher = lab.popen(
        domain, PYTHON, PACKETS, "count", interface, str(ARRIVAL + 1.5), stdout=subprocess.PIPE, text=True
    )
    assert watcher.stdout is not None
    assert watcher.stdout.readline() == "listening\n"
    yield counts
    counts.append(int(watcher.communicate(timeout=DEADLINE)[0]))


def _send(lab: Lab, domain: str, *frames: str) -> None:
    lab.exec(domain, PYTHON, PACKETS, "send", str(COUNT), *frames)


def _mac(lab: Lab, domain: str) -> str:
    return lab.out(domain, "cat", "/sys/class/net/eth0/address")


def test_a_true_source_gets_through_so_the_other_tests_can_fail(lab: Lab) -> None:
    """The same frames, marked and sent the same way, with the domain's own address."""
    with _watching(lab, "isp1", "cable") as arrived:
        _send(lab, "work", packets.udp(lab.address("work"), WEB, 9, own=_mac(lab, "work")))
    assert arrived == [COUNT]


def test_the_world_sees_the_netvm_and_no_domain(lab: Lab) -> None:
    uplink = lab.out("netvm", "sh", "-c", "ip -4 -o addr show eth0 | sed 's/.*inet //; s,/.*,,'")
    assert lab.out("work", "curl", "-sf", "-m", "5", f"http://{WEB}/").endswith(f"you are {uplink}.")


@pytest.mark.parametrize("source", [STRANGER, "10.137.0.1", "10.139.1.1", "192.168.0.1", "127.0.0.1", "0.0.0.0"])
def test_a_spoofed_source_goes_nowhere(lab: Lab, source: str) -> None:
    before = _counter(lab, "spoofed")
    with _watching(lab, "isp1", "cable") as outside, _watching(lab, "netvm", "lo") as inside:
        _send(lab, "work", packets.udp(source, WEB, 9, own=_mac(lab, "work")))
    assert (outside, inside) == ([0], [0])
    assert _counter(lab, "spoofed") - before == COUNT


def test_what_belongs_to_no_connection_leaks_no_internal_address(lab: Lab) -> None:
    """Address translation passes over what conntrack calls invalid: a stray FIN left with the domain's own address."""
    fin, rst, ack = (packets.tcp(lab.address("work"), WEB, 80, flags, own=_mac(lab, "work")) for flags in (1, 4, 16))
    with _watching(lab, "isp1", "cable") as arrived:
        _send(lab, "work", fin, rst, ack)
    assert arrived == [0]


def test_another_domains_address_goes_nowhere(lab: Lab) -> None:
    before = _counter(lab, "spoofed")
    with _watching(lab, "isp1", "cable") as arrived:
        _send(lab, "work", packets.udp(lab.address("personal"), WEB, 9, own=_mac(lab, "work")))
    assert arrived == [0]
    assert _counter(lab, "spoofed") - before == COUNT


def test_a_domains_address_from_the_uplink_goes_nowhere(lab: Lab) -> None:
    """Neither to that domain's neighbour, nor to the netvm itself."""
    to = lab.out("netvm", "cat", "/sys/class/net/eth0/address")
    before = _stopped(lab)
    frame = packets.udp(lab.address("work"), lab.address("personal"), 9, to=to)
    with _watching(lab, "personal", "eth0") as arrived:
        lab.exec("isp1", PYTHON, "-c", _ON_CABLE, PACKETS, str(COUNT), frame)
    assert arrived == [0]
    assert _stopped(lab) - before == COUNT


def _stopped(lab: Lab) -> int:
    """Whoever comes from there is stopped for whom he says he is, or before, for whom he wants."""
    return _counter(lab, "impersonated") + _counter(lab, "from_world")


_ON_CABLE = """
import socket, sys
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
    sock.bind(("cable", 0))
    for _ in range(int(sys.argv[2])):
        sock.send(bytes.fromhex(sys.argv[3]))
"""


def test_nothing_new_comes_in_from_the_uplink(lab: Lab) -> None:
    to = lab.out("netvm", "cat", "/sys/class/net/eth0/address")
    frame = packets.udp("192.168.0.1", lab.address("work"), 9, to=to)
    with _watching(lab, "work", "eth0") as arrived:
        lab.exec("isp1", PYTHON, "-c", _ON_CABLE, PACKETS, str(COUNT), frame)
    assert arrived == [0]


def test_vif_to_vif_by_ip_goes_nowhere(lab: Lab) -> None:
    with _watching(lab, "personal", "eth0") as arrived:
        _send(lab, "work", packets.udp(lab.address("work"), lab.address("personal"), 9, own=_mac(lab, "work")))
    assert arrived == [0]


def test_the_packet_filter_stops_vif_to_vif_by_itself(lab: Lab) -> None:
    """Where somebody has taken away the routing rule that stops it before."""
    lab.stop_program("netvm", "qnet-agent")
    try:
        lab.exec("netvm", "ip", "rule", "delete", "preference", "117")
        before = _counter(lab, "between_vifs")
        with _watching(lab, "personal", "eth0") as arrived:
            _send(lab, "work", packets.udp(lab.address("work"), lab.address("personal"), 9, own=_mac(lab, "work")))
        assert arrived == [0]
        assert _counter(lab, "between_vifs") - before == COUNT
    finally:
        lab.start_program("netvm", "qnet-agent")
    lab.wait("the rule", lambda: "117:" in lab.out("netvm", "ip", "-4", "rule"))


def test_nobody_learns_by_arp_which_addresses_are_somebodys(lab: Lab) -> None:
    for address, state in ((lab.address("personal"), "FAILED"), ("10.137.0.99", "FAILED"), ("203.0.113.11", "lladdr")):
        lab.exec("work", "ping", "-c", "1", "-W", "5", address, check=False)

        def known(address: str = address) -> str:
            return lab.out("work", "ip", "neigh", "show", address)

        lab.wait(f"an end of asking for {address}", lambda: any(word in known() for word in ("FAILED", "lladdr")))
        assert state in known(), address


def test_vif_to_vif_by_mac_broadcast_and_multicast_goes_nowhere(lab: Lab) -> None:
    own, address, peer = _mac(lab, "work"), lab.address("work"), lab.address("personal")
    frames = [
        packets.udp(address, peer, 9, own=own, to=_mac(lab, "personal")),
        packets.udp(address, "255.255.255.255", 9, own=own, to=packets.BROADCAST),
        packets.udp(address, "224.0.0.251", 9, own=own, to="01:00:5e:00:00:fb"),
    ]
    with _watching(lab, "personal", "eth0") as arrived, _watching(lab, "isp1", "cable") as outside:
        _send(lab, "work", *frames)
    assert (arrived, outside) == ([0], [0])


def _neighbours(lab: Lab) -> set[str]:
    """Those that no packet can change; the kernel tells them in any order."""
    return set(lab.out("netvm", "ip", "neigh", "show", "nud", "permanent").splitlines())


def test_vif_to_vif_by_arp_goes_nowhere(lab: Lab) -> None:
    own, peer = _mac(lab, "work"), lab.address("personal")
    before = _counter(lab, "spoofed", "arp")
    frames = [packets.arp(peer, "10.137.0.1", own, operation=2), packets.arp("10.137.0.1", peer, own)]
    neighbours = _neighbours(lab)
    with _watching(lab, "personal", "eth0") as arrived:
        _send(lab, "work", *frames)
    assert arrived == [0]
    assert _counter(lab, "spoofed", "arp") - before == 2 * COUNT
    assert _neighbours(lab) == neighbours


def test_vif_to_vif_by_ipv6_goes_nowhere(lab: Lab) -> None:
    with _watching(lab, "personal", "eth0") as arrived, _watching(lab, "isp1", "cable") as outside:
        _send(lab, "work", packets.ip6("fe80::1", "ff02::1"), packets.ip6("fe80::1", "fe80::2", to=packets.NETVM_MAC))
    assert (arrived, outside) == ([0], [0])


_SCAN = """
import errno, select, socket, sys, time
target, kind = sys.argv[1], sys.argv[2]
answered, ports = [], list(range(1, int(sys.argv[3]) + 1))
for start in range(0, len(ports), 4096):
    poller, socks = select.poll(), {}
    for port in ports[start:start + 4096]:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
        sock.setblocking(False)
        if kind == "udp":
            sock.connect((target, port)); sock.send(b"x")
        elif sock.connect_ex((target, port)) not in (0, errno.EINPROGRESS):
            answered.append(port); sock.close(); continue
        socks[sock.fileno()] = (sock, port)
        poller.register(sock, select.POLLIN if kind == "udp" else select.POLLOUT)
    until = time.monotonic() + 0.4
    while (left := until - time.monotonic()) > 0:
        for fd, _ in poller.poll(left * 1000):
            answered.append(socks[fd][1]); poller.unregister(fd)
    for sock, _ in socks.values():
        sock.close()
print(len(ports), sorted(answered))
"""


@pytest.mark.parametrize("kind", ["tcp", "udp"])
@pytest.mark.parametrize("what", ["gateway", "uplink address"])
def test_no_port_of_the_netvm_answers(lab: Lab, kind: str, what: str) -> None:
    """All 65,535 ports: no connection, no refusal, nothing."""
    if what == "gateway":
        target = "10.137.0.1"
    else:
        target = lab.out("netvm", "sh", "-c", "ip -4 -o addr show eth0 | sed 's/.*inet //; s,/.*,,'")
    with lab.popen("netvm", PYTHON, "-c", _LISTEN, stdout=subprocess.PIPE, text=True) as listener:  # to be found
        try:
            assert listener.stdout is not None
            assert listener.stdout.readline() == "listening\n"
            assert _scan(lab, "work", target, kind, 65535) == "65535 []"
        finally:
            listener.kill()


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_the_scan_would_see_a_refusal(lab: Lab, kind: str) -> None:
    assert _scan(lab, "netvm", "127.0.0.1", kind, 5) == "5 [1, 2, 3, 4, 5]"


def _scan(lab: Lab, domain: str, target: str, kind: str, ports: int) -> str:
    return lab.out(
        domain, "sh", "-c", f"ulimit -n 8192; exec {PYTHON} -c '{_SCAN}' {target} {kind} {ports}", timeout=60
    )


_LISTEN = """
import socket, time
socks = []
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    sock = socket.socket(socket.AF_INET, kind)
    sock.bind(("0.0.0.0", 8080))
    socks.append(sock)
socks[0].listen()
print("listening", flush=True)
time.sleep(120)
"""


def test_the_netvm_answers_ping(lab: Lab) -> None:
    lab.exec("work", "ping", "-c", "1", "-W", "2", "10.137.0.1")


def test_a_domain_cannot_reach_another_by_ping(lab: Lab) -> None:
    assert lab.exec("work", "ping", "-c", "2", "-W", "1", lab.address("personal"), check=False).returncode == 1
