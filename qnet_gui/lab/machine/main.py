"""The process of a lab's machine: starts everything, serves two sockets, and goes on until `down` kills it.

Started by `qnet lab up` in the lab's control group; makes itself namespaces first, so nothing that it mounts or links
is the host's. What a hypervisor offers is served to dom0, the rest to the person in front of the machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any

from qnet_gui.lab.box import syscalls
from qnet_gui.lab.box.place import Place
from qnet_gui.lab.machine.machine import Machine
from qnet_gui.lab.machine.serve import serve
from qnet_gui.model.errors import QnetError
from qnet_gui.model.netvm_screen.screen import geometry


def _handlers(machine: Machine, *names: str) -> dict[str, Any]:
    return {name: getattr(machine, name) for name in names}


_HYPERVISOR_REQUESTS = ("capabilities", "domains", "pause", "unpause", "attach_vif", "detach_vif", "show_program",
                        "start", "stop", "restart")  # fmt: skip
_LAB_REQUESTS = ("status", "addresses", "add", "remove", "program", "cable", "servers", "online", "served")  # fmt: skip


def main(lab: str, uplinks: str, iommu: str, screen: str, netvms: str, *names: str) -> None:
    """Be the machine; says on standard output how the boot ended. `screen`: a size such as 1024x768, or nothing."""
    place = Place(lab)
    os.umask(0o022)
    syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET)
    syscalls.make_mounts_private()
    syscalls.mount_tmpfs(place.disks, 0o700)
    result = ""
    try:
        machine = Machine(place, int(uplinks), netvms.split(","), iommu, geometry(screen) if screen else None)
        serve(place.hypervisor, _handlers(machine, *_HYPERVISOR_REQUESTS))
        machine.boot(list(names))
        serve(place.control, _handlers(machine, *_HYPERVISOR_REQUESTS, *_LAB_REQUESTS))
    except (QnetError, OSError) as error:
        result = str(error)
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(result), flush=True)
    os.dup2(2, 1)
    while not result:
        signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
