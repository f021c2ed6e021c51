"""What other programs mark domains' packets with, by which rules of routing may send them another way than all else.

What their rules come to is not read out of them but kept by the kernel, of packets by which the way out is told: TCP's
first ones, and questions for names. Where all that came since the last look had one mark, it is that until others come.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import ipv4
from qnet_gui.model.vif import VIF_GROUP
from qnet_gui.netvm.packet_filter.sets import WATCH_TABLE

MARKS = "marks"
_ADD = f"add @{MARKS} {{ ip saddr . meta l4proto . meta mark }}"
#: Behind all others at that hook: what is marked later goes no other way for that.
SETS = f"""add set inet {WATCH_TABLE} {MARKS} {{ type ipv4_addr . inet_proto . mark; size 4096; flags dynamic; }}
add chain inet {WATCH_TABLE} {MARKS} {{ type filter hook prerouting priority {2**31 - 1}; policy accept; }}
add rule inet {WATCH_TABLE} {MARKS} iifgroup {VIF_GROUP} tcp flags & (syn | ack) == syn tcp dport != 53 {_ADD}
add rule inet {WATCH_TABLE} {MARKS} iifgroup {VIF_GROUP} udp dport 53 {_ADD}"""
NO_MARKS = f"flush set inet {WATCH_TABLE} {MARKS}"
_PROTOCOLS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}
Key = tuple[IPv4Address, int]


class Marks:
    """By the domain's address and the protocol."""

    def __init__(self) -> None:
        self._marks: dict[Key, int] = {}

    def of(self, address: IPv4Address, protocol: int) -> int:
        """The mark; 0 where there is none, or not always the same."""
        return self._marks.get((address, protocol), 0)

    def learn(self, elements: Iterable[Any]) -> bool:
        """What the kernel has kept since the last look; whether any mark is another now."""
        fresh: dict[Key, set[int]] = {}
        for element in elements:
            with suppress(BadInput, KeyError, TypeError, ValueError):
                address, protocol, mark = element["concat"]
                fresh.setdefault((ipv4(address), _PROTOCOLS.get(protocol, protocol)), set()).add(int(mark))
        before = dict(self._marks)
        self._marks |= {key: min(marks) if len(marks) == 1 else 0 for key, marks in fresh.items()}
        return self._differs(before)

    def forget(self) -> bool:
        """Nobody marks any more; whether anybody did."""
        before, self._marks = self._marks, {}
        return self._differs(before)

    def _differs(self, before: dict[Key, int]) -> bool:
        return {key: mark for key, mark in before.items() if mark} != {
            key: mark for key, mark in self._marks.items() if mark
        }
