"""Asks a name server by UDP at a steady rate, each time from a new port, and tells what came of it. Runs in a domain.

queries.py SERVER SECONDS RATE     prints JSON: sent, lost, refused, answers {address: count}, first {address: time}
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time

_TIMEOUT = 2.0


def question(number: int, name: str = "whoami.test") -> bytes:
    """A DNS query for an A record (RFC 1035)."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)


def address(answer: bytes) -> str:
    """The address at the end of a one-record answer, or what there is instead."""
    return socket.inet_ntoa(answer[-4:]) if struct.unpack("!H", answer[6:8])[0] else "none"


def main(server: str, seconds: float, rate: float) -> None:
    """Ask."""
    poller = select.poll()
    waiting: dict[int, tuple[socket.socket, float]] = {}
    counts: dict[str, int] = {}
    first: dict[str, float] = {}
    sent = refused = lost = 0
    start = time.time()
    while (now := time.time()) < start + seconds or waiting:
        if now < start + seconds and sent < (now - start) * rate:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.connect((server, 53))
            sock.send(question(sent & 0xFFFF))
            sent += 1
            waiting[sock.fileno()] = (sock, now)
            poller.register(sock, select.POLLIN)
        for fd, _ in poller.poll(1):
            sock, _ = waiting.pop(fd)
            try:
                answer = address(sock.recv(512))
                counts[answer] = counts.get(answer, 0) + 1
                first.setdefault(answer, time.time())
            except OSError:
                refused += 1
            poller.unregister(fd)
            sock.close()
        for fd, (sock, since) in list(waiting.items()):
            if now - since > _TIMEOUT:
                del waiting[fd]
                poller.unregister(fd)
                sock.close()
                lost += 1
    print(json.dumps({"sent": sent, "lost": lost, "refused": refused, "answers": counts, "first": first}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
