"""The hypervisor of a Xen host: the adapter over `xl` and xenstore, for a dom0 whose domains xl manages.

Where somebody else manages them (qubesd, xapi, libvirt), it reads and refuses everything else: two toolstacks that
change the same domain end in one that neither knows. Touches xl and xenstore.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from qnet_gui.hypervisor import xen_text
from qnet_gui.hypervisor.port import Capabilities, DomainInfo, VifRequest
from qnet_gui.hypervisor.xen_run import XL, xl
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, NotFound, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.messages.xen import XenCode
from qnet_gui.model.vif import VifId
from qnet_gui.model.x_display.display import Display
from qnet_gui.store.client import Store

#: What exists where somebody else is the toolstack, and who that is.
MANAGERS = (
    (Path("/run/qubesd.sock"), "qubesd"),
    (Path("/var/lib/xcp/xapi"), "xapi"),
    (Path("/run/libvirt/libxl"), "libvirt"),
)
_DEADLINE = 10.0
#: Where dom0 is the backend, xl runs the hotplug script itself and gives it 40 s.
_ATTACH_DEADLINE = 50.0
#: xl gives the backend 10 s to close a vif, and the hotplug script its time after that.
_DETACH_DEADLINE = 60.0


def manager() -> str:
    """Who manages the domains here other than xl; empty for nobody."""
    return next((name for path, name in MANAGERS if path.exists()), "")


class XenHypervisor:
    """The port `Hypervisor` in a real dom0. May be used from any thread."""

    def __init__(self, program: Path = XL, managed_by: str = "", store: Path | None = None) -> None:
        self._program = program
        self._managed_by = managed_by
        self._store_path = store
        self._lock = threading.Lock()
        self._paused: set[int] = set()
        self._capabilities: Capabilities | None = None

    @property
    def cannot_show(self) -> Message:
        """See `Hypervisor`: there is the netvm's screen instead, where it is offered."""
        return Message(DomainCode.NO_WINDOWS if self._managed_by else ScreenCode.SCREEN_IN_TRAY)

    def _xl(self, *words: str, deadline: float = _DEADLINE) -> str:
        return xl(*words, deadline=deadline, program=self._program)

    def _store(self) -> Store:
        return Store(self._store_path)

    def capabilities(self) -> Capabilities:
        """See `Hypervisor`."""
        if self._capabilities is None:
            iommu = xen_text.iommu(xen_text.info(self._xl("info")))
            # by whom else domains are started there is no device model of ours
            self._capabilities = Capabilities("xen", iommu, self._managed_by, screen=not self._managed_by)
        return self._capabilities

    def domains(self) -> list[DomainInfo]:
        """See `Hypervisor`."""
        return xen_text.domains(self._xl("list", "-v"))

    def _find(self, domid: int) -> DomainInfo:
        for info in self.domains():
            if info.id == domid:
                return info
        raise NotFound(XenCode.NO_DOMAIN, id=domid)

    def _must_manage(self, otherwise: XenCode) -> None:
        if self._managed_by:
            raise HypervisorError(otherwise, manager=self._managed_by)

    # -- pause: Xen counts, and lets a domain go on only when everybody who paused it has let go

    def pause(self, domid: int) -> None:
        """See `Hypervisor`.

        We count once, however often we are asked. Others' pauses are none of ours: a domain that its toolstack is
        still making is paused by it, and must stay so when the toolstack lets it go.
        """
        self._must_manage(XenCode.NOT_OURS_TO_PAUSE)
        with self._lock:
            if domid in self._paused and self._find(domid).state is DomainState.PAUSED:
                return
            try:
                self._xl("pause", str(domid))
            except HypervisorError:
                self._find(domid)
                raise
            self._paused.add(domid)

    def unpause(self, domid: int) -> None:
        """See `Hypervisor`. Takes one pause away; one that somebody else made stays."""
        self._must_manage(XenCode.NOT_OURS_TO_RESUME)
        with self._lock:
            self._paused.discard(domid)
            try:
                self._xl("unpause", str(domid))
            except HypervisorError:  # Xen refuses to let go what nobody holds
                if self._find(domid).state is DomainState.PAUSED:
                    raise

    # -- vifs

    def attach_vif(self, request: VifRequest) -> VifId:
        """See `Hypervisor`."""
        self._must_manage(XenCode.NOT_OURS_TO_ATTACH)
        with self._lock, self._store() as store:
            before = set(_device_numbers(store, request.frontend, request.mac))
            words = [f"backend={request.backend}", f"script={request.script}", f"ip={request.address}"]
            words += [f"mac={request.mac}"] + (["untrusted"] if request.untrusted else [])
            words += [f"rate={request.rate}"] if request.rate else []
            words += [f"mtu={request.mtu}"] if request.mtu else []
            self._xl("network-attach", str(request.frontend), *words, deadline=_ATTACH_DEADLINE)
            made = set(_device_numbers(store, request.frontend, request.mac)) - before
        if not made:
            raise HypervisorError(XenCode.ATTACHED_CARD_GONE)
        return VifId(request.frontend, max(made))

    def detach_vif(self, vif: VifId) -> None:
        """See `Hypervisor`."""
        self._must_manage(XenCode.NOT_OURS_TO_DETACH)
        node = f"{_vif_root(vif.frontend)}/{vif.devid}"
        with self._lock, self._store() as store:
            backend = store.read(f"{node}/backend")
            if backend is None:
                return
            try:
                self._xl("network-detach", str(vif.frontend), str(vif.devid), deadline=_DETACH_DEADLINE)
            except HypervisorError:
                if store.read(f"{node}/backend") is None:
                    return
                if store.read(backend.decode("ascii", "replace")) is not None:
                    raise
                _forget(store, vif)

    def show_program(self, domid: int, command: Sequence[str], display: Display) -> None:
        """See `Hypervisor`. There is no way by which a window could come here."""
        raise Refused(self.cannot_show)


def _vif_root(frontend: int) -> str:
    """Where libxl keeps what it knows of a domain's vifs; no domain may read or write there."""
    return f"/libxl/{frontend}/device/vif"


def _device_numbers(store: Store, frontend: int, mac: str) -> list[int]:
    """The device numbers of a domain's vifs that have this MAC."""
    root = _vif_root(frontend)
    return [
        int(devid)
        for devid in store.children(root)
        if devid.isdecimal() and (store.read(f"{root}/{devid}/mac") or b"").decode("ascii", "replace").lower() == mac
    ]


def _forget(store: Store, vif: VifId) -> None:
    """Remove a vif whose backend died with its domain: xl asks the backend, and cannot; netfront sees the node go."""
    store.delete(f"/local/domain/{vif.frontend}/device/vif/{vif.devid}")
    store.delete(f"{_vif_root(vif.frontend)}/{vif.devid}")
