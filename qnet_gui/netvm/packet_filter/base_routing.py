"""The netvm's own routing table: who is in it beside the domains, and that it is looked up first.

A domain's address leads to its vif, whatever routes an uplink brings; all others of the domains' pool lead nowhere, so
no packet to a domain that is not there leaves by an uplink. That is not told to whoever asks: he would learn which of
the addresses are somebody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from qnet_gui.kernel.netlink import Netlink
from qnet_gui.kernel.netlink_messages import RTN_BLACKHOLE, RTN_THROW, RTN_UNICAST
from qnet_gui.kernel.netlink_requests import RouteKey

#: The metric of what gives way to any domain's.
_LAST = 0xFFFFFFFF


def routers(netlink: Netlink, pool: IPv4Network) -> list[IPv4Address]:
    """Routers of uplinks whose address is one of our pool's, so that the netvm itself must reach them as before."""
    return sorted(address for address in netlink.own.routers() if address in pool)


def wanted(pool: IPv4Network, beside: Iterable[IPv4Address]) -> set[RouteKey]:
    """What is to be in the table beside the domains' routes; `beside`: addresses that are not ours although within."""
    throws = {RouteKey.of(IPv4Network(address), _LAST, RTN_THROW) for address in beside}
    return {RouteKey.of(pool, _LAST, RTN_BLACKHOLE), *throws}


def apply(netlink: Netlink, pool: IPv4Network, hosts: set[RouteKey] | None = None) -> tuple[bool, set[RouteKey]]:
    """Put it in place. `hosts`: the domains' routes where they are known; those of others then go.

    Returns whether somebody had changed anything, and which of the domains' routes are missing, which is left to who
    serves. That an uplink has another router than before is no change of ours.
    """
    there = netlink.own.routes()
    ours = wanted(pool, routers(netlink, pool))
    extra = {key for key in there - ours if key.type != RTN_UNICAST or (hosts is not None and key not in hosts)}
    missing = set() if hosts is None else hosts - there
    netlink.own.change(sorted(ours - there), sorted(extra))
    undone = netlink.own.set_rule() or any(key.type != RTN_THROW for key in (*extra, *missing, *(ours - there)))
    return undone, missing


def undo(netlink: Netlink) -> set[RouteKey]:
    """Empty the table and have nobody look it up; returns what was in it."""
    netlink.own.delete_rules()
    there = netlink.own.routes()
    netlink.own.change((), sorted(there))
    return there
