"""dom0 is a closed door: what the netvm and everybody else can find of it while it is connected, and afterwards."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.dom0.upgrade import packet_filter

from .. import knock
from ..conftest import Lab
from ..upgrade import Upgrade

PYTHON = "/usr/bin/python3"
KNOCK = str(Path(knock.__file__))
NETVM_MAC = "fe:ff:ff:ff:ff:ff"
GATEWAY, SERVERS = "10.137.0.1", ("10.139.1.1", "10.139.1.2")
WEB = "203.0.113.11"
CONFIG = "/etc/qnet/qnet.toml"
#: A domain's address that nobody has ever had.
NOBODY = "10.137.77.77"
#: dom0 tells everything that a packet filter does not keep it from, at once: lost parts of packets after a second, and
#: of its refusals all, not some a second.
_TALKATIVE = {"net.ipv4.ipfrag_time": "1", "net.ipv4.icmp_ratemask": "0"}


@pytest.fixture(scope="module")
def upgrade(lab: Lab) -> Iterator[Upgrade]:
    session = Upgrade(lab)
    # other tests may have restarted parts of the netvm a moment ago
    session.spin("a free way", lambda: not session.call("Preflight")["obstacles"])
    # whoever disconnects at once is faster than the netvm's hotplug script, which finds nothing to do then
    lab.expect_log(r"vif0\.0 (has no (node|link) here|has gone|failed with status 1)|vif0\.0.*No such file")
    lab.expect_log(r"refused 'backend/vif/0/0/hotplug-status'")
    usual = {name: lab.out("dom0", "sysctl", "-n", name) for name in _TALKATIVE}
    lab.exec("dom0", "sysctl", "-qw", *(f"{name}={value}" for name, value in _TALKATIVE.items()))
    try:
        yield session
    finally:
        if session.snapshot().dom0.state.value != "closed":
            session.must_disconnect()
        session.close()
        lab.exec("dom0", "sysctl", "-qw", *(f"{name}={value}" for name, value in usual.items()))


@pytest.fixture
def connected(upgrade: Upgrade) -> Upgrade:
    """dom0, connected."""
    if upgrade.snapshot().dom0.state.value == "closed":
        upgrade.must_connect()
    return upgrade


@pytest.fixture
def closed(upgrade: Upgrade) -> Upgrade:
    """dom0, closed; it has been connected in the life of this lab."""
    if upgrade.snapshot().dom0.state.value == "closed":
        upgrade.must_connect()
    upgrade.must_disconnect()
    return upgrade


def _dom0(lab: Lab) -> tuple[str, str]:
    """dom0's address and MAC; they are the same whenever it is connected."""
    number = next(line for line in lab.out("netvm", "ip", "neigh").splitlines() if "vif0.0 " in line).split()
    return number[0], number[4]


def _mac(lab: Lab, where: str, interface: str) -> str:
    link = lab.out(where, "ip", "-o", "link", "show", "dev", interface)
    return link.partition("link/ether ")[2].split()[0]


def _knock(lab: Lab, *kinds: str) -> dict[str, Any]:
    """Knock from the netvm, past its own rules; dom0 must have been quiet for this to mean anything."""
    lab.exec("dom0", "ip", "neigh", "flush", "all")
    address, mac = _dom0(lab)
    arguments = (PYTHON, KNOCK, "vif0.0", NETVM_MAC, mac, GATEWAY, address, *kinds)
    report: dict[str, Any] = json.loads(lab.out("netvm", *arguments, timeout=90))
    return report


@contextmanager
def _inside(lab: Lab, code: str, *arguments: str, domain: str = "dom0") -> Iterator[subprocess.Popen[str]]:
    """A program in Python; ended at the end."""
    pipe = subprocess.PIPE
    with lab.popen(domain, PYTHON, "-uc", code, *arguments, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: subprocess.Popen[str], line: str = "") -> str:
    """Send it a line if there is one, and read one."""
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


_LISTEN = """
import socket, sys
socks = [socket.create_server(("", 8080)), socket.create_server(("", 22))]
for port in (53, 5353):
    socks.append(socket.socket(type=socket.SOCK_DGRAM))
    socks[-1].bind(("", port))
print("listening")
sys.stdin.read()
"""
#: A connection to the page that is asked again and again; prints its port, then for each line how that went.
_KEEP = """
import socket, struct, sys
sock = socket.create_connection((sys.argv[1], 80), 3)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it is over when this process is
print(sock.getsockname()[1])
for line in sys.stdin:
    sock.settimeout(float(line))
    try:
        sock.sendall(b"GET / HTTP/1.1\\r\\nHost: www.test\\r\\n\\r\\n")
        answer = part = sock.recv(4096)
        while part and b"isp1" not in answer:
            answer += (part := sock.recv(4096))
        print("answered" if part else "cut")
    except OSError as error:
        print(type(error).__name__)
"""


