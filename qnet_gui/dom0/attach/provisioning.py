"""Tells domains their network: `qnet/address`, `gateway`, `dns1` and `dns2` in each home, for dom0 alone to write.

Compares with what is there and writes only what differs, in one transaction a domain. Touches those nodes, and the `ip`
of a vif whose toolstack gave it none. The jobs run on the store's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.dom0.observe import agent_report, frontends
from qnet_gui.dom0.observe.inputs import Card, Raw, home
from qnet_gui.dom0.observe.snapshot_builder import address_of, first_vifs
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.config import Config
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import QnetError, StoreGone
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.client import Store

log = logging.getLogger(__name__)

_FOR_GUESTS = (keys.ADDRESS, keys.GATEWAY, keys.DNS1, keys.DNS2)


@dataclass(frozen=True, slots=True)
class Order:
    """What one domain is to be told: values by path, or nothing at all. `backend_ip`: where to tell its netvm.

    `netvm`: who serves it, for dom0 to remember.
    """

    domid: int
    nodes: Mapping[str, str]
    backend_ip: str = ""
    netvm: str = ""


def _common(config: Config) -> dict[str, str]:
    return {
        keys.GATEWAY.at(): str(config.gateway),
        keys.DNS1.at(): str(config.dns[0]),
        keys.DNS2.at(): str(config.dns[1]),
    }


def _alive(raw: Raw) -> list[DomainInfo]:
    return [info for info in raw.domains if info.state is not DomainState.DYING]


@dataclass(frozen=True, slots=True)
class _Served:
    """A domain's vif and who serves it; `ip` as its toolstack wrote it."""

    vif: VifId
    backend: int
    ip: bytes | None


def _served(raw: Raw) -> dict[int, _Served]:
    """Every domain that is served, by the chosen netvm or by another domain."""
    found = {
        domid: _Served(vif, card.backend, card.ip) for domid, (vif, card) in frontends.elsewhere(raw).items() if domid
    }
    if raw.netvm is not None:
        for domid, vif in first_vifs(raw).items():
            found[domid] = _Served(vif, raw.netvm.id, raw.vifs[vif].ip)
    return found


def _guests_order(raw: Raw, config: Config, domid: int, served: _Served, given: IPv4Address | None) -> Order | None:
    netvm = frontends.netvm_of(raw, Card(served.backend), {})
    if served.ip is None and given is not None:
        nodes = {keys.ADDRESS.at(): str(given), **_common(config)}
        return Order(domid, nodes, f"{home(served.backend)}/{served.vif.backend_path}/ip", netvm)
    address = frontends.address(raw, domid, Card(served.backend, served.ip))
    if address is None:
        return None
    return Order(domid, {keys.ADDRESS.at(): str(address), **_common(config)}, netvm=netvm)


def orders(raw: Raw, config: Config, allocated: Mapping[int, IPv4Address]) -> list[Order]:
    """What everybody is to be told. Pure. A domain whose address cannot be told yet is left as it is.

    So is one whose card nobody serves, because its netvm has died: it gets it back when that is back.
    """
    found: list[Order | None] = []
    served = _served(raw)
    for info in _alive(raw):
        if raw.netvm is not None and info.id == raw.netvm.id:
            found.append(Order(info.id, _common(config)))
        elif info.id == 0:
            continue
        elif info.id in served:
            found.append(_guests_order(raw, config, info.id, served[info.id], allocated.get(info.id)))
        elif raw.cards.get(info.id):
            continue
        elif frontends.agent_of(raw, info.id) is not AgentState.UNKNOWN:  # a netvm too, though not the chosen one
            found.append(Order(info.id, _common(config)))
        elif raw.netvm is not None:
            found.append(Order(info.id, {}))
    return [order for order in found if order is not None]


