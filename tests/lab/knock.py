"""Knocks at every door of one address with raw frames and tells all that comes back; runs in a domain of the lab.

knock.py INTERFACE OWN_MAC ITS_MAC SOURCE TARGET KIND …     prints JSON: sent, replies [what]

The kinds are the functions in `KINDS`, and `again=PORT`. Whatever arrives on the interface
meanwhile, and for a moment after, is a reply.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PORTS = range(1, 65536)
#: Where programs of dom0 could be listening, or asking from.
SOME_PORTS = (1, 22, 53, 68, 80, 111, 123, 443, 546, 631, 1900, 5353, 5355, 6000, 8080, 32768, 40001, 60999, 65535)
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
#: Seconds in which an answer would have arrived; parts of packets are waited for for 1 s.
_ARRIVAL = 1.3
_ETHERNET = {0x0800: "ip", 0x0806: "arp", 0x86DD: "ip6"}


@dataclass(frozen=True)
class Door:
    """From whom, and at whose door; MACs as on the wire."""

    own: bytes
    its: bytes
    source: str
    target: str


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _sum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _ip(door: Door, protocol: int, body: bytes, source: str = "", fragment: int = 0, ttl: int = 64) -> bytes:
    ends = socket.inet_aton(source or door.source) + socket.inet_aton(door.target)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, fragment, ttl, protocol, 0) + ends
    head = head[:10] + struct.pack("!H", _sum(head)) + head[12:]
    return door.its + door.own + b"\x08\x00" + head + body


def _tcp(door: Door, from_port: int, port: int, flags: int, source: str = "") -> bytes:
    ends = socket.inet_aton(source or door.source) + socket.inet_aton(door.target)
    body = struct.pack("!HHIIBBHHH", from_port, port, 1000, 1000 if flags & ACK else 0, 0x50, flags, 1024, 0, 0)
    check = _sum(ends + struct.pack("!BBH", 0, 6, len(body)) + body)
    return _ip(door, 6, body[:16] + struct.pack("!H", check) + body[18:], source)


def _udp(door: Door, from_port: int, port: int, source: str = "") -> bytes:
    return _ip(door, 17, struct.pack("!HHHH", from_port, port, 12, 0) + b"knck", source)


def _icmp(door: Door, kind: int, code: int, body: bytes) -> bytes:
    data = struct.pack("!BBH", kind, code, 0) + body
    return _ip(door, 1, data[:2] + struct.pack("!H", _sum(data)) + data[4:])


def tcp(door: Door) -> Iterator[bytes]:
    """A connection to every port."""
    return (_tcp(door, 40000, port, SYN) for port in PORTS)


def udp(door: Door) -> Iterator[bytes]:
    """A datagram to every port."""
    return (_udp(door, 40000, port) for port in PORTS)


def disguised(door: Door) -> Iterator[bytes]:
    """What claims to be the answer of a name server or of a mirror to something that nobody asked."""
    flags = (SYN, SYN | ACK, ACK, PSH | ACK, FIN, FIN | ACK, RST, RST | ACK, 0, FIN | PSH | URG)
    for port in SOME_PORTS:
        for from_port in (80, 443, 53):
            for source in ("203.0.113.11", "10.139.1.1", "10.139.1.2", "10.137.0.1"):
                yield from (_tcp(door, from_port, port, flag, source) for flag in flags)
                yield _udp(door, from_port, port, source)


def icmp(door: Door) -> Iterator[bytes]:
    """Every question that ICMP knows, and complaints about packets that dom0 has never sent."""
    for kind in (8, 10, 13, 15, 17):
        yield _icmp(door, kind, 0, bytes(16))
    mine = _tcp(Door(door.its, door.own, door.target, "203.0.113.11"), 40001, 80, SYN)[14:]
    for kind, code in ((3, 1), (3, 3), (3, 4), (5, 1), (11, 0), (12, 0)):
        yield _icmp(door, kind, code, bytes(4) + mine)


def odd(door: Door) -> Iterator[bytes]:
    """Other protocols over IPv4, a packet at the end of its life, parts of packets, broken heads."""
    for protocol in (2, 4, 41, 47, 50, 51, 88, 89, 103, 108, 112, 132, 136, 253):
        yield _ip(door, protocol, bytes(32))
    yield _ip(door, 17, struct.pack("!HHHH", 40000, 22, 12, 0) + b"knck", ttl=1)
    yield _ip(door, 17, struct.pack("!HHHH", 40000, 22, 40, 0) + bytes(24), fragment=0x2000)
    broken = bytearray(_udp(door, 40000, 22))
    broken[14] = 0x46  # an option of no length
    yield bytes(broken)


def arp(door: Door) -> Iterator[bytes]:
    """Who has it, asked of everybody and of it alone; the same the other way round."""
    for operation in (1, 3, 8):
        body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + door.own + socket.inet_aton(door.source)
        for to in (b"\xff" * 6, door.its):
            yield to + door.own + b"\x08\x06" + body + bytes(6) + socket.inet_aton(door.target) + bytes(18)
            yield to + door.own + b"\x80\x35" + body + door.its + bytes(22)


def _ip6(door: Door, target: bytes, to: bytes, protocol: int, body: bytes) -> bytes:
    source = socket.inet_pton(socket.AF_INET6, "fe80::1")
    at = 2 if protocol == 58 else 16 if protocol == 6 else 6
    check = _sum(source + target + struct.pack("!II", len(body), protocol) + body)
    body = body[:at] + struct.pack("!H", check) + body[at + 2 :]
    head = struct.pack("!IHBB", 6 << 28, len(body), protocol, 255)
    return to + door.own + b"\x86\xdd" + head + source + target + body


def ip6(door: Door) -> Iterator[bytes]:
    """The same over IPv6: neighbours, ping, connections, at all addresses that it could have."""
    mac = door.its
    local = b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
    everybody = socket.inet_pton(socket.AF_INET6, "ff02::1")
    solicited = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13] + local[13:]
    for target, to in ((local, mac), (everybody, b"\x33\x33\0\0\0\x01"), (solicited, b"\x33\x33" + solicited[12:])):
        yield _ip6(door, target, to, 58, struct.pack("!BBHI", 135, 0, 0, 0) + local + b"\x01\x01" + door.own)
        yield _ip6(door, target, to, 58, struct.pack("!BBHI", 128, 0, 0, 1))
        yield _ip6(door, target, to, 58, struct.pack("!BBHI", 130, 0, 0, 0) + bytes(16))
        for port in SOME_PORTS:
            yield _ip6(door, target, to, 6, struct.pack("!HHIIBBHHH", 40000, port, 1, 0, 0x50, SYN, 1024, 0, 0))
            yield _ip6(door, target, to, 17, struct.pack("!HHHH", 40000, port, 12, 0) + b"knck")


def other(door: Door) -> Iterator[bytes]:
    """Neither IP nor ARP: LLC's test, EAPOL, LLDP, PPPoE, loopback, and a connection within a VLAN."""
    yield door.its + door.own + struct.pack("!H", 3) + b"\0\0\xf3" + bytes(43)
    for kind in (0x888E, 0x88CC, 0x8863, 0x9000, 0x88CA):
        yield door.its + door.own + struct.pack("!H", kind) + bytes(46)
    inner = _tcp(door, 40000, 22, SYN)
    yield inner[:12] + b"\x81\x00\0\0" + inner[12:]


