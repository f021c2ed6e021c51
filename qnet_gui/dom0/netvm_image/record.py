"""What `qnet netvm make` has made, so that `--undo` takes away just that, and what a run that was killed has left.

A list in JSON for each netvm in /var/lib/qnet/netvm-image, written before what it tells of is done. It blocks.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from qnet_gui.dom0.setup.record import RecordFolder
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_stored

FOLDER = Path("/var/lib/qnet/netvm-image")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; it is read in pieces, since it may be larger than dom0's memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file: its inode, by which it is known, and the SHA-256 of what is in it, empty where that may change."""

    path: str
    inode: int
    digest: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether what lies there is still what was made; False also where nothing does."""
        with suppress(OSError):
            path = Path(self.path)
            return path.lstat().st_ino == self.inode and (not self.digest or self.digest == digest_of(path))
        return False


@dataclass(frozen=True, slots=True)
class Record:
    """`partial`: files and folders that are only there while it is made. `volume`: VG/LV, if its tag is `token`.

    `folders` were made for the files. `finished`: all has been made.
    """

    files: tuple[MadeFile, ...] = ()
    partial: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    volume: str = ""
    token: str = ""
    finished: bool = False


def _record(stored: Any) -> Record:
    """The record that was stored; `ValueError` or `TypeError` for anything else: what it names would be removed."""
    if not isinstance(stored, dict) or set(stored) != {one.name for one in fields(Record)}:
        raise ValueError("it is no record")
    files = tuple(MadeFile(**row) for row in stored["files"])
    paths = (*(file.path for file in files), *stored["partial"], *stored["folders"])
    if not all(isinstance(path, str) and path.startswith("/") and ".." not in path.split("/") for path in paths):
        raise ValueError("a path in it is none")
    if not all(type(file.inode) is int and isinstance(file.digest, str) for file in files):
        raise ValueError("a file in it is none")
    texts = (stored["volume"], stored["token"])
    if not all(isinstance(text, str) for text in texts) or not isinstance(stored["finished"], bool):
        raise ValueError("a value in it is none")
    return Record(files, tuple(stored["partial"]), tuple(stored["folders"]), *texts, stored["finished"])


@dataclass
class RecordFile:
    """The record of one netvm. Beside it is what its configuration was before, where there was one."""

    name: str
    folder: Path = FOLDER
    record: Record | None = field(init=False)

    def __post_init__(self) -> None:
        """What is there, None where there is none; `QnetError` for one that cannot be read: it must not be lost."""
        try:
            self.record = _record(read_stored(self._path))
        except FileNotFoundError:
            self.record = None
        except (OSError, ValueError, TypeError) as error:
            raise QnetError(SystemCode.FILE_UNREADABLE, path=str(self._path), why=str(error)) from None

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def configuration(self) -> RecordFolder:
        """What the configuration was, and what it was changed to."""
        return RecordFolder(self.folder / f"{self.name}.cfg")

    def save(self, record: Record) -> None:
        """Have it on the disk before what it tells of is done."""
        write_atomically(self._path, json.dumps(asdict(record), indent=1).encode(), 0o600)
        self.record = record

    def forget(self) -> None:
        """Nothing is made any more."""
        self._path.unlink(missing_ok=True)
        with suppress(OSError):  # another netvm's is in it, or what a configuration was that somebody has changed since
            self.folder.rmdir()
        self.record = None
