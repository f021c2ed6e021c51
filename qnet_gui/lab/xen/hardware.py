"""xenstored and the bridge: starts both, and tells the bridge which domains exist. Touches the lab's `xen` folder."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from qnet_gui.lab.box.place import Place, log_file
from qnet_gui.lab.xen import stub, xenstore_ring
from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.plain import plain

_DEADLINE = 5.0


def _listens(path: Path) -> bool:
    """Whether somebody can connect: a socket has its name a moment before."""
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(path)) == 0


class Hardware:
    """The stubbed hypervisor of one lab, as far as xenstored needs one."""

    def __init__(self, place: Place) -> None:
        self.socket = place.xen / "socket"
        self._place = place
        self._lock = threading.Lock()
        memory = xenstore_ring.new_memory()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_DEADLINE)
        try:
            self._xenstored = self._start_xenstored(memory, theirs.fileno())
            self._bridge = self._start_bridge(memory, ours.fileno(), control.fileno())
        finally:
            os.close(memory)
            for sock in (ours, theirs, control):
                sock.close()
        self._wait_for_socket()

    def _start_xenstored(self, memory: int, events: int) -> subprocess.Popen[bytes]:
        env = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "XENSTORED_RUNDIR": str(self._place.xen),
            "LD_PRELOAD": str(stub.library()),
            "QNET_XEN_MEMORY": str(memory),
            "QNET_XEN_EVENTS": str(events),
        }
        with log_file(self._place, "machine-xenstored") as log:
            return subprocess.Popen(
                [stub.xenstored(), "--no-fork", "--pid-file", self._place.xen / "pid"],
                env=env, pass_fds=(memory, events), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _start_bridge(self, *fds: int) -> subprocess.Popen[bytes]:
        with log_file(self._place, "machine-bridge") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "qnet_gui.lab.xen.bridge", *map(str, fds)],
                pass_fds=fds, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _wait_for_socket(self) -> None:
        until = time.monotonic() + _DEADLINE
        while not _listens(self.socket):
            if self._xenstored.poll() is not None or time.monotonic() > until:
                raise HypervisorError(plain(f"xenstored did not start; see {self._place.log}/machine-xenstored.log."))
            select.select([], [], [], 0.002)

    def _order(self, do: str, **order: Any) -> None:
        with self._lock:
            try:
                self._control.send(json.dumps({"do": do, **order}).encode())
                if self._control.recv(16):
                    return
            except OSError:
                pass
        raise HypervisorError(plain(f"The lab's xenbus bridge has died; see {self._place.log}/machine-bridge.log."))

    def add(self, domid: int) -> Path:
        """A domain begins to exist; returns the socket on which a client is this domain."""
        path = self._place.xenbus(domid)
        self._order("add", domid=domid, path=str(path))
        return path

    def pause(self, domid: int, paused: bool) -> None:
        """A paused domain neither asks nor hears."""
        self._order("pause", domid=domid, paused=paused)

    def dying(self, domid: int) -> None:
        """A domain has stopped for good; its resources are still there."""
        self._order("dying", domid=domid)

    def remove(self, domid: int) -> None:
        """A domain exists no more."""
        self._order("remove", domid=domid)
        self._place.xenbus(domid).unlink(missing_ok=True)

    def close(self) -> None:
        """End both programs, for who has no control group to end."""
        for process in (self._xenstored, self._bridge):
            process.kill()
            process.wait()
        self._control.close()
