"""The helper's object on the system bus: `org.qnet.Helper1` at /org/qnet/Helper1.

Publishes the snapshot whenever it differs from the last one published; reading is for everyone. Runs on the main loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import dbus

from qnet_gui.dom0.attach.attachments import Attachments
from qnet_gui.dom0.attach.provisioning import Provisioner
from qnet_gui.dom0.bus.declare import ANYONE, Call, dbus_body, method
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.bus.polkit import Authority
from qnet_gui.dom0.domain_methods import DomainMethods
from qnet_gui.dom0.isolation.monitor import IsolationMonitor
from qnet_gui.dom0.observe import own_routes
from qnet_gui.dom0.observe.agent_requests import Requests
from qnet_gui.dom0.observe.collector import Collector
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.observe.overdue import OverdueReports
from qnet_gui.dom0.observe.snapshot_builder import BuiltSnapshot, awaited, build
from qnet_gui.dom0.upgrade.journal import JournalFile
from qnet_gui.dom0.upgrade.session import UpgradeSession
from qnet_gui.dom0.upgrade.step_runner import StepRunner
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.config import PATH as CONFIG
from qnet_gui.model.config import Config
from qnet_gui.model.dns import ServerAnswer, server_answers
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.errors import BadInput, NotFound, QnetError, Refused, StoreGone
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.parse import shown
from qnet_gui.model.route import Route
from qnet_gui.model.snapshot import Snapshot, to_wire
from qnet_gui.runtime.dbus_values import typed
from qnet_gui.store import keys
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)

BUS_NAME = "org.qnet.Helper1"
#: Seconds until a guest whose vif is connected, and a netvm that runs, must have reported.
GUEST_REPORT_SECONDS, AGENT_REPORT_SECONDS = 10.0, 60.0
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


class Helper(DomainMethods):
    """The one object."""

    path = "/org/qnet/Helper1"
    interface = "org.qnet.Helper1"
    properties = {"Snapshot": "a{sv}", "Version": "s"}  # noqa: RUF012
    signals = {  # noqa: RUF012
        "Step": {"operation": "u", "step": "s", "state": "s", "sentence": "s", "code": "s", "arguments": "a{sv}"},
        "OperationEnded": {"operation": "u", "error": "s", "sentence": "s", "code": "s", "arguments": "a{sv}"},
    }

    def __init__(
        self, connection: Any, store: StoreWorker, hypervisor: Hypervisor, config: Config,
        provisioner: Provisioner, journal: JournalFile, version: str, config_file: Path = CONFIG,
    ) -> None:  # fmt: skip
        super().__init__(connection, Authority(connection))
        self.store = store
        self.config = config
        self._netvm = config.netvm
        self.provisioner = provisioner
        self._version = version
        self.operations = Operations(self, self._rebuild_soon)
        self.upgrade = UpgradeSession(self.operations, config, self._rebuild_soon)
        self._runner = StepRunner(hypervisor, journal, self.upgrade.journal_saved)
        self._allocated: dict[int, str] = {}
        self._silent = False
        self._built: BuiltSnapshot | None = None
        self._overdue_reports = OverdueReports(self._rebuild)
        self._requests = Requests(store, self._agent_silent)
        self._collector = Collector(hypervisor, store, config.netvm, self._collected, self._requests.look)
        self._isolation = IsolationMonitor(hypervisor, self._rebuild_soon)
        self.hypervisor = hypervisor
        self.domains = Attachments(hypervisor, self.operations, config.netvm, config_file, self._follow)

    def start(self) -> None:
        """Watch, read, publish."""
        self._isolation.start()
        self._collector.start()
        self.upgrade.start(self._runner)

    def stop(self) -> None:
        """The helper ends in an orderly way."""
        self.upgrade.hand_over()

    def store_lost(self) -> None:
        """For the store's worker: the connection was lost."""
        self._collector.store_lost()

    # -- what happened

    def _collected(self, inputs: Inputs, vifs: bool) -> None:
        self._requests.use(inputs.netvm.id if inputs.netvm else None)
        if vifs and inputs.store and not inputs.managed_by:
            self.store.submit(lambda store: self.provisioner.provision(store, inputs), self._provisioned)
        self.upgrade.look(inputs)
        self.domains.look(self.inputs)
        self._rebuild()

    def _provisioned(self, result: Mapping[int, str] | QnetError) -> None:
        if isinstance(result, StoreGone):
            return  # known, and done again when xenstore is back
        if isinstance(result, QnetError):
            log.error("domains cannot be told their network: %s", result)
        elif dict(result) != self._allocated:
            self._allocated = dict(result)
            self._rebuild()

    def _follow(self, netvm: str) -> None:
        """Another netvm has been chosen."""
        self._netvm, self._silent = netvm, False
        self._collector.follow(netvm)

    def _agent_silent(self, silent: bool) -> None:
        if silent != self._silent:
            self._silent = silent
            self._rebuild()

    def _rebuild_soon(self) -> None:
        """For what knows only a part; while the domains have not been read yet, the first snapshot will have it."""
        self._isolation.own_mac = self.upgrade.mac
        if self._built is not None:
            self._rebuild()

    @property
    def inputs(self) -> Inputs:
        """See `UpgradeMethods`."""
        return replace(
            self._collector.inputs, silent=self._silent, allocated=self._allocated, isolation=self._isolation.facts,
            dom0=self.upgrade.link, operation=self.operations.current, stuck=self.upgrade.stuck,
        )  # fmt: skip

    def _rebuild(self) -> None:
        inputs = self.inputs
        netvm = inputs.netvm.id if inputs.netvm else None
        waiting = {domid: AGENT_REPORT_SECONDS if domid == netvm else GUEST_REPORT_SECONDS for domid in awaited(inputs)}
        self._publish(build(replace(inputs, overdue=self._overdue_reports.overdue(waiting)), self._netvm))

    def _publish(self, built: BuiltSnapshot) -> None:
        before, self._built = self._built, built
        if built.dropped and (before is None or built.dropped != before.dropped):
            log.warning("the netvm wrote %d values that are not valid: %s", len(built.dropped), shown(built.dropped))
        if before is None or built.snapshot != before.snapshot:
            log.debug("snapshot: %s", built.snapshot)
            self.properties_changed({"Snapshot": typed(to_wire(built.snapshot))})

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        """See `operations.Listener`."""
        self.emit("Step", operation, step, state, *dbus_body(what))

    def ended(self, operation: int, error: QnetError | None, outcome: Message) -> None:
        """See `operations.Listener`."""
        self.emit("OperationEnded", operation, error.dbus_name if error else "", *dbus_body(outcome))
        self._collector.refresh(lambda: None)  # it may have paused domains, or let them go on, which nobody else tells

    # -- the bus

    def refresh(self, then: Callable[[], None]) -> None:
        """See `UpgradeMethods`."""

        def ready() -> None:
            if self._built is None:
                self._rebuild()
            then()

        self._collector.refresh(lambda: self._isolation.refresh(ready))

    def when_ready(self, then: Callable[[], None]) -> None:
        """A helper that the bus has just started for somebody looks first, or it would find no domain at all."""
        if self._built is None:
            self.refresh(then)
        else:
            then()

    def read_properties(self, done: Callable[[Mapping[str, object]], None]) -> None:
        """The properties, after another look at the hypervisor and at what dom0 listens on."""

        def ready() -> None:
            done({"Snapshot": typed(to_wire(self.snapshot)), "Version": dbus.String(self._version)})

        self.refresh(ready)

    @property
    def snapshot(self) -> Snapshot:
        """See `UpgradeMethods`."""
        if self._built is None:
            raise QnetError(HelperCode.HELPER_STARTING)
        return self._built.snapshot

    @method("GetRoutes", action=ANYONE, takes="s", gives="aa{sv}")
    def get_routes(self, call: Call, domain: str) -> None:
        """The routing table of a domain, dom0 among them; of the netvm when none is named."""
        if domain == "dom0":
            call.reply(_table(own_routes.read()))
            return
        if domain in ("", self._netvm):
            self._ask_netvm("routes", call, lambda lines: self._reply_routes(call, lines))
            return
        found = next((each for each in self.snapshot.domains if each.name == domain), None)
        if found is None:
            raise NotFound(DomainCode.DOMAIN_UNKNOWN, name=shown(domain))
        report = self._collector.inputs.guests.get(found.id)
        if not report and found.vif:
            raise Refused(DomainCode.ROUTES_NOT_REPORTED, name=found.name)
        self._reply_routes(call, [report[keys.GUEST_ROUTE.at()].decode("ascii", "replace")] if report else [])

    @method("TestNames", action=ANYONE, gives="aa{sv}")
    def test_names(self, call: Call) -> None:
        """Have the netvm ask each of its name servers something; answers with the milliseconds that it took each."""
        self._ask_netvm("names", call, lambda lines: call.reply(_table(server_answers(lines))))

    @method("Reapply", action="org.qnet.reapply")
    def reapply(self, call: Call) -> None:
        """Have the netvm set its routes, packet filter and redirections anew."""
        self._ask_netvm("reapply", call, lambda _: call.reply())

    def _ask_netvm(self, verb: str, call: Call, done: Callable[[list[str]], None]) -> None:
        state = self.snapshot.netvm.state
        if state is NetvmState.PAUSED:
            raise Refused(DomainCode.PAUSED, name=self._netvm)
        if state is NetvmState.ABSENT:
            raise Refused(DomainCode.NOT_RUNNING, name=self._netvm)

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
        call.reply(_table(found))


def _table(rows: Iterable[Route | ServerAnswer]) -> dbus.Array:
    return dbus.Array([typed(row.as_dict()) for row in rows], signature="a{sv}")
