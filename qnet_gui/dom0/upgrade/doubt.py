"""Domains of which nobody knows any more who has paused them, since the journal was damaged: until they are let go on.

Kept in a file beside the journal, so that the next helper says it too. It blocks, but it is short.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.dom0.upgrade.journal import PausedDomain
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.wire.codec import decode, encode
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_stored

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Who may have been paused by us and still be so."""

    domains: tuple[PausedDomain, ...] = ()

    def still(self, infos: Iterable[DomainInfo]) -> Doubtful:
        """Those of them that are paused still. Pure."""
        paused = {(info.id, info.uuid) for info in infos if info.state is DomainState.PAUSED}
        return Doubtful(tuple(domain for domain in self.domains if (domain.id, domain.uuid) in paused))

    @property
    def names(self) -> tuple[str, ...]:
        """Theirs, as a person looks for one."""
        return tuple(sorted(domain.name for domain in self.domains))


class DoubtFile:
    """The file. Nothing fails with it; without it, it is said until the helper ends."""

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name(f"{journal.name}.doubt")

    def load(self) -> Doubtful:
        """Who is in it; nobody where it cannot be read."""
        try:
            doubtful = decode(Doubtful, read_stored(self._path))
            if not all(name.isprintable() for name in doubtful.names):  # on the bus no other would be a text
                raise ValueError("a name in it is none")
            return doubtful
        except FileNotFoundError:
            return Doubtful()
        except (OSError, ValueError, BadInput) as error:
            log.warning("%s cannot be read: %s", self._path, error)
            return Doubtful()

    def save(self, doubtful: Doubtful) -> None:
        """Keep it, or have no file where there is nobody."""
        try:
            if doubtful.domains:
                write_atomically(self._path, json.dumps(encode(doubtful)).encode("ascii"), 0o600)
            else:
                self._path.unlink(missing_ok=True)
        except (OSError, QnetError) as error:
            log.warning("who may still be paused cannot be kept for the next helper: %s", error)
