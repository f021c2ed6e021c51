"""The journal of dom0's connection: what has been begun and how it was before, so that any successor can put it back.

One JSON file, there only while something may have to be put back. It is written before each step is done, and removed
when all are undone. Whatever is found in its place instead stands in nobody's way: it is set aside. It blocks, so it
belongs on a worker's thread.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import stat
from dataclasses import dataclass, fields, replace
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.dom0.upgrade.salvage import Salvaged, salvage
from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.parse import domid, ipv4, mac, number, uuid
from qnet_gui.model.wire.codec import decode, encode
from qnet_gui.runtime.atomic_file import sync_folder, write_atomically

log = logging.getLogger(__name__)
PATH = Path("/var/lib/qnet/dom0-link.json")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
#: Bytes that are read of it; one of ten thousand domains has a third of that.
_SIZE_MAX = 4 << 20
_ASIDE_MAX = 100


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
    except (ValueError, RecursionError) as error:
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
    number(str(journal.ends), 0, 9_999_999_999)
    names = (domain.name for domain in (*journal.paused, *journal.paused_before))
    if not all(text.isprintable() for text in (journal.by, *names)):  # on the bus no other would be a text
        raise BadInput(UpgradeCode.JOURNAL_FIELDS)
    return journal


class JournalFile:
    """The file. `salvaged`: what is left of it, when the last `load` found it damaged and nobody knew it any more."""

    def __init__(self, path: Path = PATH) -> None:
        self.path = path
        self.salvaged: Salvaged | None = None
        self._saved: Journal | None = None

    @property
    def there(self) -> bool:
        """Whether there is anything in its place, be it what it may."""
        return os.path.lexists(self.path)

    def load(self) -> Journal | None:
        """What is there; None for nothing to be put back. It does not fail.

        When it cannot be understood, it is what this process has saved last; when that is another one's, `UNKNOWN`.
        """
        self.salvaged = None
        content = b""
        try:
            content = self._read()
            return parse(content)
        except FileNotFoundError:
            if self._saved is not None:
                log.error("%s has been removed; what this helper knows of it is used", self.path)
            return self._saved
        except (OSError, BadInput) as error:
            if self._saved is not None:
                log.error("%s cannot be read any more; what this helper knows of it is used: %s", self.path, error)
                return self._saved
            log.error("%s cannot be read, so everything is put back: %s", self.path, error)
            self.salvaged = salvage(content)
            return replace(UNKNOWN, immutable=self.salvaged.immutable)

    def _read(self) -> bytes:
        """Its content, if it is a file; nothing else is opened, since that may block or do something."""
        if not stat.S_ISREG(os.lstat(self.path).st_mode):
            raise BadInput(UpgradeCode.JOURNAL_NO_FILE)
        try:
            opened = os.open(self.path, _READ)
        except PermissionError:  # root of a service that may not pass over a file's mode
            self.path.chmod(0o600)
            opened = os.open(self.path, _READ)
        with open(opened, "rb") as file:
            return file.read(_SIZE_MAX)

    def save(self, journal: Journal) -> None:
        """Write it, and be sure that it is on the disk; `QnetError` when it is not."""
        write_atomically(self.path, json.dumps(encode(journal), indent=1).encode("ascii"), 0o600)
        self._saved = journal

    def remove(self) -> None:
        """There is nothing to be put back any more. What is no journal is kept beside it."""
        try:
            if self.salvaged is not None or not stat.S_ISREG(os.lstat(self.path).st_mode):
                self._set_aside()
            else:
                self.path.unlink(missing_ok=True)
            sync_folder(self.path.parent)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise QnetError(SystemCode.FILE_NOT_REMOVED, path=str(self.path), why=error.strerror or "") from error
        self._saved = self.salvaged = None

    def _set_aside(self) -> None:
        """Under the first name that is free; a file takes the place of one that was set aside before."""
        for count in range(_ASIDE_MAX):
            aside = self.path.with_name(f"{self.path.name}.damaged{count or ''}")
            try:
                self.path.rename(aside)
            except (IsADirectoryError, NotADirectoryError, FileExistsError):
                continue
            except OSError as error:
                if error.errno != errno.ENOTEMPTY:
                    raise
                continue
            log.warning("what was in the place of the journal is in %s now", aside)
            return
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
