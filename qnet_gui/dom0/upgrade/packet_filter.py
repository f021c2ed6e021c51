"""dom0's packet filter while it is connected: nothing comes in, and out goes only what an upgrade needs. Pure.

What may go out stands in sets whose elements the kernel lets expire at the deadline. So dom0 is closed then even if the
helper is dead, and stays so until somebody puts everything back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

TABLE = "qnet-dom0"
FAMILIES = ("inet", "arp")
_MARK = re.compile(r"ct mark set (0x[0-9a-f]{1,8}|[0-9]{1,10})\b")


def _elements(values: Iterable[object], seconds: int) -> str:
    """Elements of a set in braces, nothing where there are none."""
    listed = ", ".join(f"{value} timeout {seconds}s" for value in values)
    return f"{{ {listed} }}" if listed else ""


def _set(name: str, kind: str, values: Iterable[object], seconds: int) -> str:
    elements = _elements(values, seconds)
    return f"set {name} {{ type {kind}; flags timeout; {f'elements = {elements};' if elements else ''} }}"


def remove() -> str:
    """The transaction that removes all of it, whether it is there or not."""
    return "".join(f"add table {family} {TABLE}\ndelete table {family} {TABLE}\n" for family in FAMILIES)


def mark(listing: str) -> int:
    """The mark of connections that begin in it, by what the kernel lists; 0 where that tells none."""
    rule = _MARK.search(listing)
    return int(rule[1], 0) if rule else 0


def install(servers: Sequence[IPv4Address], ports: Sequence[int], seconds: int, mark: int) -> str:
    """The transaction that puts it in force, in the place of an older one.

    `servers`: the virtual name servers. `ports`: TCP ports out. `seconds`: until nothing goes out any more. `mark`:
    another one each time, for connections that begin in it; the kernel remembers those of earlier times for days, and
    to what claims to belong to one of them dom0 would answer. ARP: dom0 asks, and answers nobody; the netvm knows its
    address already.
    """
    seconds = max(seconds, 1)
    return f"""{remove()}
table inet {TABLE} {{
  {_set("servers", "ipv4_addr", servers, seconds)}
  {_set("ports", "inet_service", ports, seconds)}
  chain in {{
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct mark != {mark} drop
    ct state established ip saddr @servers meta l4proto {{ tcp, udp }} th sport 53 accept
    ct state established meta nfproto ipv4 tcp sport @ports accept
    ct state related icmp type destination-unreachable accept
  }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
  }}
  chain out {{
    type filter hook output priority filter; policy drop;
    oif lo accept
    meta l4proto udp ct mark set {mark}
    tcp flags & (fin | syn | rst | ack) == syn ct mark set {mark}
    ct mark != {mark} reject with icmpx admin-prohibited
    ip daddr @servers meta l4proto {{ tcp, udp }} th dport 53 accept
    meta nfproto ipv4 tcp dport @ports accept
    reject with icmpx admin-prohibited
  }}
}}
table arp {TABLE} {{
  chain in {{
    type filter hook input priority filter; policy accept;
    arp operation request drop
  }}
}}
"""


def extend(servers: Sequence[IPv4Address], ports: Sequence[int], seconds: int) -> str:
    """The transaction that lets all of it go out for so many seconds from now."""
    seconds = max(seconds, 1)
    return "".join(
        f"flush set inet {TABLE} {name}\nadd element inet {TABLE} {name} {_elements(values, seconds)}\n"
        for name, values in (("servers", servers), ("ports", ports))
        if values
    )
