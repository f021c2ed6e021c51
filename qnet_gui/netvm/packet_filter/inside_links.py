"""Which links the netvm is itself the router of, so that what they ask of it is not the world's asking.

A hotspot or a bridge of containers wants addresses and names from the netvm; whoever set it up has set up its own
filter as well, which ours would overrule. *Inside* is a link on which the netvm has an address for good, which is no
tunnel, and through which no way out leads, in whatever routing table, nor any way over a router. So a network that gave
the netvm its address is the world even where it has no router; so is whatever is unknown, and a VPN with routes of its
own: `open` is for those. An uplink that lost its default route to a VPN, or by being set down and up, is the world for
as long as it keeps its address.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address

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


def names(links: Sequence[SurveyedLink]) -> frozenset[str]:
    """The names of those that are inside."""
    return frozenset(link.name for link in links if _is_inside(link))


class InsideLinks:
    """Tells the packet filter. `look_again` is called when a link may have settled meanwhile."""

    def __init__(self, nft: Filter, look_again: Callable[[], None]) -> None:
        self._nft = nft
        self._look_again = look_again
        self._since: dict[str, float] = {}
        #: The addresses that links had while they were a way out.
        self._outside: dict[str, frozenset[IPv4Address]] = {}
        self._inside = frozenset(map(str, nft.elements("inet", TABLE, INSIDE_SET)))
        self._addresses: frozenset[IPv4Address] = frozenset()

    @property
    def elements(self) -> str:
        """What the packet filter was told, as commands for nftables."""
        return ruleset.change_links(sorted(self._inside), sorted(self._addresses))

    def look(self) -> None:
        """Look at the links, and tell what is otherwise than before. Raises nothing."""
        try:
            links = survey()
            before = self.elements
            self._inside = self._settled(names(links) - self._former_ways(links))
            self._addresses = frozenset(address for link in links for address in link.addresses)
            if self.elements != before:
                self._nft.apply(self.elements)
        except KernelError as error:
            log.error("%s", error)

    def _former_ways(self, links: Sequence[SurveyedLink]) -> set[str]:
        """The links that are, or were, a way out with an address that they still have."""
        known = self._outside
        self._outside = {
            link.name: frozenset(link.addresses) if _leads_out(link) else known.get(link.name, frozenset())
            for link in links
        }
        return {link.name for link in links if not self._outside[link.name].isdisjoint(link.addresses)}

    def _settled(self, inside: frozenset[str]) -> frozenset[str]:
        now = time.monotonic()
        self._since = {name: self._since.get(name, now) for name in inside}
        settled = frozenset(name for name in inside if name in self._inside or now - self._since[name] >= _SETTLE)
        if settled != inside:
            after(_SETTLE + 0.01, self._look_again)
        return settled
