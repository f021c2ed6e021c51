"""The rules of the netvm's packet filter, as text. Pure.

A vif is told by its interface group, a number, which costs less to compare than a name; one that has not got its group
yet is told by its name and gets nothing through. A domain's packet of a connection that is known meets one rule in
`anti_spoofing` and two in `forward`; everything else is behind a `goto`. A comparison costs some 10 ns, the set of
vifs' addresses 150, and a packet comes by them in the order in which they stand: first what ends it or is seldom true.

Whose connection it is, says its mark: a vif's connections are marked with the vif's own number at their first packet,
and answers pass only while that vif has that address. So what an entry of conntrack that nobody deleted still brings
reaches nobody who gets the address later. Another program's mark is never overwritten; its connections are held by
address alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.config import DEFAULT_CONNECTIONS, OpenPort
from qnet_gui.model.vif import VIF_GROUP
from qnet_gui.netvm.packet_filter import local_resolver
from qnet_gui.netvm.packet_filter.sets import (
    CONNECTION_SET,
    CROWDED_SET,
    DOMAIN_SET,
    INSIDE_SET,
    LINK_ADDRESS_SET,
    MARK,
    MARK_MAP,
    MARK_MASK,
    MARK_SET,
    SERVER_MAP,
    SOURCE_MAP,
    VIF_SET,
    VIRTUAL_SET,
)

#: Family and name, its hook (empty for a chain that others go to), its rules.
Chains = dict[str, tuple[str, tuple[str, ...]]]

#: Before fragments are put together, so that nobody's fragment gets into a domain's packet.
ANTI_SPOOFING_PRIORITY = -450
#: Before all others who redirect (`dstnat`, -100), whoever came first: a proxy or resolver beside us may take all that
#: goes to port 53, and would not answer domains. Behind `mangle`, so that others' marks see what the domain has sent.
_REDIRECTION_PRIORITY = -149
_FROM_VIF, _TO_VIF = f"iifgroup {VIF_GROUP}", f"oifgroup {VIF_GROUP}"
_NOT_TO_VIF = f"oifgroup != {VIF_GROUP}"
_FROM_WORLD = f'iifgroup != {VIF_GROUP} iifname != "lo"'
#: Errors about a connection. Redirects are none of them: nobody tells a domain or the netvm where to send.
_ERROR = "ct state related icmp type { destination-unreachable, time-exceeded, parameter-problem }"
_ERROR6 = "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem }"
_MARKED = f"ct mark and {MARK_MASK:#x} == {MARK:#x}"
#: A mark of another program's, on a connection that a domain began.
_FOREIGN = f"ct mark != 0 ct mark and {MARK_MASK:#x} != {MARK:#x} ct status snat"
#: Nobody but a domain has a domain's address. Behind conntrack, since whoever is outside can forge answers as well, and
#: answers would pay for it; what it is about never passes by the rules for known connections.
_IMPERSONATED = f"ip saddr @{DOMAIN_SET} counter name impersonated drop"
_CLAMP = "tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the netvm's own configuration says. `connections`: how many a domain may have at once."""

    open: Sequence[OpenPort] = ()
    local_resolver: bool = False
    connections: int = DEFAULT_CONNECTIONS


def chains(own: Sequence[IPv4Address], policy: Policy) -> Chains:
    """All of them; `own`: the gateway's address and those of the virtual servers."""
    ours = f"{{ {', '.join(map(str, own))} }}"
    resolver = local_resolver.CHAINS if policy.local_resolver else {}
    return {**_PREROUTING, **_input(ours, policy), **_forward(policy), **_POSTROUTING, **_arp(ours), **resolver}


_PREROUTING: Chains = {
    "inet anti_spoofing": (
        f"type filter hook prerouting priority {ANTI_SPOOFING_PRIORITY}; policy accept;",
        (
            f"{_FROM_VIF} iifname . ip saddr @{VIF_SET} accept",
            # an answer goes to the uplink's address; whoever asks for a domain's is not to learn that it is somebody's
            f"ip daddr @{DOMAIN_SET} {_FROM_WORLD} fib daddr type != local counter name from_world drop",
            f"{_FROM_VIF} counter name spoofed drop",
        ),
    ),
    "inet redirect_dns": (
        f"type nat hook prerouting priority {_REDIRECTION_PRIORITY}; policy accept;",
        (f"{_FROM_VIF} meta l4proto {{ tcp, udp }} th dport 53 dnat ip to ip daddr map @{SERVER_MAP}",),
    ),
}


def _limit(policy: Policy) -> tuple[str, str]:
    """Drops what would be one connection too many.

    To count, the kernel walks through all that the domain has, for a millisecond where those are very many; so whoever
    has too many is not counted anew for a moment, or his attempts would cost more than they are to cost others.
    """
    over = f"add @{CONNECTION_SET} {{ ip saddr ct count over {policy.connections} }} add @{CROWDED_SET} {{ ip saddr }}"
    return f"ip saddr @{CROWDED_SET} counter name too_many drop", f"{over} counter name too_many drop"


