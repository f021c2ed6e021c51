"""Kernel settings under /proc/sys/net, those of the network namespace that the process is in."""

from __future__ import annotations

import ctypes
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import ifname

log = logging.getLogger(__name__)
_ROOT = "/proc/sys/net"
_IN_MODIFY = 2


def set_sysctl(name: str, value: int) -> None:
    """Write one setting, `name` relative to /proc/sys/net; `KernelError` when it cannot be written."""
    try:
        # plain calls: a setting a vif, and pathlib with a text file costs more than the kernel does
        setting = os.open(f"{_ROOT}/{name}", os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
        try:
            os.write(setting, b"%d\n" % value)
        finally:
            os.close(setting)
    except OSError as error:
        raise KernelError(SystemCode.SETTING_REFUSED, setting=name, why=error.strerror or "") from error


def read_sysctl(name: str) -> int | None:
    """A setting's value, None where the kernel has no such setting."""
    try:
        return int(Path(_ROOT, name).read_text())
    except (OSError, ValueError):
        return None


def set_for_interface(family: str, interface: str, setting: str, value: int, group: str = "conf") -> None:
    """Write a setting of one interface. A family that the kernel does not have (IPv6 off) is no error."""
    folder = f"{family}/{group}/{ifname(interface)}"
    try:
        set_sysctl(f"{folder}/{setting}", value)
    except KernelError:
        if family == "ipv4" or Path(_ROOT, folder).exists():
            raise


class SettingsWatch:
    """Says that somebody wrote one of these settings: inotify, which works on /proc/sys too. Watch `fileno()`.

    Whoever writes through another mount of /proc is not seen; nor is anybody where other programs of root's have all
    the watches that there may be, which is told, and no reason to do without all else. A file is kept open so that the
    kernel does not forget it and give the next writer another one.
    """

    def __init__(self, names: Sequence[str]) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._inotify = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._kept: list[int] = []
        if self._inotify < 0:
            log.error("%s", KernelError(SystemCode.SETTINGS_NOT_WATCHED, why=os.strerror(ctypes.get_errno())))
            self._inotify = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            return
        self._kept = [os.open(f"{_ROOT}/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in names]
        for kept in self._kept:
            libc.inotify_add_watch(self._inotify, b"/proc/self/fd/%d" % kept, _IN_MODIFY)

    def fileno(self) -> int:
        """The descriptor to watch."""
        return self._inotify

    def read(self) -> bool:
        """Whether one was written since the last time; whoever wrote it and whatever."""
        try:
            return bool(os.read(self._inotify, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Watch no more."""
        for descriptor in (self._inotify, *self._kept):
            os.close(descriptor)
