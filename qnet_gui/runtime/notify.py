"""What a service tells systemd: that it has started, and that its main loop still turns. See sd_notify(3).

Without systemd, or under a unit that does not ask, nothing is told.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable

log = logging.getLogger(__name__)
#: So many times in the unit's WatchdogSec it is told: one that comes late is no reason to be killed.
_TIMES = 3


def tell(*lines: str) -> None:
    """Send one message; that it does not arrive is logged and no error."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # an abstract one
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.settimeout(1.0)
            sock.sendto("\n".join(lines).encode(), address)
    except OSError as error:
        log.warning("systemd cannot be told %s: %s", lines[0], error.strerror or error)


def ready() -> None:
    """It has started: what others wait for is done."""
    tell("READY=1")


def _interval() -> float | None:
    """Seconds between two signs of life, None where nobody waits for any from this process."""
    pid, usec = os.environ.get("WATCHDOG_PID", ""), os.environ.get("WATCHDOG_USEC", "")
    if (pid and pid != str(os.getpid())) or not usec.isdecimal() or not int(usec):
        return None
    return int(usec) / 1_000_000 / _TIMES


def keep_telling(after: Callable[[float, Callable[[], None]], object]) -> None:
    """Give signs of life from the main loop, of which `after` is the timer, for as long as it turns."""
    interval = _interval()
    if interval is None:
        return

    def alive() -> None:
        tell("WATCHDOG=1")
        after(interval, alive)

    alive()
