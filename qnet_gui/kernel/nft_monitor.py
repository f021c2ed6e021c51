"""Events of nftables, with the standard library: who else changed tables of a name.

The kernel tells each object that a transaction touched and then, in a message of its own, the new generation and who
made it. Source of the numbers: linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from qnet_gui.kernel.event_socket import NETLINK_NETFILTER, EventSocket, dropping
from qnet_gui.kernel.netlink_messages import Attributes, headed

NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWGEN = 10, 15
#: NFNLGRP_NFTABLES, which is 7, as a bit.
_NFTABLES = 1 << 6
#: Of linux/netfilter.h: each family has tables of its own, and a message's body begins with it.
_FAMILIES = {"inet": 1, "ip": 2, "arp": 3, "netdev": 5, "bridge": 7, "ip6": 10}
#: Where the attributes begin; the name of the table is the first kind of every object, of a generation it is another.
_NFGENMSG_SIZE = 4
NFTA_TABLE_NAME, NFTA_GEN_PROC_NAME = 1, 3
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_.:+-]")
#: What a program is called that has no name, or one that nobody could read.
NOBODY = "?"


@dataclass(frozen=True, slots=True)
class NftChange:
    """A transaction of somebody else's that touched a table; `program`: the kernel's 15 characters of its name."""

    program: str = NOBODY


def program_name(untrusted_name: bytes) -> str:
    """A program's name as the kernel has it, in letters that can be shown; anybody may call himself as he likes."""
    text = untrusted_name.rstrip(b"\0\n").decode("ascii", "replace")[:15]
    return _NOT_A_NAME.sub("_", text) or NOBODY


class NftChanges:
    """Puts together what the messages of a transaction say. Pure."""

    def __init__(self, families: Collection[str], table: str) -> None:
        self._families = frozenset(_FAMILIES[family] for family in families)
        self._table = table.encode()
        self._touched = False

    def parse(self, data: bytes) -> list[NftChange]:
        """The transactions that ended in this datagram."""
        changes = []
        for header, body in headed(data):
            if header.kind >> 8 != NFNL_SUBSYS_NFTABLES:
                continue
            attributes = Attributes(body, _NFGENMSG_SIZE)
            if header.kind & 0xFF != NFT_MSG_NEWGEN:
                self._touched = self._touched or self._is_ours(body[:1], attributes.get(NFTA_TABLE_NAME))
            elif self._touched:
                self._touched = False
                changes.append(NftChange(program_name(attributes.get(NFTA_GEN_PROC_NAME))))
        return changes

    def _is_ours(self, family: bytes, name: bytes) -> bool:
        return not self._families.isdisjoint(family) and name.rstrip(b"\0") == self._table


class NftMonitor:
    """Watch `fileno()`, call `read()` when it is readable. What `own`, a port number, does wakes nobody."""

    def __init__(self, families: Collection[str], table: str, own: int) -> None:
        self._changes = NftChanges(families, table)
        self._socket = EventSocket(NETLINK_NETFILTER, _NFTABLES, dropping([own]))

    def fileno(self) -> int:
        """The descriptor to watch."""
        return self._socket.fileno()

    def read(self, lost: Callable[[], None]) -> list[NftChange]:
        """What others have done; `lost` is called when the kernel dropped events."""
        return [change for data in self._socket.datagrams(lost) for change in self._changes.parse(data)]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
