"""The netvm's kernel and its X session, as far as dom0's end of its screen sees them: fbfront, kbdfront, nm-applet.

A program in the netvm, which the lab's machine starts there and which stands still when the netvm is paused. Touches
the netvm's memory, its ends of the event channels, its nodes, its X server. Follows drivers/video/fbdev/xen-fbfront.c
and drivers/input/misc/xen-kbdfront.c.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

from qnet_gui.display.copier import copy_pixels
from qnet_gui.display.screen_nodes import DEVICES, VFB, ScreenNodes, XenbusState
from qnet_gui.display.vkbd_page import XENKBD_TYPE_KEY
from qnet_gui.lab.box import session_bus
from qnet_gui.lab.screen.memory import PAGES, DomainMemory, taken_inputs
from qnet_gui.lab.screen.ports import Ports
from qnet_gui.lab.screen.xserver import NUMBER, XServer
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle, coalesced
from qnet_gui.store.client import Store

#: What is on the screen, one after the other, as desktop/netvm/screen/screen has it.
_BACKDROP = ("/usr/lib/qnet/backdrop",)
_COMMAND = ("/usr/bin/qnet", "applet-host", "nm-applet")
#: Seconds without anything else until what is on the screen is started again, when it has ended.
_AGAIN = 1.0
_VFB, _VKBD = PAGES.vfb.port, PAGES.vkbd.port
#: A paused domain waits as long as it is paused.
_NO_DEADLINE = 1e6


class Session:
    """What is on the screen, one program after the other."""

    def __init__(self) -> None:
        session_bus.write_config()
        self._process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> int:
        """Start it where it does not run; readable at its end."""
        if self._process is None:
            environment = session_bus.environment(NUMBER)
            subprocess.run(_BACKDROP, stdin=subprocess.DEVNULL, stdout=2, env=environment, check=False)
            self._process = subprocess.Popen(
                session_bus.command(_COMMAND), stdin=subprocess.DEVNULL, stdout=2,
                env=environment, start_new_session=True,
            )  # fmt: skip
        return os.pidfd_open(self._process.pid)

    def reap(self) -> None:
        """It has ended."""
        if self._process is not None:
            status = self._process.wait()
            self._process = None
            print(f"<6>what was on the screen has ended with {status}", file=sys.stderr, flush=True)


class Frontend:
    """Both frontends; `run` goes on for as long as there is somebody at the other end of the ports."""

    def __init__(self, store: Store, domid: int, memory: DomainMemory, ports: Ports, server: XServer) -> None:
        self._store, self._nodes = store, ScreenNodes(store, domid)
        self._memory, self._ports, self._server = memory, ports, server
        self._wanted = False
        copy_pixels(server.pixels, memory.pixels, memory.geometry, [memory.geometry.whole])
        #: What the other end has still to be told of.
        self._dirty: Rectangle | None = memory.geometry.whole

    def run(self, session: Session) -> None:
        """Say where the pages are, and be the frontends."""
        self._probe()
        ended: int | None = session.ensure()
        while True:
            poller = select.poll()
            for waited_for in (self._store.fileno(), self._ports.fileno(), self._server.fileno()):
                poller.register(waited_for, select.POLLIN)
            if ended is not None:
                poller.register(ended, select.POLLIN)
            ready = dict(poller.poll(_AGAIN * 1000 if ended is None else None))
            if ended is None and not ready:
                ended = session.ensure()
            elif ended in ready:
                session.reap()
                os.close(ended)
                ended = None
            if self._store.fileno() in ready:
                self._follow()
            if self._ports.fileno() in ready and not self._hear():
                return
            self._paint()

    def _probe(self) -> None:
        for device, page in zip(DEVICES, (PAGES.vfb, PAGES.vkbd), strict=True):
            feature = "feature-update" if device == VFB else "request-abs-pointer"
            nodes = {"page-ref": page.frame, "event-channel": page.port, "protocol": "x86_64-abi", feature: 1}
            for name, value in (*nodes.items(), ("state", int(XenbusState.INITIALISED))):
                self._store.write(f"{self._nodes.frontend(device)}/{name}", str(value))
            self._store.watch(f"{self._nodes.backend(device)}/state")

    def _follow(self) -> None:
        """The other end goes on, or another one has begun."""
        if not self._store.events():
            return
        for device in DEVICES:
            theirs = self._store.read(f"{self._nodes.backend(device)}/state")
            if theirs in (b"2", b"4"):  # INIT_WAIT, CONNECTED
                self._store.write(f"{self._nodes.frontend(device)}/state", str(int(XenbusState.CONNECTED)))
        self._wanted = self._store.read(f"{self._nodes.backend(VFB)}/request-update") == b"1"

    def _hear(self) -> bool:
        """False when there is nobody any more."""
        rung = self._ports.hear()
        if rung and _VKBD in rung:
            for kind, *values in taken_inputs(self._memory.vkbd):
                if kind == XENKBD_TYPE_KEY:
                    down, code = values
                    self._server.key(code, bool(down))
                else:
                    self._server.pointer(*values)
            self._server.flush()
            # there is room again for what waited for it
            self._ports.ring(_VKBD)
        return rung is not None

    def _paint(self) -> None:
        parts = coalesced(self._server.changes())
        copy_pixels(self._server.pixels, self._memory.pixels, self._memory.geometry, parts)
        for part in parts:
            self._dirty = self._dirty.around(part) if self._dirty else part
        # where there is no room it is told once there is, which the other end rings for
        if self._dirty and self._wanted and self._memory.tell(self._dirty):
            self._dirty = None
            self._ports.ring(_VFB)


def main(domid: str, width: str, height: str, memory: str, ports: str) -> None:
    """Be both frontends of the domain; `memory` and `ports` are descriptors."""
    geometry = Geometry(int(width), int(height))
    far = socket.socket(fileno=int(ports))
    os.set_inheritable(int(memory), False)
    far.set_inheritable(False)
    server = XServer(geometry, Path(mkdtemp(dir="/run", prefix="screen-")))
    with Store(deadline=_NO_DEADLINE) as store:
        frontend = Frontend(store, int(domid), DomainMemory(int(memory), geometry), Ports(far, (_VFB, _VKBD)), server)
        frontend.run(Session())


if __name__ == "__main__":
    main(*sys.argv[1:])
