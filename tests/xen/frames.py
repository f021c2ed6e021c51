"""How frames are made up in a domain, as the beginning of a Python program there."""

from __future__ import annotations

#: `out` sends frames by the domain's eth0, whose address is `mac`; `ip` is a broadcast one with an IPv4 packet in it.
CRAFTING = """
import socket, struct
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(("eth0", 0))
mac = bytes.fromhex(open("/sys/class/net/eth0/address").read().replace(":", ""))
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
def ip(source, target, protocol, payload):
    both = socket.inet_aton(source) + socket.inet_aton(target)
    head = struct.pack("!BBHHHBBH8s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, both)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return b"\\xff" * 6 + mac + b"\\x08\\x00" + head + payload
"""
