"""The lab's wires: pairs of network links between two namespaces, made inside them and never on the host.

A wire is gone when one of its ends is, so a namespace that dies takes its wires along.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from contextlib import suppress

from qnet_gui.lab.box.child import Child
from qnet_gui.lab.box.syscalls import in_network
from qnet_gui.lab.machine.provider import CABLE, Provider
from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.vif import VifId
from qnet_gui.runtime.command import IP, NFT, run

#: What netback gives to its end of every vif.
_BACKEND_MAC = "fe:ff:ff:ff:ff:ff"
_DEADLINE = 5.0
_IFF_UP, _SIOCGIFFLAGS, _SIOCGIFADDR = 1, 0x8913, 0x8915


def _run(child: Child, command: list[str], stdin: str) -> None:
    name = f"In {child.name}: {command[0]}"
    with in_network(child.network):
        run(command, stdin, deadline=_DEADLINE, name=name, error=HypervisorError)


def _ip(child: Child, *lines: str) -> None:
    _run(child, [IP, "-batch", "-"], "".join(f"{line}\n" for line in lines))


def _remove(child: Child, link: str) -> None:
    """Remove a link and so the other end; one that is not there is no error."""
    with in_network(child.network):
        exists = link in {name for _, name in socket.if_nameindex()}
    if exists:
        with suppress(HypervisorError):  # its other end's namespace died meanwhile
            _ip(child, f"link delete {link}")


def _pair(child: Child, ours: str, mac: str, other: Child, theirs: str, other_mac: str = "") -> None:
    """Connect two namespaces; what is left of an earlier pair, whose one namespace may be dying, goes first."""
    _remove(child, ours)
    _remove(other, theirs)
    address = f"address {other_mac} " if other_mac else ""
    _ip(child, f"link add {ours} address {mac} type veth peer name {theirs} {address}netns {other.pid}")


def add_vif(backend: Child, frontend: Child, vif: VifId, mac: str) -> None:
    """Make both ends of a vif: `vif4.0` here, `eth0` there."""
    _pair(backend, vif.name, _BACKEND_MAC, frontend, f"eth{vif.devid}", mac)


def remove_vif(backend: Child, vif: VifId) -> None:
    """Take a vif away, both ends."""
    _remove(backend, vif.name)


def remove_frontend(frontend: Child, vif: VifId) -> None:
    """Take a vif away by its other end."""
    _remove(frontend, f"eth{vif.devid}")


def add_cable(netvm: Child, provider_side: Child, provider: Provider, plugged: bool) -> None:
    """Give the netvm a NIC and run a cable from it to a provider."""
    _pair(netvm, provider.uplink, provider.uplink_mac, provider_side, CABLE)
    _ip(provider_side, f"address add {provider.router} dev {CABLE}")
    plug(provider_side, plugged)


def plug(provider_side: Child, plugged: bool) -> None:
    """Plug a provider's cable in or pull it: the netvm's NIC gets or loses its carrier."""
    _ip(provider_side, f"link set {CABLE} {'up' if plugged else 'down'}")


def has_address(child: Child, link: str, address: str) -> bool:
    """Whether a link is up and has this IPv4 address."""
    name = struct.pack("16s24x", link.encode())
    with in_network(child.network), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            (flags,) = struct.unpack_from("H", fcntl.ioctl(sock, _SIOCGIFFLAGS, name), 16)
            return bool(flags & _IFF_UP) and fcntl.ioctl(sock, _SIOCGIFADDR, name)[20:24] == socket.inet_aton(address)
        except OSError:
            return False


_PAUSED_RULES = """
table inet lab-paused {
  chain in { type filter hook prerouting priority -500; policy drop
  }
  chain out { type filter hook output priority -500; policy drop
  }
}
table arp lab-paused {
  chain in { type filter hook input priority -500; policy drop
  }
  chain out { type filter hook output priority -500; policy drop
  }
}
"""
_UNPAUSE_COMMANDS = "delete table inet lab-paused\ndelete table arp lab-paused\n"


def stop_traffic(child: Child, stopped: bool) -> None:
    """A paused domain's network stack stands still too: it takes nothing in and sends nothing."""
    _run(child, [NFT, "-f", "-"], _PAUSED_RULES if stopped else _UNPAUSE_COMMANDS)