def again(door: Door, port: int) -> Iterator[bytes]:
    """What claims to go on with a connection that this port of its had to the provider's page."""
    return (_tcp(door, 80, port, flags, "203.0.113.11") for flags in (ACK, PSH | ACK, SYN, SYN | ACK, FIN | ACK))


KINDS: dict[str, Callable[[Door], Iterator[bytes]]] = {
    kind.__name__: kind for kind in (tcp, udp, disguised, icmp, odd, arp, ip6, other)
}


def describe(frame: bytes) -> str:
    """A frame in a few words."""
    kind, body = struct.unpack("!H", frame[12:14])[0], frame[14:]
    if kind == 0x0806:
        return f"arp {body[7]} {socket.inet_ntoa(body[14:18])}"
    if kind != 0x0800:
        return f"{_ETHERNET.get(kind, 'type')} {kind:04x}"
    source, inside = socket.inet_ntoa(body[12:16]), body[(body[0] & 15) * 4 :]
    if body[9] == 6:
        return f"tcp {source} {struct.unpack('!H', inside[:2])[0]} {'open' if inside[13] & SYN else 'closed'}"
    if body[9] == 1:
        return f"icmp {source} {inside[0]} {inside[1]}"
    return f"ip {source} {body[9]}"


def _listen(sock: socket.socket, replies: list[str]) -> None:
    while True:
        data, (_, _, kind, *_) = sock.recvfrom(65536)
        if kind != socket.PACKET_OUTGOING:
            replies.append(describe(data))


def main(interface: str, door: Door, kinds: list[str]) -> None:
    """Knock, listen, tell."""
    replies: list[str] = []
    sent = 0
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as ear,
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as fist,
    ):
        ear.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        ear.bind((interface, 0))
        fist.bind((interface, 0))
        threading.Thread(target=_listen, args=(ear, replies), daemon=True).start()
        for kind in kinds:
            for frame in again(door, int(kind[6:])) if kind.startswith("again=") else KINDS[kind](door):
                fist.send(frame)
                sent += 1
        time.sleep(_ARRIVAL)
        print(json.dumps({"sent": sent, "replies": replies}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Door(_mac(sys.argv[2]), _mac(sys.argv[3]), *sys.argv[4:6]), sys.argv[6:])
