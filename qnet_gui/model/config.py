"""The configuration, /etc/qnet/qnet.toml: its keys, their defaults, and a parser that accepts nothing else.

`load` reads the one file that it is given; everything else is pure.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from qnet_gui.model.dns import DEFAULT_VIRTUAL
from qnet_gui.model.domain import DOM0_NAMES, Label
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.netvm_screen.screen import SIDE_MAX, Geometry, geometry
from qnet_gui.model.parse import domain_name, ipv4, ipv4_network, printable, shown
from qnet_gui.model.snapshot import MINUTES_MAX

PATH = Path("/etc/qnet/qnet.toml")
DEFAULT_POOL = IPv4Network("10.137.0.0/16")
DEFAULT_GATEWAY = IPv4Address("10.137.0.1")
#: More ports than this are no list of exceptions any more.
PORTS_MAX = 16
#: So many connections a domain may have at once, and may be given at most.
DEFAULT_CONNECTIONS, CONNECTIONS_MAX = 16384, 1 << 24
DEFAULT_SCREEN = Geometry(1024, 768)
_PROTOCOLS = ("tcp", "udp")
#: Some editors begin a file with it.
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class OpenPort:
    """A port of the netvm's own that the world may reach; `protocol`: tcp or udp."""

    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Config:
    """What can be configured; every field has a default.

    `pool`: where addresses of domains come from. `gateway`, `dns`: what every domain is told. `minutes`: after that
    time dom0 is disconnected again if nothing else was asked for. `ports`: the TCP ports that dom0 reaches meanwhile.

    In a netvm's own file: `open`: what the world may reach of it. `local_resolver`: whether a resolver that listens on
    the netvm's loopback answers the domains. `connections`: how many a domain may have at once.
    `flow_table`: whether known connections take the kernel's short way, where it has one.

    `labels`: the colours of domains, by their names. `screen`: how large the netvm's is, which its kernel has to be
    told as well.
    """

    pool: IPv4Network = DEFAULT_POOL
    gateway: IPv4Address = DEFAULT_GATEWAY
    dns: tuple[IPv4Address, IPv4Address] = DEFAULT_VIRTUAL
    netvm: str = "netvm"
    minutes: int = 60
    ports: tuple[int, ...] = (80, 443)
    open: tuple[OpenPort, ...] = ()
    local_resolver: bool = False
    connections: int = DEFAULT_CONNECTIONS
    flow_table: bool = True
    labels: tuple[tuple[str, Label], ...] = ()
    screen: Geometry = DEFAULT_SCREEN


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise BadInput(ValueCode.NOT_A_TEXT, key=key, value=shown(value))
    return value


def _address(value: Any, key: str) -> IPv4Address:
    try:
        return ipv4(_text(value, key))
    except BadInput as error:
        raise BadInput(ValueCode.KEY_WRONG, key=key, why=error.message) from None


def _pool(value: Any, key: str) -> IPv4Network:
    text = _text(value, key)
    try:
        pool = ipv4_network(text)
    except BadInput:
        raise BadInput(ValueCode.NOT_A_POOL, key=key, value=shown(text)) from None
    if pool.prefixlen > 30 or pool.prefixlen < 8:
        raise BadInput(ValueCode.POOL_SIZE, key=key, pool=str(pool))
    if pool.is_loopback or pool.is_multicast or not 1 << 24 <= int(pool[0]) < 0xF0000000:
        raise BadInput(ValueCode.POOL_EMPTY, key=key, pool=str(pool))
    return pool


def _dns(value: Any, key: str) -> tuple[IPv4Address, IPv4Address]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadInput(ValueCode.NOT_TWO_ADDRESSES, key=key, value=shown(value))
    first, second = (_address(address, key) for address in value)
    return first, second


def _netvm(value: Any, key: str) -> str:
    try:
        name = domain_name(_text(value, key))
        return DOM0_NAMES[0] if name in DOM0_NAMES else name
    except BadInput as error:
        raise BadInput(ValueCode.KEY_WRONG, key=key, why=error.message) from None


