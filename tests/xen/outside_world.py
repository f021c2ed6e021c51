"""The world that the Xen machine sees, and the machine in it: `outside_world.py PROGRAM ARGUMENT…`.

There is nothing but loopback here, so nothing that runs in the machine can leave it. QEMU's networks (slirp) forward
what is asked of their name servers to this namespace's, and every other connection to this namespace's addresses: every
name is 192.0.2.80, and there is one page, on the ports 80 and 8081, and on port 7 whatever is sent comes back. Runs
until PROGRAM ends, and returns its status.
"""

from __future__ import annotations

import http.server
import os
import socket
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

PAGE = b"a page of the outside\n"
_WORLD = "192.0.2.80"
_HEADER = 12
#: A pointer to the name asked, type A, class IN, 5 s to live, four bytes.
_ANSWER = b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4" + socket.inet_aton(_WORLD)


def answer(question: bytes) -> bytes:
    """The reply to a DNS question: an address for type A, nothing for others."""
    end = question.index(0, _HEADER) + 5
    ipv4 = question[end - 4 : end - 2] == b"\0\1"
    counts = bytes((0, 1, 0, ipv4, 0, 0, 0, 0))
    return question[:2] + b"\x81\x80" + counts + question[_HEADER:end] + (_ANSWER if ipv4 else b"")


class Names(socketserver.BaseRequestHandler):
    """Names over UDP."""

    def handle(self) -> None:
        question, sock = self.request
        sock.sendto(answer(question), self.client_address)


class NamesOverTcp(socketserver.StreamRequestHandler):
    """Names over TCP: each message has its length before it."""

    def handle(self) -> None:
        length = int.from_bytes(self.rfile.read(2), "big")
        reply = answer(self.rfile.read(length))
        self.wfile.write(len(reply).to_bytes(2, "big") + reply)


class Page(http.server.BaseHTTPRequestHandler):
    """One page, whatever it is asked for."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        return


class Echo(socketserver.StreamRequestHandler):
    """What comes goes back, over TCP."""

    def handle(self) -> None:
        while data := self.request.recv(4096):
            self.request.sendall(data)


class EchoOfDatagrams(socketserver.BaseRequestHandler):
    """The same over UDP."""

    def handle(self) -> None:
        data, sock = self.request
        sock.sendto(data, self.client_address)


def main() -> int:
    subprocess.run(["/sbin/ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["/sbin/ip", "address", "add", f"{_WORLD}/32", "dev", "lo"], check=True)
    resolvconf = Path(os.environ["QNET_XEN_RUN"]) / "resolv.conf"
    resolvconf.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["/bin/mount", "--bind", resolvconf, "/etc/resolv.conf"], check=True)
    local = "127.0.0.1"
    for server in (  # no HTTPServer, which asks for the name of its address before anybody can answer
        socketserver.ThreadingUDPServer((local, 53), Names),
        socketserver.ThreadingTCPServer((local, 53), NamesOverTcp),
        socketserver.ThreadingTCPServer((_WORLD, 80), Page),
        socketserver.ThreadingTCPServer((_WORLD, 8081), Page),
        socketserver.ThreadingTCPServer((_WORLD, 7), Echo),
        socketserver.UDPServer((_WORLD, 7), EchoOfDatagrams),
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
