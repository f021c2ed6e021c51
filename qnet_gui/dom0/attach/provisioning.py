"""Tells domains their network: `qnet/address`, `gateway`, `dns1`, `dns2`, `mtu` in each home, for dom0 alone to write.

Compares with what is there and writes only what differs, in one transaction a domain. Touches those nodes, and the `ip`
of a vif whose toolstack gave it none. The jobs run on the store's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.inputs import Frontend, Inputs
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.config import Config
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import QnetError, StoreGone
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.uplink import MTU_DEFAULT, MTU_MIN, in_use
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.home import home, within_home
from qnet_gui.store.reports import NETVM_CONFIG, NETWORK_CONFIG, NetvmConfig, NetworkConfig

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HomeNodes:
    """What one domain is to be told: values by path, or nothing at all. `backend_ip`: where to tell its netvm.

    `netvm`: who serves it, for dom0 to remember.
    """

    domid: int
    nodes: Mapping[str, str]
    backend_ip: str = ""
    netvm: str = ""


def _netvm_nodes(config: Config) -> dict[str, str]:
    return NETVM_CONFIG.nodes(NetvmConfig(config.gateway, *config.dns, config.pool))


def uplink_mtu(inputs: Inputs) -> int:
    """The MTU of whoever the chosen netvm serves: its uplink's, within what a vif takes; 0 while it is not known."""
    uplink = in_use(inputs.agent.uplinks)
    return min(max(uplink.mtu, MTU_MIN), MTU_DEFAULT) if uplink is not None and uplink.mtu else 0


def _alive(inputs: Inputs) -> list[DomainInfo]:
    return [info for info in inputs.domains if info.state is not DomainState.DYING]


def _served(inputs: Inputs) -> dict[int, tuple[VifId, Frontend]]:
    """Every domain that is served, by the chosen netvm or by another domain."""
    others = frontends.elsewhere(inputs)
    others.pop(0, None)
    return others | frontends.first_vifs(inputs)


def _guest_nodes(
    inputs: Inputs, config: Config, domid: int, vif: VifId, frontend: Frontend, given: IPv4Address | None
) -> HomeNodes | None:
    netvm = frontends.netvm_of(inputs, frontend, {})
    address = given if frontend.needs_address and given else frontends.address(inputs, domid, frontend)
    if address is None:
        return None
    # of other netvms only little is read
    mtu = uplink_mtu(inputs) if inputs.netvm is not None and frontend.backend == inputs.netvm.id else 0
    nodes = NETWORK_CONFIG.nodes(NetworkConfig(address, config.gateway, *config.dns, mtu))
    if not mtu:  # what a domain was told stays: an uplink that goes for a moment is no news to a thousand domains
        del nodes[keys.MTU.at()]
    tell_netvm = frontend.needs_address and given is not None
    backend_ip = f"{home(frontend.backend)}/{vif.backend_path}/ip" if tell_netvm else ""
    return HomeNodes(domid, nodes, backend_ip, netvm)


def network_configs(inputs: Inputs, config: Config, allocated: Mapping[int, IPv4Address]) -> list[HomeNodes]:
    """What everybody is to be told. Pure. A domain whose address cannot be told yet is left as it is.

    So is one whose vif nobody serves, because its netvm has died: it gets it back when that is back.
    """
    homes: list[HomeNodes | None] = []
    served = _served(inputs)
    for info in _alive(inputs):
        if inputs.netvm is not None and info.id == inputs.netvm.id:
            homes.append(HomeNodes(info.id, _netvm_nodes(config)))
        elif info.id == 0:
            continue
        elif info.id in served:
            homes.append(_guest_nodes(inputs, config, info.id, *served[info.id], allocated.get(info.id)))
        elif inputs.frontends.get(info.id):
            continue
        elif frontends.agent_of(inputs, info.id) is not AgentState.UNKNOWN:  # a netvm too, though not the chosen one
            homes.append(HomeNodes(info.id, _netvm_nodes(config)))
        elif inputs.netvm is not None:
            homes.append(HomeNodes(info.id, {}))
    return [home_nodes for home_nodes in homes if home_nodes is not None]


