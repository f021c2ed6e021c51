"""A link's flags and settings, as far as a vif must have them: read out of the kernel's message, and judged. Pure."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

from qnet_gui.kernel.netlink_messages import (
    IFF_NOARP,
    IFF_UP,
    IFLA_ADDRESS,
    IFLA_AF_SPEC,
    IFLA_GROUP,
    IFLA_INET6_CONF,
    IFLA_INET_CONF,
    IFLA_MASTER,
    IFLA_PROTINFO,
    Attributes,
    LinkMessage,
)
from qnet_gui.model.vif import VIF_GROUP

#: IFLA_INET_CONF and IFLA_INET6_CONF are arrays of these, the first numbered 1 and the second 0.
IPV4_DEVCONF_FORWARDING, IPV4_DEVCONF_PROXY_ARP, IPV4_DEVCONF_RP_FILTER = 1, 3, 8
IPV4_DEVCONF_MEDIUM_ID, IPV4_DEVCONF_ARP_IGNORE = 14, 19
DEVCONF_DISABLE_IPV6 = 26
#: What a vif is, beside being up. The domain has one route, to everything, and asks by ARP for everybody. A source
#: address that the vif's own route does not lead back to is refused by the kernel itself, whatever becomes of nftables.
#: A new link has what somebody made the default, which may keep it from answering for what is not its own address.
ROUTED = (
    (IPV4_DEVCONF_FORWARDING, 1), (IPV4_DEVCONF_PROXY_ARP, 1), (IPV4_DEVCONF_RP_FILTER, 1),
    (IPV4_DEVCONF_MEDIUM_ID, 0), (IPV4_DEVCONF_ARP_IGNORE, 0),
)  # fmt: skip

_INT, _UNSIGNED = struct.Struct("=i"), struct.Struct("=I")


class LinkState(NamedTuple):
    """A link's flags and settings as far as they matter here; None for what a message does not tell."""

    up: bool
    arp: bool
    master: int | None
    group: int | None
    forwarding: int | None
    proxy_arp: int | None
    rp_filter: int | None
    medium_id: int | None
    arp_ignore: int | None
    disable_ipv6: int | None
    mac: bytes = b""


def link_state(message: LinkMessage) -> LinkState:
    """What a link's message tells; one of AF_INET6 has the settings of IPv6 in another place, and little else."""
    whole = message.family == socket.AF_UNSPEC
    # one walk through some forty attributes, since there is a message for every change of a thousand vifs
    payloads = dict(message.attributes)
    families = Attributes(payloads.get(IFLA_AF_SPEC, b""))
    of_ipv4 = Attributes(families.get(socket.AF_INET)).get(IFLA_INET_CONF)
    alone = payloads.get(IFLA_PROTINFO, b"") if message.family == socket.AF_INET6 else b""
    of_ipv6 = Attributes(alone or families.get(socket.AF_INET6)).get(IFLA_INET6_CONF)
    return LinkState(
        bool(message.flags & IFF_UP),
        not message.flags & IFF_NOARP,
        _number(payloads.get(IFLA_MASTER, b"")) or 0 if whole else None,
        _number(payloads.get(IFLA_GROUP, b"")) if whole else None,
        _entry(of_ipv4, IPV4_DEVCONF_FORWARDING - 1),
        _entry(of_ipv4, IPV4_DEVCONF_PROXY_ARP - 1),
        _entry(of_ipv4, IPV4_DEVCONF_RP_FILTER - 1),
        _entry(of_ipv4, IPV4_DEVCONF_MEDIUM_ID - 1),
        _entry(of_ipv4, IPV4_DEVCONF_ARP_IGNORE - 1),
        _entry(of_ipv6, DEVCONF_DISABLE_IPV6),
        payloads.get(IFLA_ADDRESS, b""),
    )


def _entry(array: bytes, at: int) -> int | None:
    return int(_INT.unpack_from(array, at * _INT.size)[0]) if len(array) >= (at + 1) * _INT.size else None


def _number(payload: bytes) -> int | None:
    return int(_UNSIGNED.unpack(payload)[0]) if len(payload) == _UNSIGNED.size else None


def is_routed(state: LinkState) -> bool:
    """Whether a link is as `serve_host` makes it, as far as its state tells."""
    settings = (state.forwarding, state.proxy_arp, state.rp_filter, state.disable_ipv6)
    alone = state.master in (None, 0) and state.group in (None, VIF_GROUP)
    answers = state.medium_id in (None, 0) and state.arp_ignore in (None, 0)
    return state.up and state.arp and alone and answers and all(value in (None, 1) for value in settings)
