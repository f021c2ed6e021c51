"""dom0's own interface while it is connected: found by its MAC, given its address and route, taken down again.

Touches that one network link, through sysfs, sysctl and `ip`. It blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.model.errors import BadInput, KernelError, QnetError
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.parse import ifname
from qnet_gui.runtime.command import IP, run

_LINKS = Path("/sys/class/net")
_IPV6 = Path("/proc/sys/net/ipv6/conf")
_DEADLINE = 10.0
_PAUSE = 0.01
#: udev renames a card once, soon after it came; so often is tried what fails for that.
_TRIES = 3


def find(mac: str) -> str:
    """The name of the link with this MAC, empty when there is none."""
    for link in _LINKS.iterdir():
        try:
            if (link / "address").read_text().strip() == mac:
                return ifname(link.name)
        except (OSError, BadInput):
            continue
    return ""


def wait_for(ready: Callable[[], bool], cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Wait for something that tells no event; whether it came before the deadline and before somebody cancelled."""
    until = time.monotonic() + _DEADLINE
    while not ready():
        if time.monotonic() > until or cancelled():
            return False
        time.sleep(_PAUSE)
    return True


def change(mac: str, do: Callable[[str], None]) -> None:
    """Do something to the link with this MAC, by its name; begun anew when udev has renamed it in the middle of it."""
    for left in reversed(range(_TRIES)):
        link = find(mac) if mac else ""
        if not link:
            raise KernelError(UpgradeCode.DOM0_CARD_GONE)
        try:
            do(link)
        except QnetError:
            if not left or find(mac) in (link, ""):
                raise
        else:
            return


def set_address(link: str, address: IPv4Address) -> None:
    """Give it its address, and no IPv6; it stays down."""
    ipv6 = _IPV6 / link / "disable_ipv6"
    try:
        if ipv6.exists():
            ipv6.write_text("1")
    except OSError as error:
        raise KernelError(UpgradeCode.IPV6_STAYS_ON, interface=link, why=error.strerror or "") from error
    run([IP, "address", "replace", f"{address}/32", "dev", link])


def set_up(link: str) -> None:
    """Let it be up, with the one route; a route needs a link that is up."""
    run([IP, "-batch", "-"], f"link set dev {link} up\nroute replace default dev {link}\n")


def set_down(link: str) -> None:
    """Take it down, which removes its route."""
    run([IP, "link", "set", "dev", link, "down"])


def flush(link: str) -> None:
    """Take all its addresses."""
    run([IP, "address", "flush", "dev", link])
