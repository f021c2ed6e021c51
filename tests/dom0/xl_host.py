"""A dom0 with PCI devices for the netvm's service: xl as a program that asks here, a real xenstored, sysfs as files.

The program's words are handled in this process, on a thread, as xl 4.17, libxl and the kernel would: a domain is made
in the real xenstored, a device changes its driver. What happened is in `calls`.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from waiting import DEADLINE

from qnet_gui.lab.xen.toolstack import Identity
from qnet_gui.store import keys
from qnet_gui.store.client import Store

_PROGRAM = """#!/usr/bin/python3 -IS
import json, socket, sys
sock = socket.socket(socket.AF_UNIX)
sock.connect({socket!r})
sock.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
answer = json.loads(sock.makefile().readline())
sys.stdout.write(answer[1])
sys.stderr.write(answer[2])
sys.exit(answer[0])
"""
_UUID = "5c3c3c84-3b5e-4b07-9f6b-6d6d6f2f7a{:02x}"
_HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID"
#: Seconds.
_MOMENT = 0.2
Answer = tuple[int, str, str]


class Failed(Exception):
    """xl fails, and says this."""


class Devices:
    """/sys/bus/pci as files, with the kernel's part: what is written to bind and unbind."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "devices").mkdir(parents=True)
        for name in ("e1000", "iwlwifi", "ahci"):
            (root / "drivers" / name).mkdir(parents=True)
        self.links = root / "links"
        self.interfaces: dict[str, str] = {}
        #: Which drivers would take which devices, were the kernel to look.
        self.matching: dict[str, str] = {}

    def add(self, address: str, kind: str = "0x020000", driver: str = "e1000") -> None:
        folder = self.root / "devices" / address
        folder.mkdir()
        (folder / "class").write_text(f"{kind}\n")
        self.bind(address, driver)

    def add_to_bridge(self, address: str, interface: str, bridge: str) -> None:
        """A device that has a driver gets an interface, which is a part of a bridge."""
        (self.links / bridge / "bridge").mkdir(parents=True)
        self.interfaces[address] = interface
        self._make_interface(address)
        self.ip(["ip", "link", "set", "dev", interface, "master", bridge])

    def _make_interface(self, address: str) -> None:
        (self.root / "devices" / address / "net" / self.interfaces[address]).mkdir(parents=True)

    def bridge(self, address: str) -> str:
        master = self.root / "devices" / address / "net" / self.interfaces[address] / "master"
        return master.readlink().name if master.is_symlink() else ""

    def ip(self, words: Sequence[str]) -> bytes:
        """`ip link set dev INTERFACE …`."""
        (address,) = (known for known, name in self.interfaces.items() if name == words[4])
        if words[5] == "master":
            (self.root / "devices" / address / "net" / words[4] / "master").symlink_to(self.links / words[6])
        return b""

    def load(self) -> None:
        """modprobe xen-pciback."""
        (self.root / "drivers/pciback").mkdir(exist_ok=True)

    def driver(self, address: str) -> str:
        link = self.root / "devices" / address / "driver"
        return link.readlink().name if link.is_symlink() else ""

    def bind(self, address: str, driver: str) -> None:
        (self.root / "devices" / address / "driver").unlink(missing_ok=True)
        shutil.rmtree(self.root / "devices" / address / "net", ignore_errors=True)
        if driver not in ("", "pciback") and address in self.interfaces:
            self._make_interface(address)
        if driver:
            (self.root / "devices" / address / "driver").symlink_to(f"../../drivers/{driver}")

    def write(self, path: Path, text: str) -> None:
        """What the kernel does when somebody writes into a driver's folder."""
        driver = path.parent.name
        assert path.parent.name != "pci" or path.name == "drivers_probe"
        if not path.parent.is_dir() or (path.name == "unbind" and self.driver(text) != driver):
            raise OSError(19, "No such device")
        if path.name == "drivers_probe" and not self.driver(text):
            self.bind(text, self.matching.get(text, ""))
        if path.name in ("bind", "unbind"):
            self.bind(text, driver if path.name == "bind" else "")


