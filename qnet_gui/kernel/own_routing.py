"""The routing tables that are ours alone, and the rules by which they are looked up before all others.

Touches routes and rules of IPv4 that lead to those tables, and no others.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Container, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from qnet_gui.kernel import netlink_requests as requests
from qnet_gui.kernel.netlink_messages import (
    FIB_RULE_INVERT,
    FRA_CHOOSING,
    FRA_IIFNAME,
    FRA_PRIORITY,
    FRA_SRC,
    FRA_SUPPRESS_PREFIXLEN,
    NOT_SUPPRESSED,
    RTA_DST,
    RTA_GATEWAY,
    RTA_MULTIPATH,
    RTA_OIF,
    RTA_PRIORITY,
    RTM_F_CLONED,
    RTN_LOCAL,
    RTN_UNICAST,
    RouteMessage,
    RuleMessage,
    next_hops,
    route,
    rule,
)
from qnet_gui.kernel.netlink_requests import Request, RouteKey, RouteSocket, RuleKey, attribute
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

#: Its number (`/etc/iproute2/rt_tables.d/qnet.conf` names it), and the preference of the rule where nobody else's comes
#: before it.
OWN_TABLE = RULE_PREFERENCE = 118
#: The one for what comes from the domains themselves: no domain is in it.
DOMAINS_TABLE = 119
OWN_TABLES = (OWN_TABLE, DOMAINS_TABLE)
RT_TABLE_MAIN, RT_TABLE_LOCAL = 254, 255
_NOT_SUPPRESSED = struct.pack("=I", NOT_SUPPRESSED)
#: So many times rules are set before it is left to the next look: whoever deletes one may hit another one first.
_TRIES = 3
#: So many changes are one message: the kernel answers each that it refuses, and has room for some 270 answers.
_PORTION = 128


def change(sock: RouteSocket, otherwise: SystemCode, changes: Sequence[tuple[Request, Container[int]]]) -> None:
    """Make changes in their order; each with the errors that mean that all is well already."""
    wanted = [request for request, _ in changes]
    portions = (wanted[at : at + _PORTION] for at in range(0, len(wanted), _PORTION))
    errors = [error for portion in portions for error in sock.change(portion)]
    for error, (_, tolerated) in zip(errors, changes, strict=True):
        if error and error not in tolerated:
            raise KernelError(otherwise, why=os.strerror(error))


def _key(message: RuleMessage) -> RuleKey:
    attributes = message.attributes
    source = attributes.get(FRA_SRC) if message.src_len else b""
    preference = attributes.number(FRA_PRIORITY) or 0
    more = b"".join(attribute(kind, payload) for kind, payload in attributes if _chooses(kind, payload))
    return RuleKey(preference, message.table, attributes.text(FRA_IIFNAME), source, message.src_len, more, message.tos)


def _chooses(kind: int, payload: bytes) -> bool:
    """Whether an attribute leaves fewer packets than link and source do, or some of the table's routes."""
    return kind in FRA_CHOOSING or (kind == FRA_SUPPRESS_PREFIXLEN and payload != _NOT_SUPPRESSED)


def _wanted(pool: IPv4Network, uplinks: Iterable[str], last: int) -> list[RuleKey]:
    """Our rules in their order; `last`: the greatest preference that comes before everybody else's rules."""
    first, second, third = (max(last - before, 0) for before in (2, 1, 0))
    exempt = [RuleKey(first, OWN_TABLE, link) for link in ("lo", *sorted(uplinks))]
    from_pool = RuleKey(second, DOMAINS_TABLE, "", pool.network_address.packed, pool.prefixlen)
    return [*exempt, from_pool, RuleKey(third, OWN_TABLE)]


def _stage(key: RuleKey) -> int:
    return 0 if key.iif else 1 if key.bits else 2


def _says_least(key: RuleKey) -> tuple[bool, int]:
    return not (key.more or key.tos), _stage(key)


def _in_order(keys: Sequence[RuleKey]) -> bool:
    """Whether the kernel asks them as is meant, although they may all have preference 0."""
    stages = list(map(_stage, keys))
    return stages == sorted(stages)


class MainRoute(NamedTuple):
    """A route of the main table: where to, how good, and by which link; `router` is empty where there is none."""

    packed: bytes
    bits: int
    metric: int
    link: int
    router: bytes


class Rules(NamedTuple):
    """The rules that lead to our tables, and the preferences of all others but the kernel's first one.

    `local_is_first`: this machine's own addresses are found before our tables; who has a VRF puts them behind.
    `somebody_is_first`: so is what others' rules of preference 0 say; nothing can be put before those.
    """

    ours: list[RuleKey]
    others: list[int]
    local_is_first: bool
    somebody_is_first: bool


