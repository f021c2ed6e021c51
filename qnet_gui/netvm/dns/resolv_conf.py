"""Name servers from /etc/resolv.conf, followed by inotify (through GIO). Reads that one file."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

from gi.repository import Gio

PATH = Path("/etc/resolv.conf")
#: So much is read: what stands beyond it no program has written for anybody.
_LIMIT = 1 << 20
_KEYWORD = "nameserver"
#: The C library asks no more than the first three, of whichever family (MAXNS of resolv.h).
_MAXNS = 3
#: So many symbolic links lead nowhere (MAXSYMLINKS of Linux).
_MAXSYMLINKS = 40
_LOCALHOST = IPv4Address("127.0.0.1")


def parse(text: str) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses of the servers that the netvm's own programs ask, in order; source: resolv.conf(5).

    A server on this machine that is named by an address of IPv6, or by none in particular, is one on the loopback.
    """
    servers = []
    for line in text.split("\n"):
        keyword, rest = line[: len(_KEYWORD)], line[len(_KEYWORD) :]
        if keyword != _KEYWORD or not rest.startswith((" ", "\t")):  # which has to begin the line
            continue
        try:
            servers.append(ip_address(next(iter(rest.split()), "")))
        except ValueError:
            continue
    asked = [_LOCALHOST if _is_here(server) else server for server in servers[:_MAXNS]]
    return tuple(server for server in asked if isinstance(server, IPv4Address))


def _is_here(server: IPv4Address | IPv6Address) -> bool:
    return server.is_unspecified or (server.version == 6 and server.is_loopback)


def _text(path: Path) -> str:
    """What the file says, empty where there is none: whatever stands in its place, nobody waits for it."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        data = os.read(file, _LIMIT) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    except OSError:
        return ""
    finally:
        os.close(file)
    text = data.decode("ascii", "replace")
    return text if len(data) < _LIMIT else text.rpartition("\n")[0]  # half an address is another one


def _on_the_way(path: Path) -> set[Path]:
    """Where it leads to, and all symbolic links by which it does, those of folders too; also in a circle."""
    paths, here, left = {path}, Path(path.anchor), deque(path.parts[1:])
    links = 0
    while left and links < _MAXSYMLINKS:
        name = left.popleft()
        if name == "..":
            here = here.parent
            continue
        try:
            target = (here / name).readlink()
        except OSError:  # no link, or not there
            here /= name
            continue
        links += 1
        paths.add(here / name)
        here = Path(target.anchor) if target.is_absolute() else here
        left.extendleft(reversed(target.parts[1:] if target.is_absolute() else target.parts))
    return {*paths, here.joinpath(*left)}


class ResolvConf:
    """`changed` is called when the servers are others; follows a symbolic link and what it points to."""

    def __init__(self, changed: Callable[[], None], path: Path = PATH) -> None:
        self._changed = changed
        self._path = path
        self._monitors: dict[Path, Any] = {}
        # whoever makes this one does not have it yet, so nothing is told of what is found first
        self.servers = self._read()

    def _watch(self) -> None:
        wanted = _on_the_way(self._path)
        for path in set(self._monitors) - wanted:
            self._monitors.pop(path).cancel()
        for path in wanted - set(self._monitors):
            monitor = Gio.File.new_for_path(str(path)).monitor_file(Gio.FileMonitorFlags.WATCH_MOVES, None)
            monitor.connect("changed", lambda *_: self.look())
            self._monitors[path] = monitor

    def _read(self) -> tuple[IPv4Address, ...]:
        self._watch()  # before the read, so that no change between the two is missed
        return parse(_text(self._path))

    def look(self) -> None:
        """Read the file again."""
        servers = self._read()
        if servers != self.servers:
            self.servers = servers
            self._changed()
