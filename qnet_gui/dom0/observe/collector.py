"""Keeps the `Inputs` up to date: watches, gathers what they say for 5 ms, reads only what has changed.

Watches come before the first read, or what changes in between is missed (Qubes OS, 795bec80). After a loss of xenstore
every watch fires, so everything is read anew. Runs on the main loop; xenstore is read on its worker's thread, the
hypervisor is asked on a thread of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from qnet_gui.dom0.observe.dirty import Dirty, Fresh, read
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.hypervisor.port import Capabilities, DomainInfo, Hypervisor, prevailing
from qnet_gui.model import parse
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput, QnetError, StoreGone
from qnet_gui.runtime.flood_limit import FloodLimit
from qnet_gui.runtime.jobs import JobThread
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.store import keys
from qnet_gui.store.home import home
from qnet_gui.store.reports import AgentReport
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)

_GATHER = 0.005
#: Seconds until a hypervisor that did not answer is asked again.
_AGAIN = 5.0
#: Fields of a vif whose change matters here; the drivers' negotiation does not.
_VIF_FIELDS = frozenset({"frontend", "hotplug-status"})
_AGENT_FIELDS = (keys.HOME_DOMAIN, keys.AGENT_SERIAL.at(), keys.AGENT_STATE.at())


def _named(domains: list[DomainInfo], name: str) -> DomainInfo | None:
    """The domain that the configuration names; toolstacks have several names for dom0."""
    return prevailing(info for info in domains if (info.id == 0 if name == "dom0" else info.name == name))


class Collector:
    """`changed(inputs, vifs)`: after each round, `vifs` when domains or vifs may differ; `head`: the agent answered.

    `traffic`: the agent has told what went through.
    """

    def __init__(
        self, hypervisor: Hypervisor, store: StoreWorker, netvm: str,
        changed: Callable[[Inputs, bool], None], head: Callable[[], None], traffic: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._hypervisor = hypervisor
        self._worker = JobThread("hypervisor")
        self._can: Capabilities | None = None
        self._store = store
        self._name = netvm
        self._changed = changed
        self._head = head
        self._traffic = traffic
        self.inputs = Inputs()
        self._dirty = Dirty(domains=True, agent=True, all_frontends=True, cards=True)
        self._watched: set[str] = set()
        self._timer: int | None = None
        self._under_way = False
        self._waiting: list[Callable[[], None]] = []
        self._limit = FloodLimit()  # for whoever writes or asks without end

    def start(self) -> None:
        """Watch, then read."""
        self._store.watch("@introduceDomain", self._domains_event)
        self._store.watch("@releaseDomain", self._domains_event)
        self._store.watch("/libxl", self._toolstack_event)
        self._schedule()

    def follow(self, netvm: str) -> None:
        """Another netvm is the chosen one from now on."""
        self._name = netvm
        self._dirty.domains = True
        self._schedule(at_once=True)

    def refresh(self, then: Callable[[], None]) -> None:
        """Ask the hypervisor anew, since it does not tell who is paused; call `then` when that has been taken in."""
        self._waiting.append(then)
        self._dirty.domains = True
        if self._timer is not None:
            cancel(self._timer)
            self._timer = None
        self._schedule(at_once=True)

    def store_lost(self) -> None:
        """xenstore has dropped the connection; it comes back by itself."""
        if self.inputs.store:
            log.error("xenstore is lost")
            self.inputs = replace(self.inputs, store=False)
            self._changed(self.inputs, False)

    # -- events

    def _domains_event(self, _: str) -> None:
        self._dirty.domains = True
        self._schedule()

    def _agent_event(self, path: str) -> None:
        if path.endswith(keys.ANSWER_HEAD.at()):
            self._head()
        elif path.endswith(keys.TRAFFIC_PIECE.at(0)):
            self._traffic()
        elif path.endswith(_AGENT_FIELDS):
            self._dirty.agent = True
            self._runs(self.inputs.netvm.id if self.inputs.netvm else None)
            self._schedule()

    def _vif_event(self, path: str) -> None:
        """Something of the netvm's `backend/vif/<frontend>/<devid>/<field>`, whose names the netvm makes."""
        untrusted_parts = path.split("/")[6:]
        if not untrusted_parts:
            self._dirty.all_frontends = True
        elif len(untrusted_parts) < 3 or untrusted_parts[2] in _VIF_FIELDS:
            try:
                self._dirty.frontends.add(parse.domid(untrusted_parts[0]))
            except BadInput:
                return
        else:
            return
        self._schedule()

    def _toolstack_event(self, path: str) -> None:
        """Something of `/libxl/<id>/device/…`, where frontends and network cards come and go, and little else."""
        parts = path.split("/")[2:]
        if not parts or not parts[0].isdecimal():
            self._dirty.all_frontends = self._dirty.cards = True
        elif parts[1:3] == ["device", "pci"]:
            self._dirty.cards = True
        elif parts[1:3] in ([], ["device"], ["device", "vif"]):
            self._dirty.frontends.add(int(parts[0]))
        else:
            return
        self._schedule()

    def _served_event(self, domid: int) -> None:
        self._dirty.agents.add(domid)
        self._runs(domid)
        self._schedule()

    def _guest_event(self, domid: int) -> None:
        self._dirty.guests.add(domid)
        self._runs(domid)
        self._schedule()

    def _runs(self, domid: int | None) -> None:
        """A domain has written, so it is not paused any more, which nobody tells: xl makes each domain paused."""
        self._dirty.domains |= any(
            info.id == domid and info.state is DomainState.PAUSED for info in self.inputs.domains
        )

    # -- rounds

    def _schedule(self, at_once: bool = False) -> None:
        if self._timer is None and not self._under_way:
            self._timer = after(self._limit.delay(0 if at_once else _GATHER), self._round)

    def _round(self) -> None:
        self._timer = None
        self._under_way = True
        self._limit.count()
        dirty, self._dirty = self._dirty, Dirty()
        waiting, self._waiting = self._waiting, []
        if dirty.domains:
            self._worker.submit(self._ask, lambda result: self._domains_read(result, dirty, waiting))
        else:
            self._read(dirty, waiting)

    def _ask(self) -> tuple[Capabilities, list[DomainInfo]]:
        """On the thread: what can be done here, which is asked once, and the domains."""
        if self._can is None:
            self._can = self._hypervisor.capabilities()
        return self._can, self._hypervisor.domains()

    def _domains_read(
        self, result: tuple[Capabilities, list[DomainInfo]] | QnetError, dirty: Dirty, waiting: list[Callable[[], None]]
    ) -> None:
        if isinstance(result, QnetError):
            if self.inputs.hypervisor:
                log.error("the hypervisor does not tell its domains: %s", result)
            self.inputs = replace(self.inputs, hypervisor=False)
            after(_AGAIN, lambda: self.refresh(lambda: None))  # it tells no event when it can be asked again
        else:
            can, domains = result
            self.inputs = replace(self.inputs, managed_by=can.managed_by, screen=can.screen)
            self._take_domains(domains, dirty)
        self._read(dirty, waiting)

    def _take_domains(self, domains: list[DomainInfo], dirty: Dirty) -> None:
        netvm = _named(domains, self._name)
        before = self.inputs.netvm
        if (netvm.id if netvm else None) != (before.id if before else None):
            self.inputs = replace(self.inputs, agent=AgentReport(), dropped=())
            dirty.agent = dirty.all_frontends = True
        alive = {info.id for info in domains}
        guests = {number: report for number, report in self.inputs.guests.items() if number in alive}
        agents = {number: state for number, state in self.inputs.agents.items() if number in alive}
        self.inputs = replace(
            self.inputs, hypervisor=True, netvm=netvm, domains=tuple(domains), guests=guests, agents=agents
        )
        self._watch_domains(alive, netvm.id if netvm else None)

    def _watch_domains(self, alive: set[int], netvm: int | None) -> None:
        """Watch exactly the domains that exist; each new watch fires at once, which makes it read."""
        wanted: dict[str, Callable[[str], None]] = {
            f"{home(domid)}/{keys.HOME_DOMAIN}/guest": lambda _, domid=domid: self._guest_event(domid)  # type: ignore[misc]
            for domid in alive - {0, netvm}
        }
        for domid in alive:
            wanted[keys.AGENT_STATE.under(domid)] = lambda _, domid=domid: self._served_event(domid)  # type: ignore[misc]
        if netvm is not None:
            wanted[f"{home(netvm)}/{keys.HOME_DOMAIN}"] = self._agent_event
            wanted[f"{home(netvm)}/backend/vif"] = self._vif_event
        for path in self._watched - wanted.keys():
            self._store.unwatch(path)
        for path in wanted.keys() - self._watched:
            self._store.watch(path, wanted[path])
        self._watched = set(wanted)

    def _read(self, dirty: Dirty, waiting: list[Callable[[], None]]) -> None:
        netvm = self.inputs.netvm.id if self.inputs.netvm else None

        def done(result: Fresh | QnetError) -> None:
            if isinstance(result, QnetError):
                self._dirty.merge(dirty)  # for the round that the reconnect brings
                if not isinstance(result, StoreGone):
                    log.error("xenstore cannot be read: %s", result)
                self.store_lost()
            else:
                self._take(result)
                frontends = dirty.all_frontends or bool(dirty.frontends or dirty.agents)
                self._changed(self.inputs, dirty.domains or frontends)
            self._finish(waiting, failed=isinstance(result, QnetError))

        self._store.submit(lambda store: read(store, netvm, dirty), done)

    def _take(self, fresh: Fresh) -> None:
        frontends = dict(self.inputs.frontends) if fresh.all_frontends is None else fresh.all_frontends
        frontends = {number: vifs for number, vifs in {**frontends, **fresh.frontends}.items() if vifs}
        guests = {**self.inputs.guests, **fresh.guests}
        if not self.inputs.store:
            log.info("xenstore is back")
        agent, dropped = fresh.agent or (self.inputs.agent, self.inputs.dropped)
        self.inputs = replace(
            self.inputs, store=True, agent=agent, dropped=dropped, frontends=frontends,
            agents={**self.inputs.agents, **fresh.agents},
            cards=self.inputs.cards if fresh.cards is None else fresh.cards,
            guests={number: report for number, report in guests.items() if report is not None},
        )  # fmt: skip

    def _finish(self, waiting: list[Callable[[], None]], failed: bool) -> None:
        self._under_way = False
        for then in waiting:
            then()
        if self._waiting:
            self._schedule(at_once=True)
        elif self._dirty != Dirty() and not failed:
            self._schedule()
