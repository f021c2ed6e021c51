"""Which domain this is, by what Xen's kernel shows; reads files of /proc and /sys, needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qnet_gui.hypervisor import lab

#: What says that this is a Xen host's dom0.
CAPABILITIES = Path("/proc/xen/capabilities")
KIND = Path("/sys/hypervisor/type")
UUID = Path("/sys/hypervisor/uuid")
#: dom0's own; every other domain has another.
DOM0_UUID = "00000000-0000-0000-0000-000000000000"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def is_dom0(read: Callable[[Path], str] = _read) -> bool:
    """Whether this is the control domain of a Xen host; /proc/xen is empty where nobody has mounted xenfs.

    `read`: what a file says, without white space around it; nothing where it cannot be read.
    """
    if "control_d" in read(CAPABILITIES):
        return True
    return read(KIND) == "xen" and read(UUID) == DOM0_UUID


def in_dom0() -> bool:
    """Whether this is dom0, of a Xen host or of a lab."""
    return lab.SOCKET.exists() or is_dom0()
