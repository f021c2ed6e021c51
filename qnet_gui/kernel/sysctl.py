"""Kernel settings under /proc/sys/net, those of the network namespace that the process is in."""

from __future__ import annotations

import os
from pathlib import Path

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import ifname

_ROOT = "/proc/sys/net"


def set_sysctl(name: str, value: int) -> None:
    """Write one setting, `name` relative to /proc/sys/net; `KernelError` when it cannot be written."""
    try:
        # plain calls: three settings a vif, and pathlib with a text file costs more than the kernel does
        setting = os.open(f"{_ROOT}/{name}", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(setting, b"%d\n" % value)
        finally:
            os.close(setting)
    except OSError as error:
        raise KernelError(SystemCode.SETTING_REFUSED, setting=name, why=error.strerror or "") from error


def set_for_interface(family: str, interface: str, setting: str, value: int, group: str = "conf") -> None:
    """Write a setting of one interface. A family that the kernel does not have (IPv6 off) is no error."""
    folder = f"{family}/{group}/{ifname(interface)}"
    if family != "ipv4" and not Path(_ROOT, folder).exists():
        return
    set_sysctl(f"{folder}/{setting}", value)
