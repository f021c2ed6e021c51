"""What libxl 4.17 writes to xenstore when `xl` creates and destroys a domain and attaches and detaches a vif.

Nodes, values and permissions are libxl's (libxl_create.c, libxl_device.c, libxl_nic.c). Touches xenstore as dom0 and
nothing else: the drivers and devd do the rest, because they see the nodes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.model import parse
from qnet_gui.model.errors import HypervisorError, QnetError
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.vif import VifId
from qnet_gui.store.client import Store
from qnet_gui.store.keys import SERVED_BY
from qnet_gui.store.waiting import Deadline, wait_until

INITIALISING, INIT_WAIT, CONNECTED, CLOSING, CLOSED = b"1", b"2", b"4", b"5", b"6"
_SCRIPTS = "/etc/xen/scripts/"
_DESTROY_TIMEOUT = 10.0
_FOR_DOMAIN_TO_READ = ("cpu", "memory", "device", "control")
_FOR_DOMAIN_TO_WRITE = (
    "control/shutdown", "control/feature-poweroff", "control/feature-reboot", "control/feature-suspend",
    "control/sysrq", "device/suspend/event-channel", "data", "drivers", "feature", "attr", "error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """What a domain is called."""

    domid: int
    name: str
    uuid: str

    @property
    def home(self) -> str:
        """Its home in xenstore."""
        return f"/local/domain/{self.domid}"


class Toolstack:
    """`xl` in dom0, as far as xenstore sees it. May be used from any thread."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    @contextlib.contextmanager
    def _store(self) -> Iterator[Store]:
        with Store(self._socket) as store:
            yield store

    def create_dom0(self, domain: Identity) -> None:
        """What xen-init-dom0 writes."""
        vm = f"/vm/{domain.uuid}"
        with self._store() as store:
            _write(store, domain.home, {
                "domid": "0", "name": "Domain-0", "vm": vm, "cpu/0/availability": "online",
                "memory/target": "1048576", "memory/static-max": "1048576",
            })  # fmt: skip
            _write(store, vm, {"uuid": domain.uuid, "name": "Domain-0"})

    def create(self, domain: Identity, driver_domain: bool) -> None:
        """The nodes of a new domain; the hypervisor knows it already."""

        def nodes(store: Store) -> None:
            home, vm, libxl = domain.home, f"/vm/{domain.uuid}", f"/libxl/{domain.domid}"
            readable, own, private = ["n0", f"r{domain.domid}"], [f"n{domain.domid}"], ["n0"]
            for path, perms in ((home, readable), (vm, readable), (libxl, private), (f"{libxl}/device", private)):
                _make(store, path, perms)
            _write(store, home, {"vm": vm, "name": domain.name})
            _write(store, vm, {"name": domain.name, "uuid": domain.uuid, "image/ostype": "linux"})
            for name in _FOR_DOMAIN_TO_READ:
                _make(store, f"{home}/{name}", readable)
            more = ("libxl", "device-model") if driver_domain else ()
            for name in (*_FOR_DOMAIN_TO_WRITE, *more):
                _make(store, f"{home}/{name}", own)
            _write(store, home, {
                "domid": str(domain.domid), "store/port": str(domain.domid), "store/ring-ref": "1",
                "memory/static-max": "409600", "memory/target": "409600", "cpu/0/availability": "online",
            })  # fmt: skip
            _write(store, libxl, {"type": "pvh"})

        with self._store() as store:
            store.atomically(nodes)
            store.introduce(domain.domid, 1, domain.domid)

    def attach_vif(self, request: VifRequest) -> VifId:
        """The nodes of a new vif; takes the first free device number of the frontend."""

        def nodes(store: Store) -> VifId:
            used = set(store.children(f"/libxl/{request.frontend}/device/vif"))
            vif = VifId(request.frontend, next(number for number in range(1024) if str(number) not in used))
            paths = _Paths(vif, request.backend)
            frontend, backend = _entries(vif, request)
            _make(store, paths.frontend, [f"n{request.frontend}", f"r{request.backend}"])
            _write(store, paths.frontend, {"backend": paths.backend, **frontend})
            _make(store, paths.backend, [f"n{request.backend}", f"r{request.frontend}"])
            _write(store, paths.backend, {"frontend": paths.frontend, **backend})
            _make(store, paths.libxl, ["n0"])
            _write(store, paths.libxl, {"frontend": paths.frontend, "backend": paths.backend, **backend})
            return vif

        with self._store() as store:
            return store.atomically(nodes)

    def vifs(self, domid: int) -> list[VifId]:
        """The vifs that a domain has as frontend."""
        with self._store() as store:
            return [VifId(domid, int(devid)) for devid in store.children(f"/libxl/{domid}/device/vif")]

    def addresses(self, domid: int) -> list[str]:
        """What the vifs of a domain have for `ip`, in their order; none without vifs, or without xenstored."""
        try:
            with self._store() as store:
                values = [store.read(f"{_Paths(vif, 0).libxl}/ip") for vif in self.vifs(domid)]
        except QnetError:
            return []
        return [value.decode("ascii", "replace") for value in values if value]

    def backend(self, vif: VifId) -> tuple[int, str]:
        """The domain that serves a vif, or served it before it died, and its name as dom0 has noted it."""
        with self._store() as store:
            path = (store.read(f"/libxl/{vif.frontend}/device/vif/{vif.devid}/backend") or b"").decode()
            name = (store.read(SERVED_BY.under(vif.frontend)) or b"").decode()
        return (parse.domid(path.split("/")[3]) if path.startswith("/local/domain/") else -1), name

    def detach_vif(self, vif: VifId, force: bool = False) -> None:
        """Ask the backend to close, wait until its domain has removed it, remove the rest.

        `force`: the frontend is dead or is to be.
        """
        with self._store() as store:
            libxl = f"/libxl/{vif.frontend}/device/vif/{vif.devid}"
            frontend, backend = store.read(f"{libxl}/frontend"), store.read(f"{libxl}/backend")
            if frontend is None or backend is None:
                return
            if force:
                store.delete(frontend.decode())
            closed = self._close(store, backend.decode())
            _clean_up(store, frontend.decode())
            _clean_up(store, libxl)
            if not closed:
                _clean_up(store, backend.decode())
                raise HypervisorError(
                    plain(f"The backend of {vif.name} did not close it within {_DESTROY_TIMEOUT:g} s.")
                )

    @staticmethod
    def _close(store: Store, backend: str) -> bool:
        state = f"{backend}/state"

        def close(inside: Store) -> bool:
            before = inside.read(state)
            if before is None:
                return False
            inside.write(f"{backend}/online", "0")
            if before != CLOSED:  # it is, where the frontend has died before (libxl__initiate_device_generic_remove)
                inside.write(state, CLOSING)
            return True

        return not store.atomically(close) or (_wait_closed(store, state) and _wait_removed(store, backend))

    def destroy(self, domain: Identity) -> None:
        """Remove the nodes of a domain that is dead."""
        with self._store() as store:
            for path in (domain.home, f"/libxl/{domain.domid}", f"/vm/{domain.uuid}"):
                store.delete(path)


