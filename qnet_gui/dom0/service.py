"""The helper's object on the system bus: `org.qnet.Helper1` at /org/qnet/Helper1.

Publishes the snapshot whenever it differs from the last one published; reading is for everyone. Runs on the main loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import dbus

from qnet_gui.dom0.build import Built, awaited, build
from qnet_gui.dom0.bus import Exported
from qnet_gui.dom0.collect import Collector
from qnet_gui.dom0.declare import ANYONE, Call, method
from qnet_gui.dom0.isolation import Watch
from qnet_gui.dom0.patience import Patience
from qnet_gui.dom0.polkit import Authority
from qnet_gui.dom0.provision import Provisioner
from qnet_gui.dom0.raw import Raw
from qnet_gui.dom0.requests import Requests
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.errors import BadInput, NotFound, QnetError, Refused, StoreGone
from qnet_gui.model.parse import shown
from qnet_gui.model.route import Route
from qnet_gui.model.snapshot import Snapshot, to_wire
from qnet_gui.store import keys
from qnet_gui.store.worker import StoreWorker
from qnet_gui.wire import typed

log = logging.getLogger(__name__)

BUS_NAME = "org.qnet.Helper1"
#: Seconds until a guest whose vif is connected, and a netvm that runs, must have reported.
GUEST_PATIENCE, AGENT_PATIENCE = 10.0, 60.0
_ROWS = 4096


def rows(lines: list[str]) -> tuple[list[Route], int]:
    """Routing table rows that somebody reported, and how many were dropped because they are none."""
    found, dropped = [], max(0, len(lines) - _ROWS)
    for line in lines[:_ROWS]:
        try:
            found.append(Route.from_line(line))
        except BadInput:
            dropped += 1
    return found, dropped


class Helper(Exported):
    """The one object."""

    path = "/org/qnet/Helper1"
    interface = "org.qnet.Helper1"
    properties = {"Snapshot": "a{sv}", "Version": "s"}  # noqa: RUF012

    def __init__(
        self, connection: Any, store: StoreWorker, hypervisor: Hypervisor, netvm: str,
        provisioner: Provisioner, version: str,
    ) -> None:  # fmt: skip
        super().__init__(connection, Authority(connection))
        self._store = store
        self._netvm = netvm
        self._provisioner = provisioner
        self._version = version
        self._allocated: dict[int, str] = {}
        self._silent = False
        self._built: Built | None = None
        self._patience = Patience(self._rebuild)
        self._requests = Requests(store, self._agent_silent)
        self._collector = Collector(hypervisor, store, netvm, self._collected, self._requests.look)
        self._isolation = Watch(hypervisor, self._isolation_changed)

    def start(self) -> None:
        """Watch, read, publish."""
        self._isolation.start()
        self._collector.start()

    def store_lost(self) -> None:
        """For the store's worker: the connection was lost."""
        self._collector.store_lost()

    # -- what happened

    def _collected(self, raw: Raw, vifs: bool) -> None:
        self._requests.use(raw.netvm.id if raw.netvm else None)
        if vifs and raw.store:
            self._store.submit(lambda store: self._provisioner.provision(store, raw), self._provisioned)
        self._rebuild()

    def _provisioned(self, result: Mapping[int, str] | QnetError) -> None:
        if isinstance(result, StoreGone):
            return  # known, and done again when xenstore is back
        if isinstance(result, QnetError):
            log.error("domains cannot be told their network: %s", result)
        elif dict(result) != self._allocated:
            self._allocated = dict(result)
            self._rebuild()

    def _agent_silent(self, silent: bool) -> None:
        if silent != self._silent:
            self._silent = silent
            self._rebuild()

    def _isolation_changed(self) -> None:
        if self._built is not None:  # else the domains have not been read yet, and the first snapshot has it
            self._rebuild()

    def _rebuild(self) -> None:
        raw = replace(
            self._collector.raw, silent=self._silent, allocated=self._allocated, isolation=self._isolation.facts
        )
        netvm = raw.netvm.id if raw.netvm else None
        waiting = {domid: AGENT_PATIENCE if domid == netvm else GUEST_PATIENCE for domid in awaited(raw)}
        self._publish(build(replace(raw, overdue=self._patience.overdue(waiting)), self._netvm))

    def _publish(self, built: Built) -> None:
        before, self._built = self._built, built
        if built.dropped and (before is None or built.dropped != before.dropped):
            log.warning("the netvm wrote %d values that are not valid: %s", len(built.dropped), shown(built.dropped))
        if before is None or built.snapshot != before.snapshot:
            log.debug("snapshot: %s", built.snapshot)
            self.properties_changed({"Snapshot": typed(to_wire(built.snapshot))})

    # -- the bus

    def read_properties(self, done: Callable[[Mapping[str, object]], None]) -> None:
        """The properties, after another look at the hypervisor and at what dom0 listens on."""

        def ready() -> None:
            if self._built is None:
                self._rebuild()
            snapshot = self._snapshot
            done({"Snapshot": typed(to_wire(snapshot)), "Version": dbus.String(self._version)})

        self._collector.refresh(lambda: self._isolation.refresh(ready))

    @property
    def _snapshot(self) -> Snapshot:
        if self._built is None:
            raise QnetError("The network helper is still starting.")
        return self._built.snapshot

    @method("GetRoutes", action=ANYONE, takes="s", gives="aa{sv}")
    def get_routes(self, call: Call, domain: str) -> None:
        """The routing table of a domain, of the netvm when none is named."""
        if domain in ("", self._netvm):
            self._ask_netvm("routes", call, lambda lines: self._reply_routes(call, lines))
            return
        found = next((each for each in self._snapshot.domains if each.name == domain), None)
        if found is None:
            raise NotFound(f"There is no domain {shown(domain)} that runs.")
        report = self._collector.raw.guests.get(found.id)
        if not report and found.vif:
            raise Refused(f"{found.name} has not reported its routes. Restart it, or run qnet-guest in it.")
        self._reply_routes(call, [report[keys.GUEST_ROUTE.at()].decode("ascii", "replace")] if report else [])

    @method("Reapply", action="org.qnet.reapply")
    def reapply(self, call: Call) -> None:
        """Have the netvm set its routes, packet filter and redirections anew."""
        self._ask_netvm("reapply", call, lambda _: call.reply())

    def _ask_netvm(self, verb: str, call: Call, done: Callable[[list[str]], None]) -> None:
        state = self._snapshot.netvm.state
        if state is NetvmState.PAUSED:
            raise Refused(f"{self._netvm} is paused.")
        if state is NetvmState.ABSENT:
            raise Refused(f"{self._netvm} is not running.")

        def answered(result: list[str] | QnetError) -> None:
            if isinstance(result, QnetError):
                call.fail(result)
            else:
                done(result)

        self._requests.ask(verb, answered)

    @staticmethod
    def _reply_routes(call: Call, lines: list[str]) -> None:
        found, dropped = rows([line for line in lines if line])
        if dropped:
            log.warning("%d rows of a routing table are not valid", dropped)
        call.reply(dbus.Array([typed(route.as_dict()) for route in found], signature="a{sv}"))
