"""The netvm's own routing tables: who is in them beside the domains, and that they are looked up first.

A domain's address leads to its vif, whatever routes an uplink brings; all others of the domains' pool lead nowhere, so
no packet to a domain that is not there leaves by an uplink. That is not told to whoever asks: he would learn which of
the addresses are somebody's.

What comes from a domain is looked up where no domain is, so it reaches no other one, even while there is no packet
filter. By which vif it came no rule for all of them can tell, and one for each would cost every packet; but a vif's
sources are checked by the kernel (`rp_filter`), so an address of the pool that arrives is a domain's, and what has
another address than one of the pool is the packet filter's business alone. Routers of uplinks may have such addresses
too: what comes in by an uplink is not meant. Nor are the netvm's own addresses, which the kernel finds before all of
this, unless somebody has moved its rule for them.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from qnet_gui.kernel.netlink import Netlink
from qnet_gui.kernel.netlink_messages import RTN_BLACKHOLE, RTN_THROW, RTN_UNICAST
from qnet_gui.kernel.netlink_requests import RouteKey
from qnet_gui.kernel.own_routing import DOMAINS_TABLE
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import ifname

#: The metric of what gives way to any domain's.
_LAST = 0xFFFFFFFF


def _uplinks(indices: Iterable[int]) -> set[str]:
    """The names of links by which the world is reached; no vif is one, whatever somebody has written into a table."""
    names = set()
    for index in indices:
        with contextlib.suppress(OSError, BadInput):  # it has gone, or has a name that nothing strange may come of
            names.add(ifname(socket.if_indextoname(index)))
    return {name for name in names if not name.startswith("vif") and name != "lo"}


def wanted(pool: IPv4Network, beside: Iterable[IPv4Address]) -> set[RouteKey]:
    """What is to be in both tables, in one beside the domains' routes; `beside`: those within that are not ours."""
    throws = {RouteKey.of(IPv4Network(address), _LAST, RTN_THROW) for address in beside}
    return {RouteKey.of(pool, _LAST, RTN_BLACKHOLE), *throws}


def apply(netlink: Netlink, pool: IPv4Network, hosts: set[RouteKey] | None = None) -> tuple[bool, set[RouteKey]]:
    """Put it in place. `hosts`: the domains' routes where they are known; those of others then go.

    Returns whether somebody had changed anything, and which of the domains' routes are missing, which is left to who
    serves. That an uplink has another router than before is no change of ours.
    """
    own = netlink.own
    routers, rules = own.routers(), own.rules()
    there, of_domains = own.routes(), own.routes(DOMAINS_TABLE)
    beside = {router for router, _ in routers if router is not None}
    if not rules.local_is_first:
        beside |= own.local()
    ours = wanted(pool, (address for address in beside if address in pool))
    extra = {key for key in there - ours if key.type != RTN_UNICAST or (hosts is not None and key not in hosts)}
    missing = set() if hosts is None else hosts - there
    own.change(sorted(ours - of_domains), sorted(of_domains - ours), DOMAINS_TABLE)
    own.change(sorted(ours - there), sorted(extra))
    undone = own.set_rules(pool, _uplinks(link for _, link in routers), rules)
    changed = (*extra, *missing, *(ours - there), *(ours ^ of_domains))
    return undone or any(key.type != RTN_THROW for key in changed), missing


def undo(netlink: Netlink) -> set[RouteKey]:
    """Empty the tables and have nobody look them up; returns what was in that of the domains."""
    netlink.own.delete_rules()
    there = netlink.own.routes()
    netlink.own.change((), sorted(there))
    netlink.own.change((), sorted(netlink.own.routes(DOMAINS_TABLE)), DOMAINS_TABLE)
    return there
