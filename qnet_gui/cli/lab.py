"""Acting in a lab: the calling process moves into the lab's dom0, and everything else is as on a real machine."""

from __future__ import annotations

import os

from qnet_gui.model.errors import NotAuthorised
from qnet_gui.model.messages.xen import XenCode


def go_in(name: str) -> None:
    """Be in the dom0 of a lab from now on."""
    if os.geteuid() != 0:
        raise NotAuthorised(XenCode.LAB_FOR_ROOT, lab=name)
    from qnet_gui.lab.box.enter import enter

    enter(name, "dom0")
    # an address from outside means another bus, or none
    for variable in ("DBUS_SYSTEM_BUS_ADDRESS", "QNET_LAB"):
        os.environ.pop(variable, None)
