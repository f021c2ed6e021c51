"""The methods by which dom0 is connected and disconnected again, and the one that says what that would meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dbus

from qnet_gui.dom0.attach.provisioning import Provisioner
from qnet_gui.dom0.bus.declare import ANYONE, Call, method
from qnet_gui.dom0.bus.exported import Exported
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.upgrade import preflight
from qnet_gui.dom0.upgrade.needed_domains import needed_by
from qnet_gui.dom0.upgrade.session import UpgradeSession
from qnet_gui.model.config import Config
from qnet_gui.model.errors import Busy, QnetError, Refused
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.runtime.dbus_values import typed
from qnet_gui.store.worker import StoreWorker

if TYPE_CHECKING:
    from ipaddress import IPv4Address


def _may_connect(helper: UpgradeMethods, minutes: int) -> None:
    """Nobody is asked for a password when it would be in vain."""
    helper.upgrade.minutes(minutes)
    helper.operations.check_idle()
    helper.check_way(helper.snapshot)


class UpgradeMethods(Exported):
    """Part of the helper's object, which has the attributes below."""

    upgrade: UpgradeSession
    operations: Operations
    config: Config
    store: StoreWorker
    provisioner: Provisioner

    @property
    def snapshot(self) -> Snapshot:
        """The last one that was published."""
        raise NotImplementedError

    @property
    def inputs(self) -> Inputs:
        """What it was made of."""
        raise NotImplementedError

    def refresh(self, then: Callable[[], None]) -> None:
        """Have everything looked at again, then call `then`."""
        raise NotImplementedError

    def as_user(self, call: Call, then: Callable[[str], None]) -> None:
        """Act on how things are now, on behalf of the caller."""
        self.refresh(lambda: self.with_user(call, then))

    @staticmethod
    def check_way(snapshot: Snapshot) -> None:
        """Raise the first obstacle to connecting dom0."""
        for obstacle in preflight.obstacles(snapshot):
            raise Refused(obstacle)

    @method("Preflight", action=ANYONE, gives="a{sv}")
    def preflight(self, call: Call) -> None:
        """What connecting dom0 would meet, at this moment."""
        self.refresh(lambda: self._preflight(call))

    def _preflight(self, call: Call) -> None:
        netvm = self.snapshot.netvm.id

        def found(spared: frozenset[int] | QnetError) -> None:
            if isinstance(spared, QnetError):
                call.fail(spared)
                return
            try:
                self.operations.check_idle()
                busy = None
            except Busy as error:
                busy = error.message
            answer = preflight.preflight(self.snapshot, self.inputs.domains, spared, self.config, busy)
            call.reply(dbus.Dictionary({key: typed(value) for key, value in answer.items()}, signature="sv"))

        self.store.submit(lambda store: needed_by(store, netvm) if netvm > 0 else frozenset(), found)

    @method("ConnectDom0", action="org.qnet.connect-dom0", takes="u", gives="u", first=_may_connect)
    def connect_dom0(self, call: Call, minutes: int) -> None:
        """Connect dom0 for so many minutes, 0 for the usual; answers with the operation's number at once."""

        def with_address(by: str, address: IPv4Address | QnetError) -> None:
            if isinstance(address, QnetError):
                call.fail(address)
                return
            try:
                self.operations.check_idle()  # first: what is under way explains what stands in the way
                self.check_way(self.snapshot)
                call.reply(self.upgrade.connect(by, minutes, self.snapshot.netvm.id, address))
            except Exception as error:
                call.fail(error)

        def with_user(by: str) -> None:
            inputs = self.inputs
            self.store.submit(lambda _: self.provisioner.dom0_address(inputs), lambda found: with_address(by, found))

        self.as_user(call, with_user)

    @method("ExtendDom0", action="org.qnet.extend-dom0", takes="u", gives="x")
    def extend_dom0(self, call: Call, minutes: int) -> None:
        """Another deadline, so many minutes from now; answers with it, in seconds since the epoch."""

        def done(result: Any) -> None:
            if isinstance(result, QnetError):
                call.fail(result)
            else:
                call.reply(result)

        self.upgrade.extend(minutes, done)

    @method("DisconnectDom0", action="org.qnet.disconnect-dom0", gives="u")
    def disconnect_dom0(self, call: Call) -> None:
        """Put everything back, whatever is under way; answers with the operation's number at once."""
        self.with_user(call, lambda by: call.reply(self.upgrade.disconnect(by)))
