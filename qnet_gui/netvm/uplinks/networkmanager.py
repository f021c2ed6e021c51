"""A mirror of NetworkManager's D-Bus objects, kept by its signals: no request is needed when something changes.

Touches the netvm's system bus, reading only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from qnet_gui.model.uplink import Uplink
from qnet_gui.netvm.uplinks import networkmanager_names, networkmanager_objects
from qnet_gui.netvm.uplinks.networkmanager_mirror import mirrored, read
from qnet_gui.netvm.uplinks.networkmanager_profiles import ProfileServers
from qnet_gui.runtime.dbus_service import PROPERTIES, Service
from qnet_gui.runtime.mainloop import after, cancel

log = logging.getLogger(__name__)
#: Where it is installed; a netvm may do without it.
PROGRAM = Path("/usr/sbin/NetworkManager")
_ROOT = "/org/freedesktop"
_OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
#: What says whether there is an uplink.
_LINKS = frozenset({f"{networkmanager_objects.NM}.Device", f"{networkmanager_objects.NM}.Connection.Active"})
#: How long, in seconds, the last picture holds while NetworkManager is away or starts: it keeps its links meanwhile.
_GRACE = 15.0
#: And when an uplink vanishes, until NetworkManager may have left: it takes its objects away one by one first.
_LEAVING = 0.5


class NetworkManager:
    """`changed` is called at every change that may matter; read `uplinks` and `servers` then."""

    def __init__(self, bus: Any, changed: Callable[[], None]) -> None:
        self._service = Service(bus, networkmanager_objects.NM)
        self._changed = changed
        #: Never changed, only replaced, so that a picture of before can be held.
        self._objects: networkmanager_objects.Objects = {}
        self._held: networkmanager_objects.Objects = {}
        self._leaving = False
        self._timer: int | None = None
        self._refreshing: list[Callable[[], None]] = []
        self._profiles = ProfileServers(self._service, changed)
        self.running = False
        self.has_answered = False
        self._service.listen(PROPERTIES, "PropertiesChanged", self._properties_changed, with_path=True)
        self._service.listen(_OBJECT_MANAGER, "InterfacesAdded", self._added)
        self._service.listen(_OBJECT_MANAGER, "InterfacesRemoved", self._removed)
        self._service.watch_owner(self._owner_changed)

    # -- what it means

    @property
    def _picture(self) -> networkmanager_objects.Objects:
        return self._held or self._objects

    def manages(self, name: str) -> bool:
        """Whether it has set up the link of that name, or had until a moment ago."""
        return networkmanager_objects.manages(self._picture, name)

    @property
    def uplinks(self) -> tuple[Uplink, ...]:
        """All uplinks that it knows, by name; none is the primary one yet."""
        return networkmanager_objects.uplinks(self._picture)

    def servers(self, way_out: str) -> tuple[IPv4Address, ...]:
        """The name servers to use, best first; `way_out`: the link that packets leave by, empty for none."""
        return networkmanager_names.servers(self._picture, way_out)

    def asks_otherwise(self, way_out: str) -> bool:
        """Whether any of those is to be asked otherwise than a domain can."""
        return networkmanager_names.asks_otherwise(self._picture, way_out)

    @property
    def global_servers(self) -> tuple[IPv4Address, ...] | None:
        """Those that it uses whatever the connection; None where there are none such."""
        return networkmanager_names.global_servers(self._picture)

    @property
    def leaves_names_alone(self) -> bool:
        """Whether it is told to leave resolv.conf to others."""
        return networkmanager_names.leaves_names_alone(self._picture)

    @property
    def lost_servers(self) -> bool:
        """Whether it was given servers and uses none."""
        return networkmanager_names.lost_servers(self._picture, self._profiles.servers)

    # -- the mirror

    def _owner_changed(self, running: bool) -> None:
        self.running = running
        if not running:
            self._hold(self._held or self._objects, _GRACE)
            self._leaving = False
            self._objects = {}
            self._profiles.look({})
            self.has_answered = True
            self._refreshed()
        else:
            self.refresh(lambda: None)

    def refresh(self, done: Callable[[], None]) -> None:
        """Fetch everything anew, then call `done`."""
        self._refreshing.append(done)
        self._service.call(_ROOT, _OBJECT_MANAGER, "GetManagedObjects", "", (), self._loaded, self._not_loaded)

    def _refreshed(self) -> None:
        self._changed()
        waiting, self._refreshing = self._refreshing, []
        for done in waiting:
            done()

    def _loaded(self, objects: dict[str, dict[str, dict[str, Any]]]) -> None:
        self._profiles.ask_again()
        kept = {str(path): mirrored(interfaces) for path, interfaces in objects.items()}
        self._replace({path: interfaces for path, interfaces in kept.items() if interfaces})
        self.has_answered = True
        self._refreshed()

    def _not_loaded(self, error: Exception) -> None:
        log.info("NetworkManager does not tell its objects: %s", error)  # it was about to go: its return is told
        self.has_answered = True
        self._refreshed()

    def _properties_changed(self, interface: str, values: dict[str, Any], invalidated: list[str], path: str) -> None:
        interfaces = self._objects.get(str(path), {})
        before = interfaces.get(str(interface))
        if before is None:  # not loaded yet, or nothing that we mirror
            return
        gone = {str(name) for name in (*invalidated, *values)}
        fresh = {name: value for name, value in before.items() if name not in gone} | read(interface, values)
        if fresh == before:
            return
        self._replace({**self._objects, str(path): {**interfaces, str(interface): fresh}}, str(interface) in _LINKS)

    def _added(self, path: str, interfaces: dict[str, dict[str, Any]]) -> None:
        fresh = mirrored(interfaces)
        if not fresh:
            return
        self._replace({**self._objects, str(path): {**self._objects.get(str(path), {}), **fresh}})

    def _removed(self, path: str, interfaces: list[str]) -> None:
        if str(path) not in self._objects:
            return
        left = {name: values for name, values in self._objects.get(str(path), {}).items() if name not in interfaces}
        others = {other: values for other, values in self._objects.items() if other != str(path)}
        self._replace({**others, str(path): left} if left else others)

    def _replace(self, objects: networkmanager_objects.Objects, of_links: bool = True) -> None:
        """`of_links`: an uplink may have gone. There are many changes of other things, and questions wait for them."""
        before, self._objects = self._objects, objects
        self._profiles.look(objects)
        if of_links and not self._held and networkmanager_objects.lost(before, objects):
            self._leaving = True
            self._hold(before, _LEAVING)
        elif self._held and self._is_over():
            self._let_go()
        else:
            self._changed()

    # -- a restart of NetworkManager must not look like the loss of all uplinks

    def _hold(self, picture: networkmanager_objects.Objects, seconds: float) -> None:
        """Keep a picture for a while, if it knows a server."""
        if networkmanager_names.servers(picture):
            self._stop_timer()
            self._held, self._timer = picture, after(seconds, self._give_up)

    def _is_over(self) -> bool:
        """Whether what NetworkManager shows now is to be believed again."""
        if self._leaving:
            return not networkmanager_objects.lost(self._held, self._objects)
        return bool(networkmanager_names.servers(self._objects)) or not networkmanager_objects.starting(self._objects)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            cancel(self._timer)
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        self._let_go()

    def _let_go(self) -> None:
        self._stop_timer()
        self._held, self._leaving = {}, False
        self._changed()
