"""The methods by which dom0 is connected, kept connected, and disconnected again."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from qnet_gui.dom0.attach.addresses import Addresses
from qnet_gui.dom0.bus.declare import Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.bus.users import Users
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.dom0.upgrade import preflight
from qnet_gui.dom0.upgrade.session import UpgradeSession
from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.model.snapshot import Snapshot


def _check_way(snapshot: Snapshot) -> None:
    """Raise the first obstacle to connecting dom0."""
    for obstacle in preflight.obstacles(snapshot):
        raise Refused(obstacle)


def _answer(call: Call, until: int | QnetError) -> None:
    if isinstance(until, QnetError):
        call.fail(until)
    else:
        call.reply(until)


class UpgradeInterface(Interface):
    """`session` does it, where nothing is in the way."""

    def __init__(
        self, publisher: SnapshotPublisher, operations: Operations, session: UpgradeSession, addresses: Addresses,
        users: Users,
    ) -> None:  # fmt: skip
        self._publisher = publisher
        self._operations = operations
        self._session = session
        self._addresses = addresses
        self._users = users

    def _may_connect(self, minutes: int) -> Mapping[str, str]:
        """Nobody is asked for a password when it would be in vain."""
        wanted = self._session.minutes(minutes)
        self._operations.check_idle()
        snapshot = self._publisher.snapshot
        _check_way(snapshot)
        return {"netvm": snapshot.netvm.name, "minutes": str(wanted)}

    @method("ConnectDom0", action="org.qnet.connect-dom0", takes="u", gives={"operation": "u"}, first=_may_connect)
    def connect_dom0(self, call: Call, minutes: int) -> None:
        """Connect dom0 for so many minutes, 0 for the usual; answers with the operation's number at once."""

        def with_address(by: str, address: IPv4Address | QnetError) -> None:
            if isinstance(address, QnetError):
                call.fail(address)
                return
            try:
                self._operations.check_idle()  # first: what is under way explains what stands in the way
                snapshot = self._publisher.snapshot
                _check_way(snapshot)
                call.reply(self._session.connect(by, minutes, snapshot.netvm.id, address))
            except Exception as error:
                call.fail(error)

        def with_user(by: str) -> None:
            self._addresses.for_dom0(self._publisher.inputs, lambda address: with_address(by, address))

        self._users.after_refresh(call, with_user)

    @method("ExtendDom0", action="org.qnet.extend-dom0", takes="u", gives={"until": "x"})
    def extend_dom0(self, call: Call, minutes: int) -> None:
        """A deadline that is so many minutes later; answers with it, in seconds since the epoch."""
        self._session.extend(minutes, lambda until: _answer(call, until))

    @method("DisconnectDom0At", action="org.qnet.extend-dom0", takes="x", gives={"deadline": "x"})
    def disconnect_dom0_at(self, call: Call, until: int) -> None:
        """A deadline at that time, earlier or later, in seconds since the epoch; answers with it."""
        self._session.disconnect_at(until, lambda result: _answer(call, result))

    @method("DisconnectDom0", action="org.qnet.disconnect-dom0", gives={"operation": "u"}, urgent=True)
    def disconnect_dom0(self, call: Call) -> None:
        """Put everything back, whatever is under way; answers with the operation's number at once."""
        self._users.at_once(call, lambda by: call.reply(self._session.disconnect(by)))
