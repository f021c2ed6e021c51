"""Uplinks that NetworkManager does not know: the way out, and what else has a default route. Reads netlink and /sys."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.model.parse import ipv4
from qnet_gui.model.uplink import Uplink, UplinkState
from qnet_gui.netvm.uplinks.way_out import Way, link_kind


def _with_default_route(netlink: Netlink, servers: tuple[IPv4Address, ...]) -> Iterable[Uplink]:
    """One for each interface with a default route, the best route's first."""
    for route in sorted(netlink.routes(), key=lambda route: route.metric):
        index = link_index(route.iface)
        if route.genmask == "0.0.0.0" and index is not None and not route.iface.startswith("vif"):
            address = next((address for address, _ in netlink.addresses(index)), None)
            gateway = ipv4(route.gateway) if "G" in route.flags else None
            yield Uplink(
                route.iface, link_kind(route.iface), UplinkState.UP, False, address, gateway, servers
            )  # fmt: skip


def _of_way(way: Way, servers: tuple[IPv4Address, ...]) -> Uplink:
    state = UplinkState.UP if way.running else UplinkState.DOWN
    return Uplink(way.name, way.kind, state, True, way.address, way.gateway, servers, mtu=way.mtu)


def from_kernel(netlink: Netlink, way: Way | None, servers: tuple[IPv4Address, ...]) -> tuple[Uplink, ...]:
    """The way out first, then each other interface with a default route; all get the same servers."""
    rows = {uplink.name: uplink for uplink in reversed(list(_with_default_route(netlink, servers)))}
    if way is not None:
        rows[way.name] = _of_way(way, servers)
    return tuple(sorted(rows.values(), key=lambda uplink: not uplink.primary))
