"""What must be in place in the netvm before any vif: packet filter, forwarding, the addresses that domains ask for.

Used by the agent at its start and by the hotplug script's fallback; laying it again changes nothing. Nothing but
`qnet-agent undo` takes it away: a stopped or killed agent leaves the netvm filtering.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from qnet_gui.kernel import conntrack
from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.kernel.nft import Nft
from qnet_gui.model.config import DEFAULT_GATEWAY, DEFAULT_POOL, Config
from qnet_gui.model.dns import DEFAULT_VIRTUAL
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.netvm.packet_filter import base_routing, connection_table, former, loading, ruleset
from qnet_gui.netvm.packet_filter.base_settings import BaseSettings
from qnet_gui.store import keys
from qnet_gui.store.client import Store

_DEFAULT_CONFIG = Config()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The addresses that the netvm shows to its domains; `pool`: where theirs come from."""

    gateway: IPv4Address = DEFAULT_GATEWAY
    virtual: tuple[IPv4Address, ...] = DEFAULT_VIRTUAL
    pool: IPv4Network = DEFAULT_POOL

    @property
    def own(self) -> tuple[IPv4Address, ...]:
        """All of them."""
        return (self.gateway, *self.virtual)


def read(store: Store) -> OwnAddresses:
    """What dom0 wrote into the netvm's own home, the defaults where it wrote nothing; `BadInput` for nonsense."""

    def written(key: keys.Key[T], default: T) -> T:
        value = store.read(key.at())
        return default if value is None else key.parse(value)

    addresses = OwnAddresses(
        written(keys.GATEWAY, DEFAULT_GATEWAY),
        (written(keys.DNS1, DEFAULT_VIRTUAL[0]), written(keys.DNS2, DEFAULT_VIRTUAL[1])),
        written(keys.POOL, DEFAULT_POOL),
    )
    if len(set(addresses.own)) != len(addresses.own):
        raise BadInput(AgentCode.ADDRESS_FOR_TWO)
    return addresses


def filter_text(addresses: OwnAddresses, config: Config = _DEFAULT_CONFIG) -> str:
    """The packet filter but for what depends on vifs, links and name servers."""
    policy = ruleset.Policy(config.open, config.local_resolver, connection_table.limit(config.connections))
    return ruleset.base(addresses.virtual, addresses.gateway, policy)


def _load_filter(nft: Nft, addresses: OwnAddresses, config: Config) -> None:
    limit = connection_table.limit(config.connections)
    loading.load(nft, filter_text(addresses, config), limit)
    connection_table.prepare(config.connections)
    now = connection_table.limit(config.connections)
    if now != limit:
        loading.load(nft, filter_text(addresses, config), now)


def apply(
    nft: Nft,
    netlink: Netlink,
    addresses: OwnAddresses,
    before: OwnAddresses | None = None,
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """Put everything in place; what `before` had and `addresses` has not is taken away.

    The filter comes before forwarding.
    """
    _load_filter(nft, addresses, config)
    give_addresses(netlink, addresses, before)
    base_routing.apply(netlink, addresses.pool)
    BaseSettings(config.connections).apply()


def give_addresses(netlink: Netlink, addresses: OwnAddresses, before: OwnAddresses | None = None) -> bool:
    """Give the loopback the addresses that domains ask for; whether it had not all of them, each with its route.

    There, ARP for them is answered on every vif and a query is refused at once even when there is no uplink.
    """
    loopback = link_index("lo") or 1
    netlink.set_up(loopback)
    there, local = {address for address, _ in netlink.addresses(loopback)}, netlink.own.local()
    missing = [address for address in addresses.own if address not in there or address not in local]
    former.remember_addresses(str(address) for address in missing if address not in there)
    for address in missing:
        netlink.delete_address(loopback, address)  # its route comes back with the address only
        netlink.add_address(loopback, address, host_scope=True)
    for address in set(before.own) - set(addresses.own) if before else ():
        netlink.delete_address(loopback, address)
    return bool(missing)


def forget(addresses: frozenset[IPv4Address]) -> None:
    """Delete the connections of addresses that change hands; waits, so call it off the main loop."""
    conntrack.run_all(command for address in sorted(addresses) for command in conntrack.of_address(address))
