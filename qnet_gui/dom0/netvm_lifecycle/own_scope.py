"""Takes this program out of the session of whoever has started it, so that what stays for the netvm outlives that.

An xl stays, to restart the netvm or to clean up after it, and what shows its screen. They are children of whoever
starts the netvm; in a desktop's session even root's are killed when the user logs out (user@.service of systemd). The
service has a place of its own. Touches systemd, by which this process gets a scope; it may block for some seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle.control import BOOTED, UNIT
from qnet_gui.model.errors import QnetError
from qnet_gui.runtime import command

_BUSCTL = "/usr/bin/busctl"
_MANAGER = ("org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager")
_CGROUP = Path("/proc/self/cgroup")
#: Below it is all that belongs to somebody's session.
_SESSIONS = "/user.slice/"
#: Seconds in which systemd does it, and between two looks.
_SECONDS, _LOOK = 2.0, 0.01


def words(pid: int) -> list[str]:
    """What has systemd give a process a scope, which at a shutdown ends after the netvm has. Pure.

    Source: org.freedesktop.systemd1(5), StartTransientUnit; busctl(1).
    """
    properties = (
        ("Description", "s", "The network driver domain, started by hand"),
        ("PIDs", "au", "1", str(pid)),
        ("Before", "as", "1", UNIT),
    )
    said = [word for one in properties for word in one]
    return [
        _BUSCTL, "call", *_MANAGER, "StartTransientUnit", "ssa(sv)a(sa(sv))", f"qnet-netvm-{pid}.scope", "fail",
        str(len(properties)), *said, "0",
    ]  # fmt: skip


def leave_session(
    booted: Path = BOOTED, cgroup: Path = _CGROUP, run: Callable[[Sequence[str]], bytes] = command.run
) -> None:
    """Do so; where that cannot be, or this is in none, all stays as it is."""
    if not booted.is_dir() or not _in_session(cgroup):
        return
    with suppress(QnetError):
        run(words(os.getpid()))
        until = time.monotonic() + _SECONDS
        while _in_session(cgroup) and time.monotonic() < until:
            time.sleep(_LOOK)


def _in_session(cgroup: Path) -> bool:
    """By proc(5), of systemd's own hierarchy in either version of control groups."""
    with suppress(OSError):
        lines = [line.split(":", 2) for line in cgroup.read_text(encoding="utf-8", errors="replace").splitlines()]
        return any(line[1] in ("", "name=systemd") and line[2].startswith(_SESSIONS) for line in lines if len(line) > 2)
    return False
