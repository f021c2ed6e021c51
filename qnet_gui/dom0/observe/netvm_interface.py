"""The methods by which the netvm, or another domain, is asked something: routes, names, setting up again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import dbus

from qnet_gui.dom0.bus.declare import ANYONE, Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.observe import own_routes
from qnet_gui.dom0.observe.agent_requests import Requests
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.model.dns import ServerAnswer, server_answers
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.errors import BadInput, NotFound, QnetError, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.parse import shown
from qnet_gui.model.repair import Repair, repairs
from qnet_gui.model.route import Route
from qnet_gui.runtime.dbus_values import typed

log = logging.getLogger(__name__)

_ROWS = 4096


def _routes(untrusted_lines: list[str]) -> tuple[list[Route], int]:
    """Routing table rows that somebody reported, and how many were dropped because they are none."""
    routes, dropped = [], max(0, len(untrusted_lines) - _ROWS)
    for untrusted_line in untrusted_lines[:_ROWS]:
        try:
            routes.append(Route.from_line(untrusted_line))
        except BadInput:
            dropped += 1
    return routes, dropped


def _table(rows: Iterable[Route | ServerAnswer | Repair]) -> dbus.Array:
    return dbus.Array([typed(row.as_dict()) for row in rows], signature="a{sv}")


class NetvmInterface(Interface):
    """Asks by `requests`; who there is to be asked, `publisher` knows."""

    def __init__(self, publisher: SnapshotPublisher, requests: Requests) -> None:
        self._publisher = publisher
        self._requests = requests

    @method("GetRoutes", action=ANYONE, takes="s", gives={"routes": "aa{sv}"})
    def get_routes(self, call: Call, domain: str) -> None:
        """The routing table of a domain, dom0 among them; of the netvm when none is named."""
        if domain == "dom0":
            call.reply(_table(own_routes.read()))
            return
        if domain in ("", self._publisher.netvm):
            self._ask_netvm("routes", call, lambda untrusted_lines: self._reply_routes(call, untrusted_lines))
            return
        guest = next((known for known in self._publisher.snapshot.domains if known.name == domain), None)
        if guest is None:
            raise NotFound(DomainCode.DOMAIN_UNKNOWN, name=shown(domain))
        report = self._publisher.inputs.guests.get(guest.id)
        if not report and guest.vif:
            raise Refused(DomainCode.ROUTES_NOT_REPORTED, name=guest.name)
        self._reply_routes(call, [report.route] if report and report.route else [])

    @method("TestNames", action=ANYONE, gives={"servers": "aa{sv}"})
    def test_names(self, call: Call) -> None:
        """Have the netvm ask each of its name servers something; answers with the milliseconds that it took each."""
        self._ask_netvm("names", call, lambda untrusted_lines: call.reply(_table(server_answers(untrusted_lines))))

    @method("CheckNetvm", action=ANYONE, gives={"repairs": "aa{sv}"})
    def check_netvm(self, call: Call) -> None:
        """Have the netvm compare what its kernel has with what is wanted, and set again what differs.

        Answers with what others have changed since its agent started: what (`filter`, `settings`, `addresses`, `routes`
        or `vifs`), how often, and the program, `?` where the kernel did not tell.
        """
        self._ask_netvm("check", call, lambda untrusted_lines: call.reply(_table(repairs(untrusted_lines))))

    @method("Reapply", action="org.qnet.reapply")
    def reapply(self, call: Call) -> None:
        """Have the netvm set its routes, packet filter and redirections anew."""
        self._ask_netvm("reapply", call, lambda _: call.reply())

    def _ask_netvm(self, verb: str, call: Call, done: Callable[[list[str]], None]) -> None:
        state = self._publisher.snapshot.netvm.state
        if state is NetvmState.PAUSED:
            raise Refused(DomainCode.PAUSED, name=self._publisher.netvm)
        if state is NetvmState.ABSENT:
            raise Refused(DomainCode.NOT_RUNNING, name=self._publisher.netvm)

        def answered(result: list[str] | QnetError) -> None:
            if isinstance(result, QnetError):
                call.fail(result)
            else:
                done(result)

        self._requests.ask(verb, answered)

    @staticmethod
    def _reply_routes(call: Call, untrusted_lines: list[str]) -> None:
        routes, dropped = _routes([line for line in untrusted_lines if line])
        if dropped:
            log.warning("%d rows of a routing table are not valid", dropped)
        call.reply(_table(routes))
