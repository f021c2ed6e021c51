"""What `qnet setup` has done, so that `qnet setup --undo` can take it back, and the copies of files as they were.

Kept in /var/lib/qnet/setup: a list in JSON, written before what it tells of is done. It blocks.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_stored

FOLDER = Path("/var/lib/qnet/setup")


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file, the copy of what it was, and the SHA-256 of what it was changed to."""

    path: str
    copy: str
    made: str


@dataclass(frozen=True, slots=True)
class Record:
    """`units`: services that were enabled; `netvm`: the netvm was started."""

    files: tuple[ChangedFile, ...] = ()
    units: tuple[str, ...] = ()
    netvm: bool = False

    @property
    def empty(self) -> bool:
        """Nothing is to be taken back."""
        return self == Record()


def digest(data: bytes) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass
class RecordFolder:
    """The folder."""

    folder: Path = FOLDER
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        """What is there, nothing where there is none; `QnetError` for one that cannot be read: it must not be lost."""
        path = self.folder / "done.json"
        try:
            stored = read_stored(path)
            files = tuple(ChangedFile(**row) for row in stored["files"])
            self.record = Record(files, tuple(stored["units"]), bool(stored["netvm"]))
        except FileNotFoundError:
            self.record = Record()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise QnetError(SystemCode.FILE_UNREADABLE, path=str(path), why=str(error)) from None

    def save(self, record: Record) -> None:
        """Have it on the disk before what it tells of is done; an empty one leaves nothing behind."""
        if record.empty:
            with suppress(FileNotFoundError):
                shutil.rmtree(self.folder)
        else:
            text = json.dumps(asdict(record), indent=1)
            write_atomically(self.folder / "done.json", text.encode(), 0o600)
        self.record = record

    def replace_file(self, path: Path, text: str) -> None:
        """Give a file another text, with its mode and owner; the first copy of it is kept as what it was.

        Surrogates in the text are bytes that are no UTF-8, as `os.fsdecode` makes them.
        """
        try:
            old, status = path.read_bytes(), path.stat()
        except OSError as error:
            raise QnetError(SystemCode.FILE_UNREADABLE, path=str(path), why=error.strerror or "") from None
        known = {file.path: file for file in self.record.files}
        copy = known[str(path)].copy if str(path) in known else str(self.folder / f"{len(known)}-{path.name}")
        if str(path) not in known:
            write_atomically(Path(copy), old, 0o600)
        new = text.encode("utf-8", "surrogateescape")
        known[str(path)] = ChangedFile(str(path), copy, digest(new))
        self.save(replace(self.record, files=tuple(known.values())))
        write_atomically(path, new, stat.S_IMODE(status.st_mode))
        shutil.chown(path, status.st_uid, status.st_gid)

    def restore_file(self, file: ChangedFile) -> bool:
        """Put a file back; False where somebody has changed it since, and then it is left as it is."""
        path, copy = Path(file.path), Path(file.copy)
        try:
            now, old, status = path.read_bytes(), copy.read_bytes(), path.stat()
        except OSError:
            return False
        if now != old:
            if digest(now) != file.made:
                return False
            write_atomically(path, old, stat.S_IMODE(status.st_mode))
            shutil.chown(path, status.st_uid, status.st_gid)
        self.save(replace(self.record, files=tuple(other for other in self.record.files if other != file)))
        return True
