"""The configuration, /etc/qnet/qnet.toml: its keys, their defaults, and a parser that accepts nothing else.

`load` reads the one file that it is given; everything else is pure.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from pathlib import Path
from typing import Any

from qnet_gui.model.dns import DEFAULT_VIRTUAL
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import domain_name, ipv4, shown
from qnet_gui.model.snapshot import MINUTES_MAX

PATH = Path("/etc/qnet/qnet.toml")
DEFAULT_POOL = IPv4Network("10.137.0.0/16")
DEFAULT_GATEWAY = IPv4Address("10.137.0.1")
#: More ports than this are no list of exceptions any more.
PORTS_MAX = 16


@dataclass(frozen=True, slots=True)
class Config:
    """What can be configured; every field has a default.

    `pool`: where addresses of domains come from. `gateway`, `dns`: what every domain is told. `minutes`: after that
    time dom0 is disconnected again if nothing else was asked for. `ports`: the TCP ports that dom0 reaches meanwhile.
    """

    pool: IPv4Network = DEFAULT_POOL
    gateway: IPv4Address = DEFAULT_GATEWAY
    dns: tuple[IPv4Address, IPv4Address] = DEFAULT_VIRTUAL
    netvm: str = "netvm"
    minutes: int = 60
    ports: tuple[int, ...] = (80, 443)


_KEYS = {"network": ("pool", "gateway", "dns"), "dom0": ("netvm", "minutes", "ports")}


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{key} must be a text in quotes, not {shown(value)}.")
    return value


def _address(value: Any, key: str) -> IPv4Address:
    try:
        return ipv4(_text(value, key))
    except BadInput as error:
        raise BadInput(f"{key}: {error}") from None


def _pool(value: Any) -> IPv4Network:
    text = _text(value, "network.pool")
    try:
        pool = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise BadInput(f"network.pool: {shown(text)} is not a network such as 10.137.0.0/16.") from None
    if pool.prefixlen > 30 or pool.prefixlen < 8:
        raise BadInput(f"network.pool: {pool} must be a network between /8 and /30.")
    if pool.is_loopback or pool.is_multicast or int(pool.broadcast_address) >= 0xF0000000:
        raise BadInput(f"network.pool: {pool} has no addresses for domains.")
    return pool


def _dns(value: Any) -> tuple[IPv4Address, IPv4Address]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadInput(f"network.dns must be a list of two addresses, not {shown(value)}.")
    first, second = (_address(each, "network.dns") for each in value)
    return first, second


def _netvm(value: Any) -> str:
    try:
        return domain_name(_text(value, "dom0.netvm"))
    except BadInput as error:
        raise BadInput(f"dom0.netvm: {error}") from None


def _whole(value: Any, lowest: int, highest: int, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise BadInput(f"{key}: {shown(value)} is not a whole number between {lowest} and {highest}.")
    return value


def _ports(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > PORTS_MAX:
        raise BadInput(f"dom0.ports must be a list of up to {PORTS_MAX} ports, not {shown(value)}.")
    ports = tuple(_whole(each, 1, 65535, "dom0.ports") for each in value)
    if len(set(ports)) != len(ports):
        raise BadInput("dom0.ports has a port twice.")
    return ports


def _known_keys_only(given: dict[str, Any]) -> None:
    for section, values in given.items():
        if section not in _KEYS:
            raise BadInput(f"{shown(section)} is not known; the sections are {' and '.join(_KEYS)}.")
        if not isinstance(values, dict):
            raise BadInput(f"{section} must be a section: [{section}].")
        for key in values:
            if key not in _KEYS[section]:
                known = ", ".join(_KEYS[section])
                raise BadInput(f"{section}.{shown(key)[1:-1]} is not known; [{section}] has {known}.")


def parse(text: str) -> Config:
    """The configuration that a TOML text describes; `BadInput` names the key that is wrong."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"It is not TOML: {error}.") from None
    _known_keys_only(given)
    network, dom0 = given.get("network", {}), given.get("dom0", {})
    default = Config()
    config = Config(
        pool=_pool(network["pool"]) if "pool" in network else default.pool,
        gateway=_address(network["gateway"], "network.gateway") if "gateway" in network else default.gateway,
        dns=_dns(network["dns"]) if "dns" in network else default.dns,
        netvm=_netvm(dom0["netvm"]) if "netvm" in dom0 else default.netvm,
        minutes=_whole(dom0["minutes"], 1, MINUTES_MAX, "dom0.minutes") if "minutes" in dom0 else default.minutes,
        ports=_ports(dom0["ports"]) if "ports" in dom0 else default.ports,
    )
    if len({config.gateway, *config.dns}) != 3:
        raise BadInput("network.gateway and the two of network.dns must be three different addresses.")
    return config


def load(path: Path = PATH) -> Config:
    """The configuration in a file; the defaults where there is none; `BadInput` names the file and the key."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadInput(f"{path} cannot be read: {why}.") from None
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
