"""The methods by which the netvm is chosen, and domains are attached to it, cut off, paused and let go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address

from qnet_gui.dom0.attach import preconditions
from qnet_gui.dom0.attach.attachments import Attachments
from qnet_gui.dom0.bus.declare import Call, method
from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.upgrade.interface import UpgradeMethods
from qnet_gui.hypervisor.port import DomainInfo, Hypervisor
from qnet_gui.model.display import display
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import QnetError

#: What is started in the netvm: nm-applet, and a tray for it where the display has none.
APPLET = ("qnet", "applet-host", "nm-applet")


def _may_choose(helper: DomainMethods, name: str, move: bool) -> None:
    helper.operations.check_idle()
    preconditions.choose(_as_if_awake(helper.inputs), name, move)


def _may_attach(helper: DomainMethods, domid: int) -> None:
    helper.operations.check_idle()
    preconditions.attach(_as_if_awake(helper.inputs), helper.domains.name, domid)


def _may_detach(helper: DomainMethods, domid: int) -> None:
    helper.operations.check_idle()
    preconditions.detach(helper.inputs, domid)


def _may_pause(helper: DomainMethods, domid: int) -> None:
    helper.operations.check_idle()
    preconditions.pause(helper.inputs, domid)


def _may_unpause(helper: DomainMethods, domid: int) -> None:
    helper.operations.check_idle()
    preconditions.unpause(helper.inputs, domid)


def _may_show(helper: DomainMethods, name: str, cookie: str) -> None:
    display(name, cookie)
    preconditions.show(_as_if_awake(helper.inputs), helper.domains.name, helper.hypervisor.cannot_show)


def _as_if_awake(inputs: Inputs) -> Inputs:
    """Before a look at the hypervisor it is not known who is paused still, so that is no reason to refuse."""
    domains = tuple(_awake(info) for info in inputs.domains)
    return replace(inputs, domains=domains, netvm=_awake(inputs.netvm) if inputs.netvm else None)


def _awake(info: DomainInfo) -> DomainInfo:
    return replace(info, state=DomainState.RUNNING) if info.state is DomainState.PAUSED else info


class DomainMethods(UpgradeMethods):
    """Part of the helper's object, which has the attributes below."""

    domains: Attachments
    hypervisor: Hypervisor

    @method("SetDefaultNetvm", action="org.qnet.set-netvm", takes="sb", gives="u", first=_may_choose)
    def set_default_netvm(self, call: Call, name: str, move: bool) -> None:
        """Make a domain the netvm; `move`: and move the running domains of the old one to it."""
        self.as_user(call, lambda by: call.reply(self.domains.choose(by, self.inputs, name, move)))

    @method("AttachDomain", action="org.qnet.attach-domain", takes="u", gives="u", first=_may_attach)
    def attach_domain(self, call: Call, domid: int) -> None:
        """Attach a domain to the netvm, with the card that it had."""

        def attach(by: str, address: IPv4Address | QnetError) -> None:
            if isinstance(address, QnetError):
                call.fail(address)
                return
            try:
                call.reply(self.domains.attach(by, self.inputs, domid, address))
            except Exception as error:
                call.fail(error)

        def with_user(by: str) -> None:
            inputs, frontend = self.inputs, self.domains.frontend_of(domid)
            info, _ = preconditions.attach(inputs, self.domains.name, domid)
            wished = frontends.address(inputs, domid, frontend) if frontend else None
            self.store.submit(
                lambda _: self.provisioner.address_for(inputs, info, wished), lambda found: attach(by, found)
            )

        self.as_user(call, with_user)

    @method("DetachDomain", action="org.qnet.attach-domain", takes="u", gives="u", first=_may_detach)
    def detach_domain(self, call: Call, domid: int) -> None:
        """Cut a domain off the network, until it is attached or restarted."""
        self.as_user(call, lambda by: call.reply(self.domains.detach(by, self.inputs, domid)))

    @method("PauseDomain", action="org.qnet.pause-domain", takes="u", first=_may_pause)
    def pause_domain(self, call: Call, domid: int) -> None:
        """Pause a domain; answers when nothing in it runs any more."""
        _may_pause(self, domid)
        self._aside(call, lambda: self.hypervisor.pause(domid))

    @method("UnpauseDomain", action="org.qnet.pause-domain", takes="u", first=_may_unpause)
    def unpause_domain(self, call: Call, domid: int) -> None:
        """Let a paused domain go on; answers when it does."""
        _may_unpause(self, domid)
        self._aside(call, lambda: self.hypervisor.unpause(domid))

    @method("ShowNetworkApplet", action="org.qnet.show-applet", takes="ss", first=_may_show)
    def show_network_applet(self, call: Call, name: str, cookie: str) -> None:
        """Show the netvm's nm-applet on a display of the caller's: DISPLAY's value, and its cookie in hexadecimal.

        The caller chooses no program, and the display's own server decides whether that cookie lets anybody in.
        """
        wanted = display(name, cookie)

        def show(_by: str) -> None:
            netvm = preconditions.show(self.inputs, self.domains.name, self.hypervisor.cannot_show)
            self._aside(call, lambda: self.hypervisor.show_program(netvm.id, APPLET, wanted))

        self.as_user(call, show)

    def _aside(self, call: Call, job: Callable[[], None]) -> None:
        """Do something small; in its turn, so that it does not come between the steps of an operation."""

        def done(result: QnetError | None) -> None:
            if isinstance(result, QnetError):
                call.fail(result)
            else:
                self.refresh(call.reply)

        self.operations.aside(job, done)
