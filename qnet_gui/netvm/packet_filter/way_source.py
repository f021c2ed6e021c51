"""The address that domains leave with: that of the netvm's own packets.

The kernel hides others behind the first address of a link, whatever address a route names. By that one a policy of
IPsec's, or a provider, knows what is the netvm's; past such a policy domains' packets would go in clear.
"""

from __future__ import annotations

import logging
from ipaddress import IPv4Address

from qnet_gui.model.errors import BadInput, KernelError
from qnet_gui.model.parse import ifname
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.netvm.packet_filter.kept_filter import Filter
from qnet_gui.netvm.packet_filter.sets import SOURCE_MAP, TABLE

log = logging.getLogger(__name__)


class WaySource:
    """Tells the packet filter."""

    def __init__(self, nft: Filter) -> None:
        self._nft = nft
        self._sources = {
            str(link): IPv4Address(source) for link, source in nft.elements("inet", TABLE, SOURCE_MAP, "map")
        }

    @property
    def elements(self) -> str:
        """What the packet filter was told, as commands for nftables."""
        return ruleset.change_sources(self._sources)

    def apply(self, way: tuple[str, IPv4Address | None] | None) -> None:
        """By which link domains leave, and are to have which address; None: as the kernel has it. Raises nothing."""
        before, self._sources = self._sources, {}
        try:
            self._sources = {ifname(way[0]): way[1]} if way is not None and way[1] is not None else {}
            if self._sources != before:
                self._nft.apply(self.elements)
        except (BadInput, KernelError) as error:  # nothing strange gets into a transaction
            log.error("the address that domains leave with: %s", error)
