"""What the hotplug script does when no agent runs: the same work by the same code, once, in this process."""

from __future__ import annotations

import logging
from ipaddress import IPv4Address
from typing import Any

from gi.repository import GLib

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.kernel.nft import Nft
from qnet_gui.model import config
from qnet_gui.model.config import Config
from qnet_gui.model.domain import AgentState
from qnet_gui.model.errors import BadInput, NotFound, QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.dns.loopback import Loopback
from qnet_gui.netvm.dns.redirection import Redirection
from qnet_gui.netvm.dns.sources import Sources
from qnet_gui.netvm.packet_filter import base_setup
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.packet_filter.conntrack_flusher import ConntrackFlusher
from qnet_gui.netvm.packet_filter.flow_table import FORGET
from qnet_gui.netvm.vifs import node
from qnet_gui.netvm.vifs.reconciler import VifAction, decide
from qnet_gui.netvm.vifs.vif_table import VifTable
from qnet_gui.runtime.mainloop import after
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.waiting import Deadline, wait_until

log = logging.getLogger(__name__)
#: Seconds to wait for NetworkManager or systemd-resolved to answer.
_SOURCES_SECONDS = 5.0


def read_addresses(store: Store) -> OwnAddresses:
    """What dom0 wrote, or the defaults when xenstore or that is no good: the filter must be there in any case."""
    try:
        return base_setup.read(store)
    except QnetError as error:
        log.error("the netvm's addresses cannot be read, so the usual ones are taken: %s", error)
        return OwnAddresses()


def load_config() -> Config:
    """The configuration of the netvm itself; the defaults when it is no good: the filter must be there in any case."""
    try:
        return config.load()
    except BadInput as error:
        log.error("the configuration is not used: %s", error)
        return Config()


def wait_for_address(vif: VifId) -> None:
    """Wait until a vif that its toolstack gave no address has the one that dom0's helper gives, or has gone.

    No longer than the helper may need. To be called without the lock, since others need not wait for that.
    """

    def look(_: set[str]) -> bool | None:
        return None if node.read(store, vif).needs_address else True

    with Store() as store:
        wait_until(store, [vif.backend_path], look, Deadline(node.ADDRESS_WAIT))


def hotplug(verb: str, vif: VifId) -> frozenset[IPv4Address]:
    """Bring one vif online or take it offline; raises what went wrong. The caller holds the lock.

    Returns the addresses that nobody has now: their connections are to be forgotten, which takes long, and for which
    the caller need not hold the lock. By their mark they are nobody's already.
    """
    with Store() as store:
        nft, netlink = Nft(), Netlink()
        addresses = read_addresses(store)
        base_setup.apply(nft, netlink, addresses, config=load_config())
        served = VifTable(nft, netlink)
        vif_node = node.read(store, vif, addresses.own)
        error: QnetError | None
        if (
            decide(vif_node, link_index(vif.name) is not None, verb == "offline") is VifAction.SERVE
            and vif_node.vif is not None
        ):
            error = _serve(served, vif_node)
            if not isinstance(error, NotFound):
                node.answer(store, {vif: error}, {vif})
        elif verb == "offline":
            return served.offline([vif])
        else:
            base_setup.forget(served.offline([vif]))
            error = vif_node.error
            if error is None:
                raise NotFound(AgentCode.VIF_NOT_THERE, vif=vif.name)
            node.answer(store, {vif: error}, ())
        if error is not None:
            raise error
        return frozenset()


def forget(addresses: frozenset[IPv4Address]) -> None:
    """Forget their connections; waits for it."""
    base_setup.forget(addresses)


def _serve(served: VifTable, vif_node: node.Node) -> QnetError | None:
    if vif_node.vif is None:
        raise BadInput(AgentCode.VIF_WITHOUT_NODE, vif=vif_node.id.name)
    try:
        if served.addresses.get(vif_node.id) != vif_node.vif.address:
            base_setup.forget(served.admit([vif_node.vif]))
        return served.bring_up([vif_node.vif]).get(vif_node.id)
    except QnetError as error:
        return error


def has_reported() -> bool:
    """Whether dom0 believes that an agent runs here."""
    with Store() as store:
        return store.read(keys.AGENT_STATE.at()) == AgentState.RUNNING.value.encode()


def stopped() -> None:
    """Tell dom0 that the agent has stopped: what the service's stop hook runs, however the agent ended.

    All that it has set stays, but for the flow table: what is in that must go when anything changes, and nobody looks.
    """
    try:
        Nft().apply(FORGET)
    except QnetError as error:
        log.error("%s", error)
    with Store() as store:
        store.write(keys.AGENT_STATE.at(), "stopped")
        serial = store.read(keys.AGENT_SERIAL.at())
        number = int(serial) if serial and serial.isdigit() else 0
        store.write(keys.AGENT_SERIAL.at(), str(number % 999_999_999 + 1))


def redirect(bus: Any | None) -> None:
    """Redirect DNS to the servers of this moment; waits until everybody who may know them has answered."""
    nft, netlink = Nft(), Netlink()
    with Store() as store:
        wanted = read_addresses(store)
    base_setup.apply(nft, netlink, wanted, config=load_config())
    loop = GLib.MainLoop()
    table = VifTable(nft, netlink)
    local_resolver = load_config().local_resolver
    sources = Sources(bus, netlink, table.served, lambda: loop.quit() if sources.ready else None, local_resolver)
    if not sources.ready:
        after(_SOURCES_SECONDS, sources.give_up_waiting)
        loop.run()
    choice = sources.choose(wanted)
    Loopback().apply(choice.local, (name for name, _ in table.served()))
    Redirection(nft, ConntrackFlusher()).apply(wanted.virtual, choice.servers, choice.local)
