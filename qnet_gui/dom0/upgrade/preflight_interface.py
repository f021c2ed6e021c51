"""The method that says what connecting dom0 would meet."""

from __future__ import annotations

import dbus

from qnet_gui.dom0.bus.declare import ANYONE, Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.dom0.upgrade import preflight
from qnet_gui.dom0.upgrade.needed_domains import needed_by
from qnet_gui.model.config import Config
from qnet_gui.model.errors import Busy, QnetError
from qnet_gui.runtime.dbus_values import typed
from qnet_gui.store.worker import StoreWorker


class PreflightInterface(Interface):
    """Looks, and changes nothing."""

    def __init__(
        self, publisher: SnapshotPublisher, operations: Operations, config: Config, store: StoreWorker
    ) -> None:
        self._publisher = publisher
        self._operations = operations
        self._config = config
        self._store = store

    @method("Preflight", action=ANYONE, gives={"preflight": "a{sv}"})
    def preflight(self, call: Call) -> None:
        """What connecting dom0 would meet, at this moment.

        `busy`: who is at another operation, which explains the rest, or nobody; `obstacles`: what else stands in the
        way, the first one to be told where there is room for one. Both are messages, each with its `sentence`, `code`
        and `arguments`. `pause`: who would be paused; `paused`: who is already. `netvm`, `uplink`: the way out,
        the latter in a few words. `names`: whether names resolve. `allowed`: what dom0 would reach. `minutes`: for how
        long, if nobody says so.
        """
        self._publisher.refresh(lambda: self._preflight(call))

    def _preflight(self, call: Call) -> None:
        netvm = self._publisher.snapshot.netvm.id

        def with_spared(spared: frozenset[int] | QnetError) -> None:
            if isinstance(spared, QnetError):
                call.fail(spared)
                return
            try:
                self._operations.check_idle()
                busy = None
            except Busy as error:
                busy = error.message
            answer = preflight.preflight(
                self._publisher.snapshot, self._publisher.inputs.domains, spared, self._config, busy
            )
            call.reply(dbus.Dictionary({key: typed(value) for key, value in answer.items()}, signature="sv"))

        self._store.submit(lambda store: needed_by(store, netvm) if netvm > 0 else frozenset(), with_spared)