class Host:
    """xl and all that it reaches. `agent`: what a new netvm's agent says. `obeys`: it shuts down when it is asked to.
    `reaped`: what is left of it then goes by itself.

    `iommu`: whether there is one; None where `xl info` does not tell and there is none. `fails`: verbs that fail, and
    what they say. `before`: called with the words of each call before it is obeyed. `later`: called with the id of a
    domain when it has been there for a moment.
    """

    def __init__(self, xen: Any, folder: Path) -> None:
        self.xen = xen
        self.devices = Devices(folder / "pci")
        self.program = folder / "xl"
        self.iommu: bool | None = True
        self.agent = "running"
        self.obeys = self.reaped = True
        self.fails: dict[str, str] = {}
        self.before: Callable[[list[str]], None] = lambda _: None
        self.later: Callable[[int], None] | None = None
        self.domains: dict[int, tuple[str, str]] = {}
        self.calls: list[str] = []
        self.remembered: dict[str, str] = {}
        self._next = 1
        path = folder / "xl.sock"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self.program.write_text(_PROGRAM.format(socket=str(path)))
        self.program.chmod(0o755)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, connection.makefile("rw") as stream:
                    words = json.loads(stream.readline())
                    with contextlib.suppress(BrokenPipeError):  # killed meanwhile
                        stream.write(json.dumps(self._answer(words)) + "\n")
                        stream.flush()

    def _answer(self, words: list[str]) -> Answer:
        self.before(words)
        if words[0] not in ("info", "list"):
            self.calls.append(" ".join(words))
        try:
            if words[0] in self.fails:
                raise Failed(self.fails[words[0]])
            return 0, getattr(self, "_" + words[0].replace("-", "_"))(*words[1:]) or "", ""
        except Failed as failure:
            return 1, "", f"libxl: error: libxl.c:1:function: {failure}\n"

    # -- what xl does

    def _info(self) -> str:
        known = {True: "virt_caps : pv pv_directio hvm_directio\n", False: "virt_caps : pv\n", None: ""}
        return f"host : dom0\n{known[self.iommu]}"

    def _list(self, _: str) -> str:
        rows = [("Domain-0", 0, "r-----"), *((name, number, state) for number, (name, state) in self.domains.items())]
        lines = [
            f"{name:<40} {number:5}   256     1     {state}   1.0 {_UUID.format(number)}"
            for name, number, state in rows
        ]
        return "\n".join([_HEADER, *lines]) + "\n"

    def _pci_assignable_add(self, address: str) -> None:
        if not (self.devices.root / "drivers/pciback").is_dir():
            raise Failed("Looks like pciback driver is not loaded")
        if self.devices.driver(address) != "pciback":
            if self.devices.driver(address):
                self.remembered[address] = self.devices.driver(address)
            self.devices.bind(address, "pciback")
        if not self.iommu:
            raise Failed(f"failed to quarantine {address}")

    def _pci_assignable_remove(self, _: str, address: str) -> None:
        if not self.iommu:
            raise Failed(f"failed to de-quarantine {address}")
        self.devices.bind(address, self.remembered.pop(address, ""))

    def _create(self, configuration: str, *words: str) -> None:
        name = re.findall(r"name *= *['\"](.*?)['\"]", Path(configuration).read_text())[0]
        given = re.findall(r"[0-9a-f:]+\.[0-7]", " ".join(words))
        if given and not self.iommu:
            raise Failed("passthrough not supported on this platform\n")
        for address in given:
            if self.devices.driver(address) != "pciback":
                raise Failed(f"PCI device {address} is not assignable")
        self.boot(name, given)

    def boot(self, name: str, devices: list[str], state: str = "-b----") -> int:
        """A domain, with what its agent says, if that says anything."""
        number, self._next = self._next, self._next + 1
        self.domains[number] = name, state
        self.xen.hardware.add(number)
        self.xen.toolstack.create(Identity(number, name, _UUID.format(number)), driver_domain=True)
        with Store(self.xen.hardware.socket) as store:
            for index, address in enumerate(devices):
                store.write(f"/local/domain/0/backend/pci/{number}/0/dev-{index}", address)
            if self.agent:
                store.write(keys.AGENT_STATE.under(number), self.agent)
        if self.later:
            threading.Timer(_MOMENT, self.later, (number,)).start()
        return number

    def say(self, number: int, state: str) -> None:
        """The agent reports."""
        with Store(self.xen.hardware.socket) as store:
            store.write(keys.AGENT_STATE.under(number), state)

    def _shutdown(self, number: str) -> None:
        if not self.reaped:
            self.domains[int(number)] = self.domains[int(number)][0], "---s--"
            self.xen.hardware.dying(int(number))
        elif self.obeys:
            self.end(int(number))

    def _destroy(self, number: str) -> None:
        if int(number) not in self.domains:
            raise Failed("domain does not exist")
        self.end(int(number))

    def end_later(self, number: int) -> None:
        threading.Timer(_MOMENT, self.end, (number,)).start()

    def end(self, number: int) -> None:
        """A domain goes, and all that libxl made for it."""
        name, _ = self.domains.pop(number)
        with Store(self.xen.hardware.socket) as store:
            store.delete(f"/local/domain/0/backend/pci/{number}")
        self.xen.toolstack.destroy(Identity(number, name, _UUID.format(number)))
        self.xen.hardware.dying(number)
        self.xen.hardware.remove(number)
