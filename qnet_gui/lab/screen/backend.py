"""`qnet-display` of a lab's dom0: the real one, but that its devices are stand-ins. Started by the lab's machine there.

Its child is confined as on a Xen, under an uid that nobody has.
"""

from __future__ import annotations

import pwd
import sys
from functools import partial

from qnet_gui.display.libxl.qemu_arguments import QemuArguments
from qnet_gui.display.main import serve
from qnet_gui.display.minder import mind
from qnet_gui.lab.screen.devices import devices
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.runtime import log


def main(domid: str, width: str, height: str, memory: str, ports: str) -> int:
    """Be it for one domain; `memory` and `ports` are descriptors. Returns the exit status, 0 for the domain's end."""
    log.setup("qnet-display")
    nobody = pwd.getpwnam("nobody")
    opened = partial(devices, int(memory), int(ports))
    geometry = Geometry(int(width), int(height))
    arguments, owner = QemuArguments(int(domid)), (nobody.pw_uid, nobody.pw_gid)
    return mind(lambda: serve(arguments, owner, geometry, devices=opened))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
