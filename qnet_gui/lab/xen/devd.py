"""What `xl devd` does in a network driver domain: runs the hotplug script of each vif that comes and goes.

Runs inside the netvm as a process of that domain and knows only its xenstore. Different vifs' scripts run at the same
time, one vif's one after the other. Source of what it does when: libxl_device.c's backend_watch_callback.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections import deque

from qnet_gui.model.errors import QnetError
from qnet_gui.store.client import Store

_STATE_INIT_WAIT, _STATE_CLOSED = b"2", b"6"  # XenbusStateInitWait, XenbusStateClosed
_SCRIPTS = "/etc/xen/scripts/"
_TIMEOUT = 10.0
_VIF = re.compile(r"(?:/local/domain/\d+/)?(backend/vif/\d+/\d+)(?:/.*)?")


def _say(level: int, text: str) -> None:
    print(f"<{level}>{text}", file=sys.stderr, flush=True)


class _Device:
    """One vif: which scripts are to run for it and which one runs."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.online = False
        self.pending_actions: deque[str] = deque()
        self.script = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.deadline = 0.0

    @property
    def name(self) -> str:
        """The interface's name."""
        return "vif" + ".".join(self.path.split("/")[-2:])


class Devd:
    """The daemon."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._devices: dict[str, _Device] = {}

    def run(self) -> None:
        """Watch and run scripts for ever."""
        wakeup_read, wakeup_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._store.watch("backend")
        while True:
            poller = select.poll()
            poller.register(wakeup_read, select.POLLIN)
            poller.register(self._store.fileno(), select.POLLIN)
            deadlines = [device.deadline for device in self._devices.values() if device.process]
            poller.poll(max(0.0, min(deadlines) - time.monotonic()) * 1000 if deadlines else None)
            with contextlib.suppress(BlockingIOError):
                os.read(wakeup_read, 256)
            for changed, _ in self._store.events():
                self._changed(changed)
            for device in list(self._devices.values()):
                self._advance(device)

    def _changed(self, changed: str) -> None:
        match = _VIF.fullmatch(changed)
        if match:
            self._compare(match[1])
        elif changed.removeprefix("/").endswith("backend"):
            for frontend in self._store.children("backend/vif"):
                for devid in self._store.children(f"backend/vif/{frontend}"):
                    self._compare(f"backend/vif/{frontend}/{devid}")

    def _compare(self, path: str) -> None:
        """Compare a vif's node with what has been done for it."""
        state, online = self._store.read(f"{path}/state"), self._store.read(f"{path}/online")
        device = self._devices.get(path)
        if state == _STATE_INIT_WAIT and (device is None or not device.online):
            script = self._store.read(f"{path}/script") or b""
            device = self._devices.setdefault(path, _Device(path))
            device.online = True
            device.script = script.decode("ascii", "replace")
            device.pending_actions.append("online")
        elif device is None:
            if state == _STATE_CLOSED and online == b"0":  # it went before a script was run for it
                self._remove(path)
        elif device.online and (state is None or (state == _STATE_CLOSED and online == b"0")):
            device.online = False
            device.pending_actions.append("offline")

    def _remove(self, path: str) -> None:
        """The driver domain cleans up its own side."""
        with contextlib.suppress(QnetError):
            self._store.delete(path)

    def _advance(self, device: _Device) -> None:
        """End what is over or overdue, start what is next, forget what is gone."""
        if device.process is not None:
            status = device.process.poll()
            if status is None:
                if time.monotonic() < device.deadline:
                    return
                _say(4, f"{device.script} for {device.name} takes more than {_TIMEOUT:.0f} s: killed")
                os.killpg(device.process.pid, signal.SIGKILL)
                status = device.process.wait()
            elif status:
                _say(4, f"{device.script} for {device.name} failed with status {status}")
            device.process = None
            if not device.online and not device.pending_actions:
                self._remove(device.path)
        if device.pending_actions:
            self._start(device, device.pending_actions.popleft())
        elif device.process is None and not device.online:
            del self._devices[device.path]

    def _start(self, device: _Device, action: str) -> None:
        env = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "script": device.script,
            "vif": device.name,
            "XENBUS_TYPE": "vif",
            "XENBUS_PATH": device.path,
            "XENBUS_BASE_PATH": "backend",
        }
        _say(6, f"{device.script} {action} for {device.name}")
        if not device.script.startswith(_SCRIPTS) or ".." in device.script:
            _say(4, f"{device.name} names a script outside {_SCRIPTS}: not run")
            return
        try:
            device.process = subprocess.Popen(
                [device.script, action, "type_if=vif"], env=env, stdin=subprocess.DEVNULL, start_new_session=True
            )
        except OSError as error:
            _say(4, f"{device.script} cannot be started: {error.strerror}")
        device.deadline = time.monotonic() + _TIMEOUT


def main() -> int:
    """Be the daemon."""
    try:
        Devd(Store()).run()
    except QnetError as error:
        _say(3, error.sentence)
    return 1
