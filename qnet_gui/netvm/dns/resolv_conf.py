"""Name servers from /etc/resolv.conf, followed by inotify (through GIO). Reads that one file."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from gi.repository import Gio

from qnet_gui.model.dns import name_server

PATH = Path("/etc/resolv.conf")
_LIMIT = 65536


def parse(text: str) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses on `nameserver` lines, in order; everything else is passed over (source: resolv.conf(5))."""
    servers = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver" and (server := name_server(words[1])):
            servers.append(server)
    return tuple(servers)


class ResolvConf:
    """`changed` is called when the servers are others; follows a symbolic link and what it points to."""

    def __init__(self, changed: Callable[[], None], path: Path = PATH) -> None:
        self._changed = changed
        self._path = path
        self._monitors: dict[Path, Any] = {}
        # whoever makes this one does not have it yet, so nothing is told of what is found first
        self.servers = self._read()

    def _watch(self) -> None:
        wanted = {self._path, self._path.resolve()}
        for path in set(self._monitors) - wanted:
            self._monitors.pop(path).cancel()
        for path in wanted - set(self._monitors):
            monitor = Gio.File.new_for_path(str(path)).monitor_file(Gio.FileMonitorFlags.WATCH_MOVES, None)
            monitor.connect("changed", lambda *_: self.look())
            self._monitors[path] = monitor

    def _read(self) -> tuple[IPv4Address, ...]:
        self._watch()  # before the read, so that no change between the two is missed
        try:
            with self._path.open("rb") as file:
                return parse(file.read(_LIMIT).decode("ascii", "replace"))
        except OSError:
            return ()

    def look(self) -> None:
        """Read the file again."""
        servers = self._read()
        if servers != self.servers:
            self.servers = servers
            self._changed()
