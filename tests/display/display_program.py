"""Run as a program by test_display_main.py: `qnet-display` as libxl starts it, but that its devices are a fake netvm's.

Arguments: uid, gid, the folder for its sockets, descriptors of the netvm's memory and ports, and libxl's words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from fakes.screen import DOMID

from qnet_gui.display import main as program
from qnet_gui.display.libxl.qemu_arguments import qemu_arguments
from qnet_gui.display.minder import mind
from qnet_gui.display.xen_devices import EventChannels, ForeignFrames
from qnet_gui.lab.screen import devices as lab
from qnet_gui.model.netvm_screen.screen import Geometry


def _measured(work: Callable[[], int]) -> int:
    """The root part ends without Python's own end, at which a measuring coverage would keep what it has seen."""
    try:
        return work()
    finally:
        coverage = sys.modules.get("coverage")
        if coverage is not None and (running := coverage.Coverage.current()) is not None:
            running.stop()
            running.save()


def main() -> None:
    uid, gid, folder, memory, ports, *words = sys.argv[1:]

    def devices(domid: int) -> tuple[ForeignFrames, EventChannels]:
        assert domid == DOMID
        return lab.devices(int(memory), int(ports), domid)

    arguments, owner = qemu_arguments(words), (int(uid), int(gid))

    def work() -> int:
        return _measured(lambda: program.serve(arguments, owner, Geometry(64, 48), Path(folder), devices))

    sys.exit(mind(work, (0.01,)))


if __name__ == "__main__":
    main()
