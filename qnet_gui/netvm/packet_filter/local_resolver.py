"""The rules with which a resolver on the netvm's loopback answers domains, and nothing else there does. Pure.

Loaded only where the netvm's configuration says `local_resolver = true`. A question comes to it as from the netvm
itself, since such resolvers answer nobody else.
"""

from __future__ import annotations

_LOOPBACK = "127.0.0.0/8"
_REDIRECTED = f"ip daddr {_LOOPBACK} ct status dnat meta l4proto {{ tcp, udp }} th dport 53"
#: What the input chain lets through.
ACCEPT = f'iifname "vif*" {_REDIRECTED} accept'
#: Chains by family and name: hook, rules.
CHAINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "inet guard_loopback": (
        # before the redirection: what is meant for there now, a domain has made so itself
        "type filter hook prerouting priority mangle; policy accept;",
        (f'iifname "vif*" ip daddr {_LOOPBACK} counter name towards_netvm drop',),
    ),
    "inet ask_as_netvm": (
        "type nat hook input priority 100; policy accept;",
        (f'iifname "vif*" {_REDIRECTED} snat ip to 127.0.0.1',),
    ),
}
