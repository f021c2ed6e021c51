"""Kernel settings under /proc/sys/net, those of the network namespace that the process is in."""

from __future__ import annotations

from pathlib import Path

from qnet_gui.model.errors import KernelError
from qnet_gui.model.parse import ifname

_ROOT = Path("/proc/sys/net")


def set_sysctl(name: str, value: int) -> None:
    """Write one setting, `name` relative to /proc/sys/net; `KernelError` when it cannot be written."""
    try:
        (_ROOT / name).write_text(f"{value}\n")
    except OSError as error:
        raise KernelError(f"The kernel setting net/{name} cannot be set: {error.strerror}.") from error


def set_for_interface(family: str, interface: str, setting: str, value: int, group: str = "conf") -> None:
    """Write a setting of one interface. A family that the kernel does not have (IPv6 off) is no error."""
    path = _ROOT / family / group / ifname(interface) / setting
    if family != "ipv4" and not path.parent.exists():
        return
    set_sysctl(f"{family}/{group}/{interface}/{setting}", value)
