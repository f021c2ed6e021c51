"""The helper, put together: `org.qnet.Helper1` at /org/qnet/Helper1, and everything that stands behind it.

Runs on the main loop. Nothing is decided here but who is given what, and in which order they take in what is new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from qnet_gui.dom0.attach.addresses import Addresses
from qnet_gui.dom0.attach.applet_interface import AppletInterface
from qnet_gui.dom0.attach.attachments import Attachments
from qnet_gui.dom0.attach.display_starter import DisplayStarter
from qnet_gui.dom0.attach.interface import AttachInterface
from qnet_gui.dom0.attach.pause_interface import PauseInterface
from qnet_gui.dom0.attach.provisioning import Provisioner
from qnet_gui.dom0.attach.screen_interface import ScreenInterface
from qnet_gui.dom0.bus.emitter import Emitter
from qnet_gui.dom0.bus.exported import Exported
from qnet_gui.dom0.bus.interface import DeclaredObject, Interface
from qnet_gui.dom0.bus.operation_signals import OperationSignals
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.bus.polkit import Authority
from qnet_gui.dom0.bus.small_actions import SmallActions
from qnet_gui.dom0.bus.users import Users
from qnet_gui.dom0.isolation.monitor import IsolationMonitor
from qnet_gui.dom0.netvm_control_interface import NetvmControlInterface
from qnet_gui.dom0.netvm_lifecycle.control import control
from qnet_gui.dom0.observe.agent_requests import Requests
from qnet_gui.dom0.observe.collector import Collector
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.observe.netvm_interface import NetvmInterface
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.dom0.observe.snapshot_interface import SnapshotInterface, changed_properties
from qnet_gui.dom0.observe.traffic_interface import TrafficInterface
from qnet_gui.dom0.observe.traffic_interface import tell as tell_traffic
from qnet_gui.dom0.observe.traffic_watch import TrafficWatch
from qnet_gui.dom0.upgrade.interface import UpgradeInterface
from qnet_gui.dom0.upgrade.journal import JournalFile
from qnet_gui.dom0.upgrade.preflight_interface import PreflightInterface
from qnet_gui.dom0.upgrade.session import UpgradeSession
from qnet_gui.dom0.upgrade.step_runner import StepRunner
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.config import PATH as CONFIG
from qnet_gui.model.config import Config
from qnet_gui.model.wire.answers import NAME, PATH
from qnet_gui.runtime.clocks import KernelClocks
from qnet_gui.store.worker import StoreWorker

#: All that callers see, under the one name that they have to know: which of these classes has a method is our affair.
HELPER = DeclaredObject(
    PATH,
    NAME,
    (
        OperationSignals, SnapshotInterface, NetvmInterface, TrafficInterface, AttachInterface, PauseInterface,
        AppletInterface, ScreenInterface, NetvmControlInterface, PreflightInterface, UpgradeInterface,
    ),
)  # fmt: skip


class Helper:
    """Everything of the helper's, on one connection to the bus."""

    def __init__(
        self, connection: Any, store: StoreWorker, hypervisor: Hypervisor, config: Config,
        provisioner: Provisioner, journal: JournalFile, version: str, config_file: Path = CONFIG,
    ) -> None:  # fmt: skip
        emitter = Emitter(connection, HELPER)
        self._publisher = SnapshotPublisher(
            config.netvm, self._read, self._reread,
            lambda snapshot: emitter.properties_changed(changed_properties(snapshot)),
        )  # fmt: skip
        self._labels = dict(config.labels)
        signals = OperationSignals(emitter, self._operation_ended)
        self._operations = Operations(signals, self._changed)
        self._upgrade = UpgradeSession(self._operations, config, self._changed, self._look, KernelClocks())
        self._runner = StepRunner(hypervisor, journal, self._upgrade.journal_saved, looked=self._upgrade.looked)
        self._addresses = Addresses(store, provisioner, self._publisher.rebuild)
        self._attachments = Attachments(hypervisor, self._operations, config.netvm, config_file, self._follow)
        self._requests = Requests(store, self._publisher.agent_silent)
        self._traffic = TrafficWatch(
            store, lambda: self._collector.inputs, lambda sample: tell_traffic(emitter, sample)
        )
        self._collector = Collector(
            hypervisor,
            store,
            config.netvm,
            self._collected,
            self._requests.answer_changed,
            self._traffic.sample_written,
        )
        self._isolation = IsolationMonitor(hypervisor, self._changed)
        interfaces = (signals, *self._interfaces(connection, store, hypervisor, config, version))
        Exported(connection, Authority(connection), HELPER, interfaces, self._publisher.when_ready)

    def _interfaces(
        self, connection: Any, store: StoreWorker, hypervisor: Hypervisor, config: Config, version: str
    ) -> tuple[Interface, ...]:
        publisher, operations, addresses = self._publisher, self._operations, self._addresses
        users, actions = Users(publisher.refresh), SmallActions(operations, publisher.refresh)
        return (
            SnapshotInterface(publisher, version),
            NetvmInterface(publisher, self._requests),
            TrafficInterface(self._traffic),
            AttachInterface(publisher, operations, self._attachments, addresses, users),
            PauseInterface(publisher, operations, hypervisor, actions),
            AppletInterface(publisher, hypervisor, actions, users),
            ScreenInterface(publisher, users, DisplayStarter(connection)),
            NetvmControlInterface(publisher, operations, control(), users),
            PreflightInterface(publisher, operations, config, store),
            UpgradeInterface(publisher, operations, self._upgrade, addresses, users),
        )

    def start(self) -> None:
        """Watch, read, publish."""
        self._isolation.start()
        self._collector.start()
        self._upgrade.start(self._runner)

    def stop(self) -> None:
        """The helper ends in an orderly way."""
        self._upgrade.hand_over()

    def store_lost(self) -> None:
        """For the store's worker: the connection was lost."""
        self._collector.store_lost()

    # -- what is known, and what is new

    def _read(self) -> Inputs:
        return replace(
            self._collector.inputs, allocated=self._addresses.given, isolation=self._isolation.facts,
            dom0=self._upgrade.connection, operation=self._operations.current, stuck=self._upgrade.stuck,
            ended=self._operations.ended, left_over=self._runner.left_over, doubtful=self._runner.doubt.names,
            labels=self._labels,
        )  # fmt: skip

    def _reread(self, then: Callable[[], None]) -> None:
        self._collector.refresh(lambda: self._isolation.refresh(then))

    def _collected(self, inputs: Inputs, vifs: bool) -> None:
        netvm = inputs.netvm.id if inputs.netvm else None
        self._requests.follow(netvm)
        self._traffic.follow(netvm)
        if inputs.store and not inputs.managed_by:
            self._addresses.provision(inputs, vifs)
        self._upgrade.inputs_changed(inputs)
        self._attachments.inputs_changed(self._publisher.inputs)
        self._publisher.rebuild()

    def _changed(self) -> None:
        self._isolation.own_mac = self._upgrade.mac
        self._publisher.changed()

    def _follow(self, netvm: str) -> None:
        self._publisher.follow(netvm)
        self._collector.follow(netvm)

    def _look(self) -> None:
        self._collector.refresh(lambda: None)

    def _operation_ended(self) -> None:
        self._look()  # it may have paused domains, or let them go on, which nobody else tells
