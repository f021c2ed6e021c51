"""A new network namespace made like the network of a machine that has just booted. Touches the caller's namespace."""

from __future__ import annotations

import fcntl
import socket
import struct
from pathlib import Path

IFF_UP, SIOCSIFFLAGS = 1, 0x8914
_IPV4 = Path("/proc/sys/net/ipv4")
#: What the kernel boots with. A new namespace starts with the host's values instead, on some hosts with forwarding on.
_DEFAULTS = ("rp_filter", "proxy_arp", "arp_ignore", "arp_announce", "arp_filter", "route_localnet")


def fresh_network() -> None:
    """Set the kernel's defaults, and `lo` up."""
    (_IPV4 / "ip_forward").write_text("0")
    for which in ("all", "default"):
        for name in _DEFAULTS:
            (_IPV4 / "conf" / which / name).write_text("0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
