"""What the packet filter costs a packet: ours, Qubes OS 4.3's and bare masquerading in turn, in one run.

Each ruleset stands in a netvm of its own, between a domain and a world that are as small as can be: three network
namespaces joined by veth, with one flow that goes on. Packets are sent in bursts of some milliseconds, through one
netvm after the other, so that whatever else the machine does meets all of them alike; what is told is the median of
the ratios of bursts that followed one another. What arrives gets as far as a socket that nobody reads, and is dropped.
Where the kernel has flow tables, ours is measured with its one as well.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path

from figures import median

from qnet_gui.kernel.own_routing import DOMAINS_TABLE, OWN_TABLE, RULE_PREFERENCE
from qnet_gui.lab.box import syscalls
from qnet_gui.model import config
from qnet_gui.model.vif import VIF_GROUP, VifId
from qnet_gui.netvm.packet_filter import flow_table, ruleset

POOL = config.Config().pool
DOMAIN, UPLINK, ROUTER, SERVER = "10.137.0.20", "192.168.9.2", "192.168.9.1", "198.51.100.1"
VIF = VifId(4, 0)
VIRTUAL = ("10.139.1.1", "10.139.1.2")
ROUNDS, BURST, BATCH = 300, 16, 64
TCP_ROUNDS, TCP_SECONDS = 12, 0.15
#: So many times as many rounds are made before it is given up.
_TRIES = 4
OUT, BACK = 4444, 5555
#: Ours with the tables and rules of netvm/packet_filter/base_routing.py, and the vif's own strictness about sources.
ROUTED = "ours, with its routing"
#: That, and the short way that known connections take past both.
SHORT = "ours, by the short way"

BARE = """
table ip nat {
  chain post { type nat hook postrouting priority srcnat; policy accept; oifname "eth0" masquerade; }
}
"""
#: The shape of Qubes OS 4.3's, in words of our own: what a packet of a known connection meets there.
QUBES = f"""
table ip q {{
  set pairs {{ type ifname . ipv4_addr; elements = {{ "{VIF.name}" . {DOMAIN} }}; }}
  set behind {{ type ipv4_addr; elements = {{ {DOMAIN} }}; }}
  chain own-input {{ }}
  chain own-forward {{ }}
  chain sources {{ iifname . ip saddr @pairs accept; counter drop; }}
  chain raw {{
    type filter hook prerouting priority raw; iifgroup {VIF_GROUP} goto sources; ip saddr @behind counter drop;
  }}
  chain names {{
    type nat hook prerouting priority dstnat;
    ip daddr {VIRTUAL[0]} udp dport 53 dnat to 192.168.9.53; ip daddr {VIRTUAL[0]} tcp dport 53 dnat to 192.168.9.53;
    ip daddr {VIRTUAL[1]} udp dport 53 dnat to 192.168.9.54; ip daddr {VIRTUAL[1]} tcp dport 53 dnat to 192.168.9.54;
  }}
  chain in {{
    type filter hook input priority filter; policy drop; jump own-input; ct state invalid counter drop;
    ct state established,related accept; iifgroup {VIF_GROUP} icmp type echo-request accept; iif lo accept; counter;
  }}
  chain through {{
    type filter hook forward priority filter; jump own-forward; ct state invalid counter drop;
    ct state established,related accept; oifgroup {VIF_GROUP} counter drop;
  }}
  chain out {{ type nat hook postrouting priority srcnat; oifgroup {VIF_GROUP} accept; oif lo accept; masquerade; }}
}}
table ip q-rules {{
  chain of-domain {{ accept; }}
  chain raw {{ type filter hook prerouting priority raw; iifgroup != {VIF_GROUP} ip saddr {DOMAIN} drop; }}
  chain post {{ type filter hook postrouting priority raw; oifgroup != {VIF_GROUP} ip daddr {DOMAIN} drop; }}
  chain through {{
    type filter hook forward priority filter; policy drop; ct state established,related accept;
    iifgroup != {VIF_GROUP} accept; ip saddr {DOMAIN} jump of-domain;
  }}
}}
"""


def ours(vifs: int) -> str:
    """Our ruleset with so many vifs."""
    pairs = [(VIF, IPv4Address(DOMAIN))]
    pairs += [(VifId(1000 + n, 0), IPv4Address("10.138.0.0") + n) for n in range(vifs - 1)]
    owners = {address: (None, vif) for vif, address in pairs}
    elements = ruleset.change_vifs([(vif.name, address) for vif, address in pairs], (), owners)
    return "\n".join([ruleset.base([IPv4Address(address) for address in VIRTUAL]), elements])


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_long), ("sent", ctypes.c_long),
    )  # fmt: skip


_payload = ctypes.create_string_buffer(b"x" * 18)
_vector = _Vector(ctypes.addressof(_payload), 18)
_batch = (_Header * BATCH)()
for _header in _batch:
    _header.vectors, _header.vector_count = ctypes.addressof(_vector), 1
_sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg


def burst(sock: socket.socket, received: Callable[[], int]) -> float | None:
    """Send small packets for some milliseconds; packets a second, of the whole way, since veth hands on at once.

    None where they have not arrived by then: what the kernel has put off is not measured.
    """
    before, fd, sent, start = received(), sock.fileno(), 0, time.perf_counter()
    for _ in range(BURST):
        sent += max(_sendmmsg(fd, _batch, BATCH, 0), 0)
    rate = sent / (time.perf_counter() - start)
    return rate if received() - before >= BURST * BATCH * 0.99 else None


class Space:
    """A network namespace, and what is done in it."""

    def __init__(self) -> None:
        command = ["/usr/bin/unshare", "-n", "/bin/sh", "-c", "echo; exec sleep 3600"]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._holder.stdout is not None
        self._holder.stdout.readline()
        self.pid = self._holder.pid
        self.run("/sbin/ip", "link", "set", "lo", "up")

    def run(self, *command: str, text: str = "") -> str:
        """Run a command inside."""
        inside = ["/usr/bin/nsenter", f"--net=/proc/{self.pid}/ns/net", *command]
        return subprocess.run(inside, input=text, capture_output=True, text=True, check=True, timeout=60).stdout

    def ip(self, *lines: str) -> None:
        """Run lines of ip."""
        self.run("/sbin/ip", "-batch", "-", text="\n".join(lines) + "\n")

    def socket(self, kind: socket.SocketKind) -> socket.socket:
        """A socket inside."""
        namespace = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
        try:
            with syscalls.in_network(namespace):
                return socket.socket(socket.AF_INET, kind)
        finally:
            os.close(namespace)

    def received(self, link: str) -> int:
        """Packets that have arrived by a link."""
        rows = Path(f"/proc/{self.pid}/net/dev").read_text().splitlines()
        return next(int(row.split(":")[1].split()[1]) for row in rows if row.strip().startswith(f"{link}:"))

    def close(self) -> None:
        """Let it go."""
        self._holder.kill()
        self._holder.wait()


class Way:
    """A domain, a netvm with one ruleset, and the world."""

    def __init__(self, rules: str, routed: bool = False, short: bool = False) -> None:
        self.domain, self.netvm, self.world = Space(), Space(), Space()
        self.netvm.ip(
            f"link add {VIF.name} type veth peer name eth0 netns {self.domain.pid}",
            f"link add eth0 type veth peer name cable netns {self.world.pid}",
            f"link set {VIF.name} group {VIF_GROUP}",
            f"link set {VIF.name} up",
            "link set eth0 up",
            f"addr add {UPLINK}/24 dev eth0",
            f"route add default via {ROUTER}",
            f"route add {DOMAIN}/32 dev {VIF.name}",
        )
        self.netvm.run("/sbin/sysctl", "-qw", "net/ipv4/ip_forward=1", f"net/ipv4/conf/{VIF.name}/proxy_arp=1")
        self.domain.ip("link set eth0 up", f"addr add {DOMAIN}/32 dev eth0", "route add default dev eth0")
        self.world.ip("link set cable up", f"addr add {ROUTER}/24 dev cable", f"addr add {SERVER}/32 dev lo")
        self.netvm.run("/usr/sbin/nft", "-f", "-", text=rules)
        if routed:
            self._route()
        if short:
            self.netvm.run("/usr/sbin/nft", "-f", "-", text=flow_table.text([VIF.name, "eth0"]))

    def _route(self) -> None:
        """The second lock, which holds without a packet filter."""
        metric = 0xFFFFFFFF
        self.netvm.ip(
            f"route add {DOMAIN}/32 dev {VIF.name} table {OWN_TABLE}",
            *(f"route add blackhole {POOL} metric {metric} table {table}" for table in (OWN_TABLE, DOMAINS_TABLE)),
            *(f"rule add pref {RULE_PREFERENCE - 2} iif {link} lookup {OWN_TABLE}" for link in ("lo", "eth0")),
            f"rule add pref {RULE_PREFERENCE - 1} from {POOL} lookup {DOMAINS_TABLE}",
            f"rule add pref {RULE_PREFERENCE} lookup {OWN_TABLE}",
        )
        self.netvm.run("/sbin/sysctl", "-qw", f"net/ipv4/conf/{VIF.name}/rp_filter=1")

    def establish(self) -> None:
        """Begin the one flow."""
        self.out, self.back = (space.socket(socket.SOCK_DGRAM) for space in (self.domain, self.world))
        self.out.bind((DOMAIN, OUT))
        self.back.bind((SERVER, BACK))
        for sock in (self.out, self.back):
            sock.settimeout(5)
        self.out.connect((SERVER, BACK))
        self.out.send(b"first")
        self.back.connect(self.back.recvfrom(16)[1])
        self.back.send(b"answer")
        self.out.recv(16)
        self.out.send(b"what is answered takes the short way from here")
        self.back.recv(64)

    def burst_out(self) -> float | None:
        """From the domain to the world."""
        return burst(self.out, lambda: self.world.received("cable"))

    def burst_back(self) -> float | None:
        """From the world to the domain."""
        return burst(self.back, lambda: self.domain.received("eth0"))

    def tcp(self, seconds: float) -> float:
        """Gbit/s of one connection from the domain to the world."""
        with self.world.socket(socket.SOCK_STREAM) as listener, self.domain.socket(socket.SOCK_STREAM) as client:
            listener.bind((SERVER, 0))
            listener.listen()
            client.settimeout(5)
            client.connect(listener.getsockname())
            server, _ = listener.accept()
            reader = threading.Thread(target=_read_all, args=(server,))
            reader.start()
            sent, start, block = 0, time.perf_counter(), b"x" * 262144
            while time.perf_counter() - start < seconds:
                sent += client.send(block)
            took = time.perf_counter() - start
            client.shutdown(socket.SHUT_WR)
            reader.join(5)
        return sent * 8 / took / 1e9

    def close(self) -> None:
        """Take it down."""
        for space in (self.domain, self.netvm, self.world):
            space.close()


def _read_all(sock: socket.socket) -> None:
    buffer = bytearray(1 << 20)
    with sock, suppress(OSError):
        while sock.recv_into(buffer):
            pass


def compare(ways: dict[str, Way], rounds: int, measure: Callable[[Way], float | None]) -> dict[str, list[float]]:
    """Measure all in turn, in another order each time; what is measured of each in rounds in which all could be."""
    figures: dict[str, list[float]] = {name: [] for name in ways}
    lost = dict.fromkeys(ways, 0)
    for _ in range(_TRIES * rounds):
        measured = {name: measure(ways[name]) for name in random.sample(list(ways), len(ways))}
        whole = {name: value for name, value in measured.items() if value is not None}
        for name in ways.keys() - whole.keys():
            lost[name] += 1
        for name, value in whole.items() if len(whole) == len(ways) else ():
            figures[name].append(value)
        if len(figures["ours"]) == rounds:
            return figures
    raise SystemExit(f"too few rounds in which all packets arrived; bursts without: {lost}")


def ratio(figures: dict[str, list[float]], of: str, to: str) -> float:
    """The median of a figure's ratio to another of the same round."""
    return median([one / other for one, other in zip(figures[of], figures[to], strict=True)])


