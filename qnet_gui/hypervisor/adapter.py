"""Chooses the hypervisor's adapter by what exists on this machine."""

from __future__ import annotations

import logging

from qnet_gui.hypervisor import lab, xen
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.hypervisor.which_domain import is_dom0
from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.xen import XenCode

log = logging.getLogger(__name__)


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
