"""Which links the netvm is itself the router of, so that what they ask of it is not the world's asking.

A hotspot or a bridge of containers wants addresses and names from the netvm; whoever set it up has set up its own
filter as well, which ours would overrule. *Inside* is a link on which the netvm has an address for good, which is no
tunnel (a VPN's tap looks like a card), and through which no way out leads, in whatever routing table, nor any way over
a router. So a network that gave the netvm its address is the world even where it has no router; so is whatever is
unknown, and a VPN: `open` is for those. An uplink that lost its default route to a VPN, or by being set down and up, is
the world for as long as its address is there, whatever the link is called. So is a link into a way out's own network: a
second card in it, or one that shares the first (macvlan), with an address of that network. By whatever mask: where the
way out's own address or its router's would be behind a link, that is no other network. But a hotspot's may be a piece
of a very large one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Container, Sequence
from ipaddress import IPv4Address, IPv4Network

from qnet_gui.kernel.link_survey import SurveyedLink, survey
from qnet_gui.model.errors import BadInput, KernelError
from qnet_gui.model.parse import ifname
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.netvm.packet_filter.kept_filter import Filter
from qnet_gui.netvm.packet_filter.sets import INSIDE_SET, TABLE
from qnet_gui.runtime.mainloop import after

log = logging.getLogger(__name__)
#: Seconds for which a link must have been one of those: an uplink may get its address before its route.
_SETTLE = 2.0


def _is_inside(link: SurveyedLink) -> bool:
    try:
        ifname(link.name)
    except BadInput:  # nothing strange gets into a transaction
        return False
    return link.fixed and link.broadcast and not _leads_out(link)


def _leads_out(link: SurveyedLink) -> bool:
    return link.default_route or link.router


def _is_in(network: IPv4Network, others: Container[IPv4Network]) -> bool:
    """Whether it is one of them, or one address in one of them."""
    wider = (network.supernet(new_prefix=bits) for bits in range(32)) if network.prefixlen == 32 else ()
    return network in others or any(one in others for one in wider)


def names(links: Sequence[SurveyedLink], ways: Container[str] = ()) -> frozenset[str]:
    """The names of those that are inside; `ways`: those that are, or were, a way out."""
    beyond = [link for link in links if link.name in ways]
    outside = {network for link in beyond for network in link.networks}
    hosts = {host for link in beyond for host in (*link.addresses, *link.routers)}

    def leads_there(link: SurveyedLink) -> bool:
        return any(_is_in(network, outside) or any(host in network for host in hosts) for network in link.networks)

    return frozenset(
        link.name for link in links if _is_inside(link) and link.name not in ways and not leads_there(link)
    )


class InsideLinks:
    """Tells the packet filter. `look_again` is called when a link may have settled, and when others are inside."""

    def __init__(self, nft: Filter, look_again: Callable[[], None]) -> None:
        self._nft = nft
        self._look_again = look_again
        self._since: dict[str, float] = {}
        #: The addresses of links that are a way out, and of those that were, as long as they are there.
        self._outside: frozenset[IPv4Address] = frozenset()
        self._inside = frozenset(map(str, nft.elements("inet", TABLE, INSIDE_SET)))
        self._addresses: frozenset[IPv4Address] = frozenset()

    def links(self) -> frozenset[str]:
        """The names of those that are inside."""
        return self._inside

    @property
    def elements(self) -> str:
        """What the packet filter was told, as commands for nftables."""
        return ruleset.change_links(sorted(self._inside), sorted(self._addresses))

    def look(self) -> None:
        """Look at the links, and tell what is otherwise than before. Raises nothing."""
        try:
            links = survey()
            before, links_before = self.elements, self._inside
            self._inside = self._settled(names(links, self._ways(links)))
            self._addresses = frozenset(address for link in links for address in link.addresses)
            if self.elements != before:
                self._nft.apply(self.elements)
            if self._inside != links_before:
                self._look_again()
        except KernelError as error:
            log.error("%s", error)

    def _ways(self, links: Sequence[SurveyedLink]) -> set[str]:
        """The links that are, or were, a way out with an address that they still have."""
        now = {address for link in links if _leads_out(link) for address in link.addresses}
        self._outside = frozenset(
            address for link in links for address in link.addresses if address in now or address in self._outside
        )
        return {link.name for link in links if not self._outside.isdisjoint(link.addresses)}

    def _settled(self, inside: frozenset[str]) -> frozenset[str]:
        now = time.monotonic()
        self._since = {name: self._since.get(name, now) for name in inside}
        settled = frozenset(name for name in inside if name in self._inside or now - self._since[name] >= _SETTLE)
        if settled != inside:
            after(_SETTLE + 0.01, self._look_again)
        return settled
