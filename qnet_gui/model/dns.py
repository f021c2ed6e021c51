"""Name servers: which real server stands behind each virtual one. Pure.

The virtual servers (DNS1, DNS2) are what every domain has in its resolv.conf for ever; the netvm redirects them by
DNAT to the servers that its uplinks learned.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import ipv4, number

#: So many servers are tested at most, and the longest time that one is waited for, in milliseconds.
ANSWERS_MAX, _LONGEST = 16, 60_000
#: What the netvm says of a server instead of milliseconds, and the number that stands for it.
NO_ANSWER, NOT_ASKED = "-", "!"
_WITHOUT = {NO_ANSWER: -1, NOT_ASKED: -2}
#: An address, or a URI; behind `#` stands a name.
_NAMED = re.compile(r"(?:([0-9.]+)|dns\+udp://([0-9.]+)(?::53)?)(?:#.*)?")
#: A URI by which a server is asked encrypted, or at another port.
_NAMED_OTHERWISE = re.compile(r"dns\+tls://.*|dns\+udp://(?:[0-9.]+|\[[^]]*\]):(?!53(?:#|$))[0-9]+(?:#.*)?")
#: The virtual servers that guests made for today's Qubes expect.
DEFAULT_VIRTUAL = (IPv4Address("10.139.1.1"), IPv4Address("10.139.1.2"))


class DnsSource(enum.Enum):
    """Who told the netvm its real servers."""

    NETWORKMANAGER = "networkmanager"
    RESOLVED = "resolved"
    RESOLV_CONF = "resolv.conf"
    NONE = "none"


@dataclass(frozen=True, slots=True, order=True)
class DnsRedirect:
    """Queries to `virtual` go to `real`."""

    virtual: IPv4Address
    real: IPv4Address


@dataclass(frozen=True, slots=True)
class Dns:
    """How names resolve: who told the real servers, and the redirections in force."""

    source: DnsSource = DnsSource.NONE
    redirects: tuple[DnsRedirect, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """How long a server took to answer, in milliseconds; -1 for no answer, -2 when it could not be asked."""

    server: IPv4Address
    milliseconds: int

    def as_dict(self) -> dict[str, str | int]:
        """As it travels over D-Bus."""
        return {"server": str(self.server), "milliseconds": self.milliseconds}


def server_answers(lines: Iterable[str]) -> list[ServerAnswer]:
    """What the netvm reports of a test: `SERVER MILLISECONDS`, or why there are none; what does not fit is dropped."""
    answers = []
    for line in list(lines)[:ANSWERS_MAX]:
        server, _, took = line.partition(" ")
        try:
            answers.append(
                ServerAnswer(ipv4(server), _WITHOUT[took] if took in _WITHOUT else number(took, 0, _LONGEST))
            )
        except BadInput:
            continue
    return answers


def name_server(text: object) -> IPv4Address | None:
    """The IPv4 address of a server as some program names it, a loopback's too; None for anything else.

    NetworkManager's settings may say by which name it proves who it is, and how it is asked. One that is to be asked
    otherwise than in clear, or at another port, is none.
    """
    match = _NAMED.fullmatch(str(text))
    try:
        return IPv4Address(match[1] or match[2]) if match else None
    except ValueError:
        return None


def is_asked_otherwise(text: object) -> bool:
    """Whether a server, as some program names it, is to be asked otherwise than domains ask: in clear, at port 53."""
    return _NAMED_OTHERWISE.fullmatch(str(text)) is not None


def usable(servers: Iterable[IPv4Address], virtual: Sequence[IPv4Address]) -> tuple[IPv4Address, ...]:
    """The servers that a packet can be sent to: no loopback, none of the virtual ones, each once, order kept."""
    kept: dict[IPv4Address, None] = {}
    for server in servers:
        bad = server.is_loopback or server.is_unspecified or server.is_multicast or int(server) >= 0xF0000000
        if not bad and server not in virtual:
            kept[server] = None
    return tuple(kept)


def redirects(
    virtual: Sequence[IPv4Address], servers: Iterable[IPv4Address], local: bool = False
) -> tuple[DnsRedirect, ...]:
    """One redirect for every virtual server, however few real ones there are; none at all when there is no server.

    A virtual server without a real one was a leak in Qubes OS (its commits 982babb6 and 6473a285). `local`: the servers
    are on the netvm's own loopback, where nothing is redirected to otherwise.
    """
    real = tuple(server for server in servers if server.is_loopback) if local else usable(servers, virtual)
    if not real:
        return ()
    return tuple(DnsRedirect(address, real[index % len(real)]) for index, address in enumerate(virtual))
