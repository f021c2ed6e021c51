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
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import domain_name, ipv4, printable, shown
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
        raise BadInput(ValueCode.NOT_A_TEXT, key=key, value=shown(value))
    return value


def _address(value: Any, key: str) -> IPv4Address:
    try:
        return ipv4(_text(value, key))
    except BadInput as error:
        raise BadInput(ValueCode.KEY_WRONG, key=key, why=error.message) from None


def _pool(value: Any) -> IPv4Network:
    text = _text(value, "network.pool")
    try:
        pool = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise BadInput(ValueCode.NOT_A_POOL, key="network.pool", value=shown(text)) from None
    if pool.prefixlen > 30 or pool.prefixlen < 8:
        raise BadInput(ValueCode.POOL_SIZE, key="network.pool", pool=str(pool))
    if pool.is_loopback or pool.is_multicast or int(pool.broadcast_address) >= 0xF0000000:
        raise BadInput(ValueCode.POOL_EMPTY, key="network.pool", pool=str(pool))
    return pool


def _dns(value: Any) -> tuple[IPv4Address, IPv4Address]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadInput(ValueCode.NOT_TWO_ADDRESSES, key="network.dns", value=shown(value))
    first, second = (_address(address, "network.dns") for address in value)
    return first, second


def _netvm(value: Any) -> str:
    try:
        return domain_name(_text(value, "dom0.netvm"))
    except BadInput as error:
        raise BadInput(ValueCode.KEY_WRONG, key="dom0.netvm", why=error.message) from None


def _whole(value: Any, lowest: int, highest: int, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise BadInput(ValueCode.NOT_WHOLE, key=key, value=shown(value), low=lowest, high=highest)
    return value


def _ports(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > PORTS_MAX:
        raise BadInput(ValueCode.NOT_PORTS, key="dom0.ports", high=PORTS_MAX, value=shown(value))
    ports = tuple(_whole(port, 1, 65535, "dom0.ports") for port in value)
    if len(set(ports)) != len(ports):
        raise BadInput(ValueCode.PORT_TWICE, key="dom0.ports")
    return ports


def _known_keys_only(given: dict[str, Any]) -> None:
    for section, values in given.items():
        if section not in _KEYS:
            raise BadInput(ValueCode.SECTION_UNKNOWN, value=shown(section), names=tuple(_KEYS))
        if not isinstance(values, dict):
            raise BadInput(ValueCode.NOT_A_SECTION, section=section)
        for key in values:
            if key not in _KEYS[section]:
                unknown = f"{section}.{shown(key)[1:-1]}"
                raise BadInput(ValueCode.KEY_UNKNOWN, key=unknown, section=section, names=_KEYS[section])


def parse(text: str) -> Config:
    """The configuration that a TOML text describes; `BadInput` names the key that is wrong."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(ValueCode.NOT_TOML, why=printable(str(error), 200)) from None
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
        raise BadInput(ValueCode.ADDRESSES_NOT_DISTINCT)
    return config


def load(path: Path = PATH) -> Config:
    """The configuration in a file; the defaults where there is none; `BadInput` names the file and the key."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except UnicodeDecodeError:
        raise BadInput(SystemCode.FILE_NOT_UTF8, path=str(path)) from None
    except OSError as error:
        raise BadInput(SystemCode.FILE_UNREADABLE, path=str(path), why=error.strerror or "") from None
    except BadInput as error:
        raise BadInput(SystemCode.FILE_WRONG, path=str(path), why=error.message) from None
