"""What stands between dom0 and the network, as facts: from what the kernel says to what people read. Pure.

Not counted are dom0's own interface, the backends of vifs, loopback, routes that the kernel makes of an address, and
link-local IPv6 on anything but a NIC, since every link has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeVar

from qnet_gui.dom0.isolation.netlink import Address, Link, Route
from qnet_gui.model.fact import Fact, rest
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.parse import printable
from qnet_gui.model.snapshot import Iommu

T = TypeVar("T")
#: How many of each kind are told by name.
_LIMIT = 32
#: netback's end of a vif, and the end of the network card that an emulator shows to the same domain.
_BACKEND = re.compile(r"(vif|tap)\d+\.\d+(-emu)?")
_LOOPBACK = "lo"
#: States of sockets as /proc/net has them (include/net/tcp_states.h); the second is that of UDP without a peer.
_TCP_LISTEN, _TCP_CLOSE = "0A", "07"


@dataclass(frozen=True, slots=True)
class IsolationFacts:
    """All that was found; empty is how it should be. `connected`: addresses and routes. `listening`: sockets.

    `nics` are names, and `more_nics` says how many there are besides.
    """

    connected: tuple[Fact, ...] = ()
    listening: tuple[Fact, ...] = ()
    nics: tuple[str, ...] = ()
    iommu: Iommu = Iommu.UNKNOWN
    more_nics: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """What netlink says. `nic_links`: names of the links that are a NIC's, of hardware that is not Xen's."""

    links: tuple[Link, ...] = ()
    addresses: tuple[Address, ...] = ()
    routes: tuple[Route, ...] = ()
    nic_links: frozenset[str] = frozenset()


def limited(values: Iterable[T]) -> tuple[tuple[T, ...], int]:
    """Equal ones once, and of too many the first ones and how many more there are."""
    different = tuple(dict.fromkeys(values))
    kept = different if len(different) <= _LIMIT else different[: _LIMIT - 1]
    return kept, len(different) - len(kept)


def _facts(messages: Iterable[Message]) -> tuple[Fact, ...]:
    kept, more = limited(messages)
    return tuple(map(Fact.of, (*kept, *rest(more))))


def connected(network: Network, own_mac: str) -> tuple[Fact, ...]:
    """The addresses and routes of dom0; `own_mac` is that of its own interface, empty when it should have none."""
    counted = {
        link.index: link.name
        for link in network.links
        if link.name != _LOOPBACK and not _BACKEND.fullmatch(link.name) and not (own_mac and link.mac == own_mac)
    }
    hidden = {link.index for link in network.links} - counted.keys()
    facts = [
        _address(address, counted[address.link])
        for address in network.addresses
        if address.link in counted and _counts(address.address, counted[address.link], network.nic_links)
    ]
    for route in network.routes:
        through = [counted[link] for link in route.links if link in counted]
        if (route.links and hidden.issuperset(route.links)) or not _leads(route, through, network.nic_links):
            continue
        facts.append(_route(route, through))
    return _facts(facts)


def _address(address: Address, link: str) -> Message:
    on = printable(link)
    return Message(IsolationCode.HAS_ADDRESS, address=f"{address.address}/{address.bits}", interface=on)


def _route(route: Route, through: list[str]) -> Message:
    names, more = limited(map(printable, through))
    links: tuple[str | Message, ...] = (*names, *rest(more))
    links = links or (Message(IsolationCode.UNKNOWN_LINK),)
    if not route.bits:
        return Message(IsolationCode.HAS_DEFAULT_ROUTE, links=links)
    return Message(IsolationCode.HAS_ROUTE, network=f"{route.to}/{route.bits}", links=links)


def _counts(address: IPv4Address | IPv6Address, link: str, nic_links: frozenset[str]) -> bool:
    return isinstance(address, IPv4Address) or not address.is_link_local or link in nic_links


def _leads(route: Route, through: list[str], nic_links: frozenset[str]) -> bool:
    if route.to.is_multicast:
        return False
    return not through or not route.bits or any(_counts(route.to, link, nic_links) for link in through)


def _local(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    """An address and port as /proc/net has them: hexadecimal words of 32 bits, each in a PC's byte order."""
    words, _, port = text.partition(":")
    packed = b"".join(int(words[at : at + 8], 16).to_bytes(4, "little") for at in range(0, len(words), 8))
    address = ip_address(packed)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address, int(port, 16)


def ports(kind: str, lines: Iterable[str]) -> set[tuple[str, int]]:
    """The ports of `kind` (tcp, udp) that listen on more than loopback; `lines` are of a table in /proc/net."""
    state = _TCP_LISTEN if kind == "tcp" else _TCP_CLOSE
    sockets = set()
    for line in lines:
        fields = line.split(maxsplit=4)
        if len(fields) == 5 and fields[3] == state:
            address, port = _local(fields[1])
            if not address.is_loopback:
                sockets.add((kind, port))
    return sockets


def listening(sockets: Iterable[tuple[str, int]]) -> tuple[Fact, ...]:
    """Ports as facts."""
    return _facts(Message(IsolationCode.LISTENS_ON, kind=kind, number=port) for kind, port in sorted(sockets))


def nics(nic_links: Iterable[tuple[str, str]], devices: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], int]:
    """The NICs that are dom0's own, and how many more: a link's name, the address of its device on the bus, or both.

    `nic_links`: name of a link and path of its device. `devices`: PCI address and path of a controller that dom0
    has not given away; one without a link is dom0's all the same.
    """
    known = dict(devices)
    of = {
        name: next((pci for pci, above in known.items() if path == above or path.startswith(f"{above}/")), "")
        for name, path in nic_links
    }
    named = [f"{name} ({pci})" if pci else name for name, pci in of.items()]
    return limited(printable(name) for name in [*sorted(named), *sorted(known.keys() - set(of.values()))])
