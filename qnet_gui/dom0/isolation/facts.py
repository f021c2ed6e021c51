"""What stands between dom0 and the network, as facts in words: from what the kernel says to what people read. Pure.

Not counted are dom0's own link, the backends of vifs, loopback, routes that the kernel makes of an address, and
link-local IPv6 on anything but a card, since every link has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from qnet_gui.dom0.isolation.netlink import Address, Link, Route
from qnet_gui.model.parse import printable
from qnet_gui.model.snapshot import Iommu

#: How many of each kind are told by name.
_LIMIT = 32
#: netback's end of a vif, and the end of the card that an emulator shows to the same domain.
_BACKEND = re.compile(r"(vif|tap)\d+\.\d+(-emu)?")
_LOOPBACK = "lo"
_TCP_LISTEN, _UDP_UNCONNECTED = "0A", "07"


@dataclass(frozen=True, slots=True)
class IsolationFacts:
    """All that was found; empty is how it should be. `connected`: addresses and routes. `listening`: sockets."""

    connected: tuple[str, ...] = ()
    listening: tuple[str, ...] = ()
    nics: tuple[str, ...] = ()
    iommu: Iommu = Iommu.UNKNOWN


@dataclass(frozen=True, slots=True)
class Network:
    """What netlink says. `nics_found`: names of the links that are a card's, of hardware that is not Xen's."""

    links: tuple[Link, ...] = ()
    addresses: tuple[Address, ...] = ()
    routes: tuple[Route, ...] = ()
    nics_found: frozenset[str] = frozenset()


def limited(facts: Iterable[str]) -> tuple[str, ...]:
    """Each fact once, printable, and of too many only how many more there are."""
    found = [printable(fact, 120) for fact in dict.fromkeys(facts)]
    return tuple(found if len(found) <= _LIMIT else [*found[: _LIMIT - 1], f"{len(found) - _LIMIT + 1} more"])


def connected(network: Network, own_mac: str) -> tuple[str, ...]:
    """The addresses and routes of dom0; `own_mac` is that of its own link, empty when it should have none."""
    counted = {
        link.index: link.name
        for link in network.links
        if link.name != _LOOPBACK and not _BACKEND.fullmatch(link.name) and not (own_mac and link.mac == own_mac)
    }
    hidden = {link.index for link in network.links} - counted.keys()
    facts = [
        f"has the address {each.address}/{each.bits} on {counted[each.link]}"
        for each in network.addresses
        if each.link in counted and _counts(each.address, counted[each.link], network.nics_found)
    ]
    for route in network.routes:
        through = [counted[link] for link in route.links if link in counted]
        if (route.links and hidden.issuperset(route.links)) or not _leads(route, through, network.nics_found):
            continue
        where = "a default route" if not route.bits else f"a route to {route.to}/{route.bits}"
        facts.append(f"has {where} through {', '.join(through) or 'a link that is not known'}")
    return limited(facts)


def _counts(address: IPv4Address | IPv6Address, link: str, nics_found: frozenset[str]) -> bool:
    return isinstance(address, IPv4Address) or not address.is_link_local or link in nics_found


def _leads(route: Route, through: list[str], nics_found: frozenset[str]) -> bool:
    if route.to.is_multicast:
        return False
    return not through or not route.bits or any(_counts(route.to, link, nics_found) for link in through)


def _local(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    """An address and port as /proc/net has them: hexadecimal words of 32 bits, each in a PC's byte order."""
    words, _, port = text.partition(":")
    raw = b"".join(int(words[at : at + 8], 16).to_bytes(4, "little") for at in range(0, len(words), 8))
    address = ip_address(raw)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address, int(port, 16)


def ports(kind: str, lines: Iterable[str]) -> set[tuple[str, int]]:
    """The ports of `kind` (tcp, udp) that listen on more than loopback; `lines` are of a table in /proc/net."""
    state = _TCP_LISTEN if kind == "tcp" else _UDP_UNCONNECTED
    found = set()
    for line in lines:
        fields = line.split(maxsplit=4)
        if len(fields) == 5 and fields[3] == state:
            address, port = _local(fields[1])
            if not address.is_loopback:
                found.add((kind, port))
    return found


def listening(found: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Ports in words."""
    return limited(f"listens on {kind} {port}" for kind, port in sorted(found))


def nics(nics_found: Iterable[tuple[str, str]], devices: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The cards that are dom0's own, in words: a link's name, the address of its device on the bus, or both.

    `nics_found`: name of a link and path of its device. `devices`: PCI address and path of a controller that dom0
    has not given away; one without a link is dom0's all the same.
    """
    known = dict(devices)
    of = {
        name: next((pci for pci, above in known.items() if path == above or path.startswith(f"{above}/")), "")
        for name, path in nics_found
    }
    named = [f"{name} ({pci})" if pci else name for name, pci in of.items()]
    return limited([*sorted(named), *sorted(known.keys() - set(of.values()))])
