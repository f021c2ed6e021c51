"""Finds what stands between dom0 and the network. Reads netlink, /proc and /sys, changes nothing. It blocks, briefly.

/sys and /proc are those of the network namespace that the helper is in, which in dom0 is the only one.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

from qnet_gui.dom0.isolation import facts, netlink
from qnet_gui.dom0.isolation.facts import IsolationFacts, Network
from qnet_gui.hypervisor import pci
from qnet_gui.hypervisor.port import Hypervisor
from qnet_gui.kernel.netlink_dump import DumpRefused, dump, dump_socket
from qnet_gui.kernel.netlink_messages import RTM_GETADDR, RTM_GETLINK, RTM_GETROUTE
from qnet_gui.model.errors import KernelError, QnetError
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.snapshot import Iommu

_LINKS = Path("/sys/class/net")
_SOCKETS = Path("/proc/self/net")
#: More rows of a kind than this are not looked at; far fewer are told.
_ROWS = 4096


def _dump(sock: socket.socket, kind: int) -> list[bytes]:
    """The bodies of all messages of a dump, a limited number."""
    try:
        return [body for row, body in enumerate(dump(sock, kind)) if row < _ROWS]
    except DumpRefused as error:
        raise KernelError(UpgradeCode.DOM0_NETWORK_REFUSED, number=error.errno or 0) from error


def _network(nic_links: frozenset[str]) -> Network:
    try:
        with dump_socket() as sock:
            links = [netlink.link(body) for body in _dump(sock, RTM_GETLINK)]
            addresses = [netlink.address(body) for body in _dump(sock, RTM_GETADDR)]
            routes = [netlink.route(body) for body in _dump(sock, RTM_GETROUTE)]
    except OSError as error:
        if error.strerror is None:
            raise KernelError(UpgradeCode.DOM0_NETWORK_SILENT) from error
        raise KernelError(UpgradeCode.DOM0_NETWORK_UNREADABLE, why=error.strerror) from error
    return Network(
        tuple(link for link in links if link),
        tuple(address for address in addresses if address),
        tuple(route for route in routes if route),
        nic_links,
    )


def listening() -> tuple[Fact, ...]:
    """What listens; slow where the kernel made room for many connections, all of which it looks through."""
    sockets: set[tuple[str, int]] = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with suppress(FileNotFoundError), (_SOCKETS / table).open(encoding="ascii") as lines:  # no IPv6 here
            sockets |= facts.ports(table.rstrip("6"), lines)
    return facts.listening(sockets)


def _nic_links() -> dict[str, str]:
    """Links of hardware that is dom0's, and the paths of their devices; netfront's are Xen's."""
    devices = {}
    for link in _children(_LINKS):
        device = link / "device"
        if device.exists() and (device / "subsystem").resolve().name != "xen":
            devices[link.name] = os.path.realpath(device)
    return devices


def _controllers() -> dict[str, str]:
    """PCI network controllers that dom0 has not given away, and their paths."""
    return {nic.address: nic.path for nic in pci.controllers() if not nic.given_away}


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:  # no such bus
        return []


def iommu(hypervisor: Hypervisor) -> Iommu | None:
    """What the hypervisor says of its IOMMU; None when it does not answer, which is told elsewhere."""
    try:
        active = hypervisor.capabilities().iommu
    except QnetError:
        return None
    return Iommu.UNKNOWN if active is None else Iommu.ON if active else Iommu.OFF


def read(own_mac: str) -> IsolationFacts:
    """All but the IOMMU and what listens; `own_mac` as in `facts.connected`."""
    nic_links = _nic_links()
    nics, more_nics = facts.nics(nic_links.items(), _controllers().items())
    return IsolationFacts(
        facts.connected(_network(frozenset(nic_links)), own_mac),
        nics=nics,
        more_nics=more_nics,
    )