def tell(what: str, figures: dict[str, list[float]], unit: str, scale: float) -> None:
    """The medians and the ratios that are promised."""
    for name, values in figures.items():
        print(f"  {what}, {name:30} n={len(values):<4} median {median(values) / scale:8.1f} {unit}"
              f"   {ratio(figures, name, 'bare masquerading'):.3f} of bare masquerading", flush=True)  # fmt: skip
    least, to_qubes = ratio(figures, "ours", "bare masquerading"), ratio(figures, "ours", "Qubes OS 4.3")
    best = SHORT if SHORT in figures else ROUTED
    used = ratio(figures, best, "bare masquerading")
    crowd = 1 / ratio(figures, "ours, 1,000 vifs", "ours")
    for promise, value, kept in (
        ("ours to bare masquerading, 0.92 or more", least, least >= 0.92),
        (f"{best} to bare masquerading, 0.92 or more", used, used >= 0.92),
        ("ours to Qubes OS 4.3, 1 or more", to_qubes, to_qubes >= 1),
        ("a packet's cost with 1,000 vifs, 1.1 or less", crowd, crowd <= 1.1),
    ):
        print(f"  {what}: {promise}: {value:.3f} {'kept' if kept else 'MISSED'}", flush=True)


def _has_flow_tables() -> bool:
    space = Space()
    try:
        space.run("/usr/sbin/nft", "-f", "-", text=flow_table.text(["lo"]))
    except subprocess.CalledProcessError:
        return False
    finally:
        space.close()
    return True


