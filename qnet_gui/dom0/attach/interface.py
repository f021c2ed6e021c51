"""The methods by which the netvm is chosen, and domains are attached to it and cut off."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from qnet_gui.dom0.attach import preconditions
from qnet_gui.dom0.attach.addresses import Addresses
from qnet_gui.dom0.attach.attachments import Attachments
from qnet_gui.dom0.bus.declare import Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.bus.users import Users
from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.model.errors import QnetError


class AttachInterface(Interface):
    """`attachments` does it, where `preconditions` has nothing against it."""

    def __init__(
        self, publisher: SnapshotPublisher, operations: Operations, attachments: Attachments, addresses: Addresses,
        users: Users,
    ) -> None:  # fmt: skip
        self._publisher = publisher
        self._operations = operations
        self._attachments = attachments
        self._addresses = addresses
        self._users = users

    def _may_choose(self, name: str, move: bool) -> Mapping[str, str]:
        self._operations.check_idle()
        info = preconditions.choose(preconditions.as_if_awake(self._publisher.inputs), name, move)
        return {"netvm": info.name if info.id else "dom0"}

    @method("SetDefaultNetvm", action="org.qnet.set-netvm", takes="sb", gives={"operation": "u"}, first=_may_choose)
    def set_default_netvm(self, call: Call, name: str, move: bool) -> None:
        """Make a domain the netvm; `move`: and move the running domains of the old one to it."""
        self._users.after_refresh(
            call, lambda by: call.reply(self._attachments.choose(by, self._publisher.inputs, name, move))
        )

    def _may_attach(self, domid: int, uuid: str) -> Mapping[str, str]:
        self._operations.check_idle()
        inputs = preconditions.as_if_awake(self._publisher.inputs)
        info, netvm = preconditions.attach(inputs, self._publisher.netvm, domid, uuid)
        return {"domain": info.name, "netvm": netvm.name}

    @method("AttachDomain", action="org.qnet.attach-domain", takes="us", gives={"operation": "u"}, first=_may_attach)
    def attach_domain(self, call: Call, domid: int, uuid: str) -> None:
        """Attach a domain to the netvm, with the vif that it had."""

        def attach(by: str, address: IPv4Address | QnetError) -> None:
            if isinstance(address, QnetError):
                call.fail(address)
                return
            try:
                call.reply(self._attachments.attach(by, self._publisher.inputs, domid, uuid, address))
            except Exception as error:
                call.fail(error)

        def with_user(by: str) -> None:
            inputs, frontend = self._publisher.inputs, self._attachments.frontend_of(domid)
            info, _ = preconditions.attach(inputs, self._publisher.netvm, domid, uuid)
            wished = frontends.address(inputs, domid, frontend) if frontend else None
            self._addresses.for_domain(inputs, info, wished, lambda address: attach(by, address))

        self._users.after_refresh(call, with_user)

    def _may_detach(self, domid: int, uuid: str) -> Mapping[str, str]:
        self._operations.check_idle()
        return {"domain": preconditions.detach(self._publisher.inputs, domid, uuid).name}

    @method("DetachDomain", action="org.qnet.detach-domain", takes="us", gives={"operation": "u"}, first=_may_detach)
    def detach_domain(self, call: Call, domid: int, uuid: str) -> None:
        """Cut a domain off the network, until it is attached or restarted."""
        self._users.after_refresh(
            call, lambda by: call.reply(self._attachments.detach(by, self._publisher.inputs, domid, uuid))
        )
