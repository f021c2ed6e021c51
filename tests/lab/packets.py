"""Raw frames for the isolation tests; runs inside a domain of the lab with the system's Python, needs nothing else.

packets.py send COUNT HEX [HEX …]      send frames on eth0, each COUNT times
packets.py count INTERFACE SECONDS     print how many frames with the mark arrived
packets.py listen INTERFACE SECONDS HEX [HEX …]    send frames, print every frame that arrives meanwhile, as hex
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Iterator

MARK = b"qnet-test-mark"
BROADCAST = "ff:ff:ff:ff:ff:ff"
NETVM_MAC = "fe:ff:ff:ff:ff:ff"


def mac(text: str) -> bytes:
    """A MAC address as it is on the wire."""
    return bytes.fromhex(text.replace(":", ""))


def _checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ip4(
    source: str, target: str, protocol: int, body: bytes, to: str = NETVM_MAC, own: str = "02:00:00:00:00:01"
) -> str:
    """An Ethernet frame with an IPv4 packet, as hex."""
    head = struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(body),
        1,
        0,
        64,
        protocol,
        0,
        socket.inet_aton(source),
        socket.inet_aton(target),
    )
    head = head[:10] + struct.pack("!H", _checksum(head)) + head[12:]
    return (mac(to) + mac(own) + b"\x08\x00" + head + body).hex()


def udp(source: str, target: str, port: int, **link: str) -> str:
    """A marked UDP packet; its checksum is left out, which IPv4 allows."""
    return ip4(source, target, 17, struct.pack("!HHHH", 40000, port, 8 + len(MARK), 0) + MARK, **link)


def tcp(source: str, target: str, port: int, flags: int, **link: str) -> str:
    """A marked TCP segment of no connection; its checksum is wrong."""
    return ip4(source, target, 6, struct.pack("!HHIIBBHHH", 40000, port, 1, 1, 0x50, flags, 1024, 0, 0) + MARK, **link)


def icmp(
    source: str, target: str, kind: int, code: int = 0, rest: bytes = bytes(4), body: bytes = b"", **link: str
) -> str:
    """A marked ICMP packet; `rest`: the second word of its header."""
    body += MARK
    head = struct.pack("!BBH4s", kind, code, 0, rest)
    return ip4(source, target, 1, struct.pack("!BBH4s", kind, code, _checksum(head + body), rest) + body, **link)


def quoted(source: str, target: str, protocol: int, from_port: int, to_port: int) -> bytes:
    """The beginning of a packet as an ICMP error has it in its body."""
    return bytes.fromhex(ip4(source, target, protocol, struct.pack("!HHHH", from_port, to_port, 8, 0)))[14:]


def arp(source: str, target: str, own: str, operation: int = 1) -> str:
    """A marked ARP packet: `source` asks who `target` is (1), or says so unasked (2)."""
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
    body += mac(own) + socket.inet_aton(source) + bytes(6) + socket.inet_aton(target)
    return (mac(BROADCAST) + mac(own) + b"\x08\x06" + body + MARK).hex()


def ip6(source: str, target: str, to: str = "33:33:00:00:00:01", own: str = "02:00:00:00:00:01") -> str:
    """A marked IPv6 packet with UDP."""
    body = struct.pack("!HHHH", 40000, 9, 8 + len(MARK), 0) + MARK
    head = struct.pack("!IHBB", 6 << 28, len(body), 17, 64)
    addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    return (mac(to) + mac(own) + b"\x86\xdd" + head + addresses + body).hex()


def _send(count: int, frames: list[str]) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        for _ in range(count):
            for frame in frames:
                sock.send(bytes.fromhex(frame))


def _ear(interface: str) -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((interface, 0))
    return sock


def _arriving(sock: socket.socket, seconds: float) -> Iterator[bytes]:
    """The frames that others send meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            data, (_, _, kind, *_) = sock.recvfrom(65536)
        except TimeoutError:
            break
        if kind != socket.PACKET_OUTGOING:
            yield data


def _count(interface: str, seconds: float) -> None:
    with _ear(interface) as sock:
        print("listening", flush=True)
        print(sum(MARK in data for data in _arriving(sock, seconds)), flush=True)


def _listen(interface: str, seconds: float, frames: list[str]) -> None:
    with _ear(interface) as sock:
        for frame in frames:
            sock.send(bytes.fromhex(frame))
        for data in _arriving(sock, seconds):
            print(data.hex(), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "send":
        _send(int(sys.argv[2]), sys.argv[3:])
    elif sys.argv[1] == "count":
        _count(sys.argv[2], float(sys.argv[3]))
    else:
        _listen(sys.argv[2], float(sys.argv[3]), sys.argv[4:])
