"""Takes away all that the agent has ever set in this netvm: what `qnet-agent undo` does. Runs as root.

First forwarding becomes what it was, last goes the packet filter, so that nothing passes unfiltered meanwhile that did
not before. Vifs stay, down. The caller holds the lock.
"""

from __future__ import annotations

from ipaddress import IPv4Address

from qnet_gui.kernel.netlink import Netlink, link_index, link_names
from qnet_gui.kernel.netlink_messages import RTN_UNICAST
from qnet_gui.kernel.nft import Nft
from qnet_gui.kernel.sysctl import read_sysctl, set_sysctl
from qnet_gui.netvm.packet_filter import base_routing, base_settings, former, ruleset

#: A vif's settings become what those of a new link are.
_OF_VIFS = (
    "ipv4/conf/{}/forwarding",
    "ipv4/conf/{}/proxy_arp",
    "ipv4/conf/{}/rp_filter",
    "ipv4/conf/{}/medium_id",
    "ipv4/conf/{}/arp_ignore",
    "ipv4/conf/{}/route_localnet",
    "ipv6/conf/{}/disable_ipv6",
    "ipv4/neigh/{}/proxy_delay",
)


def _settings() -> list[str]:
    """Those of the whole machine, forwarding first; what they are now."""
    values = former.settings()
    order = sorted(values, key=lambda name: name != base_settings.FORWARDING)
    there = [name for name in order if read_sysctl(name) is not None]  # a link may have gone
    for name in there:
        set_sysctl(name, values[name])
    return [f"{name} = {values[name]}" for name in there]


def _vifs(netlink: Netlink) -> list[str]:
    """Every vif that we served or that is in our group, down and as a link is that nobody has touched.

    Also one that somebody gave another name. What is in the group and no vif leaves it, and is left alone.
    """
    routes = {key.link: key for key in netlink.own.routes() if key.type == RTN_UNICAST}
    names = []
    for name in link_names():
        index = link_index(name)
        is_vif, grouped = name.startswith("vif"), index is not None and netlink.is_of_group(index)
        if index is None or not (grouped or (is_vif and index in routes)):
            continue
        if not is_vif and index not in routes:
            netlink.leave_group(index)
            continue
        if (key := routes.get(index)) is not None:
            netlink.withdraw_host(index, key.address, key.metric)
        netlink.release_link(index)
        for setting in _OF_VIFS:
            value = read_sysctl(setting.format("default"))
            if value is not None:
                set_sysctl(setting.format(name), value)
        names.append(name)
    return names


def _addresses(netlink: Netlink) -> list[str]:
    loopback = link_index("lo") or 1
    there = {str(address) for address, _ in netlink.addresses(loopback)}
    ours = [address for address in former.addresses() if address in there]
    for address in ours:
        netlink.delete_address(loopback, IPv4Address(address))
    return ours


def undo(nft: Nft, netlink: Netlink) -> list[str]:
    """Take everything away; returns a line for each kind of things that there was."""
    lines = []
    if settings := _settings():
        lines.append(f"Kernel settings are as before: {', '.join(settings)}.")
    if vifs := _vifs(netlink):
        lines.append(f"Vifs are down: {', '.join(vifs)}.")
    if routes := base_routing.undo(netlink):
        lines.append(f"The routing table is empty: it had {len(routes)} routes.")
    if addresses := _addresses(netlink):
        lines.append(f"The loopback has lost its addresses: {', '.join(addresses)}.")
    if any(nft.listing(*table) for table in ruleset.TABLES):
        nft.apply(ruleset.removal())
        lines.append("The packet filter is gone.")
    former.forget()
    return lines
