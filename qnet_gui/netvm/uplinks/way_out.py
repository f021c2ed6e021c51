"""By what the domains' packets leave: the kernel's look-up of outside addresses, as for a packet of a domain.

However the way is written: a default route, two halves of it as OpenVPN writes them, a table behind a policy rule as
wg-quick and NetworkManager's WireGuard have it. Reads netlink and /sys.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from qnet_gui.kernel import route_lookup
from qnet_gui.kernel.netlink import link_index, link_names
from qnet_gui.kernel.route_lookup import PAGE, QUESTION, Hop, LinkInfo, PacketKind
from qnet_gui.model.uplink import UplinkKind

_SYS = Path("/sys/class/net")
#: Public addresses that nobody writes a route for: some in each quarter of all, since a way may be written in pieces,
#: or be shared out among several links.
OUTSIDE = tuple(
    map(IPv4Address, ("20.0.0.1", "23.1.2.3", "52.3.4.5", "90.0.0.1", "99.6.7.8", "108.9.1.2",
                      "150.0.0.1", "146.3.4.5", "185.6.7.8", "200.0.0.1", "208.9.1.2", "217.3.4.5"))
)  # fmt: skip
#: linux/if_arp.h: ARPHRD_TUNNEL, ARPHRD_SIT, ARPHRD_IPGRE, ARPHRD_NONE; no link layer of a card's.
_TUNNELS = frozenset({768, 776, 778, 65534})
_ARPHRD_RAWIP = 519
#: The addresses of IPv4 over a provider's IPv6 (RFC 7335): a tunnel that hides nothing.
_OVER_IPV6 = IPv4Network("192.0.0.0/29")
_LOOPBACK = 1
#: So many domains are asked for.
_ASKED_MAX = 16
#: A vif that may send, and the address that it may send from.
VifAddress = tuple[str, IPv4Address]


def _kind(link: LinkInfo) -> UplinkKind:
    """What a link is made of, as far as the kernel tells."""
    if (_SYS / link.name / "phy80211").exists():
        return UplinkKind.WIFI
    if link.driver == "wwan" or link.hardware == _ARPHRD_RAWIP:
        return UplinkKind.MOBILE
    if link.driver in ("tun", "wireguard"):
        return UplinkKind.VPN
    if link.hardware not in _TUNNELS:
        return UplinkKind.CABLE
    # a modem that takes packets without any frame (qmi_wwan) has no link layer of a card's either
    return UplinkKind.MOBILE if _is_modem(link.name) else UplinkKind.VPN


def _is_modem(name: str) -> bool:
    """Whether its driver says so."""
    try:
        return "DEVTYPE=wwan" in (_SYS / name / "uevent").read_text().split()
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: the link, the MTU in bytes of link and route, the router and our own address on it.

    `running`: a packet can leave. A tunnel's link tells nothing of that but whether its program runs; but where no
    other link does, what that makes of a packet cannot leave. `source`: the address of the netvm's own packets there,
    where the kernel would hide others behind another one.
    """

    name: str
    kind: UplinkKind
    mtu: int
    running: bool
    gateway: IPv4Address | None = None
    address: IPv4Address | None = None
    source: IPv4Address | None = None


