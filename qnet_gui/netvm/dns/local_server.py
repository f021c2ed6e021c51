"""Where a resolver on the netvm's loopback hears what domains ask. Reads /proc.

systemd-resolved listens at 127.0.0.53 to what comes by the loopback itself, which no redirected question does. It does
hear those at an address that its configuration adds (`DNSStubListenerExtra`), and so that nothing else is meant by it,
that is one which nobody uses.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.netvm.dns.resolved import STUBS

_SOCKETS = Path("/proc/net/udp")
_PORT = 53
#: What systemd-resolved is to listen at beside its own.
EXTRA_STUB = IPv4Address("127.0.0.55")


def _is_listened_at(address: IPv4Address) -> bool:
    (number,) = struct.unpack("=I", address.packed)
    try:
        lines = _SOCKETS.read_text().splitlines()
    except OSError:
        return False
    return f"{number:08X}:{_PORT:04X}" in [line.split()[1] for line in lines if len(line.split()) > 1]


def heard_at(server: IPv4Address) -> IPv4Address | None:
    """Where a domain's questions to a server of the netvm's own can go; None where it does not hear them."""
    if server not in STUBS:
        return server
    return EXTRA_STUB if _is_listened_at(EXTRA_STUB) else None
