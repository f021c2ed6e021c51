"""What travels through xenstore as a whole, bound to the dataclass that it is: a table for each, writer's and reader's.

A field is declared once, as a row of its table; see `table`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeVar

from qnet_gui.model.dns import DnsRedirect, DnsSource
from qnet_gui.model.domain import AgentState
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.model.vif import VifId
from qnet_gui.store import forms, keys
from qnet_gui.store.forms import Form
from qnet_gui.store.keys import Key
from qnet_gui.store.table import Pieces, Several, Table

T = TypeVar("T")

# -- dom0 -> domain


@dataclass(frozen=True, slots=True)
class NetvmConfig:
    """What every netvm is told: the addresses that it shows to its domains, and where theirs come from."""

    gateway: IPv4Address
    dns1: IPv4Address
    dns2: IPv4Address
    pool: IPv4Network


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """What a domain's network is to be. `mtu`: in bytes, 0 while nobody knows it."""

    address: IPv4Address
    gateway: IPv4Address
    dns1: IPv4Address
    dns2: IPv4Address
    mtu: int = 0

    @property
    def servers(self) -> tuple[IPv4Address, ...]:
        """Its (virtual) name servers, each once."""
        return tuple(dict.fromkeys((self.dns1, self.dns2)))


NETVM_CONFIG = Table(NetvmConfig, gateway=keys.GATEWAY, dns1=keys.DNS1, dns2=keys.DNS2, pool=keys.POOL)
NETWORK_CONFIG = Table(
    NetworkConfig, address=keys.ADDRESS, gateway=keys.GATEWAY, dns1=keys.DNS1, dns2=keys.DNS2, mtu=keys.MTU
)

# -- domain -> dom0


@dataclass(frozen=True, slots=True)
class GuestReport:
    """What a domain has set: no address, route and servers when it has no network."""

    address: IPv4Address | None = None
    route: str = ""
    servers: tuple[IPv4Address, ...] = ()


GUEST = Table(GuestReport, address=keys.GUEST_ADDRESS, route=keys.GUEST_ROUTE, servers=keys.GUEST_SERVERS)

# -- netvm -> dom0


@dataclass(frozen=True, slots=True)
class AgentReport:
    """What the agent in a netvm knows: `redirects` in force, `vifs` served, codes of `problems`.

    `version`: its own, empty of one that does not tell it.
    """

    uplinks: tuple[Uplink, ...] = ()
    source: DnsSource = DnsSource.NONE
    redirects: tuple[DnsRedirect, ...] = ()
    vifs: tuple[VifId, ...] = ()
    problems: tuple[str, ...] = ()
    state: AgentState = AgentState.UNKNOWN
    version: str = ""


def _uplink(field: str, form: Form[T], meaning: str) -> Key[T]:
    return keys.netvm(f"uplink/{{}}/{field}", form, meaning)


UPLINK = Table(
    Uplink,
    name=_uplink("name", forms.INTERFACE, "the interface"),
    kind=_uplink("kind", forms.one_of(UplinkKind), "what it is made of"),
    state=_uplink("state", forms.one_of(UplinkState), "how far it is"),
    primary=_uplink("primary", forms.FLAG, "whether the default route goes through it"),
    address=_uplink("address", forms.ADDRESS_OR_NONE, "its address"),
    gateway=_uplink("gateway", forms.ADDRESS_OR_NONE, "its router"),
    servers=_uplink("servers", forms.ADDRESSES, "the name servers that it gave"),
    ssid=_uplink("ssid", forms.text(64), "the Wi-Fi network's name"),
    strength=_uplink("strength", forms.count(100), "the signal's strength in per cent, 0 where it has none"),
    connection=_uplink("connection", forms.text(64), "what NetworkManager calls the connection"),
    mtu=_uplink("mtu", forms.count(65535), "the longest packet that it takes, in bytes; 0 while nobody knows it"),
)
AGENT = Table(
    AgentReport,
    state=keys.AGENT_STATE,
    version=keys.AGENT_VERSION,
    problems=keys.AGENT_PROBLEMS,
    uplinks=Several(Uplink, keys.UPLINK_COUNT, UPLINK, keys.UPLINKS),
    source=keys.netvm("dns/source", forms.one_of(DnsSource), "who told the name servers"),
    redirects=keys.netvm("dns/redirects", forms.REDIRECTS, "redirections in force, as `VIRTUAL>REAL`"),
    vifs=Pieces(keys.VIF_PIECES, keys.VIF_PIECE),
)

#: Every key that qnet owns, each once, in the order in which people want to read of them.
ALL: tuple[Key[Any], ...] = tuple(
    dict.fromkeys(
        (
            *NETWORK_CONFIG.keys(), *NETVM_CONFIG.keys(), keys.SERVED_BY, keys.REQUEST, keys.TRAFFIC_REQUEST,
            keys.SCREEN_SEEN,
            *AGENT.keys(), keys.AGENT_SERIAL, keys.ANSWER_HEAD, keys.ANSWER_PIECE, keys.TRAFFIC_PIECE, *GUEST.keys(),
        )
    )
)  # fmt: skip
