"""Detaches vifs of domains, attaches others, and waits until they work.

Touches domains through the hypervisor, and xenstore through the `Store` that it is given. It blocks, so it belongs on
the thread of the operations, which is also why no domain is ever attached twice at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.dom0.observe import inputs
from qnet_gui.dom0.observe.inputs import Frontend
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.errors import HypervisorError, NoAnswer, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.parse import printable
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.home import home
from qnet_gui.store.waiting import CANCEL_INTERVAL, Deadline, wait_until

_DEADLINE = 10.0
_REPORT = f"{keys.HOME_DOMAIN}/guest"


def detach(hypervisor: Hypervisor, store: Store, domid: int, only: Callable[[Frontend], bool]) -> list[Frontend]:
    """Detach those vifs of a domain; returns what their frontends were."""
    detached = []
    for vif, frontend in sorted(inputs.frontends(store, domid).items()):
        if not only(frontend):
            continue
        try:
            hypervisor.detach_vif(vif)
        except HypervisorError:  # one end did not let go in time; what counts is that the frontend has gone
            if vif in inputs.frontends(store, domid):
                raise
        detached.append(frontend)
    return detached


def forget_report(store: Store, domid: int) -> bool:
    """Remove what a domain reported of a vif that has gone, so that a new report is one; whether it ever reported."""
    if store.read(keys.GUEST_ADDRESS.under(domid)) is None:
        return False
    store.delete(f"{home(domid)}/{_REPORT}")
    return True


@dataclass(frozen=True, slots=True)
class AttachedVif:
    """A vif that a domain was given. `reports`: the domain will report it."""

    vif: VifId
    netvm: int
    address: IPv4Address
    reports: bool

    @property
    def backend(self) -> str:
        """Its node at the netvm's."""
        return f"{home(self.netvm)}/{self.vif.backend_path}"

    def works(self, store: Store) -> bool:
        """Whether netvm and domain say so; `Refused` when the netvm says no."""
        untrusted_status = store.read(f"{self.backend}/hotplug-status")
        if untrusted_status == b"error":
            untrusted_error = store.read(f"{self.backend}/hotplug-error") or b""
            if not untrusted_error:
                raise Refused(DomainCode.CARD_REFUSED_SILENTLY)
            raise Refused(DomainCode.CARD_REFUSED, why=printable(untrusted_error))
        untrusted_address = store.read(keys.GUEST_ADDRESS.under(self.vif.frontend))
        reported = untrusted_address == str(self.address).encode()
        return untrusted_status == b"connected" and (reported or not self.reports)


def wait(store: Store, attached: AttachedVif, cancelled: Callable[[], Message | None], deadline: Deadline) -> None:
    """Wait until a vif works; `NoAnswer` when it does not in time, `Refused` when somebody wants it to stop."""

    def check() -> None:
        if why := cancelled():
            raise Refused(why)

    def works(_: set[str]) -> bool | None:
        return attached.works(store) or None

    paths = (attached.backend, f"{home(attached.vif.frontend)}/{_REPORT}")
    if wait_until(store, paths, works, deadline, check=check, interval=CANCEL_INTERVAL) is None:
        served = store.read(f"{attached.backend}/hotplug-status") == b"connected"
        raise NoAnswer(DomainCode.CARD_NOT_SET_UP if served else DomainCode.CARD_NOT_SERVED)


def deadline() -> Deadline:
    """When a vif that is attached now must work."""
    return Deadline(_DEADLINE)
