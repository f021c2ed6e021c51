"""Runs in the lab's dom0, as root: connects it again and again, by the helper and by the same steps done bare.

Prints JSON: the milliseconds from the first step to the first answer of a name server, either way. Bare is what a
script would do that keeps no journal, checks nothing and asks nobody: pause the others, load the rules, attach, wait
for the hotplug script, set the address, write resolv.conf, set the link up.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from qnet_gui.dom0.upgrade import packet_filter
from qnet_gui.hypervisor.lab import LabHypervisor
from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.store.client import Store

_HELPER, _PATH = "org.qnet.Helper1", "/org/qnet/Helper1"
_SERVERS, _PORTS, _NETVM = ("10.139.1.1", "10.139.1.2"), (80, 443), 1
_ADDRESS, _MAC = IPv4Address("10.137.0.2"), "02:00:0a:89:00:02"
_RESOLVCONF = Path("/etc/resolv.conf")
#: A question for www.test, type A (RFC 1035).
_QUESTION = bytes.fromhex("0001010000010000000000000377777704746573740000010001")


def _first_answer() -> None:
    """Ask a name server until it answers; a question that cannot leave dom0 fails at once."""
    until = time.monotonic() + 20
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        poller = select.poll()
        poller.register(sock, select.POLLIN)
        while time.monotonic() < until:
            try:
                sock.sendto(_QUESTION, (_SERVERS[0], 53))
                if poller.poll(50):
                    sock.recv(512)
                    return
            except OSError:
                time.sleep(0.001)
    raise SystemExit("no name server answered")


class _ByHelper:
    """The way that people go."""

    def __init__(self) -> None:
        self._bus = dbus.SystemBus(mainloop=DBusGMainLoop())
        self._ended: dict[int, str] = {}
        self._bus.add_signal_receiver(self._end, "OperationEnded", _HELPER)

    def _end(self, number: int, error: str, sentence: str, *_: object) -> None:
        self._ended[int(number)] = f"{error} {sentence}" if error else ""

    def _call(self, member: str, signature: str = "", *arguments: int) -> int:
        return int(self._bus.call_blocking(_HELPER, _PATH, _HELPER, member, signature, arguments, timeout=20))

    def _wait(self, number: int) -> None:
        while number not in self._ended:
            GLib.MainContext.default().iteration(True)
        if self._ended[number]:
            raise SystemExit(self._ended[number])

    def up(self) -> Callable[[], None]:
        number = self._call("ConnectDom0", "u", 5)
        _first_answer()

        def down() -> None:
            self._wait(number)
            self._wait(self._call("DisconnectDom0"))

        return down


def _run(command: list[str], lines: str = "") -> None:
    subprocess.run(command, input=lines, text=True, check=True, capture_output=True, timeout=10)


def _link() -> str:
    while True:
        for link in Path("/sys/class/net").iterdir():
            if (link / "address").read_text().strip() == _MAC:
                return link.name
        time.sleep(0.001)


class _Bare:
    """The same steps."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hypervisor = LabHypervisor()

    def _served(self, path: str) -> None:
        poller = select.poll()
        poller.register(self._store.fileno(), select.POLLIN)
        self._store.watch(path)
        while self._store.read(path) != b"connected":
            poller.poll(5000)
            self._store.events()
        self._store.unwatch(path)

    def up(self) -> Callable[[], None]:
        others = [domain.id for domain in self._hypervisor.domains() if domain.id > _NETVM]
        for domid in others:
            self._hypervisor.pause(domid)
        _run(["/usr/sbin/nft", "-f", "-"], packet_filter.install(_SERVERS, _PORTS, 300, 1))
        vif = self._hypervisor.attach_vif(VifRequest(0, _NETVM, _ADDRESS, _MAC, untrusted=True))
        self._served(f"/local/domain/{_NETVM}/{vif.backend_path}/hotplug-status")
        link = _link()
        _run(["/sbin/ip", "address", "replace", f"{_ADDRESS}/32", "dev", link])
        before = _RESOLVCONF.read_text()
        _RESOLVCONF.write_text("".join(f"nameserver {server}\n" for server in _SERVERS))
        _run(["/sbin/ip", "-batch", "-"], f"link set dev {link} up\nroute replace default dev {link}\n")
        _first_answer()

        def down() -> None:
            self._hypervisor.detach_vif(vif)
            _run(["/usr/sbin/nft", "-f", "-"], packet_filter.remove())
            _RESOLVCONF.write_text(before)
            for domid in others:
                self._hypervisor.unpause(domid)

        return down


def _rest(store: Store) -> None:
    """Wait until the netvm has cleaned up, if it does, and everybody is quiet again."""
    until = time.monotonic() + 1
    while store.children(f"/local/domain/{_NETVM}/backend/vif/0") and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.5)


def main(count: int) -> None:
    """Measure, by turns."""
    milliseconds: dict[str, list[float]] = {"up": [], "bare": []}
    with Store() as store:
        ways: dict[str, Any] = {"up": _ByHelper(), "bare": _Bare(store)}
        for turn in range(count + 1):
            for name, way in ways.items():
                start = time.perf_counter()
                down = way.up()
                if turn:  # the first one fetches programs from the disk
                    milliseconds[name].append((time.perf_counter() - start) * 1000)
                time.sleep(0.1)
                down()
                _rest(store)
    print(json.dumps(milliseconds))


if __name__ == "__main__":
    main(int(sys.argv[1]))