def _input(ours: str, policy: Policy) -> Chains:
    """What reaches the netvm itself."""
    return {
        "inet to_netvm": (
            "type filter hook input priority filter; policy accept;",
            (f"{_FROM_VIF} goto domain_to_netvm", 'iifname "vif*" drop', 'iifname != "lo" goto world_to_netvm'),
        ),
        "inet domain_to_netvm": (
            "",
            (
                # a query that still has a virtual destination has no server
                f"ip daddr @{VIRTUAL_SET} meta l4proto tcp counter name dns_refused reject with tcp reset",
                f"ip daddr @{VIRTUAL_SET} meta l4proto udp counter name dns_refused reject with icmp port-unreachable",
                # of the netvm's own connections with that domain; errors about its others are not the domain's business
                "ct state established accept",
                *(f"ct state new {rule}" for rule in _limit(policy)),
                *((local_resolver.ACCEPT,) if policy.local_resolver else ()),
                "icmp type echo-request accept",
                "counter name towards_netvm drop",
            ),
        ),
        "inet world_to_netvm": (
            "",
            (
                _IMPERSONATED,
                # they stand on lo, and are nobody's business but the domains', unless the uplink's network has them too
                f"ip daddr {ours} fib daddr . iif type != local drop",
                "ct state established accept",
                f"{_ERROR} accept",
                f"ct state related {_ERROR6} accept",
                f"iifname @{INSIDE_SET} accept",
                "icmp type echo-request accept",
                "icmpv6 type { echo-request, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, "
                "mld-listener-query, mld2-listener-report } accept",
                "udp sport 67 udp dport 68 accept",
                "udp sport 547 udp dport 546 accept",
                *(f"{port.protocol} dport {port.port} accept" for port in policy.open),
                "counter name from_world drop",
            ),
        ),
    }


def _forward(policy: Policy) -> Chains:
    """What goes through. A packet neither from nor to a vif is somebody else's business."""
    return {
        "inet forward": (
            "type filter hook forward priority filter; policy accept;",
            (
                f"{_TO_VIF} goto to_domain",
                # marked is what `first_of_domain` let through; as long as nobody answers, all packets are new
                f"{_FROM_VIF} ct state != related {_MARKED} accept",
                f"{_FROM_VIF} goto from_domain",
                'iifname "vif*" drop',
                'oifname "vif*" drop',
                _IMPERSONATED,
                f"{_MARKED} drop",  # an answer to a domain that has gone
            ),
        ),
        "inet to_domain": (
            "",
            (
                _CLAMP,
                f"ct state == established ip daddr . ct mark @{MARK_SET} accept",
                f"{_ERROR} ip daddr . ct mark @{MARK_SET} accept",
                f"ct state established {_FOREIGN} accept",
                f"{_ERROR} {_FOREIGN} accept",
                f"{_FROM_VIF} counter name between_vifs drop",
                _IMPERSONATED,
                "drop",
            ),
        ),
        "inet from_domain": (
            "",
            (
                'oifname "vif*" drop',
                "ct state new goto first_of_domain",
                # begun while another version's rules were here
                f"ct state established ct mark 0 ct status snat ct mark set iifname map @{MARK_MAP} accept",
                f"ct state established {_FOREIGN} accept",
                f"{_ERROR} ip saddr . ct mark @{MARK_SET} accept",
                # what a helper expects of one of its connections, whose mark it has: FTP's data, PPTP's packets
                f"ct state related meta l4proto != icmp ip saddr . ct mark @{MARK_SET} goto first_of_domain",
                # what belongs to no connection is not masqueraded, so it would tell the world a domain's address
                "drop",
            ),
        ),
        "inet first_of_domain": (
            "",
            (
                f"ip daddr @{VIRTUAL_SET} counter name dns_refused drop",
                *_limit(policy),
                f"ct mark 0 ct mark set iifname map @{MARK_MAP}",
                _CLAMP,
                "accept",
            ),
        ),
    }


_POSTROUTING: Chains = {
    "inet hide_domains": (
        "type nat hook postrouting priority srcnat; policy accept;",
        (
            f'{_NOT_TO_VIF} oifname != "lo" ip saddr @{DOMAIN_SET} snat ip to oifname map @{SOURCE_MAP}',
            f'{_NOT_TO_VIF} oifname != "lo" ip saddr @{DOMAIN_SET} masquerade',
        ),
    ),
    "inet from_netvm": (
        "type filter hook output priority filter; policy accept;",
        ('oifname "vif*" meta nfproto ipv6 drop',),
    ),
}


def _arp(ours: str) -> Chains:
    """A domain asks for itself only; on other links there is no answer for addresses that are not that link's."""
    return {
        "arp anti_spoofing": (
            "type filter hook input priority filter; policy accept;",
            (
                f'iifname "vif*" iifname . arp saddr ip != @{VIF_SET} counter name spoofed drop',
                f'iifname != "vif*" arp daddr ip != @{LINK_ADDRESS_SET} arp daddr ip {ours} drop',
                f'iifname != "vif*" arp daddr ip != @{LINK_ADDRESS_SET} arp daddr ip @{DOMAIN_SET} drop',
            ),
        ),
    }
