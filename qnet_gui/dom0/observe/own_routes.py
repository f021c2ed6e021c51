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
_FLAGS = ((0x1, "U"), (0x2, "G"), (0x4, "H"), (0x200, "!"))


def _address(text: str) -> str:
    return str(IPv4Address(int(text, 16).to_bytes(4, sys.byteorder)))


def parse(lines: Iterable[str]) -> list[Route]:
    """The rows of /proc/net/route, without its heads."""
    found = []
    for line in list(lines)[1:]:
        iface, destination, gateway, flags, ref, use, metric, mask = line.split()[:8]
        letters = "".join(letter for bit, letter in _FLAGS if int(flags, 16) & bit)
        addresses = _address(destination), _address(gateway), _address(mask)
        found.append(Route(*addresses, letters, int(metric), int(ref), int(use), iface))
    return found


def read() -> list[Route]:
    """The table as it is now."""
    try:
        return parse(_TABLE.read_text(encoding="ascii").splitlines())
    except (OSError, ValueError) as error:
        raise KernelError(UpgradeCode.DOM0_ROUTES_UNREADABLE) from error