def main() -> None:
    """Measure; as root."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="bursts by each way (default: %(default)s)")
    parser.add_argument("rules", nargs="*", type=Path, help="files of other rules for nftables, to be compared")
    given = parser.parse_args()
    if (os.cpu_count() or 1) > 1:  # beside it nothing runs on an only one, not even what the kernel has put off
        with suppress(OSError):  # so that a loaded machine does not stop a burst in its middle
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    rules = {
        "bare masquerading": BARE,
        "Qubes OS 4.3": QUBES,
        "ours": ours(1),
        ROUTED: ours(1),
        "ours, 1,000 vifs": ours(1000),
    }
    if _has_flow_tables():
        rules[SHORT] = ours(1)
    rules |= {path.name: path.read_text() for path in given.rules}
    ways: dict[str, Way] = {}
    try:
        for name, text in rules.items():
            ways[name] = Way(text, routed=name in (ROUTED, SHORT), short=name == SHORT)
            ways[name].establish()
        tell("from a domain", compare(ways, given.rounds, Way.burst_out), "k/s ", 1000)
        tell("to a domain", compare(ways, given.rounds, Way.burst_back), "k/s ", 1000)
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        tell("TCP", compare(ways, TCP_ROUNDS, lambda way: way.tcp(TCP_SECONDS)), "Gbit/s", 1)
    finally:
        for way in ways.values():
            way.close()


if __name__ == "__main__":
    main()