class OwnRouting:
    """Works through a socket that others may use as well."""

    def __init__(self, sock: RouteSocket) -> None:
        self._socket = sock

    def routes(self, table: int = OWN_TABLE) -> set[RouteKey]:
        """Everything in one of our tables, whoever put it there."""
        rows = set()
        for message in self._messages(table):
            to = message.attributes.get(RTA_DST) or bytes(4)
            metric, link = (message.attributes.number(kind) or 0 for kind in (RTA_PRIORITY, RTA_OIF))
            rows.add(RouteKey(to, message.dst_len, metric, message.type, link, message.tos))
        return rows

    def change(self, new: Iterable[RouteKey], old: Iterable[RouteKey] = (), table: int = OWN_TABLE) -> None:
        """Put routes into one of our tables and take others out of it; first comes what is taken out."""
        gone = (errno.ESRCH, errno.ENODEV)
        changes: list[tuple[Request, Container[int]]] = [(key.delete(table), gone) for key in old]
        changes += [(key.set(table), ()) for key in new]
        change(self._socket, SystemCode.KERNEL_OWN_ROUTES, changes)

    def rules(self) -> Rules:
        """Everybody's."""
        try:
            dumped = self._socket.dump(requests.dump_rules())
        except OSError as error:
            raise KernelError(SystemCode.KERNEL_RULES, why=error.strerror or "") from error
        ours: list[RuleKey] = []
        others: list[int] = []
        local_is_first = somebody_is_first = False
        for message in (message for _, body in dumped if (message := rule(body)) is not None):
            key = _key(message)
            is_local = key == RuleKey(0, RT_TABLE_LOCAL)
            local_is_first |= is_local
            if message.table in OWN_TABLES and not message.dst_len and not message.flags & FIB_RULE_INVERT:
                ours.append(key)
            elif not is_local:
                others.append(key.preference)
                somebody_is_first |= not key.preference and not ours
        return Rules(ours, others, local_is_first, somebody_is_first)

    def set_rules(self, pool: IPv4Network, uplinks: Iterable[str], before: Rules | None = None) -> bool:
        """Have our tables looked up before all others, whatever rules others have made; whether it was not so.

        `before`: the rules as they have just been read, or they are read anew.

        First for the machine's own packets and those of `uplinks`, links: the table of the domains; then for what has
        an address of `pool` the one for what comes from domains; then for everything else that of the domains. Who
        adds a rule without a preference gets one in front of all, ours too. Behind one of preference 0 ours stay; but
        who comes later with another one is behind them. That there are other uplinks than before is no change of ours.
        """
        undone = False
        for at in range(_TRIES):
            ours, others, *_ = before if before is not None and not at else self.rules()
            wanted = _wanted(pool, uplinks, min(RULE_PREFERENCE, min(others, default=RULE_PREFERENCE + 1) - 1))
            new, old = [key for key in wanted if key not in ours], [key for key in ours if key not in wanted]
            if not new and not old and _in_order(ours):
                break
            if not at:
                undone = not (new or old) or any(key.iif in ("", "lo") for key in (*new, *old))
            self._change_rules(new, old or (() if new else ours))
        return undone

    def _change_rules(self, new: Iterable[RuleKey], old: Iterable[RuleKey]) -> None:
        """What says most is deleted first: the kernel takes the first rule that is like what it is told."""
        changes: list[tuple[Request, Container[int]]] = [(key.set(), (errno.EEXIST,)) for key in new]
        changes += [(key.delete(), (errno.ENOENT, errno.ESRCH)) for key in sorted(old, key=_says_least)]
        change(self._socket, SystemCode.KERNEL_RULES, changes)

    def delete_rules(self) -> None:
        """Have our tables looked up by nobody."""
        self._change_rules((), self.rules().ours)

    def local(self) -> set[IPv4Address]:
        """The addresses that the kernel takes for this machine's own; a link's address is none without its route."""
        messages = (message for message in self._messages(RT_TABLE_LOCAL) if message.type == RTN_LOCAL)
        packed = (message.attributes.get(RTA_DST) for message in messages if message.dst_len == 32)
        return {IPv4Address(to) for to in packed if len(to) == 4}

    def routers(self) -> set[tuple[IPv4Address | None, int]]:
        """The routers of the main table, which is where uplinks have theirs, each with the index of its link.

        None where everything goes through a link without one.
        """
        pairs = set()
        for message in self._messages(RT_TABLE_MAIN):
            attributes = message.attributes
            alone = attributes.number(RTA_OIF) or 0, attributes.get(RTA_GATEWAY)
            for link, router in list(next_hops(attributes.get(RTA_MULTIPATH))) or [alone]:
                if len(router) == 4 or not message.dst_len:
                    pairs.add((IPv4Address(router) if len(router) == 4 else None, link))
        return pairs

    def main(self, longest: int = 32) -> list[MainRoute]:
        """The unicast routes of the main table whose prefix has so many bits at most, a row for each of their links.

        Without what the kernel has learned of single hosts (an MTU, a redirect) and may tell among the routes.
        """
        rows = []
        for message in self._messages(RT_TABLE_MAIN):
            if message.type != RTN_UNICAST or message.flags & RTM_F_CLONED or message.dst_len > longest:
                continue
            attributes = message.attributes
            to, metric = attributes.get(RTA_DST) or bytes(4), attributes.number(RTA_PRIORITY) or 0
            alone = attributes.number(RTA_OIF) or 0, attributes.get(RTA_GATEWAY)
            hops = list(next_hops(attributes.get(RTA_MULTIPATH))) or [alone]
            rows += [MainRoute(to, message.dst_len, metric, link, router) for link, router in hops]
        return rows

    def _messages(self, table: int) -> list[RouteMessage]:
        try:
            messages = self._socket.dump(requests.dump_routes(table))
        except OSError as error:
            if error.errno == errno.ENOENT:  # there has never been such a table
                return []
            raise KernelError(SystemCode.KERNEL_OWN_ROUTES, why=error.strerror or "") from error
        parsed = [route(body) for _, body in messages]
        return [message for message in parsed if message is not None and message.table == table]
