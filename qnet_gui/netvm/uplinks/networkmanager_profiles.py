"""Which name servers NetworkManager's connections that are up have in their settings.

Its objects do not tell, as its lease does, so it is asked; and only while it uses no servers at all, since that is when
it matters whether it was given any. Touches the netvm's system bus, reading only.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any, NamedTuple

from qnet_gui.model.dns import name_server
from qnet_gui.netvm.uplinks.networkmanager_names import none_in_force
from qnet_gui.netvm.uplinks.networkmanager_objects import NM, Objects, active_profiles, is_up
from qnet_gui.runtime.dbus_service import Service

log = logging.getLogger(__name__)
_PROFILE, _DEVICE = f"{NM}.Settings.Connection", f"{NM}.Device"


class Question(NamedTuple):
    """A method call that is answered with a connection's settings."""

    path: str
    interface: str
    method: str
    signature: str = ""
    arguments: tuple[int, ...] = ()


def questions(objects: Objects) -> frozenset[Question]:
    """What is to be asked: of each connection that is up what is saved, and of each device what it was given.

    `nmcli device modify` gives a device what is not saved.
    """
    if not none_in_force(objects):
        return frozenset()
    saved = {Question(path, _PROFILE, "GetSettings") for path in active_profiles(objects)}
    given = {Question(path, _DEVICE, "GetAppliedConnection", "u", (0,)) for path in objects if is_up(objects, path)}
    return frozenset(saved | given)


def servers_of(settings: object) -> Iterator[IPv4Address]:
    """The IPv4 servers of a connection's settings: texts, or numbers before NetworkManager 1.42."""
    ipv4 = settings.get("ipv4") if isinstance(settings, Mapping) else None
    listed = ipv4.get("dns-data") or ipv4.get("dns") if isinstance(ipv4, Mapping) else None
    for entry in listed if isinstance(listed, list | tuple) else ():
        server = _from_number(entry) if isinstance(entry, int) else name_server(entry)
        if server is not None:
            yield server


def _from_number(number: int) -> IPv4Address:
    """An address that is written as the number that its octets are in the machine's memory."""
    return IPv4Address((number & 0xFFFFFFFF).to_bytes(4, sys.byteorder))


class ProfileServers:
    """`changed` is called when `servers` may be others."""

    def __init__(self, service: Service, changed: Callable[[], None]) -> None:
        self._service = service
        self._changed = changed
        self._answers: dict[Question, frozenset[IPv4Address]] = {}
        self._questions: frozenset[Question] = frozenset()
        service.listen(_PROFILE, "Updated", self.ask_again)

    @property
    def servers(self) -> frozenset[IPv4Address]:
        """All that are in the settings of connections that are up, as far as there was reason to ask."""
        return frozenset[IPv4Address]().union(*self._answers.values())

    def look(self, objects: Objects) -> None:
        """These are NetworkManager's objects now."""
        wanted, before = questions(objects), self._questions
        if wanted != before:
            self._questions = wanted
            self._answers = {question: servers for question, servers in self._answers.items() if question in wanted}
            self._ask(wanted - before)

    def ask_again(self) -> None:
        """Settings may be others than when it was asked before."""
        self._ask(self._questions)

    def _ask(self, asked: Iterable[Question]) -> None:
        for question in sorted(asked):
            self._ask_one(question)

    def _ask_one(self, question: Question) -> None:
        def answered(settings: Any, *_: object) -> None:
            if question in self._questions:
                before, self._answers[question] = self.servers, frozenset(servers_of(settings))
                if self.servers != before:
                    self._changed()

        def failed(error: Exception) -> None:  # the connection has just ended, which is told as well
            log.info("NetworkManager does not tell a connection's settings: %s", error)
            answered({})

        self._service.call(*question, answered, failed)