# -- while it is connected, from outside


def test_no_knock_is_answered(lab: Lab, connected: Upgrade) -> None:
    """Every port, every protocol, with listeners there to be found: no connection, no refusal, nothing."""
    with _inside(lab, _LISTEN) as listener:
        assert _line(listener) == "listening"
        report = _knock(lab, *knock.KINDS)
    assert report["sent"] > 2 * 65535
    assert report["replies"] == []


def test_no_knock_is_answered_over_ipv6_even_where_dom0_has_it(lab: Lab, connected: Upgrade) -> None:
    with _with_ipv6(lab):
        assert _knock(lab, "ip6")["replies"] == []


def test_a_packet_filter_that_an_upgrade_flushes_is_in_force_again(lab: Lab, connected: Upgrade) -> None:
    """Debian's nftables.service does that at its restart. What is being fetched goes on."""
    lab.expect_log("packet filter was changed by nft, and is in force again")
    with _inside(lab, _KEEP, WEB) as page:
        _line(page)
        assert _line(page, "3") == "answered"
        for _ in range(2):
            lab.exec("dom0", "nft", "flush", "ruleset")
            lab.wait("the packet filter", lambda: "ct mark set" in lab.out("dom0", "nft", "list", "ruleset"))
            assert _line(page, "3") == "answered"
        assert _knock(lab, "icmp", "disguised")["replies"] == []
        assert connected.snapshot().dom0.state.value == "open"
        connected.must_disconnect()


def test_without_the_packet_filter_the_knocks_are_answered(lab: Lab, connected: Upgrade) -> None:
    """The same knocks, so that the tests above can fail."""
    address, _ = _dom0(lab)
    rules_now = lab.out("dom0", "nft", "list", "ruleset")
    lab.exec("dom0", "pkill", "-STOP", "-f", "qnet-helper")  # which would put them back
    lab.exec("dom0", "nft", "flush", "ruleset")
    try:
        with _inside(lab, _LISTEN) as listener, _with_ipv6(lab):
            assert _line(listener) == "listening"
            replies = _knock(lab, *knock.KINDS)["replies"]
    finally:
        lab.exec("dom0", "nft", "-f", "-", input=rules_now)
        lab.exec("dom0", "pkill", "-CONT", "-f", "qnet-helper")
    tcp = {answer for answer in replies if answer.startswith(f"tcp {address} ")}
    listening = {f"tcp {address} 22 open", f"tcp {address} 8080 open"}
    assert {answer for answer in tcp if answer.endswith("open")} == listening
    assert len({answer.split()[2] for answer in tcp}) == 65535
    answers = {"icmp {} 0 0", "icmp {} 14 0", "icmp {} 3 2", "icmp {} 3 3", "icmp {} 11 1", "arp 2 {}"}
    assert {answer.format(address) for answer in answers} <= set(replies)
    assert "ip6 86dd" in replies


@contextmanager
def _with_ipv6(lab: Lab) -> Iterator[None]:
    """dom0 has IPv6 on its card; its address is to be used at once."""
    switch = "net.ipv6.conf.eth0.disable_ipv6"
    lab.exec("dom0", "sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0", f"{switch}=0")
    try:
        lab.wait("IPv6", lambda: "fe80::" in lab.out("dom0", "ip", "-6", "address", "show", "dev", "eth0"))
        yield
    finally:
        lab.exec("dom0", "sysctl", "-qw", f"{switch}=1")


def test_what_looks_like_an_answer_of_an_earlier_time_is_none(lab: Lab, closed: Upgrade) -> None:
    """A connection that was cut with dom0's card is in the kernel's books for days; it is no way in the next time."""
    closed.must_connect()
    with _inside(lab, _KEEP, WEB) as page:
        port = int(_line(page))
        assert _line(page, "3") == "answered"
        closed.must_disconnect()
    closed.must_connect()
    assert _knock(lab, f"again={port}")["replies"] == []


def test_dom0_is_connected_again_at_once(lab: Lab, closed: Upgrade) -> None:
    """While the netvm still cleans up after the card of the same name that dom0 had before."""
    for _ in range(8):
        closed.must_connect()
        closed.must_disconnect()


