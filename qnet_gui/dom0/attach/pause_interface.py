"""The methods by which domains are paused and let go on."""

from __future__ import annotations

from collections.abc import Mapping

from qnet_gui.dom0.attach import preconditions
from qnet_gui.dom0.bus.declare import Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.bus.small_actions import SmallActions
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.hypervisor.port import Hypervisor


class PauseInterface(Interface):
    """`hypervisor` does it, where `preconditions` has nothing against it."""

    def __init__(
        self, publisher: SnapshotPublisher, operations: Operations, hypervisor: Hypervisor, actions: SmallActions
    ) -> None:
        self._publisher = publisher
        self._operations = operations
        self._hypervisor = hypervisor
        self._actions = actions

    def _may_pause(self, domid: int, uuid: str) -> Mapping[str, str]:
        self._operations.check_idle()
        return {"domain": preconditions.pause(self._publisher.inputs, domid, uuid).name}

    @method("PauseDomain", action="org.qnet.pause-domain", takes="us", first=_may_pause)
    def pause_domain(self, call: Call, domid: int, uuid: str) -> None:
        """Pause a domain; answers when nothing in it runs any more."""
        self._may_pause(domid, uuid)
        self._actions.answer(call, lambda: self._hypervisor.pause(domid))

    def _may_unpause(self, domid: int, uuid: str) -> Mapping[str, str]:
        if not preconditions.is_netvm(self._publisher.inputs, domid):  # what is under way may be waiting for it
            self._operations.check_idle()
        return {"domain": preconditions.unpause(self._publisher.inputs, domid, uuid).name}

    @method("UnpauseDomain", action="org.qnet.pause-domain", takes="us", first=_may_unpause)
    def unpause_domain(self, call: Call, domid: int, uuid: str) -> None:
        """Let a paused domain go on; answers when it does."""
        self._may_unpause(domid, uuid)
        self._actions.answer(call, lambda: self._hypervisor.unpause(domid))