def carry_out(store: Store, order: Order) -> bool:
    """Make a domain's nodes so; whether anything had to be changed."""
    root = home(order.domid)

    def change(inside: Store) -> bool:
        if inside.read(root) is None:  # gone meanwhile; writing would bring a dead domain's home back
            return False
        if not order.nodes:
            inside.delete(f"{root}/{keys.HOME_DOM0}")
            return True
        inside.mkdir(f"{root}/{keys.HOME_DOM0}")
        inside.set_perms(f"{root}/{keys.HOME_DOM0}", ("n0", f"r{order.domid}"))
        for path, value in order.nodes.items():
            inside.write(f"{root}/{path}", value)
            inside.set_perms(f"{root}/{path}", ("n0", f"r{order.domid}"))
        if order.netvm:
            inside.write(f"{root}/{keys.SERVED_BY.at()}", order.netvm)
            inside.set_perms(f"{root}/{keys.SERVED_BY.at()}", ("n0",))
        if order.backend_ip and inside.read(order.backend_ip) is None:
            inside.write(order.backend_ip, order.nodes[keys.ADDRESS.at()])
        return True

    if order.nodes:
        nodes = {**order.nodes, **({keys.SERVED_BY.at(): order.netvm} if order.netvm else {})}
        same = all(store.read(f"{root}/{path}") == value.encode() for path, value in nodes.items())
    else:
        same = store.read(f"{root}/{keys.ADDRESS.at()}") is None
    if same and (not order.backend_ip or store.read(order.backend_ip) is not None):
        return False
    return store.atomically(change)


def _taken(raw: Raw, owner: str) -> set[IPv4Address | None]:
    """All addresses that somebody else has, by what toolstacks wrote.

    A domain that restarts may still be there under its old id: its address is not somebody else's.
    """
    uuids = {info.id: info.uuid for info in raw.domains}
    return {
        address_of(raw, vif) for vif, each in raw.vifs.items() if each.ip and uuids.get(vif.frontend) != owner
    } | {
        frontends.address(raw, domid, card)
        for domid, each in raw.cards.items() if uuids.get(domid) != owner
        for card in each.values() if card.ip
    }  # fmt: skip


class Provisioner:
    """Carries out all orders; lives on the store's thread but for `__init__`."""

    def __init__(self, config: Config, allocator: Allocator) -> None:
        self._config = config
        self._allocator = allocator
        self._last: dict[int, Order] = {}

    def provision(self, store: Store, raw: Raw) -> dict[int, str]:
        """Tell everybody; returns the addresses that we gave, by domain id. One domain's failure is not another's."""
        allocated = self._allocate(raw)
        found = orders(raw, self._config, allocated)
        for order in sorted(found, key=lambda each: self._last.get(each.domid) == each):  # what is new comes first
            try:
                if carry_out(store, order):
                    log.info("domain %d is told: %s", order.domid, " ".join(order.nodes.values()) or "no network")
            except StoreGone:
                raise
            except QnetError as error:
                log.warning("domain %d cannot be told its network: %s", order.domid, error)
        self._last = {order.domid: order for order in found}
        return {domid: str(address) for domid, address in allocated.items()}

    def dom0_address(self, raw: Raw) -> IPv4Address:
        """dom0's own address for the time that it is connected: nobody else's, the uplinks' included."""
        dom0 = next((info for info in raw.domains if info.id == 0), None)
        if dom0 is None:
            raise QnetError("The hypervisor does not tell dom0 among its domains.")
        uplinks = agent_report.uplinks(agent_report.Fields(raw.agent))
        taken = {each for uplink in uplinks for each in (uplink.address, uplink.gateway)}
        taken |= _taken(raw, dom0.uuid) | set(map(IPv4Address, raw.allocated.values()))
        return self._allocator.address(dom0.uuid, taken, {info.uuid for info in _alive(raw)})

    def address_for(self, raw: Raw, info: DomainInfo, wished: IPv4Address | None) -> IPv4Address:
        """An address for a domain that is to get a card: the one that it had, if nobody has it now."""
        taken = _taken(raw, info.uuid) | {
            IPv4Address(each) for domid, each in raw.allocated.items() if domid != info.id
        }
        if wished is not None and wished not in taken:
            return wished
        return self._allocator.address(info.uuid, taken, {each.uuid for each in _alive(raw)})

    def _allocate(self, raw: Raw) -> dict[int, IPv4Address]:
        infos = {info.id: info for info in _alive(raw)}
        needy = {domid for domid, each in _served(raw).items() if each.ip is None}
        needy |= {
            domid for domid, each in frontends.orphans(raw).items() if any(card.ip is None for card in each.values())
        }
        alive = {info.uuid for info in infos.values()}
        found = {}
        for domid in sorted(needy & infos.keys() - {0}):
            try:
                found[domid] = self._allocator.address(infos[domid].uuid, _taken(raw, infos[domid].uuid), alive)
            except QnetError as error:
                log.error("%s gets no address: %s", infos[domid].name, error)
        return found
