"""Uplinks where NetworkManager does not manage them: what the kernel's default routes say. Reads netlink and /sys."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.model.parse import ipv4
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

_SYS = Path("/sys/class/net")


def _kind(name: str) -> UplinkKind:
    if (_SYS / name / "phy80211").exists():
        return UplinkKind.WIFI
    if (_SYS / name / "tun_flags").exists():
        return UplinkKind.VPN
    return UplinkKind.CABLE


def from_kernel(netlink: Netlink, servers: tuple[IPv4Address, ...]) -> tuple[Uplink, ...]:
    """One uplink for each interface with a default route, the best route's first; all get the same servers."""
    uplinks: dict[str, Uplink] = {}
    for route in sorted(netlink.routes(), key=lambda route: route.metric):
        index = link_index(route.iface)
        if route.genmask != "0.0.0.0" or index is None or route.iface in uplinks:
            continue
        addresses = netlink.addresses(index)
        gateway = ipv4(route.gateway) if "G" in route.flags else None
        uplinks[route.iface] = Uplink(
            route.iface, _kind(route.iface), UplinkState.UP, not uplinks, addresses[0][0] if addresses else None,
            gateway, servers,
        )  # fmt: skip
    return tuple(uplinks.values())
