"""Name servers from systemd-resolved, never its own 127.0.0.53. Touches the netvm's system bus, reading only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.runtime.dbus_service import PROPERTIES, Service

log = logging.getLogger(__name__)
NAME = "org.freedesktop.resolve1"
_PATH = "/org/freedesktop/resolve1"
_MANAGER = "org.freedesktop.resolve1.Manager"
_INET = 2


def choose(servers: Sequence[Any], domains: Sequence[Any]) -> tuple[IPv4Address, ...]:
    """The servers to use, from the properties `DNS` a(iiay) and `Domains` a(isb).

    Global ones (link 0) win alone, else those of links that are to get every query (`~.`), else all: asking the others
    too would leak around a VPN (Qubes OS' commit 59736122, issue 3803 of mullvadvpn-app).
    """
    addresses: list[tuple[int, IPv4Address]] = []
    for link, family, octets in servers:
        if family == _INET and len(octets) == 4:
            addresses.append((int(link), IPv4Address(bytes(octets))))
    everything = {int(link) for link, domain, route_only in domains if route_only and domain == "."}
    for links in ({0}, everything):
        alone = [address for link, address in addresses if link in links]
        if alone:
            return tuple(alone)
    return tuple(address for _, address in addresses)


class Resolved:
    """`changed` is called when the servers may be others."""

    def __init__(self, bus: Any, changed: Callable[[], None]) -> None:
        self._service = Service(bus, NAME)
        self._changed = changed
        self.servers: tuple[IPv4Address, ...] = ()
        self.has_answered = False
        self._running = False
        self._service.listen(PROPERTIES, "PropertiesChanged", self._properties_changed, _PATH)
        self._service.watch_owner(self._owner_changed)

    def _owner_changed(self, running: bool) -> None:
        self._running = running
        if running:
            self.refresh()
        else:
            self._set(())

    def _properties_changed(self, _interface: str, values: dict[str, Any], invalidated: list[str]) -> None:
        if {"DNS", "Domains"} & (set(values) | set(invalidated)):
            self.refresh()

    def refresh(self) -> None:
        """Ask again. Not when it does not run, because that would start it."""
        if self._running:
            self._service.call(_PATH, PROPERTIES, "GetAll", "s", (_MANAGER,), self._fetched, self._failed)

    def _fetched(self, values: dict[str, Any]) -> None:
        self._set(choose(values.get("DNS", ()), values.get("Domains", ())))

    def _failed(self, error: Exception) -> None:
        log.warning("systemd-resolved does not tell its servers: %s", error)
        self._set(())

    def _set(self, servers: tuple[IPv4Address, ...]) -> None:
        if servers != self.servers or not self.has_answered:
            self.servers, self.has_answered = servers, True
            self._changed()
