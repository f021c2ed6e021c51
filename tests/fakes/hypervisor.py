"""A hypervisor and its toolstack on a fake xenstore; what they do is held against the lab's by tests/hypervisor.

The nodes are made by the lab's own `Toolstack`. What netvm and domain would do about a new vif is done here at once,
unless a test says that they do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from fakes.xen import FakeXen
from qnet_gui.hypervisor.port import Capabilities, DomainInfo, VifRequest
from qnet_gui.lab.xen.toolstack import CLOSED, Identity
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, NotFound
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.vif import VifId
from qnet_gui.model.x_display.display import Display
from qnet_gui.store import keys
from qnet_gui.store.client import Store


class FakeHypervisor:
    """The port `Hypervisor`. `fails` are verbs that fail once with what stands there; `calls` is what was done."""

    cannot_show = None

    def __init__(self, xen: FakeXen) -> None:
        self.xen = xen
        self.infos: dict[int, DomainInfo] = {}
        self.fails: dict[str, Exception] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.managed_by = ""
        #: Whether netvms serve what they are given, and domains report it.
        self.obliging = True
        #: Called when a vif has been given, and when one has been taken.
        self.after_attach: Callable[[int, str], None] = lambda domid, mac: None
        self.after_detach: Callable[[int], None] = lambda domid: None
        self.attached: dict[VifId, VifRequest] = {}
        self.create(0, "Domain-0")

    # -- what a toolstack does

    def create(self, domid: int, name: str, state: DomainState = DomainState.RUNNING, uuid: int | None = None) -> None:
        """A new domain."""
        info = DomainInfo(domid, name, f"00000000-0000-4000-8000-{domid if uuid is None else uuid:012}", state)
        self.infos[domid] = info
        identity = Identity(domid, name, info.uuid)
        if domid:
            self.xen.hardware.add(domid)
            self.xen.toolstack.create(identity, driver_domain=name.startswith("netvm"))
        else:
            self.xen.toolstack.create_dom0(identity)

    def destroy(self, domid: int) -> None:
        """A domain dies; its nodes go, and what the toolstack kept of its own vifs."""
        info = self.infos.pop(domid)
        self.xen.toolstack.destroy(Identity(domid, info.name, info.uuid))
        self.xen.hardware.dying(domid)
        self.xen.hardware.remove(domid)

    def set_state(self, domid: int, state: DomainState) -> None:
        """As by other means."""
        self.infos[domid] = replace(self.infos[domid], state=state)

    # -- what domains say

    def inside(self, domid: int) -> Store:
        """xenstore as a domain sees it."""
        return Store(self.xen.hardware.xenbus(domid) if domid else self.xen.hardware.socket)

    def say(self, domid: int, nodes: dict[str, str]) -> None:
        """A domain writes below its own home, in one transaction."""
        with self.inside(domid) as store:
            store.atomically(lambda within: [within.write(path, value) for path, value in nodes.items()])

    def say_agent_runs(self, domid: int, **more: str) -> None:
        """An agent's report, of a netvm that is well."""
        self.say(domid, {keys.AGENT_STATE.at(): "running", keys.AGENT_SERIAL.at(): "1", **more})

    def say_guest_address(self, domid: int, address: str) -> None:
        """A guest's report."""
        self.say(domid, {keys.GUEST_ADDRESS.at(): address, keys.GUEST_ROUTE.at(): "", keys.GUEST_SERVERS.at(): ""})

    # -- the port

    def _do(self, verb: str, *what: Any) -> None:
        self.calls.append((verb, *what))
        if (error := self.fails.pop(verb, None)) is not None:
            raise error

    def _domain(self, domid: int) -> DomainInfo:
        if domid not in self.infos:
            raise NotFound(plain(f"There is no domain {domid}."))
        return self.infos[domid]

    def capabilities(self) -> Capabilities:
        """See `Hypervisor`."""
        self._do("capabilities")
        return Capabilities("fake", None, self.managed_by)

    def domains(self) -> list[DomainInfo]:
        """See `Hypervisor`."""
        if (error := self.fails.pop("domains", None)) is not None:
            raise error
        return sorted(self.infos.values(), key=lambda info: info.id)

    def pause(self, domid: int) -> None:
        """See `Hypervisor`."""
        self._do("pause", domid)
        self.infos[domid] = replace(self._domain(domid), state=DomainState.PAUSED)

    def unpause(self, domid: int) -> None:
        """See `Hypervisor`."""
        self._do("unpause", domid)
        self.infos[domid] = replace(self._domain(domid), state=DomainState.RUNNING)

    def attach_vif(self, request: VifRequest) -> VifId:
        """See `Hypervisor`."""
        self._do("attach", request.frontend, request.backend)
        self._domain(request.frontend)
        self._domain(request.backend)
        vif = self.xen.toolstack.attach_vif(request)
        self.attached[vif] = request
        self.after_attach(request.frontend, request.mac)
        if self.obliging:
            self.serve(vif)
            if request.frontend:
                self.say_guest_address(request.frontend, str(request.address))
        return vif

    def serve(self, vif: VifId, status: str = "connected") -> None:
        """What the netvm's hotplug script does in the end."""
        self.say(self.attached[vif].backend, {f"{vif.backend_path}/hotplug-status": status})

    def detach_vif(self, vif: VifId) -> None:
        """See `Hypervisor`."""
        self._do("detach", vif.frontend, vif.devid)
        backend, _ = self.xen.toolstack.backend(vif)
        if backend in self.infos:  # it closes its end, as its driver does, and has it removed, as its devd does
            path = f"/local/domain/{backend}/{vif.backend_path}"
            with Store(self.xen.hardware.socket) as store:
                if store.read(f"{path}/state") is not None:
                    store.write(f"{path}/state", CLOSED)
                store.delete(path)
        self.xen.toolstack.detach_vif(vif)
        if self.attached.pop(vif, None):
            self.after_detach(vif.frontend)

    def show_program(self, domid: int, command: Sequence[str], display: Display) -> None:
        """See `Hypervisor`."""
        self._domain(domid)
        self._do("show", domid, tuple(command))

    def attach(self, domid: int, backend: int, address: str) -> VifId:
        """A vif that a domain has from its beginning."""
        vif = self.attach_vif(VifRequest(domid, backend, IPv4Address(address), f"00:16:3e:00:00:{domid:02x}"))
        self.calls.clear()
        return vif


def failing(sentence: str = "It failed.") -> HypervisorError:
    """What a toolstack that fails raises."""
    return HypervisorError(plain(sentence))
