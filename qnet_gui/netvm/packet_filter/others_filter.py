"""Whether another program's packet filter stops all that domains begin, or all answers: a firewall's, which knows
nothing of vifs, or a transparent proxy's, which takes for this machine what we let nobody send there.

What it does to whom only its rules say, and who could read those? So packets are counted before and behind all filters
of what is passed on, and where all are lost in between, dom0 is told. Counted are those that begin something: of names
whose servers are redirected none, since such firewalls let these through. Rules that have let anything pass do not stop
all, whatever one domain tries in vain while the others are quiet; before they are changed nothing is said of them.

Of answers, those are counted by which a TCP connection is agreed to, since each other packet would cost as well.

There are filters before the routing, too. There nobody knows yet what is known and what begins, but for TCP's first
packet; so what is lost before `forward` is counted by those, behind our own look at who sends.

There, too, what others mark domains' packets with is kept (`others_marks.py`).

A table of its own, there as long as others have such a filter; without one no packet is counted, and nothing looks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.kernel.nft import BaseChain, Nft
from qnet_gui.model.errors import KernelError
from qnet_gui.model.vif import VIF_GROUP
from qnet_gui.netvm.packet_filter import others_marks
from qnet_gui.netvm.packet_filter.chains import ANTI_SPOOFING_PRIORITY
from qnet_gui.netvm.packet_filter.sets import FLOW_TABLE, TABLE, WATCH_TABLE, no_table
from qnet_gui.runtime.mainloop import after

log = logging.getLogger(__name__)
#: Seconds between two looks at the counters, and after an event.
_SECONDS, _SOON = 5.0, 0.5
#: So many packets one after the other must have been lost.
_MANY = 3
_OURS = frozenset({TABLE, FLOW_TABLE, WATCH_TABLE})
#: Where what is passed on comes by. Chains that change addresses stop nothing, and many have some; but what they give
#: another destination may be passed on no more.
_HOOKS = frozenset({"prerouting", "forward", "postrouting"})
_CHANGES_ADDRESSES, _NEW_DESTINATION = "nat", "prerouting"
#: Tables of iptables' old kind, which nftables does not list.
_LEGACY = Path("/proc/net/ip_tables_names")
_LEGACY_FILTERS = frozenset({"filter", "mangle", "raw", "security"})
#: Of nftables' priorities the first and the last; whoever has the same one comes before, or was no filter.
_FIRST, _LAST = -(2**31) + 1, 2**31 - 1
_BEGUN = f"iifgroup {VIF_GROUP} oifgroup != {VIF_GROUP} meta nfproto ipv4 ct state new ct status and dnat == 0"
#: TCP's first packet to the world; what goes to a domain or nowhere, or has come too far, is not passed on anyway.
_OPENED = (
    f"iifgroup {VIF_GROUP} tcp flags & (fin | syn | rst | ack) == syn tcp dport != 53 ip ttl > 1 "
    'fib daddr type unicast fib daddr oifname != "vif*"'
)
#: TCP's second packet, the answer to the first.
_AGREED = (
    f"oifgroup {VIF_GROUP} iifgroup != {VIF_GROUP} meta nfproto ipv4 ct state established "
    "tcp flags & (fin | syn | rst | ack) == (syn | ack)"
)
_OPENS, _ASKED, _PASSED, _TOO_MANY = "opens", "asked", "passed", "too_many"
_ANSWERED, _ARRIVED = "answered", "arrived"
#: By the counter: where it counts, and what.
_COUNTERS = {
    _OPENS: (f"prerouting priority {ANTI_SPOOFING_PRIORITY + 1}", _OPENED),
    _ASKED: (f"forward priority {_FIRST}", _BEGUN),
    _PASSED: (f"postrouting priority {_LAST}", _BEGUN),
    _ANSWERED: (f"forward priority {_FIRST}", _AGREED),
    _ARRIVED: (f"postrouting priority {_LAST}", _AGREED),
}
NO_WATCH = no_table("inet", WATCH_TABLE)
WATCH = "\n".join(
    (
        NO_WATCH,
        f"add table inet {WATCH_TABLE}",
        others_marks.SETS,
        *(
            line
            for counter, (hook, counted) in _COUNTERS.items()
            for line in (
                f"add counter inet {WATCH_TABLE} {counter}",
                f"add chain inet {WATCH_TABLE} {counter} {{ type filter hook {hook}; policy accept; }}",
                f"add rule inet {WATCH_TABLE} {counter} {counted} counter name {counter}",
            )
        ),
    )
)


def _are_legacy() -> bool:
    """Whether there are filters of iptables' old kind. No event tells of those."""
    try:
        return not _LEGACY_FILTERS.isdisjoint(_LEGACY.read_text().split())
    except OSError:  # the kernel, or this namespace, has none
        return False


