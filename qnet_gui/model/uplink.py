"""An uplink: a way of the netvm to the outside (cable, Wi-Fi, VPN). Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

#: The shortest MTU of a link that carries IPv4, which every host must take (RFC 791), and an ordinary card's.
MTU_MIN, MTU_DEFAULT = 576, 1500


class UplinkKind(enum.Enum):
    """What an uplink is made of."""

    CABLE = "cable"
    WIFI = "wifi"
    VPN = "vpn"
    MOBILE = "mobile"
    OTHER = "other"


class UplinkState(enum.Enum):
    """How far an uplink is."""

    DOWN = "down"
    CONNECTING = "connecting"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Uplink:
    """One uplink as the netvm reports it.

    `name` is the interface; `ssid` printable text or empty; `strength` per cent, 0 where it has no meaning;
    `primary` says that the domains' packets leave by it now, by the kernel's own look-up; `mtu` in bytes, 0 while
    nobody knows it.
    """

    name: str
    kind: UplinkKind = UplinkKind.OTHER
    state: UplinkState = UplinkState.DOWN
    primary: bool = False
    address: IPv4Address | None = None
    gateway: IPv4Address | None = None
    servers: tuple[IPv4Address, ...] = ()
    ssid: str = ""
    strength: int = 0
    connection: str = ""
    mtu: int = 0


def in_use(uplinks: Iterable[Uplink]) -> Uplink | None:
    """The uplink by which the domains' packets leave now; None when they do not, however many links are up."""
    return next((uplink for uplink in uplinks if uplink.primary and uplink.state is UplinkState.UP), None)