def test_dom0s_card_is_not_trusted_with_what_lies_beside_a_packet(lab: Lab, connected: Upgrade) -> None:
    """The frontend's driver bounces every page for a backend that is not trusted."""
    assert lab.out("dom0", "xenstore-read", "/local/domain/0/device/vif/0/trusted") == "0"


def test_nothing_moves_in_the_other_domains(lab: Lab, closed: Upgrade) -> None:
    """A domain that never stops sending does while dom0 is connected, and goes on afterwards."""

    def sent() -> int:
        return int(lab.out("netvm", "cat", f"/sys/class/net/vif{work}.0/statistics/rx_packets"))

    work = lab.id("work")
    with lab.popen("work", "ping", "-q", "-i", "0.02", GATEWAY, stdout=subprocess.DEVNULL) as ping:
        try:
            before = sent()
            lab.wait("the pings", lambda: sent() > before + 10)
            closed.must_connect()
            before = sent()
            ping_it = ("ping", "-c", "3", "-i", "0.3", "-W", "1", lab.address("work"))
            assert lab.exec("netvm", *ping_it, check=False).returncode == 1
            assert sent() == before
            closed.must_disconnect()
            lab.wait("the pings", lambda: sent() > before + 10)
        finally:
            ping.kill()


# -- while it is connected, from inside


_TRY = """
import socket, sys, time
kind, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
start = time.monotonic()
try:
    if kind == "tcp":
        socket.create_connection((address, port), 5).close()
    elif kind == "icmp":
        with socket.socket(type=socket.SOCK_RAW, proto=1) as sock:
            sock.sendto(bytes.fromhex("0800f7ff00000000"), (address, 0))
    else:
        with socket.socket(type=socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.connect((address, port))
            sock.send(bytes.fromhex("00010100000100000000000003777777047465737400000100 01"))
            sock.recv(512)
    print("got through")
except TimeoutError:
    print("waited in vain")
except OSError as error:
    print("refused" if time.monotonic() - start < 4 else "refused late")
"""


def _try(lab: Lab, kind: str, address: str, port: int) -> str:
    return lab.out("dom0", PYTHON, "-c", _TRY, kind, address, str(port))


def test_dom0_gets_a_page_by_name(lab: Lab, connected: Upgrade) -> None:
    for name in ("http://www.test/", "http://mirror.test/"):
        assert lab.out("dom0", "curl", "-s", "-m", "5", name).startswith("Hello from isp1.")


@pytest.mark.parametrize(("kind", "address", "port"), [
    *(("udp", server, 53) for server in SERVERS), *(("tcp", server, 53) for server in SERVERS), ("tcp", WEB, 80),
])  # fmt: skip
def test_what_an_upgrade_needs_gets_through(lab: Lab, connected: Upgrade, kind: str, address: str, port: int) -> None:
    assert _try(lab, kind, address, port) == "got through"


@pytest.mark.parametrize(("kind", "address", "port"), [
    *(("tcp", WEB, port) for port in (1, 21, 22, 25, 53, 79, 81, 442, 444, 853, 8080, 65535)),
    *(("tcp", GATEWAY, port) for port in (22, 53)), ("tcp", "192.168.0.53", 53), ("tcp", SERVERS[0], 54),
    *(("udp", WEB, port) for port in (53, 80, 123, 443)), ("udp", "192.168.0.53", 53), ("udp", GATEWAY, 53),
    *(("udp", SERVERS[0], port) for port in (52, 54, 5353)), ("udp", "224.0.0.251", 5353),
    ("icmp", WEB, 0), ("icmp", GATEWAY, 0), ("icmp", SERVERS[0], 0),
])  # fmt: skip
def test_everything_else_fails_at_once(lab: Lab, connected: Upgrade, kind: str, address: str, port: int) -> None:
    assert _try(lab, kind, address, port) == "refused"


def test_nothing_else_leaves_dom0(lab: Lab, connected: Upgrade) -> None:
    """Not that it fails only, nothing of it reaches the netvm either."""
    lab.exec("dom0", "ip", "neigh", "flush", "all")
    with _inside(lab, _HEAR, KNOCK, "vif0.0", domain="netvm") as ear:
        assert _line(ear) == "listening"
        for kind, port in (("tcp", 22), ("udp", 443), ("icmp", 0)):
            assert _try(lab, kind, WEB, port) == "refused"
        assert _line(ear, "tell") == "[]"


_HEAR = """
import runpy, socket, sys, threading
knock, replies = runpy.run_path(sys.argv[1]), []
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as sock:
    sock.bind((sys.argv[2], 0))
    threading.Thread(target=knock["_listen"], args=(sock, replies), daemon=True).start()
    print("listening")
    sys.stdin.readline()
    print(replies)
"""


