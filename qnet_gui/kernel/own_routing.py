"""The routing table that is ours alone, and the rule by which it is looked up before all others.

Touches routes and rules of IPv4 that lead to that table, and no others.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Container, Iterable, Sequence
from ipaddress import IPv4Address

from qnet_gui.kernel import netlink_requests as requests
from qnet_gui.kernel.netlink_messages import (
    FRA_PRIORITY,
    RTA_DST,
    RTA_GATEWAY,
    RTA_OIF,
    RTA_PRIORITY,
    RouteMessage,
    route,
    rule,
)
from qnet_gui.kernel.netlink_requests import Request, RouteKey, RouteSocket
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

#: Its number (`/etc/iproute2/rt_tables.d/qnet.conf` names it), and the preference of the rule where nobody else's comes
#: before it.
OWN_TABLE = RULE_PREFERENCE = 118
RT_TABLE_MAIN = 254


def change(sock: RouteSocket, otherwise: SystemCode, changes: Sequence[tuple[Request, Container[int]]]) -> None:
    """Make changes in one message; each with the errors that mean that all is well already."""
    if not changes:
        return
    errors = sock.change([request for request, _ in changes])
    for error, (_, tolerated) in zip(errors, changes, strict=True):
        if error and error not in tolerated:
            raise KernelError(otherwise, why=os.strerror(error))


class OwnRouting:
    """Works through a socket that others may use as well."""

    def __init__(self, sock: RouteSocket) -> None:
        self._socket = sock

    def routes(self) -> set[RouteKey]:
        """Everything in our table, whoever put it there."""
        rows = set()
        for message in self._messages():
            to = message.attributes.get(RTA_DST) or bytes(4)
            metric, link = (message.attributes.number(kind) or 0 for kind in (RTA_PRIORITY, RTA_OIF))
            rows.add(RouteKey(to, message.dst_len, metric, message.type, link))
        return rows

    def change(self, new: Iterable[RouteKey], old: Iterable[RouteKey] = ()) -> None:
        """Put routes into our table and take others out of it; first comes what is taken out."""
        gone = (errno.ESRCH, errno.ENODEV)
        changes: list[tuple[Request, Container[int]]] = [(key.delete(OWN_TABLE), gone) for key in old]
        changes += [(key.set(OWN_TABLE), ()) for key in new]
        change(self._socket, SystemCode.KERNEL_OWN_ROUTES, changes)

    def preferences(self) -> tuple[list[int], list[int]]:
        """The preferences of the rules that lead to our table, and of all others but the kernel's first one."""
        ours, others = [], []
        try:
            messages = self._socket.dump(requests.dump_rules())
        except OSError as error:
            raise KernelError(SystemCode.KERNEL_RULES, why=error.strerror or "") from error
        for _, body in messages:
            if (message := rule(body)) is not None:
                preference = message.attributes.number(FRA_PRIORITY) or 0
                if message.table == OWN_TABLE and not message.src_len and not message.dst_len:
                    ours.append(preference)
                elif preference:
                    others.append(preference)
        return ours, others

    def set_rule(self) -> bool:
        """Have our table looked up before all others, whatever rules others have made; whether it was not so.

        Who adds a rule without a preference gets one in front of all, ours too.
        """
        ours, others = self.preferences()
        first = min(others, default=RULE_PREFERENCE + 1)
        wanted = RULE_PREFERENCE if first > RULE_PREFERENCE else max(first - 1, 0)
        if ours == [wanted]:
            return False
        changes: list[tuple[Request, Container[int]]] = [(requests.set_rule(OWN_TABLE, wanted), (errno.EEXIST,))]
        gone = (errno.ENOENT, errno.ESRCH)
        kept = {wanted} if wanted in ours else set()
        changes += [
            (requests.delete_rule(OWN_TABLE, preference), gone) for preference in ours if preference not in kept
        ]
        change(self._socket, SystemCode.KERNEL_RULES, changes)
        return True

    def delete_rules(self) -> None:
        """Have our table looked up by nobody."""
        ours, _ = self.preferences()
        gone = (errno.ENOENT, errno.ESRCH)
        change(
            self._socket, SystemCode.KERNEL_RULES, [(requests.delete_rule(OWN_TABLE, number), gone) for number in ours]
        )

    def routers(self) -> set[IPv4Address]:
        """The routers of the main table, which is where uplinks have theirs."""
        gateways = {message.attributes.get(RTA_GATEWAY) for message in self._messages(RT_TABLE_MAIN)}
        return {IPv4Address(gateway) for gateway in gateways if len(gateway) == 4}

    def _messages(self, table: int = OWN_TABLE) -> list[RouteMessage]:
        try:
            messages = self._socket.dump(requests.dump_routes(table))
        except OSError as error:
            if error.errno == errno.ENOENT:  # there has never been such a table
                return []
            raise KernelError(SystemCode.KERNEL_OWN_ROUTES, why=error.strerror or "") from error
        parsed = [route(body) for _, body in messages]
        return [message for message in parsed if message is not None and message.table == table]
