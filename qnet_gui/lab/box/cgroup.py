"""Control groups: all processes of a lab or of one of its domains at once. Touches the lab's own groups only."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import time
from collections.abc import Iterator
from pathlib import Path

from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.plain import plain

#: Seconds within which all processes of a group have stopped, or died, however busy the machine is.
_FROZEN, _DEAD = 20.0, 30.0


def make(group: Path) -> Path:
    """Make a group below an existing one."""
    group.mkdir()
    return group


def join(group: Path) -> None:
    """Move the calling process into a group; its children are born there."""
    (group / "cgroup.procs").write_text("0")


def freeze(group: Path, frozen: bool) -> None:
    """Stop or continue all processes of a group; returns when it is so."""
    (group / "cgroup.freeze").write_text("1" if frozen else "0")
    _wait_for(group, "frozen", frozen, _FROZEN)


def kill(group: Path, deadline: float = _DEAD) -> None:
    """Kill all processes of a group and those below, and remove the groups; a group that is not there is no error."""
    until = time.monotonic() + deadline
    while group.exists():
        with _may_be_gone():
            (group / "cgroup.kill").write_text("1")
            _wait_for(group, "populated", False, max(0.0, until - time.monotonic()))
        for path, _, _ in os.walk(group, topdown=False):
            with contextlib.suppress(OSError):  # a process was born meanwhile: once more
                Path(path).rmdir()
        if time.monotonic() > until:
            raise HypervisorError(plain(f"Processes in {group} do not die."))


@contextlib.contextmanager
def _may_be_gone() -> Iterator[None]:
    """Somebody else may remove the group at any moment: the kernel says ENODEV of its open files then, ENOENT later."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENODEV):
            raise


def _wait_for(group: Path, key: str, value: bool, deadline: float) -> None:
    """Wait until a line of cgroup.events says so; the kernel signals each change."""
    until = time.monotonic() + deadline
    fd = os.open(group / "cgroup.events", os.O_RDONLY | os.O_CLOEXEC)
    try:
        poller = select.poll()
        poller.register(fd, select.POLLPRI)
        while f"{key} {int(value)}" not in os.pread(fd, 4096, 0).decode().splitlines():
            left = until - time.monotonic()
            if left <= 0:
                raise HypervisorError(plain(f"{group} is not {key}={int(value)} within {deadline:.0f} s."))
            poller.poll(min(left, 0.1) * 1000)
    finally:
        os.close(fd)
