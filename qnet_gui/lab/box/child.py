"""A process that the machine starts to be a domain's init or a provider: its control group, its namespaces, its orders.

The two talk over one socket in JSON, a message a datagram: the child says `namespaces` and then `ready`, each when it
is so, and after that answers orders. Touches that process and its control group.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from qnet_gui.lab.box import cgroup, syscalls
from qnet_gui.lab.box.place import Place, log_file
from qnet_gui.model.errors import BadInput, HypervisorError
from qnet_gui.model.messages.plain import plain

_BOOT_DEADLINE = 30.0
_MESSAGE = 4096


class Child:
    """One such process. It and what it starts see no process outside, so that they can end none either."""

    def __init__(self, place: Place, name: str, group: str, module: str, *arguments: str) -> None:
        self.name = name
        self.group = cgroup.make(place.cgroup / group)
        self.network = -1
        self._log = place.log / f"{name}-init.log"
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", module, str(theirs.fileno()), place.name, *arguments]
        with theirs, log_file(place, f"{name}-init") as log, syscalls.children_in(None):
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """Its process id as the machine sees it."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs (or is frozen)."""
        return self._process.poll() is None

    def wait_for_namespaces(self) -> None:
        """Wait until it is in its own namespaces; from then on `network` is its network."""
        self._expect("namespaces")
        try:
            self.network = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise self._dead() from None

    def wait_ready(self) -> None:
        """Wait until it does what it is for."""
        self._expect("ready")

    def _expect(self, event: str) -> None:
        if self._receive(_BOOT_DEADLINE).get("event") != event:
            raise HypervisorError(plain(f"{self.name} did not start; see {self._log}."))

    def _receive(self, deadline: float) -> dict[str, Any]:
        self._socket.settimeout(deadline)
        try:
            data = self._socket.recv(_MESSAGE)
        except OSError:
            raise HypervisorError(plain(f"{self.name} does not answer; see {self._log}.")) from None
        if not data:
            raise self._dead()
        message: dict[str, Any] = json.loads(data)
        return message

    def _dead(self) -> HypervisorError:
        last = self._log.read_text(errors="replace").strip().rpartition("\n")[2]
        return HypervisorError(plain(f"{self.name} has died: {last or 'it did not say why'}"))

    def order(self, action: str, deadline: float = 15.0, **arguments: str) -> None:
        """Have something done, and wait until it is."""
        with self._lock:
            number = next(self._numbers)
            try:
                self._socket.send(json.dumps({"number": number, "do": action, **arguments}).encode())
            except OSError:
                raise self._dead() from None
            answer = self._receive(deadline)
            while answer.get("number") != number:  # one that came too late for the order before
                answer = self._receive(deadline)
        if answer["error"]:
            raise BadInput(plain(answer["error"]))

    def kill(self) -> None:
        """End it and everything that it started."""
        cgroup.kill(self.group)
        self._process.wait()
        self._socket.close()
        if self.network >= 0:
            os.close(self.network)
            self.network = -1


class MachineConnection:
    """The child's end of it."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.set_inheritable(False)

    def fileno(self) -> int:
        """Readable when there is an order."""
        return self._socket.fileno()

    def report(self, event: str) -> None:
        """Report that something is so."""
        self._socket.send(json.dumps({"event": event}).encode())

    def order(self) -> dict[str, Any]:
        """Take an order, `{}` when the machine has gone."""
        data = self._socket.recv(_MESSAGE)
        order: dict[str, Any] = json.loads(data) if data else {}
        return order

    def answer(self, order: dict[str, Any], error: str = "") -> None:
        """Say that an order was carried out, or why not."""
        self._socket.send(json.dumps({"number": order["number"], "error": error}).encode())


def python_path() -> str:
    """What PYTHONPATH must be for the lab's own processes to find the package that this process runs."""
    return str(Path(__file__).resolve().parents[3])
