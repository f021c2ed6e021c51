"""Sends raw frames and tells what comes back; runs in a domain or at a provider of the lab.

listen.py INTERFACE SECONDS HEX [HEX …]     send the frames, print every frame that arrives meanwhile, as hex
"""

from __future__ import annotations

import socket
import sys
import time


def main(interface: str, seconds: float, frames: list[str]) -> None:
    """Send, listen, print."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as sock:
        sock.bind((interface, 0))
        for frame in frames:
            sock.send(bytes.fromhex(frame))
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                data, (_, _, kind, *_) = sock.recvfrom(65536)
            except TimeoutError:
                break
            if kind != socket.PACKET_OUTGOING:
                print(data.hex(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
