"""Addresses for domains whose toolstack gave them none: by UUID, the same after a reboot, none twice.

Touches one JSON file, written anew as a whole. It blocks, so it is not for the main loop.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Container
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.model.config import Config
from qnet_gui.model.errors import BadInput, QnetError, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.parse import ipv4, shown, uuid
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_stored

log = logging.getLogger(__name__)
PATH = Path("/var/lib/qnet/addresses.json")


class Allocator:
    """Which UUID has which address, oldest first."""

    def __init__(self, config: Config, path: Path = PATH) -> None:
        self._pool = config.pool
        self._never = {config.gateway, *config.dns, config.pool.network_address, config.pool.broadcast_address}
        self._path = path
        self._given: dict[str, IPv4Address] | None = None

    def address(self, owner: str, in_use: Container[object], alive: Container[str]) -> IPv4Address:
        """A domain's address by its UUID. `in_use`: addresses that others have without us; `alive`: UUIDs in use.

        An address that was given once is given to somebody else only when the pool has no other left.
        """
        given = self._load()
        known = given.get(owner)
        if known is not None and known in self._pool and known not in self._never and known not in in_use:
            return known
        given.pop(owner, None)
        already_given = set(given.values())
        free = (host for host in self._pool.hosts() if self._is_free(host, in_use) and host not in already_given)
        fresh = next(free, None)
        if fresh is None:
            fresh = self._oldest(given, in_use, alive)
        given[owner] = fresh
        self._save(given)
        return fresh

    def _is_free(self, address: IPv4Address, in_use: Container[object]) -> bool:
        return address not in in_use and address not in self._never

    def _oldest(self, given: dict[str, IPv4Address], in_use: Container[object], alive: Container[str]) -> IPv4Address:
        for owner, address in list(given.items()):
            if owner not in alive and address in self._pool and self._is_free(address, in_use):
                del given[owner]
                return address
        raise Refused(DomainCode.ADDRESSES_USED_UP, pool=str(self._pool))

    def _load(self) -> dict[str, IPv4Address]:
        if self._given is None:
            try:
                self._given = self._addresses(read_stored(self._path))
            except FileNotFoundError:
                self._given = {}
            except (OSError, ValueError) as error:
                log.error("%s cannot be read, addresses are given anew: %r", self._path, error)
                self._given = {}
        return self._given

    def _addresses(self, stored: object) -> dict[str, IPv4Address]:
        """What is stored, less what is no address of a domain, or somebody else's already."""
        if not isinstance(stored, dict):
            raise ValueError("it is no table")
        given: dict[str, IPv4Address] = {}
        taken, wrong = set[IPv4Address](), []
        for owner, text in stored.items():
            try:
                address = ipv4(text)
                if address in taken:
                    raise ValueError("it is another's")
                given[uuid(owner)] = address
                taken.add(address)
            except (ValueError, TypeError, AttributeError, BadInput):
                wrong.append(owner)
        if wrong:
            log.error("%s: is no address of a domain, and passed over: %s", self._path, shown(wrong))
        return given

    def _save(self, given: dict[str, IPv4Address]) -> None:
        text = json.dumps({owner: str(address) for owner, address in given.items()}, indent=1)
        try:
            write_atomically(self._path, text.encode("ascii"))
        except QnetError:
            self._given = None
            raise
