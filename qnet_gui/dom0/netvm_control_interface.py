"""The methods by which the netvm is started, stopped and restarted, with the NICs that dom0 has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from qnet_gui.dom0.attach import preconditions
from qnet_gui.dom0.bus.declare import Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.bus.operations import Operations, Progress
from qnet_gui.dom0.bus.users import Users
from qnet_gui.dom0.netvm_lifecycle.control import NetvmControl
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.model.domain import NetvmVerb
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.service import ServiceCode

_ACTION = "org.qnet.control-netvm"
#: Of each verb what is being done, and what has been done.
_STEPS = {
    NetvmVerb.START: (ServiceCode.STARTING, ServiceCode.STARTED),
    NetvmVerb.STOP: (ServiceCode.STOPPING, ServiceCode.STOPPED),
    NetvmVerb.RESTART: (ServiceCode.RESTARTING, ServiceCode.RESTARTED),
}


class NetvmControlInterface(Interface):
    """`control` does it, where `preconditions` has nothing against it."""

    def __init__(
        self, publisher: SnapshotPublisher, operations: Operations, control: NetvmControl, users: Users
    ) -> None:
        self._publisher = publisher
        self._operations = operations
        self._control = control
        self._users = users

    def _may(self, verb: NetvmVerb) -> Mapping[str, str]:
        self._operations.check_idle()
        preconditions.control_netvm(self._publisher.inputs, self._publisher.netvm, verb)
        return {"netvm": self._publisher.netvm}

    @method("StartNetvm", action=_ACTION, gives={"operation": "u"}, first=partial(_may, verb=NetvmVerb.START))
    def start_netvm(self, call: Call) -> None:
        """Start the netvm with every NIC of dom0's that /etc/qnet/netvm.cfg does not leave to it."""
        self._do(call, NetvmVerb.START)

    @method("StopNetvm", action=_ACTION, gives={"operation": "u"}, first=partial(_may, verb=NetvmVerb.STOP))
    def stop_netvm(self, call: Call) -> None:
        """Stop the netvm; its NICs go back to dom0, and no domain has a network."""
        self._do(call, NetvmVerb.STOP)

    @method("RestartNetvm", action=_ACTION, gives={"operation": "u"}, first=partial(_may, verb=NetvmVerb.RESTART))
    def restart_netvm(self, call: Call) -> None:
        """Stop the netvm and start it again; its NICs stay away from dom0 meanwhile."""
        self._do(call, NetvmVerb.RESTART)

    def _do(self, call: Call, verb: NetvmVerb) -> None:
        def with_user(by: str) -> None:
            name = self._publisher.netvm
            self._may(verb)
            begun, done = _STEPS[verb]

            def job(progress: Progress) -> Message:
                progress.begun(verb.value, Message(begun, name=name))
                try:
                    outcome = self._control.run(verb, name, lambda: progress.cancelled)
                except QnetError as error:
                    progress.failed(verb.value, error.message)
                    raise
                progress.done(verb.value, Message(done, name=name))
                return outcome

            call.reply(self._operations.start(f"{verb.value}-netvm", by, job))

        self._users.after_refresh(call, with_user)
