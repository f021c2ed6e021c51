"""Tells domains their network: `qnet/address`, `gateway`, `dns1` and `dns2` in each home, for dom0 alone to write.

Compares with what is there and writes only what differs, in one transaction a domain. Touches those nodes, and the `ip`
of a vif whose toolstack gave it none. The jobs run on the store's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.dom0 import report
from qnet_gui.dom0.allocate import Allocator
from qnet_gui.dom0.build import address_of, first_vifs
from qnet_gui.dom0.raw import Raw, home
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.config import Config
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import QnetError, StoreGone
from qnet_gui.store import keys
from qnet_gui.store.client import Store

log = logging.getLogger(__name__)

_FOR_GUESTS = (keys.ADDRESS, keys.GATEWAY, keys.DNS1, keys.DNS2)


@dataclass(frozen=True, slots=True)
class Order:
    """What one domain is to be told: values by path, or nothing at all. `backend_ip`: where to tell its netvm."""

    domid: int
    nodes: Mapping[str, str]
    backend_ip: str = ""


def _common(config: Config) -> dict[str, str]:
    return {
        keys.GATEWAY.at(): str(config.gateway),
        keys.DNS1.at(): str(config.dns[0]),
        keys.DNS2.at(): str(config.dns[1]),
    }


def _alive(raw: Raw) -> list[DomainInfo]:
    return [info for info in raw.domains if info.state is not DomainState.DYING]


def orders(raw: Raw, config: Config, allocated: Mapping[int, IPv4Address]) -> list[Order]:
    """What everybody is to be told. Pure. A domain whose address cannot be told yet is left as it is."""
    found = []
    netvm, vifs = raw.netvm, first_vifs(raw)
    for info in _alive(raw):
        vif = vifs.get(info.id)
        if netvm is not None and info.id == netvm.id:
            found.append(Order(info.id, _common(config)))
        elif info.id == 0 or netvm is None:
            continue
        elif vif is None:
            found.append(Order(info.id, {}))
        elif raw.vifs[vif].ip is None and info.id in allocated:
            nodes = {keys.ADDRESS.at(): str(allocated[info.id]), **_common(config)}
            found.append(Order(info.id, nodes, f"{home(netvm.id)}/{vif.backend_path}/ip"))
        elif (address := address_of(raw, vif)) is not None:
            found.append(Order(info.id, {keys.ADDRESS.at(): str(address), **_common(config)}))
    return found


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
        if order.backend_ip and inside.read(order.backend_ip) is None:
            inside.write(order.backend_ip, order.nodes[keys.ADDRESS.at()])
        return True

    if order.nodes:
        same = all(store.read(f"{root}/{path}") == value.encode() for path, value in order.nodes.items())
    else:
        same = store.read(f"{root}/{keys.ADDRESS.at()}") is None
    if same and (not order.backend_ip or store.read(order.backend_ip) is not None):
        return False
    return store.atomically(change)


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
        taken = {address_of(raw, vif) for vif in raw.vifs}
        fields = report.Fields(raw.agent)
        taken |= {each for uplink in report.uplinks(fields) for each in (uplink.address, uplink.gateway)}
        return self._allocator.address(dom0.uuid, taken, {info.uuid for info in _alive(raw)})

    def _allocate(self, raw: Raw) -> dict[int, IPv4Address]:
        vifs, infos = first_vifs(raw), {info.id: info for info in _alive(raw)}
        needy = [domid for domid, vif in vifs.items() if domid in infos and domid and raw.vifs[vif].ip is None]
        if not needy:
            return {}
        uuids = {info.id: info.uuid for info in raw.domains}
        alive = {info.uuid for info in infos.values()}
        found = {}
        for domid in needy:
            # a domain that restarts may still be there under its old id: its address is not somebody else's
            others = {vif for vif, each in raw.vifs.items() if each.ip and uuids.get(vif.frontend) != uuids[domid]}
            taken = {address_of(raw, vif) for vif in others}
            try:
                found[domid] = self._allocator.address(uuids[domid], taken, alive)
            except QnetError as error:
                log.error("%s gets no address: %s", infos[domid].name, error)
        return found
