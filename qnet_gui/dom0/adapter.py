"""Chooses the hypervisor's adapter by what exists on this machine."""

from __future__ import annotations

from qnet_gui.hypervisor import lab
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.errors import HypervisorError


def choose() -> Hypervisor:
    """The adapter for this dom0; `HypervisorError` where there is no hypervisor that we know."""
    if lab.SOCKET.exists():
        return lab.LabHypervisor()
    raise HypervisorError("There is no hypervisor here. qnet-helper runs in dom0 only.")
