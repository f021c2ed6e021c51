"""The packet filter where the netvm is no lab: its own skin, whose connection it is, how many, how large a packet."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from waiting import DEADLINE

from qnet_gui.model.vif import VIF_GROUP, VifId
from qnet_gui.netvm.packet_filter import sets

from .. import packets
from ..conftest import Lab
from .test_isolation import _ON_CABLE, _counter, _mac, _send, _watching

PACKETS, PYTHON = str(Path(packets.__file__)), "/usr/bin/python3"
WEB, ROUTER, STRANGER = "203.0.113.11", "192.168.0.1", "192.168.0.66"
OURS = ("10.137.0.1", "10.139.1.1", "10.139.1.2")
#: Some other program's mark of a connection, as wg-quick's are.
FOREIGN_MARK = 0xCA6C
COUNT = 20


def _uplink(lab: Lab) -> str:
    return lab.out("netvm", "sh", "-c", "ip -4 -o addr show eth0 | sed 's/.*inet //; s,/.*,,'")


def _uplink_mac(lab: Lab) -> str:
    return lab.out("netvm", "cat", "/sys/class/net/eth0/address")


def _from_cable(lab: Lab, *frames: str, seconds: float = 1.0) -> list[bytes]:
    """What the netvm sends to the provider while frames come from there."""
    lines = lab.out("isp1", PYTHON, PACKETS, "listen", "cable", str(seconds), *frames).splitlines()
    return [bytes.fromhex(line) for line in lines]


def _on_cable(lab: Lab, frame: str) -> None:
    lab.exec("isp1", PYTHON, "-c", _ON_CABLE, PACKETS, str(COUNT), frame)


@pytest.fixture
def uplink(lab: Lab) -> str:
    """The netvm's address on its uplink."""
    return _uplink(lab)


# -- the netvm's own skin


def _is_arp_answer(frame: bytes, address: str) -> bool:
    return frame[12:14] == b"\x08\x06" and frame[21] == 2 and frame[28:32] == IPv4Address(address).packed


def test_on_the_uplink_only_its_own_address_is_answered_for(lab: Lab, uplink: str) -> None:
    def answers(target: str) -> int:
        frames = _from_cable(lab, packets.arp(STRANGER, target, "02:00:00:00:00:01"))
        return sum(_is_arp_answer(frame, target) for frame in frames)

    assert answers(uplink) > 0
    assert [answers(target) for target in (*OURS, lab.address("work"))] == [0, 0, 0, 0]


def test_not_even_where_somebody_has_switched_on_proxy_arp(lab: Lab) -> None:
    lab.exec("netvm", "sysctl", "-qw", "net/ipv4/conf/eth0/proxy_arp=1", "net/ipv4/neigh/eth0/proxy_delay=0")
    try:
        address = lab.address("work")
        frames = _from_cable(lab, packets.arp(STRANGER, address, "02:00:00:00:00:01"))
        assert not any(_is_arp_answer(frame, address) for frame in frames)
    finally:
        lab.exec("netvm", "sysctl", "-qw", "net/ipv4/conf/eth0/proxy_arp=0")


def test_on_the_uplink_only_its_own_address_answers_ping(lab: Lab, uplink: str) -> None:
    own = lab.out("isp1", "ip", "-br", "link", "show", "cable").split()[2]

    def answers(target: str) -> list[bytes]:
        frame = packets.icmp(ROUTER, target, 8, to=_uplink_mac(lab), own=own)
        return [data for data in _from_cable(lab, frame) if data[12:14] == b"\x08\x00" and data[23] == 1]

    assert answers(uplink)
    assert [answers(target) for target in (*OURS, lab.address("work"))] == [[], [], [], []]


_SERVE = """
import socket, sys, time
socks = []
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for port in (22, 53, 5353, 8080):
        sock = socket.socket(socket.AF_INET, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((sys.argv[1], port))
        socks.append(sock)
        if kind == socket.SOCK_STREAM:
            sock.listen()
print("serving", flush=True)
import select
while True:
    for sock in select.select(socks, [], [])[0]:
        if sock.type == socket.SOCK_STREAM:
            sock.accept()[0].close()
        else:
            data, peer = sock.recvfrom(100)
            sock.sendto(b"answer", peer)
"""

