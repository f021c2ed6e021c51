"""Sets an AppVM's network: eth0 with one /32 address, one default route, resolv.conf. Or none of it. Idempotent.

Touches eth0's state, addresses and routes, and /etc/resolv.conf, in the domain that it runs in.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.kernel.sysctl import set_for_interface
from qnet_gui.model.errors import NotFound
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.route import Route
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.store.reports import NetworkConfig

LINK = "eth0"
RESOLV_CONF = Path("/etc/resolv.conf")
_HEAD = "# Written by qnet-guest: the netvm redirects these addresses to the name servers of its uplink.\n"


def resolv_conf(servers: tuple[IPv4Address, ...]) -> str:
    """The file's text; without servers it names none, so that nobody asks 127.0.0.1 (resolv.conf(5)'s default)."""
    if not servers:
        return "# Written by qnet-guest: this domain has no network.\n"
    return _HEAD + "".join(f"nameserver {server}\n" for server in servers)


def write_resolv_conf(servers: tuple[IPv4Address, ...], path: Path = RESOLV_CONF) -> bool:
    """Replace the file as a whole, never half of it; a symbolic link is replaced too. False if it was so already."""
    text = resolv_conf(servers).encode()
    if not path.is_symlink() and path.exists() and path.read_bytes() == text:
        return False
    write_atomically(path, text)
    return True


def apply(
    netlink: Netlink, config: NetworkConfig, own_mtu: int | None = None
) -> tuple[IPv4Address | None, list[Route]]:
    """Make it so, and return what the kernel then says: the address and the routes.

    `own_mtu`: the MTU that somebody chose for this vif, which goes before the uplink's.
    """
    index = link_index(LINK)
    if index is None:
        raise NotFound(SystemCode.NO_INTERFACE_CARD, interface=LINK)
    set_for_interface("ipv6", LINK, "disable_ipv6", 1)
    addresses = netlink.addresses(index)
    for address, prefix in addresses:
        if (address, prefix) != (config.address, 32):
            netlink.delete_address(index, address, prefix)
    if (config.address, 32) not in addresses:
        netlink.add_address(index, config.address)
    mtu = own_mtu or config.mtu
    if mtu and netlink.mtu(LINK) != mtu:
        netlink.set_mtu(index, mtu)
    netlink.set_up(index)
    routes = netlink.routes_of_link(index)
    for route in routes:
        if route["dst_len"] or route["priority"]:
            netlink.delete_route(route)
    if not any(not route["dst_len"] and not route["priority"] for route in routes):
        netlink.set_default_route(index)
    write_resolv_conf(config.servers)
    return next((address for address, _ in netlink.addresses(index)), None), netlink.routes()


def remove(netlink: Netlink) -> None:
    """No network: the link down and without addresses, which takes its routes along; no name servers."""
    index = link_index(LINK)
    if index is not None:
        netlink.set_down(index)
        for address, prefix in netlink.addresses(index):
            netlink.delete_address(index, address, prefix)
    write_resolv_conf(())
