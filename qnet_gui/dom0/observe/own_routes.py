"""dom0's own routing table, in the form in which domains report theirs: empty, but for an upgrade. Reads /proc."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.route import Route

_TABLE = Path("/proc/net/route")
#: include/uapi/linux/route.h
_RTF_UP, _RTF_GATEWAY, _RTF_HOST, _RTF_REJECT = 0x1, 0x2, 0x4, 0x200
_FLAGS = ((_RTF_UP, "U"), (_RTF_GATEWAY, "G"), (_RTF_HOST, "H"), (_RTF_REJECT, "!"))


def _address(text: str) -> str:
    return str(IPv4Address(int(text, 16).to_bytes(4, sys.byteorder)))


def parse(lines: Iterable[str]) -> list[Route]:
    """The rows of /proc/net/route, without its heads."""
    routes = []
    for line in list(lines)[1:]:
        iface, destination, gateway, flags, ref, use, metric, mask = line.split()[:8]
        letters = "".join(letter for bit, letter in _FLAGS if int(flags, 16) & bit)
        addresses = _address(destination), _address(gateway), _address(mask)
        routes.append(Route(*addresses, letters, int(metric), int(ref), int(use), iface))
    return routes


def read() -> list[Route]:
    """The table as it is now."""
    try:
        return parse(_TABLE.read_text(encoding="ascii").splitlines())
    except (OSError, ValueError) as error:
        raise KernelError(UpgradeCode.DOM0_ROUTES_UNREADABLE) from error
