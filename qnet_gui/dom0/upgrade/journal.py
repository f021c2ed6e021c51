"""The journal of dom0's connection: what has been begun and how it was before, so that any successor can put it back.

One JSON file, there only while something may have to be put back. It is written before each step is done, and removed
when all are undone. It blocks, so it belongs on a worker's thread.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, fields
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.model.codec import decode, encode
from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.parse import domid, ipv4, mac, number, uuid
from qnet_gui.runtime.atomic_file import sync_folder, write_atomically

log = logging.getLogger(__name__)
PATH = Path("/var/lib/qnet/dom0-link.json")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, order=True)
class PausedDomain:
    """A domain that we have paused; it is unpaused only if it is still the same one."""

    id: int
    uuid: str
    name: str


@dataclass(frozen=True, slots=True)
class Journal:
    """Everything that putting it back takes.

    `boot`: the boot of dom0 that it is about. `begun`: steps, in their order. `open`:
    all steps are done. `paused`: domains that we have paused; `paused_before`: paused before, and stays so.
    `handed_over`: the helper has ended in an orderly way and leaves the connection to its successor. `immutable`:
    resolv.conf had that attribute. `ends`: the deadline by the clock since that boot, in seconds, which counts; `until`
    is what the wall's clock was to show then. When nothing is known, `address` is 0.0.0.0, and `mac` is empty, which
    means: any.
    """

    by: str
    netvm: int
    address: IPv4Address
    mac: str
    servers: tuple[IPv4Address, ...]
    ports: tuple[int, ...]
    until: int
    boot: str
    begun: tuple[str, ...] = ()
    paused: tuple[PausedDomain, ...] = ()
    paused_before: tuple[PausedDomain, ...] = ()
    immutable: bool = False
    open: bool = False
    handed_over: bool = False
    ends: int = 0


#: What is assumed when the journal is there and cannot be read: everything may have been begun.
UNKNOWN = Journal("unknown", 0, IPv4Address(0), "", (), (), 0, "")


def boot_id() -> str:
    """What tells this boot of dom0 from all others."""
    return _BOOT_ID.read_text().strip()


def parse(content: bytes) -> Journal:
    """A journal from its file; `BadInput` when it is not one."""
    try:
        plain = json.loads(content)
    except ValueError as error:
        raise BadInput(UpgradeCode.JOURNAL_UNREADABLE, kind=type(error).__name__) from None
    if isinstance(plain, dict):
        plain.setdefault("ends", 0)  # an earlier version's: over, so that everything is put back
    journal = decode(Journal, plain)
    if set(plain) != {field.name for field in fields(Journal)}:
        raise BadInput(UpgradeCode.JOURNAL_FIELDS)
    for address in (journal.address, *journal.servers):
        ipv4(str(address))
    for port in journal.ports:
        number(str(port), 1, 65535)
    for domain in (*journal.paused, *journal.paused_before):
        domid(str(domain.id))
        uuid(domain.uuid)
    domid(str(journal.netvm))
    mac(journal.mac)
    number(str(journal.until), 0, 9_999_999_999)
    return journal


class JournalFile:
    """The file."""

    def __init__(self, path: Path = PATH) -> None:
        self.path = path

    def load(self) -> Journal | None:
        """What is there; None for nothing to be put back; `UNKNOWN` when it cannot be understood."""
        try:
            return parse(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, BadInput) as error:
            log.error("%s cannot be read, so everything is put back: %r", self.path, error)
            return UNKNOWN

    def save(self, journal: Journal) -> None:
        """Write it, and be sure that it is on the disk; `QnetError` when it is not."""
        write_atomically(self.path, json.dumps(encode(journal), indent=1).encode("ascii"), 0o600)

    def remove(self) -> None:
        """There is nothing to be put back any more."""
        try:
            self.path.unlink(missing_ok=True)
            sync_folder(self.path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise QnetError(SystemCode.FILE_NOT_REMOVED, path=str(self.path), why=error.strerror or "") from error
