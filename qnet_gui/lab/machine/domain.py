"""A domain of the lab as the machine sees it: made, paused, destroyed. Touches its process group, ring and nodes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.lab.box import cgroup
from qnet_gui.lab.box.child import Child
from qnet_gui.lab.box.place import DOM0, GUEST, NETVM, Place
from qnet_gui.lab.machine import links
from qnet_gui.lab.machine.drivers import Drivers
from qnet_gui.lab.xen.hardware import Hardware
from qnet_gui.lab.xen.toolstack import Identity, Toolstack, free_address
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import Refused
from qnet_gui.model.messages.plain import plain

_FIRST_ADDRESS = IPv4Address("10.137.0.10")
#: A vault has no network: a domain of this name gets no vif.
VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Config:
    """What stays the same over restarts of a domain; without an address it gets no vif."""

    name: str
    uuid: str
    address: IPv4Address | None
    role: str = GUEST

    @property
    def mac(self) -> str:
        """The MAC of its vif, in Xen's range and as unique as the address."""
        return "00:16:3e:" + (self.address or IPv4Address(0)).packed[1:].hex(":")


def new_config(name: str, role: str, used: Iterable[IPv4Address | None]) -> Config:
    """Of a domain that is new; `used`: the addresses that the others have."""
    address = free_address(_FIRST_ADDRESS, set(used)) if role == GUEST and name != VAULT else None
    return Config(name, str(uuid.UUID(int=0) if role == DOM0 else uuid.uuid4()), address, role)


class Domain:
    """One domain; `find` gives the init of another by its id."""

    def __init__(
        self,
        place: Place,
        hardware: Hardware,
        toolstack: Toolstack,
        config: Config,
        domid: int,
        find: Callable[[int], Child | None],
    ) -> None:
        self.config, self.name, self.domid = config, config.name, domid
        self._hardware, self._toolstack, self._find = hardware, toolstack, find
        self._identity = Identity(domid, config.name, config.uuid)
        self._paused = self._dying = False
        if config.name == DOM0:
            self._socket = hardware.socket
            toolstack.create_dom0(self._identity)
        else:
            self._socket = hardware.add(domid)
            toolstack.create(self._identity, driver_domain=config.role == NETVM)
        self.init = Child(
            place, config.name, f"d{domid}", "qnet_gui.lab.box.init", config.name, config.role, str(domid)
        )

    def finish(self) -> None:
        """Wait until it has its namespaces, and start the drivers in its kernel."""
        self.init.wait_for_namespaces()
        Drivers(self._socket, self.init, self._find).start()

    @property
    def state(self) -> DomainState:
        """What the hypervisor says of it."""
        if self._dying or not self.init.alive:
            return DomainState.DYING
        return DomainState.PAUSED if self._paused else DomainState.RUNNING

    def status(self) -> dict[str, Any]:
        """It in words that JSON can say."""
        address = self.config.address
        return {
            "name": self.name,
            "id": self.domid,
            "state": self.state.value,
            "role": self.config.role,
            "address": str(address) if address else "",
            "pid": self.init.pid,
            "group": self.init.group.name,
        }

    def pause(self, paused: bool) -> None:
        """Stop its processors, or let them go on; no error if it is so already."""
        if self.name == DOM0:
            raise Refused(plain("dom0 cannot be paused."))
        if paused == self._paused:
            return
        self._paused = paused
        if paused:
            self.halt()
            links.stop_traffic(self.init, True)
        else:
            links.stop_traffic(self.init, False)
            self._hardware.pause(self.domid, False)
            cgroup.freeze(self.init.group, False)

    def halt(self) -> None:
        """Stop its processors for the last time; also the first half of a pause."""
        cgroup.freeze(self.init.group, True)
        self._hardware.pause(self.domid, True)

    def destroy(self) -> None:
        """End it. Its nodes go first, as with libxl."""
        self._dying = True  # before xenstored tells everybody
        self._hardware.dying(self.domid)
        self.init.kill()
        self._toolstack.destroy(self._identity)
        self._hardware.remove(self.domid)
