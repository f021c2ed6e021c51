"""Who is attached to which netvm: as people want it, and as it was before after a netvm has died and come back.

Runs on the main loop. What blocks is done on the thread of the operations, one thing after the other, so no domain is
ever attached twice at a time.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.dom0.attach import exchange, preconditions
from qnet_gui.dom0.attach.config_file import set_netvm
from qnet_gui.dom0.attach.moving import Detached, Move, attach_each
from qnet_gui.dom0.bus.operations import Operations, Progress
from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.inputs import Frontend, Inputs
from qnet_gui.dom0.observe.inputs import frontends as frontends_now
from qnet_gui.hypervisor.port import DomainInfo, Hypervisor
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import QnetError, unexpected
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.vif import VifId
from qnet_gui.runtime.mainloop import after, post
from qnet_gui.store.client import Store

log = logging.getLogger(__name__)

_RETRY_FIRST, _RETRY_LAST = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class _PlannedMove:
    """A domain is to be served by `netvm` instead of by these."""

    netvm: str
    instead_of: frozenset[int]


@contextlib.contextmanager
def _failure_reported(progress: Progress, step: str) -> Iterator[None]:
    """A step of an operation; if it fails, the listeners are told so."""
    try:
        yield
    except Exception as error:
        progress.failed(step, unexpected(error))
        raise


class Attachments:
    """`name` is the chosen netvm; `follow` is told of another choice."""

    def __init__(
        self, hypervisor: Hypervisor, operations: Operations, name: str, config: Path, follow: Callable[[str], None]
    ) -> None:
        self._hypervisor = hypervisor
        self._operations = operations
        self._config = config
        self._follow = follow
        self._inputs = Inputs()
        self.name = name
        #: Names of those that serve somebody, or did before they died.
        self._names: dict[int, str] = {}
        #: What a domain's frontends were like, from when they were detached until there are others. For both threads.
        self._detached: dict[int, Detached] = {}
        #: Who is to be moved and could not be yet: paused ones when the netvm was chosen, and failures.
        self._planned: dict[int, _PlannedMove] = {}
        #: Who was cut off by somebody, and stays so.
        self._cut_off: set[int] = set()
        self._under_way: set[int] = set()
        self._failed: dict[int, str] = {}
        self._retry = _RETRY_FIRST

    # -- what people ask for

    def frontend_of(self, domid: int) -> Frontend | None:
        """The frontend that a domain has, or had before it was detached."""
        known = self._detached.get(domid, Detached(())).frontends
        return next(iter((*self._inputs.frontends.get(domid, {}).values(), *known)), None)

    def attach(self, by: str, inputs: Inputs, domid: int, uuid: str, address: IPv4Address) -> int:
        """Attach a domain to the netvm; returns the operation's number."""
        info, netvm = preconditions.attach(inputs, self.name, domid, uuid)
        old, waits = self.frontend_of(domid) or Frontend(netvm.id), info.state is DomainState.RUNNING

        def attach(frontend: Frontend, first: bool, reports: bool) -> exchange.AttachedVif:
            own = address if first else frontends.address(inputs, domid, frontend)
            if own is None:
                raise QnetError(DomainCode.ADDRESS_UNKNOWN, name=info.name)
            vif = self._hypervisor.attach_vif(frontends.vif_request(frontend, info, netvm.id, own))
            return exchange.AttachedVif(vif, netvm.id, own, reports and first)

        def job(progress: Progress) -> Message:
            progress.begun("attach", Message(DomainCode.ATTACHING, name=info.name, netvm=self.name))
            with Store() as store, _failure_reported(progress, "attach"):
                gone = exchange.detach(self._hypervisor, store, domid, lambda frontend: frontend.backend != netvm.id)
                if frontends_now(store, domid):  # its netvm has come back meanwhile
                    return Message(DomainCode.IS_ATTACHED, name=info.name, netvm=self.name)
                reports = exchange.forget_report(store, domid) and waits
                known = gone or self._detached.get(domid, Detached((old,))).frontends
                vifs = attach_each(
                    self._detached, domid, known, lambda frontend, first: attach(frontend, first, reports)
                )
                deadline = exchange.deadline()
                for vif in vifs:
                    exchange.wait(store, vif, lambda: progress.cancelled, deadline)
            progress.done("attach", Message(DomainCode.ATTACHED, name=info.name, netvm=self.name))
            return Message(DomainCode.IS_ATTACHED, name=info.name, netvm=self.name)

        number = self._operations.start("attach", by, job)
        self._planned.pop(domid, None)
        self._cut_off.discard(domid)
        return number

    def detach(self, by: str, inputs: Inputs, domid: int, uuid: str) -> int:
        """Cut a domain off; it stays so until somebody attaches it. Returns the operation's number."""
        info = preconditions.detach(inputs, domid, uuid)

        def job(progress: Progress) -> Message:
            progress.begun("detach", Message(DomainCode.CUTTING_OFF, name=info.name))
            with Store() as store, _failure_reported(progress, "detach"):
                known = self._detached.get(domid, Detached(()))
                if gone := exchange.detach(self._hypervisor, store, domid, lambda _: True):
                    self._detached[domid] = Detached((*gone, *(known.frontends if known.partly else ())))
            progress.done("detach", Message(DomainCode.CUT_OFF, name=info.name))
            return Message(DomainCode.IS_CUT_OFF, name=info.name)

        number = self._operations.start("detach", by, job)
        self._planned.pop(domid, None)
        self._cut_off.add(domid)
        return number

    def choose(self, by: str, inputs: Inputs, wanted: str, move: bool) -> int:
        """Make another domain the netvm; `move`: and move the old one's running domains. Returns the number.

        Of the one that it is already, `move` moves all that are with another.
        """
        netvm = preconditions.choose(inputs, wanted, move)
        old, new = self.name, "dom0" if netvm.id == 0 else netvm.name
        affected: dict[DomainInfo, frozenset[int]] = {}
        if move:
            affected = self._served_by(inputs, old) if old != new else self._not_with(inputs, netvm.id)
        running = [(info, ids) for info, ids in affected.items() if info.state is DomainState.RUNNING]
        paused = {info: ids for info, ids in affected.items() if info.state is DomainState.PAUSED}

        def job(progress: Progress) -> Message:
            progress.begun("choose", Message(DomainCode.CHOOSING, netvm=new))
            with _failure_reported(progress, "choose"):
                set_netvm(self._config, new)
            post(lambda: self._chosen(new, paused))
            progress.done("choose", Message(DomainCode.CHOSE, netvm=new))
            return Move(self._hypervisor, self._detached, new, netvm.id, self._given(inputs)).run(
                running, paused, progress
            )

        return self._operations.start("set-netvm", by, job)

    def _chosen(self, name: str, paused: dict[DomainInfo, frozenset[int]]) -> None:
        self.name = name
        self._planned |= {info.id: _PlannedMove(name, ids) for info, ids in paused.items()}
        self._follow(name)

    @staticmethod
    def _given(inputs: Inputs) -> Callable[[int, Frontend], IPv4Address | None]:
        return lambda domid, frontend: frontends.address(inputs, domid, frontend)

    def _served_by(self, inputs: Inputs, name: str) -> dict[DomainInfo, frozenset[int]]:
        """Domains with a frontend of a netvm, dead or alive, and the ids that this netvm had.

        Who could not leave a netvm that is dead would be stuck with it (qubes-issues 8319).
        """
        infos, served = frontends.alive(inputs), {}
        for domid, vifs in inputs.frontends.items():
            ids = {
                frontend.backend
                for frontend in vifs.values()
                if frontends.netvm_of(inputs, frontend, self._names) == name
            }
            if domid and ids and domid in infos:
                served[infos[domid]] = frozenset(ids)
        return served

    @staticmethod
    def _not_with(inputs: Inputs, netvm: int) -> dict[DomainInfo, frozenset[int]]:
        """Domains that another domain than this serves, and the ids of all that serve them."""
        infos, others = frontends.alive(inputs), {}
        for domid in frontends.not_with_netvm(inputs):
            backends = {frontend.backend for frontend in inputs.frontends[domid].values()}
            others[infos[domid]] = frozenset(backends - {netvm})
        return others

    # -- what happens by itself

    def inputs_changed(self, inputs: Inputs) -> None:
        """Something has changed: a netvm may be back, a domain that is to be moved may have woken."""
        self._inputs = inputs
        if not inputs.hypervisor or not inputs.store or inputs.managed_by:
            return
        infos = frontends.alive(inputs)
        self._remember(inputs, infos)
        dead = frontends.orphans(inputs)
        for domid, info in infos.items():
            planned = self._planned_move(inputs, domid, dead.get(domid, {}))
            netvm = self._serving(infos.values(), inputs, planned.netvm) if planned else None
            if planned is None or netvm is None or domid in self._under_way:
                continue
            # a vif that nobody serves is exchanged at once, one that works when its domain can use the other
            if info.state is DomainState.RUNNING or domid in dead or not inputs.frontends.get(domid):
                self._exchange(info, netvm, planned.instead_of)

    def _remember(self, inputs: Inputs, infos: dict[int, DomainInfo]) -> None:
        used = {frontend.backend for vifs in inputs.frontends.values() for frontend in vifs.values()}
        seen = {domid: "dom0" if domid == 0 else info.name for domid, info in infos.items()}
        self._names = {domid: name for domid, name in {**self._names, **seen}.items() if domid in used}
        self._cut_off &= infos.keys()
        for domid in {*self._detached, *self._planned, *self._failed} - infos.keys():
            self._detached.pop(domid, None)
            self._planned.pop(domid, None)
            self._failed.pop(domid, None)

    def _planned_move(self, inputs: Inputs, domid: int, dead: Mapping[VifId, Frontend]) -> _PlannedMove | None:
        """What is to become of a domain that is not served as it should be."""
        if domid == 0 or domid in self._cut_off:  # dom0's own vif is the business of the upgrade session
            return None
        planned = self._planned.get(domid)
        if planned is None and dead:
            name = (
                next((frontends.netvm_of(inputs, frontend, self._names) for frontend in dead.values()), "") or self.name
            )
            planned = _PlannedMove(name, frozenset(frontend.backend for frontend in dead.values()))
        elif planned is not None:
            planned = _PlannedMove(planned.netvm, planned.instead_of | {frontend.backend for frontend in dead.values()})
        return planned

    @staticmethod
    def _serving(infos: Iterable[DomainInfo], inputs: Inputs, name: str) -> DomainInfo | None:
        """The domain of this name if it runs and its agent has said so."""
        for info in infos:
            if name == ("dom0" if info.id == 0 else info.name) and info.state is DomainState.RUNNING:
                return info if frontends.agent_of(inputs, info.id) is AgentState.RUNNING else None
        return None

    def _exchange(self, info: DomainInfo, netvm: DomainInfo, ids: frozenset[int]) -> None:
        move = Move(self._hypervisor, self._detached, netvm.name, netvm.id, self._given(self._inputs))

        def job() -> int:
            with Store() as store:
                return len(move.exchange(store, info, ids))

        self._under_way.add(info.id)
        self._operations.aside(job, lambda result: self._exchanged(info, netvm, ids, result))

    def _exchanged(self, info: DomainInfo, netvm: DomainInfo, ids: frozenset[int], result: int | QnetError) -> None:
        self._under_way.discard(info.id)
        if isinstance(result, QnetError):
            if self._failed.get(info.id) != result.sentence:
                log.error("%s could not be attached to %s: %s", info.name, netvm.name, result)
            self._failed[info.id] = result.sentence
            self._planned.setdefault(info.id, _PlannedMove(netvm.name, ids))  # its old vif may be gone by now
            after(self._retry, lambda: self.inputs_changed(self._inputs))
            self._retry = min(self._retry * 2, _RETRY_LAST)
            return
        self._failed.pop(info.id, None)
        self._planned.pop(info.id, None)
        self._retry = _RETRY_FIRST
        if result:
            log.info("%s is attached to %s again", info.name, netvm.name)
