"""Loads the packet filter, also where one of another version stands, or where the limit of connections was another."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address
from operator import attrgetter

from qnet_gui.kernel.nft import Nft
from qnet_gui.model.errors import BadInput, KernelError
from qnet_gui.model.parse import ipv4
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.netvm.packet_filter.sets import LIMIT_SET, SERVER_MAP, TABLE, VIF_SET


def load(nft: Nft, base: str, connections: int) -> None:
    """Apply what `ruleset.base` gave, for so many connections a domain; raises `KernelError`.

    Other rules take the place of those that stand there in one transaction, and the elements stay. What of another
    version's, or of somebody who has taken the name, cannot be changed goes with its table, and the vifs and
    redirections are told to the new one with it: no vif loses its network.
    """
    if nft.elements("inet", TABLE, LIMIT_SET) != [connections]:
        base = "\n".join([base, ruleset.count_anew()])
    try:
        nft.apply(base)
    except KernelError:
        nft.apply("\n".join(filter(None, (ruleset.removal(), base, *_elements(nft)))))


def _elements(nft: Nft) -> list[str]:
    """What the tables of another version hold, as this one's elements; what is none of these is passed over."""
    vifs: dict[VifId, IPv4Address] = {}
    for element in nft.elements("inet", TABLE, VIF_SET):
        try:
            vifs[VifId.from_name(element["concat"][0])] = ipv4(element["concat"][1])
        except (BadInput, KeyError, TypeError):
            continue
    best_first = sorted(vifs, key=attrgetter("metric"))
    owners = {address: (None, next(vif for vif in best_first if vifs[vif] == address)) for address in vifs.values()}
    servers = []
    for virtual, real in nft.elements("inet", TABLE, SERVER_MAP, "map"):
        with suppress(BadInput):
            servers.append(f"{ipv4(str(virtual))} : {ipv4(str(real))}")
    return [
        ruleset.change_vifs([(vif.name, address) for vif, address in vifs.items()], (), owners),
        *([f"add element inet {TABLE} {SERVER_MAP} {{ {', '.join(servers)} }}"] if servers else []),
    ]
