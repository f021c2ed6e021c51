"""The kernel's flow table: packets of connections that are known take a short way, past routing and packet filters.

Where the kernel has none, nothing happens. What is in it was let through by the rules once; so all of it is forgotten
when anything changes by which it might not be let through again: a vif, an address, an uplink, a route, anybody's
rules. In the transaction by which a vif loses its address the table goes with it (`FORGET`, in `ruleset.py`). By itself
the kernel finds a flow by addresses, ports and the interface that a packet came by, so no vif uses another's; it lets
go of those of a link that goes down, of a connection that is deleted, and of a route that is another.

A table of its own, since its devices must be there when it is made, and no rule may fail for that. Source:
Documentation/networking/nf_flowtable.rst and net/netfilter/nf_flow_table_*.c of Linux.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from qnet_gui.kernel.netlink import link_index
from qnet_gui.kernel.nft import Nft
from qnet_gui.model.errors import BadInput, KernelError
from qnet_gui.model.parse import ifname
from qnet_gui.model.uplink import Uplink, UplinkKind
from qnet_gui.model.vif import VIF_GROUP, VifId
from qnet_gui.netvm.packet_filter.sets import FLOW_TABLE, MARK, MARK_MASK, no_table
from qnet_gui.runtime.mainloop import after, cancel

log = logging.getLogger(__name__)
#: Seconds without a change after which connections take the short way again.
_QUIET = 1.0
#: A tunnel's packets are made of others, which are somebody else's business.
_KINDS = (UplinkKind.CABLE, UplinkKind.WIFI)
FORGET = no_table("inet", FLOW_TABLE)
#: Of a domain's own connections, by their mark, those that were answered; none whose destination is translated, since
#: name servers change. Behind everybody's filters, so that it sees only what all of them have let through.
_RULE = (
    f"meta l4proto {{ tcp, udp }} ct state established ct mark and {MARK_MASK:#x} == {MARK:#x} "
    "ct status and dnat == 0 flow add @established"
)


def text(devices: Collection[str]) -> str:
    """The table for packets that come by these links, as commands for nftables; without any there is none."""
    if not devices:
        return FORGET
    names = ", ".join(f'"{name}"' for name in devices)
    return "\n".join(
        (
            FORGET,
            f"add table inet {FLOW_TABLE}",
            f"add flowtable inet {FLOW_TABLE} established {{ hook ingress priority filter; devices = {{ {names} }}; }}",
            f"add chain inet {FLOW_TABLE} forward {{ type filter hook forward priority filter + 100; policy accept; }}",
            f"add rule inet {FLOW_TABLE} forward iifgroup {VIF_GROUP} {_RULE}",
            f"add rule inet {FLOW_TABLE} forward oifgroup {VIF_GROUP} {_RULE}",
        )
    )


def outside(uplinks: Sequence[Uplink]) -> list[str]:
    """The uplinks whose packets may take the short way."""
    links = []
    for uplink in uplinks:
        try:
            if uplink.kind in _KINDS and uplink.address is not None:
                links.append(ifname(uplink.name))
        except BadInput:  # nothing strange gets into a transaction
            continue
    return links


def devices(vifs: Sequence[VifId], uplinks: Sequence[Uplink]) -> list[str]:
    """All links whose packets may take the short way; none where there is nobody on one of the two sides."""
    beyond = outside(uplinks)
    return [*(vif.name for vif in vifs), *beyond] if vifs and beyond else []


class FlowTable:
    """`wanted` says which links are to be in it. Runs on the main loop; raises nothing."""

    def __init__(self, nft: Nft, wanted: Callable[[], list[str]], configured: bool = True) -> None:
        self._nft, self._wanted = nft, wanted
        #: Whether the kernel has such tables; None as long as nobody has tried.
        self._offered: bool | None = None if configured else False
        self._there = True  # a predecessor's
        self._timer: int | None = None

    def renew(self) -> None:
        """Something has changed: all go the long way now, and the short one once it has been quiet for a while."""
        self._forget()
        if self._offered is False:
            return
        if self._timer is not None:
            cancel(self._timer)
        self._timer = after(_QUIET, self._make)

    def _forget(self) -> None:
        if self._there:
            self._there = not self._apply(FORGET)

    def _make(self) -> None:
        self._timer = None
        links = [name for name in self._wanted() if link_index(name) is not None]
        if not links:
            return
        if self._offered is None:
            self._offered = self._apply(text(["lo"]))
            if not self._offered:
                return
        self._there = True
        # whoever has gone in this moment is an event, by which it is made anew
        self._apply(text(links))

    def _apply(self, commands: str) -> bool:
        try:
            self._nft.apply(commands)
        except KernelError as error:
            log.info("the flow table: %s", error)
            return False
        return True