@dataclass(frozen=True, slots=True)
class _Paths:
    vif: VifId
    backend_domid: int

    @property
    def frontend(self) -> str:
        return f"/local/domain/{self.vif.frontend}/device/vif/{self.vif.devid}"

    @property
    def backend(self) -> str:
        return f"/local/domain/{self.backend_domid}/{self.vif.backend_path}"

    @property
    def libxl(self) -> str:
        return f"/libxl/{self.vif.frontend}/device/vif/{self.vif.devid}"


def _entries(vif: VifId, request: VifRequest) -> tuple[dict[str, str], dict[str, str]]:
    """What stands at the frontend and at the backend of a new vif."""
    frontend = {
        "backend-id": str(request.backend),
        "state": INITIALISING.decode(),
        "handle": str(vif.devid),
        "trusted": "0" if request.untrusted else "1",
        "mac": request.mac,
        "mtu": "1500",
    }
    backend = {
        "frontend-id": str(vif.frontend),
        "online": "1",
        "state": INITIALISING.decode(),
        "script": _SCRIPTS + request.script,
        "mac": request.mac,
        "ip": str(request.address),
        "mtu": "1500",
        "handle": str(vif.devid),
        "type": "vif",
    }
    return frontend, backend


def free_address(first: IPv4Address, used: Container[IPv4Address | None]) -> IPv4Address:
    """The lowest address from `first` on that nobody has."""
    while first in used:
        first += 1
    return first


def _make(store: Store, path: str, perms: list[str]) -> None:
    store.delete(path)
    store.mkdir(path)
    store.set_perms(path, perms)


def _write(store: Store, path: str, values: dict[str, str]) -> None:
    for name, value in values.items():
        store.write(f"{path}/{name}", value)


def _clean_up(store: Store, path: str) -> None:
    """Remove a node and those above it that are empty then."""
    store.delete(path)
    while (path := path.rpartition("/")[0]) and not store.children(path):
        store.delete(path)


def _wait_closed(store: Store, state: str) -> bool:
    """Wait for a backend's state to be CLOSED or to vanish, which a driver domain's clean-up soon makes of it."""

    def look(_: set[str]) -> bool | None:
        return store.read(state) in (None, CLOSED) or None

    return wait_until(store, (state,), look, Deadline(_DESTROY_TIMEOUT)) is not None


def _wait_removed(store: Store, backend: str) -> bool:
    """Wait until the driver domain has removed its side, which devd does after the script's `offline`.

    As libxl does (device_destroy_be_watch_cb): a card attached before that, under the same number, would be removed
    in place of the old one.
    """

    def look(_: set[str]) -> bool | None:
        return store.read(f"{backend}/frontend") is None or None

    return wait_until(store, (backend,), look, Deadline(_DESTROY_TIMEOUT)) is not None
