"""The netvm's packet filter as nftables text: pure functions, each result one atomic transaction.

Tables `inet qnet` and `arp qnet` are ours alone; no other table is touched. What they hold (`chains.py`, `sets.py`):

* a packet from a vif must have the source address that dom0 gave to that vif (IPv4 and ARP); IPv6 is dropped;
* an address of a domain may not arrive on any other interface;
* DNS to a virtual server goes to a real one, or is refused at once when there is none;
* vif to vif is dropped, nothing new reaches a vif from outside, and of the netvm a domain gets answers to ping only;
* a connection is the vif's that began it, whoever has its address later, and a domain has not too many of them;
* nothing new from the world reaches the netvm itself but what DHCP and ICMP need, and what its configuration opens.

Elements are added before they are deleted, because deleting a missing one fails the whole transaction (nft 1.0.6 has no
`destroy`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address
from types import MappingProxyType

from qnet_gui.model.config import DEFAULT_GATEWAY
from qnet_gui.model.dns import DnsRedirect
from qnet_gui.model.errors import BadInput
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.packet_filter import flow_table, sets
from qnet_gui.netvm.packet_filter.chains import Policy, chains
from qnet_gui.netvm.packet_filter.sets import (
    CONNECTION_SET,
    DOMAIN_SET,
    FAMILIES,
    INSIDE_SET,
    LIMIT_SET,
    LINK_ADDRESS_SET,
    MARK_MAP,
    MARK_SET,
    SERVER_MAP,
    SOURCE_MAP,
    TABLE,
    VIF_SET,
    VIRTUAL_SET,
)

__all__ = ["DOMAIN_SET", "FAMILIES", "SERVER_MAP", "TABLE", "VIF_SET", "VIRTUAL_SET", "Policy"]
#: All that are ours, by family and name.
TABLES = (("inet", sets.FLOW_TABLE), ("inet", sets.WATCH_TABLE), *((family, TABLE) for family in FAMILIES))
Pair = tuple[str, IPv4Address]
Owners = tuple[VifId | None, VifId | None]
_DEFAULT_POLICY = Policy()
_NONE: Mapping[IPv4Address, Owners] = MappingProxyType({})


def base(
    virtual: Sequence[IPv4Address], gateway: IPv4Address = DEFAULT_GATEWAY, policy: Policy = _DEFAULT_POLICY
) -> str:
    """Everything but the elements. Applied again it replaces the rules and keeps the elements and counters."""
    lines = [sets.SETS.strip()]
    wanted = chains([gateway, *virtual], policy)
    for where, (hook, _) in wanted.items():
        family, chain = where.split()
        body = f" {{ {hook} }}" if hook else ""
        lines += [f"add chain {family} {TABLE} {chain}{body}", f"flush chain {family} {TABLE} {chain}"]
    for where, (_, rules) in wanted.items():
        family, chain = where.split()
        lines += [f"add rule {family} {TABLE} {chain} {rule}" for rule in rules]
    lines += _replace(LIMIT_SET, [str(policy.connections)])
    return "\n".join([*lines, *_replace(VIRTUAL_SET, map(str, virtual))])


def removal() -> str:
    """Takes our tables away, whoever put whatever into them; works as well when there are none."""
    return "\n".join(sets.no_table(*table) for table in TABLES)


def forget_vifs() -> str:
    """Commands that take away all elements that depend on vifs, whoever has put them there."""
    sets = [f"flush set {family} {TABLE} {name}" for name in (VIF_SET, DOMAIN_SET) for family in FAMILIES]
    return "\n".join([*sets, f"flush map inet {TABLE} {MARK_MAP}", f"flush set inet {TABLE} {MARK_SET}"])


def _elements(verb: str, name: str, elements: Iterable[str], families: Sequence[str] = ("inet",)) -> list[str]:
    body = ", ".join(elements)
    return [f"{verb} element {family} {TABLE} {name} {{ {body} }}" for family in families] if body else []


def _replace(name: str, elements: Iterable[str], family: str = "inet", kind: str = "set") -> list[str]:
    return [f"flush {kind} {family} {TABLE} {name}", *_elements("add", name, elements, (family,))]


def change_vifs(add: Iterable[Pair], remove: Iterable[Pair], owners: Mapping[IPv4Address, Owners] = _NONE) -> str:
    """One transaction that adds and removes (vif name, address) pairs; "" for no change.

    `owners`: to whom packets to an address went before, and go now. Only with this one an address has connections.
    Where somebody loses something, no connection takes the short way any more.
    """
    new, old = list(add), list(remove)
    lost = bool(old) or any(was not in (None, vif) for was, vif in owners.values())
    stay = {name for name, _ in new}
    going = (name for name, _ in old if name not in stay)
    lines = _change(VIF_SET, map(_pair, new), map(_pair, old), FAMILIES)
    lines += _change(MARK_MAP, map(_marked, _vifs(stay)), map(_marked, _vifs(going)))
    owned = [address for address, (_, vif) in owners.items() if vif is not None]
    free = [address for address, (_, vif) in owners.items() if vif is None]
    lines += _change(DOMAIN_SET, map(str, owned), map(str, free), FAMILIES)
    now = [f"{address} . {sets.mark(vif)}" for address, (_, vif) in owners.items() if vif is not None]
    before = [f"{address} . {sets.mark(was)}" for address, (was, vif) in owners.items() if was not in (None, vif)]
    return "\n".join([*([flow_table.FORGET] if lost else []), *lines, *_change(MARK_SET, now, before)])


def _change(name: str, add: Iterable[str], remove: Iterable[str], families: Sequence[str] = ("inet",)) -> list[str]:
    old = list(remove)
    return _elements("add", name, [*add, *old], families) + _elements("delete", name, old, families)


def _pair(pair: Pair) -> str:
    return f'"{pair[0]}" . {pair[1]}'


def _marked(vif: VifId) -> str:
    return f'"{vif.name}" : {sets.mark(vif)}'


def _vifs(names: Iterable[str]) -> list[VifId]:
    """Those that are vifs: an element that is not of our making is none."""
    vifs = []
    for name in names:
        with suppress(BadInput):
            vifs.append(VifId.from_name(name))
    return sorted(vifs)


def change_redirects(redirects: Iterable[DnsRedirect]) -> str:
    """One transaction that replaces all redirections; with none every query is refused."""
    pairs = [f"{redirect.virtual} : {redirect.real}" for redirect in redirects]
    return "\n".join(_replace(SERVER_MAP, pairs, kind="map"))


def change_sources(sources: Mapping[str, IPv4Address]) -> str:
    """One transaction that says with which address domains leave by a link; by all others as the kernel has it."""
    return "\n".join(_replace(SOURCE_MAP, (f'"{link}" : {source}' for link, source in sources.items()), kind="map"))


def count_anew() -> str:
    """Forget how many connections each domain has: an element keeps the limit that was in force when it was made."""
    return f"flush set inet {TABLE} {CONNECTION_SET}"


def change_links(inside: Iterable[str], ours_on_links: Iterable[IPv4Address]) -> str:
    """One transaction that says which links are inside, and which addresses of ours are a link's own as well."""
    lines = _replace(INSIDE_SET, (f'"{name}"' for name in inside))
    return "\n".join([*lines, *_replace(LINK_ADDRESS_SET, map(str, ours_on_links), "arp")])
