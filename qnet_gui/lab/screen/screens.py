"""The screens of a lab's netvms: what libxl and the hypervisor have of them. Touches xenstore, and two programs each.

`qnet-display` runs in dom0, where its own minder starts it again when it dies. The netvm's part is in the netvm, and
ends with it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from qnet_gui.lab.box import enter
from qnet_gui.lab.box.child import Child, python_path
from qnet_gui.lab.box.place import Place, log_file
from qnet_gui.lab.xen import framebuffer
from qnet_gui.model.errors import NotFound
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.netvm_screen.screen import Geometry

#: What must be installed (Debian: xvfb network-manager-gnome dbus-daemon).
PROGRAMS = ("Xvfb", "nm-applet", "dbus-run-session")


def need_programs() -> None:
    """`NotFound` where one of them is not there."""
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        packages = "xvfb network-manager-gnome dbus"
        raise NotFound(plain(f"A netvm's screen needs {', '.join(missing)}. Install it: sudo apt install {packages}"))


class _Screen:
    """Of one life of a netvm: its memory, the ends of its event channels, and both programs."""

    def __init__(self, place: Place, geometry: Geometry, domid: int, netvm: Child, dom0: Child) -> None:
        self._place, self._geometry, self._domid = place, geometry, domid
        self._memory = os.memfd_create(f"domain-{domid}", os.MFD_CLOEXEC)
        # a stream: of words that wait there is room for more than the netvm's ring holds inputs
        self._near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with far:
            frontend = self._start("frontend", netvm, far, f"{netvm.name}-screen")
        self._backend = self._start("backend", dom0, self._near, "dom0-qnet-display")
        # whoever is in a process namespace has to be reaped before its first process can end
        self._reapers = [threading.Thread(target=program.wait, daemon=True) for program in (frontend, self._backend)]
        for reaper in self._reapers:
            reaper.start()

    def _start(self, module: str, where: Child, ports: socket.socket, log: str) -> subprocess.Popen[bytes]:
        descriptors = self._memory, ports.fileno()
        words: Sequence[object] = (self._domid, self._geometry.width, self._geometry.height, *descriptors)
        program = [sys.executable, "-m", f"qnet_gui.lab.screen.{module}", *map(str, words)]
        with log_file(self._place, log) as file:
            return enter.popen(
                enter.FirstProcess(where.pid, where.group), ["/usr/bin/env", f"PYTHONPATH={python_path()}", *program],
                pass_fds=descriptors, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip

    def end(self) -> None:
        """The domain is no more; libxl tells it so."""
        with contextlib.suppress(ProcessLookupError):
            self._backend.send_signal(signal.SIGHUP)
        for reaper in self._reapers:
            reaper.join()
        self._near.close()
        os.close(self._memory)


class Screens:
    """`socket`: xenstored's; every netvm has a screen of this size, or none has any."""

    def __init__(self, place: Place, socket: Path, geometry: Geometry | None) -> None:
        self._place, self._socket, self._geometry = place, socket, geometry
        self._running: dict[int, _Screen] = {}

    @property
    def offered(self) -> bool:
        """Whether there are any."""
        return self._geometry is not None

    def start(self, domid: int, netvm: Child, dom0: Child) -> None:
        """Give a netvm that has booted a screen, if there are any."""
        if self._geometry is None:
            return
        framebuffer.add(self._socket, domid)
        self._running[domid] = _Screen(self._place, self._geometry, domid, netvm, dom0)

    def end(self, domid: int) -> None:
        """That domain is no more; nothing where it had no screen."""
        if domid in self._running:
            self._running.pop(domid).end()
            framebuffer.remove(self._socket, domid)
