"""Runs in the lab's netvm: changes the name server of a connection again and again and times what follows.

Prints JSON: the milliseconds from NetworkManager's signal with the new servers to the kernel's own notice that our map
has changed, both as they reach this process. The connection is a VPN's kind, without DHCP, which would start over at
every change and take seconds for it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from typing import Any

import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

_NFTABLES_GROUP = 7
_NETLINK_NETFILTER = 12
_SERVERS = ("192.168.0.53", "192.168.0.54")
_NM = "org.freedesktop.NetworkManager"
_DNS_MANAGER = "/org/freedesktop/NetworkManager/DnsManager"
_ADD = (
    "connection add type tun mode tun ifname tun0 con-name bench ipv4.method manual ipv4.addresses 10.99.0.2/24 "
    "ipv4.dns-priority -50 ipv6.method disabled autoconnect no ipv4.dns 192.168.0.55"
)
_PAUSE, _TIMEOUT = 300, 5000  # milliseconds


def _nmcli(arguments: str) -> None:
    subprocess.run(["/usr/bin/nmcli", *arguments.split()], check=True, stdout=subprocess.DEVNULL, timeout=30)


class Watch:
    """One change after the other; each is over when both the signal and the kernel's notice have come."""

    def __init__(self, bus: Any, count: int) -> None:
        self.delays: list[float] = []
        self._count = count
        self._loop = GLib.MainLoop()
        self._announced: float | None = None
        self._in_force: float | None = None
        self._timer = 0
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, _NETLINK_NETFILTER)
        self._socket.bind((0, 1 << (_NFTABLES_GROUP - 1)))
        GLib.io_add_watch(self._socket.fileno(), GLib.IO_IN, self._notice)
        bus.add_signal_receiver(
            self._signal,
            "PropertiesChanged",
            "org.freedesktop.DBus.Properties",
            _NM,
            _DNS_MANAGER,
        )

    @property
    def _wanted(self) -> str:
        return _SERVERS[len(self.delays) % 2]

    def run(self) -> None:
        """Until all changes are over, or one of them never is."""
        self._change()
        self._loop.run()
        if len(self.delays) < self._count:
            raise SystemExit(f"{self._wanted} did not get into force within {_TIMEOUT / 1000:g} s")

    def _change(self) -> bool:
        self._announced = self._in_force = None
        self._timer = GLib.timeout_add(_TIMEOUT, self._loop.quit)
        subprocess.Popen(
            ["/usr/bin/nmcli", "device", "modify", "tun0", "ipv4.dns", self._wanted], stdout=subprocess.DEVNULL
        )
        return False

    def _signal(self, _interface: str, values: dict[str, Any], _gone: list[str]) -> None:
        servers = [str(name) for entry in values.get("Configuration", []) for name in entry.get("nameservers", [])]
        if self._wanted in servers:
            self._announced = self._announced or time.perf_counter()
            self._look()

    def _notice(self, *_: object) -> bool:
        while True:
            try:
                data = self._socket.recv(1 << 16)
            except BlockingIOError:
                break
            if socket.inet_aton(self._wanted) in data:
                self._in_force = self._in_force or time.perf_counter()
        self._look()
        return True

    def _look(self) -> None:
        if self._announced is None or self._in_force is None:
            return
        self.delays.append((self._in_force - self._announced) * 1000)
        self._announced = self._in_force = None
        GLib.source_remove(self._timer)
        if len(self.delays) == self._count:
            self._loop.quit()
        else:
            GLib.timeout_add(_PAUSE, self._change)


def main(count: int) -> None:
    """Measure `count` changes."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # to see the signal when it comes, not after the agent
    DBusGMainLoop(set_as_default=True)
    _nmcli(_ADD)
    try:
        _nmcli("connection up bench")
        time.sleep(1)
        watch = Watch(dbus.SystemBus(), count)
        watch.run()
        print(json.dumps({"delays": watch.delays}))
    finally:
        _nmcli("connection delete bench")


if __name__ == "__main__":
    main(int(sys.argv[1]))
