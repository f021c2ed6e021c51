"""A VPN's link, and a name server at its far end. Runs in a netvm: tunnel.py NAME ADDRESS

Makes the tun device NAME with that address/prefix and sets it up; answers every DNS question that comes out of it by
UDP with 198.51.100.7, whatever server it was meant for. Prints `ready`; ends, and the device with it, when its standard
input does.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
ANSWER = bytes((198, 51, 100, 7))
_UDP = 17


def _checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def answer(packet: bytes) -> bytes | None:
    """The packet that answers a question, None for what is none (RFC 791, 768, 1035)."""
    size = (packet[0] & 0xF) * 4
    if packet[0] >> 4 != 4 or packet[9] != _UDP or packet[size + 2 : size + 4] != b"\0\x35":
        return None
    question = packet[size + 8 :]
    end = question.index(b"\0", 12) + 5
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 1, 4) + ANSWER
    reply = question[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0) + question[12:end] + record
    udp = struct.pack("!2s2sHH", b"\0\x35", packet[size : size + 2], 8 + len(reply), 0) + reply
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, _UDP, 0, packet[16:20], packet[12:16])
    return head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + udp


def main(name: str, address: str) -> None:
    """Until standard input ends."""
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    for words in (["address", "add", address, "dev", name], ["link", "set", name, "up"]):
        subprocess.run(["/sbin/ip", *words], check=True)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([tun, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        reply = answer(os.read(tun, 65536))
        if reply is not None:
            os.write(tun, reply)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