def carry_out(store: Store, home_nodes: HomeNodes) -> bool:
    """Make a domain's nodes so; whether anything had to be changed."""
    root = home(home_nodes.domid)
    backend_ip = home_nodes.backend_ip
    backend = backend_ip.rpartition("/")[0]

    def lacks_ip(inside: Store) -> bool:
        """Whether the netvm's part of the vif is there, without an address. It goes with the netvm, for good."""
        return bool(backend) and inside.read(backend) is not None and inside.read(backend_ip) is None

    def change(inside: Store) -> bool:
        if not home_nodes.nodes:
            inside.delete(f"{root}/{keys.HOME_DOM0}")
            return True
        inside.mkdir(f"{root}/{keys.HOME_DOM0}")
        inside.set_perms(f"{root}/{keys.HOME_DOM0}", ("n0", f"r{home_nodes.domid}"))
        for path, value in home_nodes.nodes.items():
            inside.write(f"{root}/{path}", value)
            inside.set_perms(f"{root}/{path}", keys.ADDRESS.permissions(home_nodes.domid))
        if home_nodes.netvm:
            inside.write(f"{root}/{keys.SERVED_BY.at()}", home_nodes.netvm)
            inside.set_perms(f"{root}/{keys.SERVED_BY.at()}", keys.SERVED_BY.permissions(home_nodes.domid))
        if lacks_ip(inside):
            inside.write(backend_ip, home_nodes.nodes[keys.ADDRESS.at()])
        return True

    if home_nodes.nodes:
        nodes = {**home_nodes.nodes, **({keys.SERVED_BY.at(): home_nodes.netvm} if home_nodes.netvm else {})}
        same = all(store.read(f"{root}/{path}") == value.encode() for path, value in nodes.items())
    else:
        same = store.read(f"{root}/{keys.ADDRESS.at()}") is None
    if same and not lacks_ip(store):
        return False
    return within_home(store, home_nodes.domid, change) or False


def _addresses_of_others(inputs: Inputs, owner: str) -> set[IPv4Address | None]:
    """All addresses that somebody else has, by what toolstacks wrote.

    A domain that restarts may still be there under its old id: its address is not somebody else's.
    """
    uuids = {info.id: info.uuid for info in inputs.domains}
    return {
        frontend.address
        for domid, vifs in inputs.frontends.items() if uuids.get(domid) != owner
        for frontend in vifs.values()
    }  # fmt: skip


class Provisioner:
    """Carries out all orders; lives on the store's thread but for `__init__`."""

    def __init__(self, config: Config, allocator: Allocator) -> None:
        self._config = config
        self._allocator = allocator
        self._last: dict[int, HomeNodes] = {}

    def provision(self, store: Store, inputs: Inputs) -> dict[int, IPv4Address]:
        """Tell everybody; returns the addresses that we gave, by domain id. One domain's failure is not another's."""
        allocated = self._allocate(inputs)
        homes = network_configs(inputs, self._config, allocated)
        for home_nodes in sorted(homes, key=self._is_known):  # what is new comes first
            try:
                if carry_out(store, home_nodes):
                    log.info(
                        "domain %d is told: %s", home_nodes.domid, " ".join(home_nodes.nodes.values()) or "no network"
                    )
            except StoreGone:
                raise
            except QnetError as error:
                log.warning("domain %d cannot be told its network: %s", home_nodes.domid, error)
        self._last = {home_nodes.domid: home_nodes for home_nodes in homes}
        return allocated

    def _is_known(self, home_nodes: HomeNodes) -> bool:
        return self._last.get(home_nodes.domid) == home_nodes

    def dom0_address(self, inputs: Inputs) -> IPv4Address:
        """dom0's own address for the time that it is connected: nobody else's, the uplinks' included."""
        dom0 = next((info for info in inputs.domains if info.id == 0), None)
        if dom0 is None:
            raise QnetError(DomainCode.DOM0_NOT_LISTED)
        in_use = {address for uplink in inputs.agent.uplinks for address in (uplink.address, uplink.gateway)}
        in_use |= _addresses_of_others(inputs, dom0.uuid) | set(inputs.allocated.values())
        return self._allocator.address(dom0.uuid, in_use, {info.uuid for info in _alive(inputs)})

    def address_for(self, inputs: Inputs, info: DomainInfo, wished: IPv4Address | None) -> IPv4Address:
        """An address for a domain that is to get a vif: the one that it had, if nobody has it now."""
        allocated_to_others = {address for domid, address in inputs.allocated.items() if domid != info.id}
        in_use = _addresses_of_others(inputs, info.uuid) | allocated_to_others
        if wished is not None and wished not in in_use:
            return wished
        return self._allocator.address(info.uuid, in_use, {domain.uuid for domain in _alive(inputs)})

    def _allocate(self, inputs: Inputs) -> dict[int, IPv4Address]:
        infos = {info.id: info for info in _alive(inputs)}
        needy = {domid for domid, (_, frontend) in _served(inputs).items() if frontend.needs_address}
        needy |= {
            domid
            for domid, vifs in frontends.orphans(inputs).items()
            if any(frontend.needs_address for frontend in vifs.values())
        }
        alive = {info.uuid for info in infos.values()}
        allocated = {}
        for domid in sorted(needy & infos.keys() - {0}):
            try:
                owner = infos[domid].uuid
                allocated[domid] = self._allocator.address(owner, _addresses_of_others(inputs, owner), alive)
            except QnetError as error:
                log.error("%s gets no address: %s", infos[domid].name, error)
        return allocated
