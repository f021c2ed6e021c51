"""Chooses the hypervisor's adapter by what exists on this machine."""

from __future__ import annotations

import logging
from pathlib import Path

from qnet_gui.hypervisor import lab, xen
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.xen import XenCode

log = logging.getLogger(__name__)

_CAPABILITIES = Path("/proc/xen/capabilities")
_KIND = Path("/sys/hypervisor/type")
_UUID = Path("/sys/hypervisor/uuid")
#: dom0's own; every other domain has another.
_DOM0_UUID = "00000000-0000-0000-0000-000000000000"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def is_dom0() -> bool:
    """Whether this is the control domain of a Xen host; /proc/xen is empty where nobody has mounted xenfs."""
    if "control_d" in _read(_CAPABILITIES):
        return True
    return _read(_KIND) == "xen" and _read(_UUID) == _DOM0_UUID


def choose() -> Hypervisor:
    """The adapter for this dom0; `HypervisorError` where there is no hypervisor that we know."""
    if lab.SOCKET.exists():
        return lab.LabHypervisor()
    if is_dom0():
        managed_by = xen.manager()
        if managed_by:
            log.warning("the domains here belong to %s; they are shown and not touched", managed_by)
        return xen.XenHypervisor(managed_by=managed_by)
    raise HypervisorError(XenCode.NO_HYPERVISOR_HERE)
