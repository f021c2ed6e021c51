"""What the start and stop of the netvm ask of xl and of xenstore. It blocks, up to the deadlines that it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle.interrupts import Interrupts
from qnet_gui.hypervisor.port import DomainInfo, prevailing
from qnet_gui.hypervisor.xen import XenHypervisor
from qnet_gui.hypervisor.xen_run import XL, xl
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import BadInput, HypervisorError, NoAnswer, NotFound
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.waiting import Deadline, wait_until

#: Building a domain reads its kernel and waits for the backends of its disks.
CREATE, _DESTROY, _QUICK = 180.0, 60.0, 10.0
#: Seconds in which whoever made a domain, usually an xl that stayed for it, takes it apart once it has shut down: libxl
#: waits 10 s for each of its PCI devices.
_REAP = 60.0
#: And in which he makes another in its place: it gives its PCI devices up first.
_AGAIN = 30.0
_RELEASED, _INTRODUCED = "@releaseDomain", "@introduceDomain"
_PCI_BACKENDS = "/local/domain/0/backend/pci"


class Toolstack:
    """`program` is xl, `store` xenstore's socket."""

    def __init__(self, interrupts: Interrupts, program: Path = XL, store: Path | None = None) -> None:
        self._interrupts = interrupts
        self._program = program
        self._store = store
        self._hypervisor = XenHypervisor(program)

    def iommu(self) -> bool | None:
        """Whether there is an IOMMU; None where xl does not say."""
        return self._hypervisor.capabilities().iommu

    def find(self, name: str) -> DomainInfo | None:
        """The domain of this name; one that is dying only where there is no other."""
        return prevailing(info for info in self._hypervisor.domains() if info.name == name and info.id)

    def devices_in_use(self) -> set[str]:
        """Addresses of the PCI devices that domains have now, as libxl writes them."""
        in_use = set()
        alive = {str(info.id) for info in self._hypervisor.domains()}
        with Store(self._store) as store:
            for domid in alive.intersection(store.children(_PCI_BACKENDS)):  # libxl leaves nodes of dead ones behind
                path = f"{_PCI_BACKENDS}/{domid}/0"
                devices = [f"{path}/{name}" for name in store.children(path) if name.startswith("dev-")]
                in_use |= {(store.read(device) or b"").decode("ascii", "replace") for device in devices}
        return in_use

    def create(self, name: str, configuration: Path, devices: Sequence[str]) -> int:
        """Have xl make the domain of this configuration, with these PCI devices if there are any; returns its id."""
        self._interrupts.check()
        words = [f"pci=[{','.join(map(repr, devices))}]"] if devices else []
        xl("create", str(configuration), *words, deadline=CREATE, program=self._program)
        info = self.find(name)
        if info is None:
            raise HypervisorError(ServiceCode.WENT_AT_ONCE, name=name)
        return info.id

    def agent(self, domid: int) -> AgentState:
        """What the agent in a domain says of itself now."""
        with Store(self._store) as store:
            return _agent(store, domid)

    def await_agent(self, domid: int, name: str, seconds: float) -> None:
        """Wait until the agent says that it runs; `NotFound` once the domain is gone, `NoAnswer` when it is late."""
        state = keys.AGENT_STATE.under(domid)

        def agent_runs(changed: set[str]) -> bool | None:
            if _agent(store, domid) is AgentState.RUNNING:
                return True
            if _RELEASED in changed and self._state(domid) in (None, DomainState.DYING):
                raise NotFound(ServiceCode.ENDED_AT_START, name=name)
            return None

        with Store(self._store) as store:
            if self._wait(store, (state, _RELEASED), agent_runs, Deadline(seconds)) is None:
                raise NoAnswer(ServiceCode.AGENT_NOT_REPORTED, name=name, seconds=seconds)

    def shut_down(self, info: DomainInfo, seconds: float) -> bool:
        """Ask a domain to shut down, and wait until it is gone; False when it has to be destroyed.

        It goes whatever signals there are, and its NICs are nobody's then: who has asked it to stays until it has.
        """
        try:
            xl("shutdown", str(info.id), deadline=_QUICK, program=self._program)
        except HypervisorError:  # its kernel takes no such request, or not yet
            return False
        deadline, obeyed = Deadline(seconds), False

        def has_gone(_: set[str]) -> bool | None:
            nonlocal obeyed
            state = self._state(info.id)
            if state is DomainState.DYING and not obeyed:
                obeyed = True
                deadline.restart(_REAP)
            return True if state is None else None

        with Store(self._store) as store:
            gone = wait_until(store, (_RELEASED,), has_gone, deadline) is not None
        if obeyed and not gone:
            self.destroy(info)  # nobody has taken it apart
        return obeyed or gone

    def destroy_made_anew(self, info: DomainInfo) -> None:
        """End what xl makes in the place of a domain that has shut down, where its configuration has it do so."""

        def made(_: set[str]) -> DomainInfo | None:
            another = self.find(info.name)
            return another if another is not None and another.id != info.id else None

        with Store(self._store) as store:
            another = wait_until(store, (_INTRODUCED,), made, Deadline(_AGAIN))
        if another is not None:
            self.destroy(another)

    def destroy(self, info: DomainInfo) -> None:
        """End a domain at once; one that is gone is no error."""
        try:
            xl("destroy", str(info.id), deadline=_DESTROY, program=self._program)
        except HypervisorError:
            if self._state(info.id) is not None:
                raise

    def _wait(
        self, store: Store, paths: Sequence[str], condition: Callable[[set[str]], bool | None], deadline: Deadline
    ) -> bool | None:
        """Like `wait_until`; `KeyboardInterrupt` after a signal."""
        return wait_until(store, paths, condition, deadline, check=self._interrupts.check, wakes=self._interrupts)

    def _state(self, domid: int) -> DomainState | None:
        """What the hypervisor says of a domain now; None of one that does not exist."""
        return next((info.state for info in self._hypervisor.domains() if info.id == domid), None)


def _agent(store: Store, domid: int) -> AgentState:
    try:
        return keys.AGENT_STATE.parse(store.read(keys.AGENT_STATE.under(domid)) or b"")
    except BadInput:
        return AgentState.UNKNOWN