class Ways:
    """`vif` gives the one to ask for, None where there is none: then the netvm's own way is told.

    `inside`: the links behind which the netvm itself is the router. `mark`: what others mark a domain's packets with,
    by its address and their protocol.
    """

    def __init__(
        self,
        vif: Callable[[], VifAddress | None],
        inside: Callable[[], Container[str]] = frozenset,
        mark: Callable[[IPv4Address, int], int] = lambda *_: 0,
    ) -> None:
        self._lookup = route_lookup.RouteLookup()
        self._vif, self._inside, self._mark = vif, inside, mark

    def hop(self, destination: IPv4Address, packet: PacketKind = PAGE) -> Hop | None:
        """Where a domain's packet to an address goes next."""
        vif = self._vif()
        index = link_index(vif[0]) if vif else None
        if vif is None or index is None:
            return self._lookup.hop(destination, packet)
        return self._hop_from(destination, vif[1], index, packet)

    def _hop_from(self, destination: IPv4Address, address: IPv4Address, index: int, packet: PacketKind) -> Hop | None:
        """For a vif's own packet. One whose mark leads to this machine itself, as a proxy's, does not leave.

        Then the way is told that is there without.
        """
        marked = self._marked(packet, address)
        hop = self._lookup.hop_from(destination, address, index, marked)
        is_taken = marked.mark and hop is not None and hop.local
        return self._lookup.hop_from(destination, address, index, packet) if is_taken else hop

    def _marked(self, packet: PacketKind, address: IPv4Address) -> PacketKind:
        return packet._replace(mark=self._mark(address, packet.protocol))

    def _own_hop(self, destination: IPv4Address) -> Hop | None:
        """Where a packet of the netvm's own would go that is like the domain's."""
        vif = self._vif()
        return self._lookup.hop(destination, self._marked(PAGE, vif[1]) if vif else PAGE)

    def usual(self, vifs: Iterable[VifAddress]) -> VifAddress | None:
        """One of them whose packets leave by the way of most; of as many, by the netvm's own. None where there is none.

        A rule may be about one domain alone, as where that one is to use a VPN; the others' way is no VPN for that.
        """
        groups: dict[int, list[VifAddress]] = {}
        for name, address in itertools.islice(vifs, _ASKED_MAX):
            index = link_index(name)
            hop = self._hop_from(OUTSIDE[0], address, index, PAGE) if index is not None else None
            groups.setdefault(hop.index if hop is not None else 0, []).append((name, address))
        if len(groups) < 2:  # the usual case, for which the netvm's own is not asked
            return next((group[0] for group in groups.values()), None)
        own = self._lookup.hop(OUTSIDE[0])
        best = max(groups, key=lambda link: (len(groups[link]), own is not None and own.index == link))
        return groups[best][0]

    def out(self) -> Way | None:
        """The way out, the most travelled where outside addresses have several; None where there is none.

        One by which a packet can leave before one by which none can.
        """
        leaving = {outside: hop for outside in OUTSIDE if (hop := self.hop(outside)) and not hop.local and hop.index}
        hops = {outside: hop for outside, hop in leaving.items() if not self._is_makeshift(outside, hop)}
        if not hops:
            return None
        indices = [index for index, _ in Counter(hop.index for hop in hops.values()).most_common()]
        index = next(filter(self._runs, indices), indices[0])
        outside, hop = next(pair for pair in hops.items() if pair[1].index == index)
        link, own = self._lookup.link(index), self._own_hop(outside)
        if link is None or link.name.startswith("vif") or link.name == "lo":
            return None
        address = own.source if own is not None and own.index == index else None
        kind = _kind(link)
        if kind is UplinkKind.VPN and address is not None and address in _OVER_IPV6:
            kind = UplinkKind.OTHER
        running = self._leads_on(link)
        mtu = min(link.mtu, hop.mtu or link.mtu)  # dhcpcd tells routes of a smaller one, and not the card
        usual = self._lookup.usual_source(index, hop.gateway or outside)
        return Way(link.name, kind, mtu, running, hop.gateway, address, address if address != usual else None)

    def _is_makeshift(self, outside: IPv4Address, hop: Hop) -> bool:
        """Whether nobody gave this machine an address there, so that it has one of its own making (RFC 3927).

        dhcpcd and avahi-autoipd set a default route to the cable itself then, where nobody answers for the world.
        """
        own = self._own_hop(outside) if hop.gateway is None else None
        if own is None or own.index != hop.index or own.source is None or not own.source.is_link_local:
            return False
        link = self._lookup.link(hop.index)
        return link is not None and _kind(link) in (UplinkKind.CABLE, UplinkKind.WIFI)

    def _runs(self, index: int) -> bool:
        link = self._lookup.link(index)
        return link is not None and self._leads_on(link)

    def _leads_on(self, link: LinkInfo) -> bool:
        return link.running and (_kind(link) is not UplinkKind.VPN or self._has_card())

    def _has_card(self) -> bool:
        """Whether any link runs by which a tunnel's packets may leave."""
        others = (self.link(name) for name in link_names() if not name.startswith("vif") and name != "lo")
        return any(self._is_card(*other) for other in others if other is not None)

    def _is_card(self, kind: UplinkKind, link: LinkInfo) -> bool:
        """Whether it runs, is no tunnel, no hotspot and no container's: those lead nowhere.

        A real card behind which nobody leads on may still have the VPN's server there.
        """
        if not link.running or kind is UplinkKind.VPN or (link.is_port and link.is_made):
            return False
        return link.name not in self._inside() or not (link.is_made or kind is UplinkKind.WIFI)

    @property
    def lead_back(self) -> bool:
        """Whether what is for the world goes to a domain, or back to one."""
        hop = self.hop(OUTSIDE[0])
        link = self._lookup.link(hop.index) if hop is not None and not hop.local else None
        return link is not None and link.name.startswith("vif")

    @property
    def refused(self) -> bool:
        """Whether the kernel has no way to any outside address, whatever default routes there are."""
        return not any(self.hop(outside) for outside in OUTSIDE)

    def leads_astray(self, vifs: Iterable[VifAddress], nobody: IPv4Address) -> bool:
        """Whether an answer to one of these vifs goes elsewhere, or what is meant for `nobody`'s address anywhere.

        One that is being brought up has no route yet.
        """
        links: dict[IPv4Address, set[int]] = {nobody: {0}}
        for name, address in vifs:  # several domains may have been given one address
            index = link_index(name)
            link = self._lookup.link(index) if index is not None else None
            if index is not None and link is not None and link.running:
                links.setdefault(address, set()).add(index)
        way = self.out()
        uplink = link_index(way.name) if way is not None else None
        for address, there in links.items():
            hop = self._lookup.hop_from(address, OUTSIDE[0], uplink) if uplink else self._lookup.hop(address)
            if (hop.index if hop is not None else 0) not in there:
                return True
        return False

    def by(self, destination: IPv4Address) -> UplinkKind | None:
        """What the link is made of by which a domain's question to an address leaves; None where it does not leave."""
        hop = self.hop(destination, QUESTION)
        link = self._lookup.link(hop.index) if hop is not None and not hop.local else None
        return _kind(link) if link is not None else None

    def is_own(self, address: IPv4Address) -> bool:
        """Whether it is an address of the netvm's own."""
        hop = self._lookup.hop(address)
        return hop is not None and hop.local

    def interfaces(self, given: Container[IPv4Address]) -> list[IPv4Interface]:
        """The netvm's own addresses in force, whichever link has them, with their networks.

        Without those that the loopback was `given` by us.
        """
        pairs = self._lookup.interfaces()
        return [own for index, own in pairs if (index != _LOOPBACK or own.ip not in given) and self.is_own(own.ip)]

    def link(self, name: str) -> tuple[UplinkKind, LinkInfo] | None:
        """What a link is made of, and its state; None when there is none of that name."""
        index = link_index(name)
        link = self._lookup.link(index) if index is not None else None
        return (_kind(link), link) if link is not None else None
