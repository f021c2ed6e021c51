"""The netvm's packet filter as nftables text: pure functions, each result one atomic transaction.

Tables `inet qnet` and `arp qnet` are ours alone; no other table is touched. What they hold:

* a packet from a vif must have the source address that dom0 gave to that vif (IPv4 and ARP); IPv6 is dropped;
* an address of a domain may not arrive on any other interface;
* DNS to a virtual server goes to a real one, or is refused at once when there is none;
* vif to vif is dropped, nothing new reaches a vif from outside, and of the netvm a domain gets answers to ping only.

Elements are added before they are deleted, because deleting a missing one fails the whole transaction (nft 1.0.6 has no
`destroy`). Sets are keyed by (vif name . address), so the cost of a vif does not grow with their number. That,
and that the addresses may not arrive elsewhere, was learned from Qubes OS: its commits 28b95535 and 74f5fb5a.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from qnet_gui.model.dns import DnsRedirect

TABLE = "qnet"
#: The families in which there is a table of that name.
FAMILIES = ("inet", "arp")
VIF_SET = "vif_address"
DOMAIN_SET = "domain_address"
SERVER_MAP = "dns_server"
VIRTUAL_SET = "virtual_dns"

_SETS = f"""
add table inet {TABLE}
add set inet {TABLE} {VIF_SET} {{ type ifname . ipv4_addr; }}
add set inet {TABLE} {DOMAIN_SET} {{ type ipv4_addr; }}
add set inet {TABLE} {VIRTUAL_SET} {{ type ipv4_addr; }}
add map inet {TABLE} {SERVER_MAP} {{ type ipv4_addr : ipv4_addr; }}
add counter inet {TABLE} spoofed
add counter inet {TABLE} impersonated
add counter inet {TABLE} between_vifs
add counter inet {TABLE} towards_netvm
add counter inet {TABLE} dns_refused
add table arp {TABLE}
add set arp {TABLE} {VIF_SET} {{ type ifname . ipv4_addr; }}
add counter arp {TABLE} spoofed
"""

_CHAINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "inet anti_spoofing": (
        "type filter hook prerouting priority raw; policy accept;",
        (
            'iifname "vif*" meta nfproto ipv6 counter name spoofed drop',
            f'iifname "vif*" iifname . ip saddr != @{VIF_SET} counter name spoofed drop',
            f'iifname != "vif*" iifname != "lo" ip saddr @{DOMAIN_SET} counter name impersonated drop',
            # the virtual servers' addresses stand on lo, and are nobody's business but the domains'
            f'iifname != "vif*" iifname != "lo" ip daddr @{VIRTUAL_SET} drop',
        ),
    ),
    "inet redirect_dns": (
        "type nat hook prerouting priority dstnat; policy accept;",
        (f'iifname "vif*" meta l4proto {{ tcp, udp }} th dport 53 dnat ip to ip daddr map @{SERVER_MAP}',),
    ),
    "inet refuse_dns": (
        # after the redirection: a query that still has a virtual destination has no server
        "type filter hook prerouting priority -90; policy accept;",
        (
            f'iifname "vif*" ip daddr @{VIRTUAL_SET} meta l4proto tcp counter name dns_refused reject with tcp reset',
            f'iifname "vif*" ip daddr @{VIRTUAL_SET} meta l4proto udp counter name dns_refused '
            "reject with icmp port-unreachable",
        ),
    ),
    "inet to_netvm": (
        "type filter hook input priority filter; policy accept;",
        (
            'iifname "vif*" icmp type echo-request accept',
            'iifname "vif*" ct state established,related accept',
            'iifname "vif*" counter name towards_netvm drop',
        ),
    ),
    "inet forward": (
        "type filter hook forward priority filter; policy accept;",
        (
            'iifname "vif*" oifname "vif*" counter name between_vifs drop',
            # it is not masqueraded, so it would tell the world a domain's address
            'iifname "vif*" ct state invalid drop',
            f"ip daddr @{VIRTUAL_SET} counter name dns_refused drop",
            'oifname "vif*" ct state established,related accept',
            'oifname "vif*" drop',
            'iifname != "vif*" drop',
        ),
    ),
    "inet hide_domains": (
        "type nat hook postrouting priority srcnat; policy accept;",
        (f'oifname != "vif*" oifname != "lo" ip saddr @{DOMAIN_SET} masquerade',),
    ),
    "inet from_netvm": (
        "type filter hook output priority filter; policy accept;",
        ('oifname "vif*" meta nfproto ipv6 drop',),
    ),
    "arp anti_spoofing": (
        "type filter hook input priority filter; policy accept;",
        (f'iifname "vif*" iifname . arp saddr ip != @{VIF_SET} counter name spoofed drop',),
    ),
}


def base(virtual: Sequence[IPv4Address]) -> str:
    """Everything but the elements. Applied again it replaces the rules and keeps the elements and counters."""
    lines = [_SETS.strip()]
    for where, (hook, _) in _CHAINS.items():
        family, chain = where.split()
        lines += [f"add chain {family} {TABLE} {chain} {{ {hook} }}", f"flush chain {family} {TABLE} {chain}"]
    for where, (_, rules) in _CHAINS.items():
        family, chain = where.split()
        lines += [f"add rule {family} {TABLE} {chain} {rule}" for rule in rules]
    lines.append(f"flush set inet {TABLE} {VIRTUAL_SET}")
    lines.append(f"add element inet {TABLE} {VIRTUAL_SET} {{ {', '.join(map(str, virtual))} }}")
    return "\n".join(lines)


def _elements(verb: str, name: str, elements: Sequence[str], families: Sequence[str] = ("inet",)) -> list[str]:
    body = ", ".join(elements)
    return [f"{verb} element {family} {TABLE} {name} {{ {body} }}" for family in families] if elements else []


def change_vifs(
    add: Iterable[tuple[str, IPv4Address]],
    remove: Iterable[tuple[str, IPv4Address]],
    add_domains: Iterable[IPv4Address] = (),
    remove_domains: Iterable[IPv4Address] = (),
) -> str:
    """One transaction that adds and removes (vif name, address) pairs and addresses of domains; "" for no change."""
    new = [f'"{name}" . {address}' for name, address in add]
    old = [f'"{name}" . {address}' for name, address in remove]
    gone = [str(address) for address in remove_domains]
    lines = _elements("add", VIF_SET, new + old, FAMILIES) + _elements("delete", VIF_SET, old, FAMILIES)
    lines += _elements("add", DOMAIN_SET, [str(address) for address in add_domains] + gone)
    lines += _elements("delete", DOMAIN_SET, gone)
    return "\n".join(lines)


def change_redirects(redirects: Iterable[DnsRedirect]) -> str:
    """One transaction that replaces all redirections; with none every query is refused."""
    pairs = [f"{redirect.virtual} : {redirect.real}" for redirect in redirects]
    return "\n".join([f"flush map inet {TABLE} {SERVER_MAP}", *_elements("add", SERVER_MAP, pairs)])
