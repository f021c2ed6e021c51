"""What stands between dom0 and the network: addresses, routes and open ports. They go on from the word dom0."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code, Plural


class IsolationCode(Code):
    """About what dom0 has of a network."""

    HAS_ADDRESS = "has-address", "has the address {address} on {interface}"
    HAS_DEFAULT_ROUTE = "has-default-route", "has a default route through {links}"
    HAS_ROUTE = "has-route", "has a route to {network} through {links}"
    UNKNOWN_LINK = "unknown-link", "a link that is not known"
    LISTENS_ON = "listens-on", "listens on {kind} {number}"
    MORE = "more", Plural("{count} more", "{count} more")
