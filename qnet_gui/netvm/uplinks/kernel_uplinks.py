"""Uplinks that NetworkManager does not know: the way out, and what else has a default route. Reads netlink."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.model.uplink import Uplink, UplinkState
from qnet_gui.netvm.uplinks.way_out import Way, Ways


def _state(running: bool) -> UplinkState:
    return UplinkState.UP if running else UplinkState.DOWN


def _with_default_route(netlink: Netlink, ways: Ways, servers: tuple[IPv4Address, ...]) -> Iterable[Uplink]:
    """One for each interface with a default route, the best route's first."""
    for route in sorted(netlink.routes(longest=0), key=lambda route: route.metric):
        link, index = ways.link(route.iface), link_index(route.iface)
        if route.genmask != "0.0.0.0" or link is None or index is None or route.iface.startswith("vif"):
            continue
        address = next((address for address, _ in netlink.addresses(index)), None)
        gateway = IPv4Address(route.gateway) if "G" in route.flags else None
        yield Uplink(route.iface, link[0], _state(link[1].running), False, address, gateway, servers)


def _of_way(way: Way, servers: tuple[IPv4Address, ...]) -> Uplink:
    return Uplink(way.name, way.kind, _state(way.running), True, way.address, way.gateway, servers)


def from_kernel(netlink: Netlink, ways: Ways, way: Way | None, servers: tuple[IPv4Address, ...]) -> tuple[Uplink, ...]:
    """The way out, and each other interface with a default route; all get the same servers."""
    rows = {uplink.name: uplink for uplink in reversed(list(_with_default_route(netlink, ways, servers)))}
    if way is not None:
        rows[way.name] = _of_way(way, servers)
    return tuple(rows.values())
