"""What must be in place in the netvm before any vif: packet filter, forwarding, the addresses that domains ask for.

Used by the agent at its start and by the hotplug script's fallback; laying it again changes nothing. Nothing takes it
away: a stopped or killed agent leaves the netvm filtering.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from qnet_gui.kernel import conntrack
from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.kernel.nft import Nft
from qnet_gui.kernel.sysctl import set_sysctl
from qnet_gui.model.config import DEFAULT_GATEWAY, DEFAULT_POOL, Config
from qnet_gui.model.dns import DEFAULT_VIRTUAL
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.store import keys
from qnet_gui.store.client import Store

#: Milliseconds between two "port unreachable" to one domain; by the kernel's own second, a domain that asks for several
#: names while there is no server would have to wait for the refusal of all but the first six queries.
_REFUSAL_INTERVAL = 10
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


def apply(
    nft: Nft,
    netlink: Netlink,
    addresses: OwnAddresses,
    before: OwnAddresses | None = None,
    config: Config = Config(),  # noqa: B008 - frozen
) -> None:
    """Put everything in place; what `before` had and `addresses` has not is taken away.

    The filter comes before forwarding. The addresses stand on `lo`, so that ARP for them is answered on every vif and a
    query is refused at once even when there is no uplink.
    """
    nft.apply(ruleset.base(addresses.virtual, config.local_resolver))
    loopback = link_index("lo") or 1
    netlink.set_up(loopback)
    for address in addresses.own:
        netlink.add_address(loopback, address, host_scope=True)
    for address in set(before.own) - set(addresses.own) if before else ():
        netlink.delete_address(loopback, address)
    set_sysctl("ipv4/icmp_ratelimit", _REFUSAL_INTERVAL)
    set_sysctl("ipv4/ip_forward", 1)


def forget(addresses: frozenset[IPv4Address]) -> None:
    """Delete the connections of addresses that change hands; waits, so call it off the main loop."""
    conntrack.run_all(command for address in sorted(addresses) for command in conntrack.of_address(address))