_TRY = """
import socket, sys
target, answered = sys.argv[1], []
for port in (22, 53, 5353, 8080):
    for kind, name in ((socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")):
        with socket.socket(socket.AF_INET, kind) as sock:
            sock.settimeout(0.7)
            try:
                sock.connect((target, port))
                if name == "udp":
                    sock.send(b"question"); sock.recv(100)
                answered.append(f"{name}/{port}")
            except OSError:
                pass
print(" ".join(answered))
"""


@contextmanager
def _serving(lab: Lab, domain: str, address: str) -> Iterator[None]:
    with lab.popen(domain, PYTHON, "-c", _SERVE, address, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "serving\n"
            yield
        finally:
            server.kill()


ALL = "tcp/22 udp/22 tcp/53 udp/53 tcp/5353 udp/5353 tcp/8080 udp/8080"


def test_the_world_reaches_what_the_configuration_opens_and_nothing_else(fresh_lab: Lab) -> None:
    uplink = _uplink(fresh_lab)
    with _serving(fresh_lab, "netvm", "0.0.0.0"):
        before = _counter(fresh_lab, "from_world")
        assert fresh_lab.out("isp1", PYTHON, "-c", _TRY, uplink) == ""
        assert _counter(fresh_lab, "from_world") > before
        _configure(fresh_lab, 'open = ["tcp/22", "udp/5353"]')
        assert fresh_lab.out("isp1", PYTHON, "-c", _TRY, uplink) == "tcp/22 udp/5353"
    # and the netvm's own connections, its DHCP and its names go on
    fresh_lab.exec("netvm", "curl", "-sf", "-m", "5", f"http://{WEB}/")
    fresh_lab.exec("netvm", "nmcli", "connection", "up", "eth0", timeout=DEADLINE)

    def page() -> str:  # names come again with the lease
        return fresh_lab.exec("work", "curl", "-sf", "-m", "10", "http://www.test/", check=False).stdout

    assert fresh_lab.wait("a page", page).startswith("Hello from isp1.")


def _configure(lab: Lab, lines: str) -> None:
    """Write the netvm's configuration, and have its agent take it."""
    assert lab.out("netvm", "stat", "-c", "%d", "/etc") != lab.out("isp1", "stat", "-c", "%d", "/etc")
    script = "mkdir -p /etc/qnet && printf '[netvm]\\n%s\\n' \"$1\" > /etc/qnet/qnet.toml"
    lab.exec("netvm", "sh", "-c", script, "sh", lines)
    lab.restart_program("netvm", "qnet-agent")
    lab.wait_for_agent()


@contextmanager
def _hotspot(lab: Lab) -> Iterator[str]:
    """A bridge of containers in the netvm, with one container behind it; yields that container's namespace."""
    made = """
    ip netns add box && ip link add br0 type bridge && ip addr add 172.30.0.1/24 dev br0 && ip link set br0 up &&
    ip link add inner type veth peer name eth0 netns box && ip link set inner master br0 && ip link set inner up &&
    ip -n box addr add 172.30.0.2/24 dev eth0 && ip -n box link set eth0 up && ip -n box link set lo up &&
    ip -n box route add default via 172.30.0.1 &&
    nft 'add table ip hotspot; add chain ip hotspot post { type nat hook postrouting priority srcnat; };
         add rule ip hotspot post ip saddr 172.30.0.0/24 oifname "eth0" masquerade'
    """
    lab.exec("netvm", "mount", "-t", "tmpfs", "none", "/run/netns", check=False)
    lab.exec("netvm", "sh", "-ec", f"mkdir -p /run/netns; {made}")
    try:
        yield "box"
    finally:
        lab.exec("netvm", "sh", "-c", "nft delete table ip hotspot; ip link del br0; ip netns del box")


def _tried(lab: Lab, *inside: str) -> str:
    """What of the netvm answers behind the hotspot."""
    return lab.out("netvm", *inside, PYTHON, "-c", _TRY, "172.30.0.1", timeout=DEADLINE)


def test_a_hotspot_in_the_netvm_goes_on(fresh_lab: Lab) -> None:
    """What is neither from nor to a vif is none of our business, and who is behind it may ask the netvm."""
    lab, address = fresh_lab, fresh_lab.address("work")
    with _hotspot(lab) as box:
        inside = ["ip", "netns", "exec", box]
        assert lab.out("netvm", *inside, "curl", "-sf", "-m", "5", f"http://{WEB}/").startswith("Hello")
        with _serving(lab, "netvm", "172.30.0.1"):
            lab.wait("the hotspot to have settled", lambda: _tried(lab, *inside) == ALL)
        # but not the domains, nor our addresses, nor as a domain
        assert lab.exec("netvm", *inside, "ping", "-c1", "-W1", address, check=False).returncode == 1
        assert lab.exec("netvm", *inside, "ping", "-c1", "-W1", OURS[0], check=False).returncode == 1
        before = _counter(lab, "impersonated")
        lab.exec("netvm", *inside, "ip", "addr", "add", f"{address}/32", "dev", "eth0")
        lab.exec("netvm", *inside, "ping", "-c2", "-W1", "-I", address, WEB, check=False)
        assert _counter(lab, "impersonated") - before == 2
        # a way out through it makes it the world's
        lab.exec("netvm", "ip", "route", "add", "default", "via", "172.30.0.2", "metric", "9999")
        with _serving(lab, "netvm", "172.30.0.1"):
            lab.wait("it to be shut", lambda: _tried(lab, *inside) == "")


@contextmanager
def _own_connection(lab: Lab) -> Iterator[int]:
    """A UDP connection of the netvm's own to the web server; yields its port."""
    hold = (
        "import socket, time\nsock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"sock.connect(('{WEB}', 7777)); sock.send(b'x'); print(sock.getsockname()[1], flush=True); time.sleep(60)"
    )
    with lab.popen("netvm", PYTHON, "-c", hold, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            yield int(holder.stdout.readline())
        finally:
            holder.kill()


def _frag_needed(lab: Lab, domain: str, target: str, inner: bytes, mtu: int = 600) -> str:
    rest = bytes(2) + mtu.to_bytes(2, "big")
    return packets.icmp(lab.address(domain), target, 3, 4, rest, inner, own=_mac(lab, domain))


def test_a_domains_icmp_about_the_netvms_own_connections_is_none_of_its_business(lab: Lab, uplink: str) -> None:
    with _own_connection(lab) as port:
        frame = _frag_needed(lab, "work", uplink, packets.quoted(uplink, WEB, 17, port, 7777))
        before = _counter(lab, "towards_netvm")
        _send(lab, "work", frame)
        assert _counter(lab, "towards_netvm") - before == COUNT
        assert "mtu 600" not in lab.out("netvm", "ip", "route", "get", WEB)
        # nor does it get to the other end of it, whoever it says that it is
        with _watching(lab, "isp1", "cable") as arrived:
            _send(lab, "work", _frag_needed(lab, "work", WEB, packets.quoted(WEB, uplink, 17, 7777, port)))
        assert arrived == [0]


def test_the_same_from_the_world_is_listened_to(lab: Lab, uplink: str) -> None:
    """So that the test above can fail."""
    with _own_connection(lab) as port:
        rest = bytes(2) + (600).to_bytes(2, "big")
        inner = packets.quoted(uplink, WEB, 17, port, 7777)
        _on_cable(lab, packets.icmp(ROUTER, uplink, 3, 4, rest, inner, to=_uplink_mac(lab)))
        assert "mtu 600" in lab.out("netvm", "ip", "route", "get", WEB)
    lab.exec("netvm", "ip", "route", "flush", "cache")


# -- whose connection it is


@contextmanager
def _flow(lab: Lab, domain: str, source: int) -> Iterator[None]:
    """A domain's UDP flow to port 7777 of the provider, that both ends have spoken in."""
    serve = (
        "import socket\nsock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nsock.setsockopt(1, 2, 1)\n"
        f"sock.bind(('{WEB}', 7777)); print('up', flush=True)\n"
        "while True:\n    data, peer = sock.recvfrom(100); sock.sendto(data, peer)"
    )
    ask = (
        "import socket\nsock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nsock.settimeout(5)\n"
        f"sock.bind(('', {source})); sock.sendto(b'x', ('{WEB}', 7777)); sock.recv(100)"
    )
    with lab.popen("isp1", PYTHON, "-c", serve, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "up\n"
            lab.exec(domain, PYTHON, "-c", ask)
            yield
        finally:
            server.kill()


def _entry(lab: Lab, source: int) -> str:
    return lab.out("netvm", "conntrack", "-L", "-p", "udp", "--sport", str(source), "--dport", "7777")


def _answer(lab: Lab, uplink: str, source: int) -> str:
    """A marked packet of the provider's in that flow."""
    body = bytes.fromhex(packets.udp(WEB, uplink, source, to=_uplink_mac(lab)))
    return (body[:34] + (7777).to_bytes(2, "big") + body[36:]).hex()


def _mark(lab: Lab, domain: str) -> int:
    return sets.mark(VifId(lab.id(domain), 0))


def test_a_connection_has_the_mark_of_its_vif_and_answers_reach_it(lab: Lab, uplink: str) -> None:
    with _flow(lab, "work", 41001):
        assert f"mark={_mark(lab, 'work')}" in _entry(lab, 41001)
        with _watching(lab, "work", "eth0") as arrived:
            _on_cable(lab, _answer(lab, uplink, 41001))
        assert arrived == [COUNT]


@pytest.mark.parametrize("whose", ["its own", "an earlier domain's", "nobody's"])
def test_what_nobody_deleted_of_an_earlier_owner_reaches_no_later_one(lab: Lab, uplink: str, whose: str) -> None:
    """An entry as it stays when conntrack cannot delete: of that address, but of another vif."""
    mark = {"its own": _mark(lab, "work"), "an earlier domain's": sets.mark(VifId(12345, 0)), "nobody's": 0}[whose]
    ends = ("-s", lab.address("work"), "-d", WEB, "--src-nat", uplink)
    flow = ("-p", "udp", "--sport", "41002", "--dport", "7777")
    lab.exec("netvm", "conntrack", "-I", *flow, *ends, "-t", "60", "-u", "SEEN_REPLY,ASSURED", "-m", str(mark))
    try:
        assert f"mark={mark}" in _entry(lab, 41002)
        with _watching(lab, "work", "eth0") as arrived:
            _on_cable(lab, _answer(lab, uplink, 41002))
        assert arrived == [COUNT if whose == "its own" else 0]
    finally:
        lab.exec("netvm", "conntrack", "-D", *flow)


_FTP_SERVER = """
import socket
control, data = (socket.create_server(("0.0.0.0", port)) for port in (21, 40001))
print("serving", flush=True)
peer = control.accept()[0]
peer.sendall(b"220 here\\r\\n")
peer.recv(100)
where = peer.getsockname()[0].replace(".", ",")
peer.sendall(f"227 Entering Passive Mode ({where},156,65).\\r\\n".encode())
data.accept()[0].sendall(b"the file")
"""
_FTP_CLIENT = f"""
import socket
with socket.create_connection(("{WEB}", 21), 5) as control:
    assert control.recv(100).startswith(b"220")
    control.sendall(b"PASV\\r\\n")
    assert control.recv(100).startswith(b"227")
    with socket.create_connection(("{WEB}", 40001), 0.8) as data:  # before a second attempt
        print(data.recv(100).decode())
"""


def test_what_belongs_to_a_domains_connection_by_a_helper_gets_out(lab: Lab) -> None:
    """FTP's data, PPTP's packets: what somebody has loaded a helper for is called related then, and not new."""
    rules = """add table ip others
    add ct helper ip others ftp { type "ftp" protocol tcp; }
    add chain ip others first { type filter hook prerouting priority mangle; }
    add rule ip others first tcp dport 21 ct helper set ftp"""
    server = lab.popen("isp1", "/usr/bin/python3", "-c", _FTP_SERVER, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None and server.stdout.readline() == "serving\n"
        lab.exec("netvm", "nft", "-f", "-", input=rules)
        assert lab.out("work", "/usr/bin/python3", "-c", _FTP_CLIENT) == "the file"
    finally:
        lab.exec("netvm", "nft", "delete", "table", "ip", "others", check=False)
        server.kill()
        server.communicate()


def test_another_programs_mark_stays_and_its_connection_works(lab: Lab, uplink: str) -> None:
    rules = f"""add table ip others
    add chain ip others first {{ type filter hook prerouting priority mangle; }}
    add rule ip others first udp sport 41003 ct mark set {FOREIGN_MARK}"""
    lab.exec("netvm", "nft", "-f", "-", input=rules)
    try:
        with _flow(lab, "work", 41003):
            assert f"mark={FOREIGN_MARK}" in _entry(lab, 41003)
            with _watching(lab, "work", "eth0") as arrived:
                _on_cable(lab, _answer(lab, uplink, 41003))
            assert arrived == [COUNT]
    finally:
        lab.exec("netvm", "nft", "delete", "table", "ip", "others")


def test_a_domain_says_nothing_about_another_ones_connection(lab: Lab, uplink: str) -> None:
    """An ICMP error about the other's would go on to the server, from the netvm's address, and be believed there."""
    with _flow(lab, "work", 41004), _watching(lab, "isp1", "cable") as arrived:
        inner = packets.quoted(WEB, lab.address("work"), 17, 7777, 41004)
        _send(lab, "personal", _frag_needed(lab, "personal", WEB, inner))
        _send(lab, "personal", _frag_needed(lab, "personal", WEB, packets.quoted(WEB, uplink, 17, 7777, 41004)))
    assert arrived == [0]


def test_it_may_say_it_about_its_own(lab: Lab) -> None:
    """So that the test above can fail."""
    with _flow(lab, "work", 41005), _watching(lab, "isp1", "cable") as arrived:
        inner = packets.quoted(WEB, lab.address("work"), 17, 7777, 41005)
        _send(lab, "work", _frag_needed(lab, "work", WEB, inner))
    assert arrived[0] > 0


def test_a_vif_without_its_group_gets_nothing_through(lab: Lab) -> None:
    vif = f"vif{lab.id('work')}.0"
    lab.stop_program("netvm", "qnet-agent")  # which would give it back at once
    lab.exec("netvm", "ip", "link", "set", vif, "group", "0")
    try:
        with _watching(lab, "isp1", "cable") as outside, _watching(lab, "personal", "eth0") as beside:
            own = _mac(lab, "work")
            _send(lab, "work", packets.udp(lab.address("work"), WEB, 9, own=own))
            _send(lab, "work", packets.udp(lab.address("work"), lab.address("personal"), 9, own=own))
        assert (outside, beside) == ([0], [0])
    finally:
        lab.exec("netvm", "ip", "link", "set", vif, "group", str(VIF_GROUP))
        lab.start_program("netvm", "qnet-agent")
        lab.wait_for_agent()


def test_nobodys_fragment_gets_into_another_domains_packet(lab: Lab) -> None:
    """What is checked is each fragment, not the packet that they make."""
    before = _counter(lab, "spoofed")
    whole = bytes.fromhex(packets.udp(lab.address("work"), WEB, 9, own=_mac(lab, "personal")))
    first = bytearray(whole[:14] + whole[14:34] + whole[34:50])
    first[14 + 2 : 14 + 4] = (36).to_bytes(2, "big")
    first[14 + 6 : 14 + 8] = (0x2000).to_bytes(2, "big")  # more follow
    first[14 + 10 : 14 + 12] = bytes(2)
    total = sum(int.from_bytes(first[at : at + 2], "big") for at in range(14, 34, 2))
    total = (total & 0xFFFF) + (total >> 16)
    first[14 + 10 : 14 + 12] = (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
    _send(lab, "personal", first.hex())
    assert _counter(lab, "spoofed") - before == COUNT


# -- how many


_OPEN_MANY = """
import socket, sys
socks = []
for number in range(int(sys.argv[1])):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 20000 + number))
    sock.sendto(b"x", (sys.argv[2], 9))
    socks.append(sock)
"""


def test_a_domain_that_opens_very_many_connections_leaves_room_for_others(fresh_lab: Lab) -> None:
    lab = fresh_lab
    lab.add("other")
    _configure(lab, "connections = 200")
    before = _counter(lab, "too_many")
    lab.exec("work", "sh", "-c", f"ulimit -n 8192; exec {PYTHON} -c '{_OPEN_MANY}' 5000 {WEB}")
    assert _counter(lab, "too_many") - before > 4000
    kept = lab.out("netvm", "sh", "-c", f"conntrack -L -s {lab.address('work')} 2>/dev/null | wc -l")
    assert 150 <= int(kept) <= 202
    assert lab.out("other", "curl", "-sf", "-m", "10", "http://www.test/").startswith("Hello from isp1.")
    # an attacker cannot make room by what costs no connection; the rest of it are pings
    assert lab.exec("work", "ping", "-c1", "-W1", OURS[0], check=False).returncode == 1
    assert lab.exec("other", "ping", "-c1", "-W2", OURS[0], check=False).returncode == 0


def test_a_connection_that_says_nothing_is_kept_for_hours_and_not_for_days(lab: Lab) -> None:
    setting = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established"
    assert lab.out("netvm", "cat", setting) == str(2 * 3600 + 4 * 60)


# -- how large


_LARGE_PAGE = """
import socket, sys
listener = socket.socket(); listener.setsockopt(1, 2, 1)
listener.bind((sys.argv[1], 8088)); listener.listen(); print("up", flush=True)
while True:
    peer, _ = listener.accept()
    peer.recv(1000)
    peer.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + b"x" * 300000)
    peer.close()
"""


@contextmanager
def _narrow_uplink(lab: Lab) -> Iterator[None]:
    """An uplink of 1400 behind a filter of ICMP; neither its other side nor the domain knows of it."""
    drop = "add table ip narrow; add chain ip narrow in { type filter hook input priority 0; }; "
    drop += "add chain ip narrow out { type filter hook output priority 0; }; add rule ip narrow in icmp type 3 drop; "
    drop += "add rule ip narrow out icmp type 3 drop"
    off = "import fcntl, socket, struct, array\n"
    off += "for number in (0x1f, 0x22, 0x24, 0x2c):\n"  # ETHTOOL_STSO is 0x1f, SUFO 0x22, SGSO 0x24, SGRO 0x2c
    off += "    value = array.array('B', struct.pack('II', number, 0)); at, _ = value.buffer_info()\n"
    off += "    try:\n        fcntl.ioctl(socket.socket(), 0x8946, struct.pack('16sP', b'cable', at))\n"
    off += "    except OSError:\n        pass\n"
    lab.wait("an uplink that is up", lambda: lab.exec("work", "curl", "-s", "http://www.test/", check=False).stdout)
    lab.exec("isp1", "nft", drop)
    lab.exec("isp1", PYTHON, "-c", off)
    lab.exec("netvm", "ip", "link", "set", "eth0", "mtu", "1400")
    assert "mtu 1500 " in lab.out("work", "ip", "link", "show", "eth0")  # it looks when its card comes
    try:
        yield
    finally:
        lab.exec("netvm", "ip", "link", "set", "eth0", "mtu", "1500")
        lab.exec("isp1", "nft", "delete table ip narrow")


def test_a_domain_loads_a_page_through_a_narrow_uplink_behind_a_filter_of_icmp(fresh_lab: Lab) -> None:
    lab = fresh_lab
    with (
        _narrow_uplink(lab),
        lab.popen("isp1", PYTHON, "-c", _LARGE_PAGE, WEB, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "up\n"
            load = ("curl", "-s", "-m", "10", "-o", "/dev/null", "-w", "%{size_download}", f"http://{WEB}:8088/")
            assert lab.out("netvm", *load, check=False) == "300000"
            assert lab.out("work", *load, check=False) == "300000"
            # what the domain was told of the other side, and the other side of the domain
            segments = re.findall(r"mss:(\d+)", lab.out("isp1", "ss", "-tin", "state", "all", "sport", "=", ":8088"))
            assert all(int(segment) <= 1360 for segment in segments)
        finally:
            server.kill()


_TOO_LARGE = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO
    sock.connect((sys.argv[1], 9))
    for _ in range(50):
        try:
            sock.send(b"x" * 1450)
        except OSError as error:
            print(error.errno); break
        import time; time.sleep(0.05)
"""


def test_a_domain_learns_by_udp_how_large_a_packet_may_be(fresh_lab: Lab) -> None:
    with _narrow_uplink(fresh_lab):
        assert fresh_lab.out("work", PYTHON, "-c", _TOO_LARGE, WEB) == "90"


def test_a_routers_word_about_a_domains_packet_reaches_that_domain(lab: Lab, uplink: str) -> None:
    with _flow(lab, "work", 41006), _watching(lab, "work", "eth0") as arrived:
        inner = packets.quoted(uplink, WEB, 17, 41006, 7777)
        rest = bytes(2) + (1300).to_bytes(2, "big")
        _on_cable(lab, packets.icmp("203.0.113.1", uplink, 3, 4, rest, inner, to=_uplink_mac(lab)))
    assert arrived == [COUNT]
    with _flow(lab, "work", 41007), _watching(lab, "work", "eth0") as redirected:
        inner = packets.quoted(uplink, WEB, 17, 41007, 7777)
        _on_cable(lab, packets.icmp(ROUTER, uplink, 5, 1, bytes([192, 168, 0, 66]), inner, to=_uplink_mac(lab)))
    assert redirected == [0]
