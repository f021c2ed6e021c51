"""The method by which the netvm's own applet is shown in dom0."""

from __future__ import annotations

from collections.abc import Mapping

from qnet_gui.dom0.attach import preconditions
from qnet_gui.dom0.bus.declare import Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.bus.small_actions import SmallActions
from qnet_gui.dom0.bus.users import Users
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.model.x_display.display import display

#: What is started in the netvm: nm-applet, and a tray for it where the display has none.
APPLET = ("qnet", "applet-host", "nm-applet")


class AppletInterface(Interface):
    """`hypervisor` starts the program in the netvm and brings its windows."""

    def __init__(
        self, publisher: SnapshotPublisher, hypervisor: Hypervisor, actions: SmallActions, users: Users
    ) -> None:
        self._publisher = publisher
        self._hypervisor = hypervisor
        self._actions = actions
        self._users = users

    def _may_show(self, name: str, cookie: str) -> Mapping[str, str]:
        display(name, cookie)
        inputs = preconditions.as_if_awake(self._publisher.inputs)
        return {"netvm": preconditions.show(inputs, self._publisher.netvm, self._hypervisor.cannot_show).name}

    @method("ShowNetworkApplet", action="org.qnet.show-applet", takes="ss", first=_may_show)
    def show_network_applet(self, call: Call, name: str, cookie: str) -> None:
        """Show the netvm's nm-applet on a display of the caller's: DISPLAY's value, and its cookie in hexadecimal.

        The caller chooses no program, and the display's own server decides whether that cookie lets anybody in.
        """
        wanted = display(name, cookie)

        def show(_by: str) -> None:
            inputs = self._publisher.inputs
            netvm = preconditions.show(inputs, self._publisher.netvm, self._hypervisor.cannot_show)
            self._actions.answer(call, lambda: self._hypervisor.show_program(netvm.id, APPLET, wanted))

        self._users.after_refresh(call, show)
