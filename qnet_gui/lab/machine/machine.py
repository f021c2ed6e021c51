"""The machine of a lab: what there is of hardware and domains, and what can be done with them.

Touches what the lab owns and nothing else: its xenstore, its processes, links in its namespaces.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from typing import Any

from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.lab.box.child import Child
from qnet_gui.lab.box.place import DOM0, GUEST, NETVM, Place
from qnet_gui.lab.machine.domain import Config, Domain, new_config
from qnet_gui.lab.machine.links import remove_frontend
from qnet_gui.lab.machine.online import wait_online
from qnet_gui.lab.machine.remote_display import RemoteDisplay
from qnet_gui.lab.machine.uplink_world import UplinkWorld
from qnet_gui.lab.screen.screens import Screens
from qnet_gui.lab.xen.hardware import Hardware
from qnet_gui.lab.xen.toolstack import Toolstack
from qnet_gui.model import parse
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput, NotFound, QnetError, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.parse import shown
from qnet_gui.model.vif import VifId
from qnet_gui.model.x_display.display import Display

#: What a lab can say of its IOMMU, which does nothing.
IOMMU = {"on": True, "off": False, "unknown": None}


class Machine:
    """All of it. Every public method is a request on one of the two sockets, callable from any thread."""

    def __init__(self, place: Place, uplinks: int, netvms: list[str], iommu: str, screen: Geometry | None) -> None:
        """`screen`: how large that of every netvm is, where they have any."""
        self._place = place
        self._netvms = netvms
        self._iommu = IOMMU[iommu]
        self._lock = threading.RLock()
        self._listing_lock = threading.Lock()
        self._hardware = Hardware(place)
        self._toolstack = Toolstack(self._hardware.socket)
        self._uplink_world = UplinkWorld(place, uplinks, netvms)
        self._remote_display = RemoteDisplay(place)
        self._screens = Screens(place, self._hardware.socket, screen)
        self._next_domid = 0
        self._configs: dict[str, Config] = {}
        self._domains: dict[str, Domain] = {}

    # -- boot

    def boot(self, names: list[str]) -> None:
        """Bring everything up, as much as possible at the same time."""
        with self._lock:
            for name in (DOM0, *self._netvms, *names):
                self._create(self._configure(name))
            for provider in self._uplink_world.children.values():
                provider.wait_for_namespaces()
            for domain in self._domains.values():
                self._build(domain)
            for child in (*self._uplink_world.children.values(), *(domain.init for domain in self._domains.values())):
                child.wait_ready()
            for domain in self._domains.values():
                self._give_screen(domain)

    def _configure(self, name: str) -> Config:
        if name in self._configs:
            raise Refused(plain(f"There is a domain {name} already."))
        role = DOM0 if name == DOM0 else NETVM if name in self._netvms else GUEST
        self._configs[name] = new_config(name, role, (config.address for config in self._configs.values()))
        return self._configs[name]

    def _create(self, config: Config) -> Domain:
        """Make a domain exist and start its init."""
        with self._listing_lock:  # xenstore tells of it in there, and whoever then asks must find it
            domain = Domain(self._place, self._hardware, self._toolstack, config, self._next_domid, self._child)
            self._next_domid += 1
            self._domains[config.name] = domain
        return domain

    def _build(self, domain: Domain) -> None:
        """Give a domain that has made its namespaces its devices."""
        domain.finish()
        if domain.config.role == NETVM:
            self._uplink_world.wire(domain.init)
        elif domain.config.address is not None and NETVM in self._domains:
            self._attach(domain)

    def _give_screen(self, domain: Domain) -> None:
        """A netvm that has booted gets one, where there are any."""
        if domain.config.role == NETVM:
            self._screens.start(domain.domid, domain.init, self._domains[DOM0].init)

    def _attach(self, domain: Domain) -> None:
        address = domain.config.address
        if address is not None:
            request = VifRequest(domain.domid, self._domains[NETVM].domid, address, domain.config.mac)
            self._toolstack.attach_vif(request)

    def _child(self, domid: int) -> Child | None:
        return next((domain.init for domain in list(self._domains.values()) if domain.domid == domid), None)

    # -- requests of the hypervisor and its toolstack

    def capabilities(self) -> dict[str, Any]:
        """What this hypervisor can do."""
        return {"name": "lab", "iommu": self._iommu, "screen": self._screens.offered}

    def domains(self) -> list[dict[str, Any]]:
        """All domains that exist."""
        with self._listing_lock:
            domains = sorted(self._domains.values(), key=lambda domain: domain.domid)
        return [
            {
                "id": domain.domid,
                "name": "Domain-0" if domain.name == DOM0 else domain.name,
                "uuid": domain.config.uuid,
                "state": domain.state.value,
            }
            for domain in domains
        ]

    def pause(self, domid: int) -> None:
        """Stop a domain."""
        with self._lock:
            self._by_id(domid).pause(True)

    def unpause(self, domid: int) -> None:
        """Let a domain go on."""
        with self._lock:
            self._by_id(domid).pause(False)

    def attach_vif(
        self, frontend: int, backend: int, address: str, mac: str, script: str, untrusted: bool
    ) -> dict[str, int]:
        """Give a domain a vif."""
        request = VifRequest(frontend, backend, parse.ipv4(address), parse.mac(mac), script, untrusted)
        with self._lock:
            roles = self._by_id(backend).config.role, self._by_id(frontend).config.role
            if roles[0] != NETVM or roles[1] == NETVM:
                raise Refused(plain("In a lab the netvms, and they alone, are the backends of vifs."))
        vif = self._toolstack.attach_vif(request)
        return {"frontend": vif.frontend, "devid": vif.devid}

    def detach_vif(self, frontend: int, devid: int) -> None:
        """Take a vif away."""
        self._toolstack.detach_vif(VifId(frontend, devid))

    def show_program(self, domid: int, command: list[str], number: int, cookie: str) -> None:
        """Start a program in a domain, with its windows on a display that dom0, or this machine's host, has."""
        with self._lock:
            domain = self._by_id(domid)
            if domain.state is not DomainState.RUNNING:
                raise Refused(plain(f"{domain.name} is {domain.state.value}."))
            self._remote_display.start(domain.init, self._domains[DOM0].init, command, Display(number, cookie))

    def _by_id(self, domid: int) -> Domain:
        for domain in self._domains.values():
            if domain.domid == domid:
                return domain
        raise NotFound(plain(f"There is no domain with id {shown(domid)}."))

    # -- requests of the person in front of the machine

    def status(self) -> dict[str, Any]:
        """Everything that is plugged in and switched on; `stopped`: names of domains that can be started again.

        Whoever enters a domain asks this, so it waits for nobody: a domain's `address` is the one that it is to get.
        """
        running = dict(self._domains)
        return {
            "lab": self._place.name,
            "uplinks": self._uplink_world.status(),
            "domains": [domain.status() for domain in running.values()],
            "stopped": sorted(set(self._configs) - set(running)),
        }  # fmt: skip

    def addresses(self) -> dict[str, list[str]]:
        """Those of the vifs that each domain has now, by its name, as xenstored says; none where that does not run."""
        return {name: self._toolstack.addresses(domain.domid) for name, domain in dict(self._domains).items()}

    def add(self, name: str) -> None:
        """A new AppVM, booted."""
        with self._lock:
            self._configure(name)
            self.start(name)

    def start(self, name: str) -> None:
        """A domain that was stopped, booted again under another id."""
        with self._lock:
            if name in self._domains:
                raise Refused(plain(f"{name} runs already."))
            if name not in self._configs:
                raise NotFound(plain(f"There is no domain {shown(name)} in this lab that could be started."))
            domain = self._create(self._configs[name])
            try:
                self._build(domain)
                domain.init.wait_ready()
                self._give_screen(domain)
            except BaseException:
                self.stop(name)
                raise

    def remove(self, name: str) -> None:
        """An AppVM is destroyed for good."""
        if name in (DOM0, *self._netvms):
            raise Refused(plain(f"{name} cannot be removed from a lab."))
        with self._lock:
            if name in self._domains or name not in self._configs:
                self.stop(name)
            del self._configs[name]

    def stop(self, name: str) -> None:
        """A domain is destroyed; `start` boots it again.

        Whom a netvm served keeps a vif that nobody serves, as with libxl: it is for dom0 to exchange it.
        """
        with self._lock:
            domain = self._by_name(name)
            if name == DOM0:
                raise Refused(plain("dom0 cannot be stopped: take the lab down."))
            domain.halt()
            self._detach_all([domain])
            domain.destroy()
            self._screens.end(domain.domid)
            del self._domains[name]
            self._cut_wires(domain.domid)

    def _cut_wires(self, backend: int) -> None:
        """The kernel takes the other ends of a dead namespace's wires away some time later; a test wants them gone."""
        for domain in self._domains.values():
            for vif in self._toolstack.vifs(domain.domid):
                if self._toolstack.backend(vif)[0] == backend:
                    remove_frontend(domain.init, vif)

    def restart(self, name: str) -> None:
        """Stop a domain and boot it again."""
        with self._lock:
            self.stop(name)
            self.start(name)

    def _detach_all(self, frontends: Iterable[Domain]) -> None:
        for vif in [vif for domain in frontends for vif in self._toolstack.vifs(domain.domid)]:
            try:
                self._toolstack.detach_vif(vif, force=True)
            except QnetError as error:  # such as a backend that is paused
                print(f"<5>{error.sentence}", file=sys.stderr, flush=True)

    def program(self, domain: str, program: str, action: str) -> None:
        """Start, stop, kill or restart a program in a domain, as its own service manager would."""
        if action not in ("start", "stop", "kill", "restart"):
            raise BadInput(plain(f"{shown(action)} is nothing that can be done to a program."))
        target = self._by_name(domain)
        if target.state is not DomainState.RUNNING:
            raise Refused(plain(f"{domain} is {target.state.value}."))
        target.init.order(action, program=program)

    def cable(self, provider: str, plugged: bool) -> None:
        """Plug a provider's cable in, or pull it."""
        with self._lock:
            self._uplink_world.cable(provider, plugged, self._domains)

    def servers(self, provider: str, servers: list[str]) -> None:
        """Choose the name servers that a provider's DHCP hands out from now on."""
        self._uplink_world.servers(provider, servers)

    def online(self, name: str, seconds: float) -> str:
        """Wait until a domain's network works as far as can be seen; returns what is missing, or nothing."""
        domain = self._by_name(name)
        if domain.config.address is None:
            return ""
        return wait_online(self._hardware.socket, domain.init, domain.domid, str(domain.config.address), seconds)

    def served(self, name: str) -> list[str]:
        """The domains that a netvm serves, or served when it was there before, in so far as they run."""
        netvm = self._by_name(name).domid
        return [
            domain.name
            for domain in list(self._domains.values())
            if domain.config.role == GUEST and domain.state is DomainState.RUNNING
            and any(netvm == domid or (not self._exists(domid) and name == noted_name)
                    for domid, noted_name in map(self._toolstack.backend, self._toolstack.vifs(domain.domid)))
        ]  # fmt: skip

    def _exists(self, domid: int) -> bool:
        return any(domain.domid == domid for domain in list(self._domains.values()))

    def _by_name(self, name: str) -> Domain:
        domain = self._domains.get(name)
        if domain is None:
            names = ", ".join(self._domains)
            raise NotFound(plain(f"There is no domain {shown(name)} in this lab; there are {names}."))
        return domain
