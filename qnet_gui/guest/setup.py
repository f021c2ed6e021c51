"""Sets an AppVM's network: its card with one /32 address, one default route, resolv.conf. Or none of it. Idempotent.

Touches the card's state, addresses and routes, and /etc/resolv.conf, in the domain that it runs in. What resolv.conf
was before is kept in /var/lib/qnet-guest, for when qnet is removed.
"""

from __future__ import annotations

import logging
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.kernel.sysctl import set_for_interface
from qnet_gui.model.errors import KernelError, NotFound, QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.route import Route
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.store.reports import NetworkConfig

log = logging.getLogger(__name__)
RESOLV_CONF = Path("/etc/resolv.conf")
#: What was there before, as the file or the symbolic link that it was.
KEPT = Path("/var/lib/qnet-guest/resolv.conf")
_MARK = "# Written by qnet-guest:"
_HEAD = f"{_MARK} the netvm redirects these addresses to the name servers of its uplink.\n"


def resolv_conf(servers: tuple[IPv4Address, ...]) -> str:
    """The file's text; without servers it names none, so that nobody asks 127.0.0.1 (resolv.conf(5)'s default)."""
    if not servers:
        return f"{_MARK} this domain has no network.\n"
    return _HEAD + "".join(f"nameserver {server}\n" for server in servers)


def _keep(path: Path, kept: Path) -> None:
    """What somebody else has written is kept; that it cannot be is no reason to have no network."""
    try:
        if path.is_symlink():
            kept.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            fresh = kept.with_name(f".{kept.name}.fresh")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(path.readlink())
            fresh.replace(kept)
        elif path.is_file() and not path.read_bytes().startswith(_MARK.encode()):
            write_atomically(kept, path.read_bytes())
    except (OSError, QnetError) as error:
        log.warning("what %s was before cannot be kept: %s", path, error)


def write_resolv_conf(servers: tuple[IPv4Address, ...], path: Path = RESOLV_CONF, kept: Path = KEPT) -> bool:
    """Replace the file as a whole, never half of it; a symbolic link is replaced too. False if it was so already."""
    text = resolv_conf(servers).encode()
    if not path.is_symlink() and path.exists() and path.read_bytes() == text:
        return False
    _keep(path, kept)
    write_atomically(path, text)
    return True


def _set_mtu(netlink: Netlink, link: str, index: int, wished: tuple[int | None, ...]) -> None:
    """The first of these that the card takes: how large a packet may be is no reason to have no network."""
    for mtu in filter(None, wished):
        try:
            if netlink.mtu(link) != mtu:
                netlink.set_mtu(index, mtu)
        except KernelError as error:
            log.warning("an MTU of %d: %s", mtu, error)
        else:
            return


def apply(
    netlink: Netlink, link: str, config: NetworkConfig, own_mtu: int | None = None
) -> tuple[IPv4Address | None, list[Route]]:
    """Make it so, and return what the kernel then says: the address and the routes.

    `own_mtu`: the MTU that somebody chose for this vif, which goes before the uplink's.
    """
    index = link_index(link)
    if index is None:
        raise NotFound(SystemCode.NO_INTERFACE_CARD, interface=link)
    set_for_interface("ipv6", link, "disable_ipv6", 1)
    addresses = netlink.addresses(index)
    for address, prefix in addresses:
        if (address, prefix) != (config.address, 32):
            netlink.delete_address(index, address, prefix)
    if (config.address, 32) not in addresses:
        netlink.add_address(index, config.address)
    _set_mtu(netlink, link, index, (own_mtu, config.mtu))
    netlink.set_up(index)
    routes = netlink.routes_of_link(index)
    for route in routes:
        if route["dst_len"] or route["priority"]:
            netlink.delete_route(route)
    if not any(not route["dst_len"] and not route["priority"] for route in routes):
        netlink.set_default_route(index)
    write_resolv_conf(config.servers)
    return next((address for address, _ in netlink.addresses(index)), None), netlink.routes()


def remove(netlink: Netlink, link: str | None) -> None:
    """No network: the link, if there is one, down and without addresses or routes; no name servers."""
    index = link_index(link) if link else None
    if index is not None:
        netlink.set_down(index)
        for address, prefix in netlink.addresses(index):
            netlink.delete_address(index, address, prefix)
    write_resolv_conf(())