_SERVE = """
import socket, sys
with socket.create_server((sys.argv[1], 8081)):
    print("listening")
    sys.stdin.read()
"""


def test_a_port_of_the_configuration_gets_through(lab: Lab, closed: Upgrade) -> None:
    lab.exec("dom0", "install", "-D", "/dev/stdin", CONFIG, input="[dom0]\nports = [80, 443, 8081]\n")
    try:
        closed.restart()
        closed.spin("the uplink", lambda: closed.snapshot().uplink)
        closed.must_connect()
        with _inside(lab, _SERVE, WEB, domain="isp1") as web:
            assert _line(web) == "listening"
            assert _try(lab, "tcp", WEB, 8081) == "got through"
        assert _try(lab, "tcp", WEB, 8082) == "refused"
        closed.must_disconnect()
    finally:
        lab.exec("dom0", "rm", CONFIG)
        closed.restart()
        closed.spin("the uplink", lambda: closed.snapshot().uplink)


# -- the deadline


def test_the_kernel_closes_dom0_at_the_deadline_by_itself(lab: Lab, closed: Upgrade) -> None:
    """The helper is dead; what is open ends, and nothing new begins. The next helper puts everything back."""
    before = closed.traces()
    closed.must_connect()
    with _inside(lab, _KEEP, WEB) as page:
        port = int(_line(page))
        lab.kill_program("dom0", "qnet-helper")
        closed.wait_dead()
        assert _line(page, "3") == "answered"
        lab.exec("dom0", "nft", "-f", "-", input=packet_filter.extend(SERVERS, (80, 443), 1))
        lab.wait("the deadline", lambda: _try(lab, "tcp", WEB, 80) == "refused")
        assert _line(page, "0.5") != "answered"
        assert _try(lab, "udp", SERVERS[0], 53) == "refused"
        assert _knock(lab, f"again={port}", "arp", "icmp", "disguised")["replies"] == []
        assert _try(lab, "tcp", WEB, 22) == "refused"
    closed.start()
    closed.wait_closed(before)


# -- afterwards


def test_nothing_is_left(lab: Lab, closed: Upgrade) -> None:
    traces = closed.traces()
    assert (traces["links"], traces["routes"], traces["vifs"], traces["ruleset"]) == (["lo"], [], [], "")
    assert (traces["beside"], traces["journal"]) == ([], False)
    assert set(traces["states"].values()) == {"running"}
    assert "inet 127.0.0.1/8" in (addresses := lab.out("dom0", "ip", "-o", "-4", "address"))
    assert len(addresses.splitlines()) == 1


@pytest.mark.parametrize(
    ("state", "where"), [("connected", "isp1"), ("closed", "isp1"), ("closed", "netvm"), ("closed", "work")]
)
def test_there_is_no_host_at_dom0s_address(lab: Lab, connected: Upgrade, state: str, where: str) -> None:
    """Nobody finds anything there that he would not find at an address that nobody has ever had.

    A domain's card answers ARP for the whole world, and a provider tells that such addresses are not his.
    """
    address, _ = _dom0(lab)
    if state == "closed":
        connected.must_disconnect()
        lab.wait("no vif", lambda: "vif0.0" not in lab.out("netvm", "ip", "-o", "link"))
    interface, source, to = {
        "netvm": ("eth0", lab.out("netvm", "sh", "-c", _ADDRESS), _mac(lab, "isp1", "cable")),
        "isp1": ("cable", "192.168.0.1", _mac(lab, "netvm", "eth0")),
        "work": ("eth0", lab.address("work"), NETVM_MAC),
    }[where]
    sets = []
    for target in (address, NOBODY):
        arguments = (interface, _mac(lab, where, interface), to, source, target, "tcp", "disguised", "odd", "arp")
        replies = json.loads(lab.out(where, PYTHON, KNOCK, *arguments, timeout=90))["replies"]
        # what the other end says by ARP of itself meanwhile is no answer, nor what a server says to a domain that runs
        # again, by whose connection it knows nothing any more
        of_it = [answer for answer in replies if answer.startswith((f"tcp {target} ", "icmp ", f"arp 2 {target}"))]
        sets.append({answer.replace(target, "it") for answer in of_it})
    assert sets[0] == sets[1]
    assert not {answer for answer in sets[0] if " it " in answer}


_ADDRESS = "ip -4 -o addr show eth0 | sed 's/.*inet //; s,/.*,,'"