def _filters(chain: BaseChain) -> bool:
    """Whether it is somebody else's and may stop what is passed on."""
    is_there = chain.family in ("inet", "ip") and chain.hook in _HOOKS
    is_ours = chain.family == "inet" and chain.table in _OURS  # others may have taken the name in their family
    stops = chain.type != _CHANGES_ADDRESSES or chain.hook == _NEW_DESTINATION
    return is_there and stops and not is_ours


class _Lost:
    """What does not come through; rules that have let something pass do not stop all."""

    def __init__(self) -> None:
        self._lost = 0
        self._pass_some = False

    def count(self, sent: int, passed: int, *, same_rules: bool) -> None:
        """Since the last look. `same_rules`: these are known to be those of then, so what passed they let pass."""
        self._lost = 0 if passed else self._lost + max(0, sent)
        self._pass_some = same_rules and (self._pass_some or bool(passed))

    @property
    def is_all(self) -> bool:
        """Whether all is lost."""
        return self._lost >= _MANY and not self._pass_some


class OthersFilter:
    """`changed` is called when `stops_all` or a mark is another than before. Runs on the main loop; raises nothing."""

    def __init__(self, nft: Nft, changed: Callable[[], None]) -> None:
        self._nft, self._changed = nft, changed
        self._waits = False
        #: What was counted at the last look; None while nothing is. A predecessor may have left his counters.
        self._counted: dict[str, int] | None = None
        self._left = True
        self._begun, self._answers = _Lost(), _Lost()
        #: Whether the rules have changed since the last look.
        self._changed_rules = False
        self.stops_all = False
        self._marks = others_marks.Marks()

    def mark(self, address: IPv4Address, protocol: int) -> int:
        """What others mark a domain's packets with, 0 where they do not."""
        return self._marks.of(address, protocol)

    def look_soon(self) -> None:
        """Somebody's rules may be others."""
        self._changed_rules = True
        self._look_after(_SOON)

    def _look_after(self, seconds: float) -> None:
        if not self._waits:
            self._waits = True
            after(seconds, self._look)

    def _look(self) -> None:
        self._waits = False
        before, marked_otherwise = self.stops_all, False
        try:
            if self._others():
                self._look_at_counters()
                marked_otherwise = self._look_at_marks()
            else:
                marked_otherwise = self._marks.forget()
                self._end()
        except KernelError as error:
            log.info("whether others' filters stop what domains begin cannot be told: %s", error)
        if self.stops_all != before or marked_otherwise:
            self._changed()
        if self._counted is not None:
            self._look_after(_SECONDS)

    def _others(self) -> bool:
        """Whether somebody else filters what is passed on."""
        return any(map(_filters, self._nft.base_chains())) or _are_legacy()

    def _look_at_counters(self) -> None:
        counted = self._nft.counters("inet", WATCH_TABLE)
        if self._counted is None or _ARRIVED not in counted:  # somebody may have flushed all there was
            self._nft.apply(WATCH)
            counted, self._changed_rules = dict.fromkeys(_COUNTERS, 0), True
        # what is one connection too many we stop ourselves
        counted[_TOO_MANY] = self._nft.counters("inet", TABLE).get(_TOO_MANY, 0)
        then, self._counted = self._counted or counted, counted
        more = {name: max(0, packets - then[name]) for name, packets in counted.items()}
        # what passed in the time in which they were changed may have done so before
        same_rules = not self._changed_rules and not _are_legacy()
        self._changed_rules = False
        begun = max(more[_OPENS], more[_ASKED]) - more[_TOO_MANY]
        self._begun.count(begun, more[_PASSED], same_rules=same_rules)
        self._answers.count(more[_ANSWERED], more[_ARRIVED], same_rules=same_rules)
        self.stops_all = self._begun.is_all or self._answers.is_all

    def _look_at_marks(self) -> bool:
        elements = self._nft.elements("inet", WATCH_TABLE, others_marks.MARKS)
        if elements:
            self._nft.apply(others_marks.NO_MARKS)
        return self._marks.learn(elements)

    def _end(self) -> None:
        if self._counted is not None or self._left:
            self._nft.apply(NO_WATCH)
        self._counted, self._left, self.stops_all = None, False, False
        self._begun, self._answers = _Lost(), _Lost()