def _whole(value: Any, key: str, lowest: int, highest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise BadInput(ValueCode.NOT_WHOLE, key=key, value=shown(value), low=lowest, high=highest)
    return value


def _ports(value: Any, key: str) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > PORTS_MAX:
        raise BadInput(ValueCode.NOT_PORTS, key=key, high=PORTS_MAX, value=shown(value))
    ports = tuple(_whole(port, key, 1, 65535) for port in value)
    if len(set(ports)) != len(ports):
        raise BadInput(ValueCode.PORT_TWICE, key=key)
    return ports


def _open_port(value: Any, key: str) -> OpenPort:
    protocol, slash, port = value.partition("/") if isinstance(value, str) else ("", "", "")
    if protocol not in _PROTOCOLS or not slash or not re.fullmatch("[1-9][0-9]{0,4}", port) or int(port) > 65535:
        raise BadInput(ValueCode.NOT_OPEN_PORT, key=key, value=shown(value))
    return OpenPort(protocol, int(port))


def _open(value: Any, key: str) -> tuple[OpenPort, ...]:
    if not isinstance(value, list) or len(value) > PORTS_MAX:
        raise BadInput(ValueCode.NOT_PORTS, key=key, high=PORTS_MAX, value=shown(value))
    return tuple(dict.fromkeys(_open_port(port, key) for port in value))


def _yes_or_no(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(ValueCode.NOT_YES_OR_NO, key=key, value=shown(value))
    return value


def _screen(value: Any, key: str) -> Geometry:
    try:
        return geometry(_text(value, key))
    except ValueError:
        raise BadInput(ValueCode.NOT_A_SIZE, key=key, value=shown(value), high=SIDE_MAX) from None


def _label(value: Any, name: str) -> tuple[str, Label]:
    try:
        domain_name(name)
    except BadInput as error:
        raise BadInput(ValueCode.KEY_WRONG, key=_LABELS, why=error.message) from None
    key = f"{_LABELS}.{name}"
    colours = {label.value: label for label in Label if label is not Label.NONE}
    if not isinstance(value, str) or value not in colours:
        raise BadInput(ValueCode.NOT_A_LABEL, key=key, value=shown(value), names=tuple(colours))
    return name, colours[value]


#: The section whose keys are the names of domains.
_LABELS = "labels"
#: What parses the value of each key of the other sections; every key is a field of `Config`.
_KEYS: dict[str, dict[str, Callable[[Any, str], Any]]] = {
    "network": {"pool": _pool, "gateway": _address, "dns": _dns},
    "dom0": {
        "netvm": _netvm,
        "minutes": partial(_whole, lowest=1, highest=MINUTES_MAX),
        "ports": _ports,
        "screen": _screen,
    },
    "netvm": {
        "open": _open,
        "local_resolver": _yes_or_no,
        "connections": partial(_whole, lowest=1, highest=CONNECTIONS_MAX),
        "flow_table": _yes_or_no,
    },
}


def _known_keys_only(given: dict[str, Any]) -> None:
    for section, values in given.items():
        if section not in (*_KEYS, _LABELS):
            raise BadInput(ValueCode.SECTION_UNKNOWN, value=shown(section), names=(*_KEYS, _LABELS))
        if not isinstance(values, dict):
            raise BadInput(ValueCode.NOT_A_SECTION, section=section)
        for key in values:
            if section != _LABELS and key not in _KEYS[section]:
                unknown = f"{section}.{shown(key)[1:-1]}"
                raise BadInput(ValueCode.KEY_UNKNOWN, key=unknown, section=section, names=tuple(_KEYS[section]))


def parse(text: str) -> Config:
    """The configuration that a TOML text describes; `BadInput` names the key that is wrong."""
    try:
        given = tomllib.loads(text.removeprefix(BYTE_ORDER_MARK))
    except (ValueError, RecursionError) as error:  # also of numbers and lists that Python does not take
        raise BadInput(ValueCode.NOT_TOML, why=printable(str(error), 200)) from None
    _known_keys_only(given)
    config = Config(
        **{
            key: parser(given[section][key], f"{section}.{key}")
            for section, parsers in _KEYS.items()
            for key, parser in parsers.items()
            if key in given.get(section, {})
        },
        labels=tuple(_label(value, name) for name, value in given.get(_LABELS, {}).items()),
    )
    if len({config.gateway, *config.dns}) != 3:
        raise BadInput(ValueCode.ADDRESSES_NOT_DISTINCT)
    return config


def load(path: Path = PATH) -> Config:
    """The configuration in a file; the defaults where there is none; `BadInput` names the file and the key."""
    try:
        if path.exists() and not path.is_file():  # a pipe would have us wait, and a device go on for ever
            raise BadInput(SystemCode.FILE_NOT_ONE, path=str(path))
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except UnicodeDecodeError:
        raise BadInput(SystemCode.FILE_NOT_UTF8, path=str(path)) from None
    except OSError as error:
        raise BadInput(SystemCode.FILE_UNREADABLE, path=str(path), why=error.strerror or "") from None
    try:
        return parse(text)
    except BadInput as error:
        raise BadInput(SystemCode.FILE_WRONG, path=str(path), why=error.message) from None
