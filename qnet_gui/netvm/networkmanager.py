"""A mirror of NetworkManager's D-Bus objects, kept by its signals: no request is needed when something changes.

Touches the netvm's system bus, reading only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.mainloop import after, cancel
from qnet_gui.model.uplink import Uplink
from qnet_gui.netvm import nm_state

log = logging.getLogger(__name__)
_ROOT = "/org/freedesktop"
_OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
_PROPERTIES = "org.freedesktop.DBus.Properties"
#: How long, in seconds, the last picture holds while NetworkManager is away or starts: it keeps its links meanwhile.
_GRACE = 15.0


class NetworkManager:
    """`changed` is called at every change that may matter; read `uplinks` and `servers` then."""

    def __init__(self, bus: Any, changed: Callable[[], None]) -> None:
        self._bus = bus
        self._changed = changed
        self._objects: dict[str, dict[str, dict[str, Any]]] = {}
        self._held: nm_state.Objects = {}
        self._grace: int | None = None
        self._refreshing: list[Callable[[], None]] = []
        self.running = False
        self.known = False
        bus.add_signal_receiver(self._properties_changed, "PropertiesChanged", _PROPERTIES, nm_state.NM,
                                path_keyword="path")  # fmt: skip
        bus.add_signal_receiver(self._added, "InterfacesAdded", _OBJECT_MANAGER, nm_state.NM)
        bus.add_signal_receiver(self._removed, "InterfacesRemoved", _OBJECT_MANAGER, nm_state.NM)
        bus.watch_name_owner(nm_state.NM, self._owner_changed)

    # -- what it means

    @property
    def _picture(self) -> nm_state.Objects:
        return self._held or self._objects

    @property
    def in_charge(self) -> bool:
        """Whether it manages an uplink, or did until a moment ago."""
        return nm_state.in_charge(self._picture)

    @property
    def uplinks(self) -> tuple[Uplink, ...]:
        """All uplinks, the primary one first."""
        return nm_state.uplinks(self._picture)

    @property
    def servers(self) -> tuple[IPv4Address, ...]:
        """The name servers to use, best first."""
        return nm_state.servers(self._picture)

    # -- the mirror

    def _owner_changed(self, owner: str) -> None:
        self.running = bool(owner)
        if not owner:
            self._hold()
            self._objects = {}
            self.known = True
            self._refreshed()
        else:
            self.refresh(lambda: None)

    def refresh(self, done: Callable[[], None]) -> None:
        """Fetch everything anew, then call `done`."""
        self._refreshing.append(done)
        self._bus.call_async(
            nm_state.NM, _ROOT, _OBJECT_MANAGER, "GetManagedObjects", "", (), self._loaded, self._not_loaded
        )

    def _refreshed(self) -> None:
        self._changed()
        waiting, self._refreshing = self._refreshing, []
        for done in waiting:
            done()

    def _loaded(self, objects: dict[str, dict[str, dict[str, Any]]]) -> None:
        self._objects = {str(path): {str(name): dict(values) for name, values in interfaces.items()}
                         for path, interfaces in objects.items()}  # fmt: skip
        self.known = True
        self._look()
        self._refreshed()

    def _not_loaded(self, error: Exception) -> None:
        log.info("NetworkManager does not tell its objects: %s", error)  # it was about to go: its return is told
        self.known = True
        self._refreshed()

    def _properties_changed(self, interface: str, values: dict[str, Any], invalidated: list[str], path: str) -> None:
        known = self._objects.get(str(path), {}).get(str(interface))
        if known is None:  # not loaded yet, or nothing that we mirror
            return
        known.update(values)
        for name in invalidated:
            known.pop(name, None)
        self._look()

    def _added(self, path: str, interfaces: dict[str, dict[str, Any]]) -> None:
        mirrored = self._objects.setdefault(str(path), {})
        mirrored.update({str(name): dict(values) for name, values in interfaces.items()})
        self._look()

    def _removed(self, path: str, interfaces: list[str]) -> None:
        mirrored = self._objects.get(str(path), {})
        for name in interfaces:
            mirrored.pop(str(name), None)
        if not mirrored:
            self._objects.pop(str(path), None)
        self._look()

    # -- a restart of NetworkManager must not look like the loss of all uplinks

    def _hold(self) -> None:
        """Keep the present picture for a while."""
        if not self._held and nm_state.servers(self._objects):
            self._held = self._objects
            self._grace = after(_GRACE, self._let_go)

    def _let_go(self) -> None:
        self._grace = None
        self._held = {}
        self._changed()

    def _look(self) -> None:
        if self._held and (nm_state.servers(self._objects) or not nm_state.starting(self._objects)):
            if self._grace is not None:
                cancel(self._grace)
            self._let_go()
        else:
            self._changed()
