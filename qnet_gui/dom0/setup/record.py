"""What `qnet setup` has done, so that `qnet setup --undo` can take it back, and the copies of files as they were.

Kept in /var/lib/qnet/setup: a list in JSON, written before what it tells of is done. It blocks.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_file, read_stored

FOLDER = Path("/var/lib/qnet/setup")


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A change of a file: the copy of what it was, and the SHA-256 of what it was changed to."""

    path: str
    copy: str
    made: str

    @property
    def left(self) -> str:
        """Why it was not put back, as a sentence without its full stop."""
        if not os.path.lexists(self.copy):
            return f"{self.path} cannot be put back, since {self.copy}, which had what it was, is not there any more"
        why = "was changed since, and is left" if os.path.lexists(self.path) else "is not there any more"
        return f"{self.path} {why}; what it was is in {self.copy}"


@dataclass(frozen=True, slots=True)
class Record:
    """`units`: services that were enabled; `netvm`: one was started, of this `name`, which earlier versions lack."""

    files: tuple[ChangedFile, ...] = ()
    units: tuple[str, ...] = ()
    netvm: bool = False
    name: str = ""

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
            self.record = Record(files, tuple(stored["units"]), bool(stored["netvm"]), str(stored.get("name", "")))
        except FileNotFoundError:
            self.record = Record()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise QnetError(SystemCode.FILE_UNREADABLE, path=str(path), why=str(error)) from None

    def save(self, record: Record) -> None:
        """Have it on the disk before what it tells of is done; an empty one leaves nothing behind."""
        if record.empty:
            try:
                shutil.rmtree(self.folder)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise QnetError(SystemCode.FILE_NOT_REMOVED, path=str(self.folder), why=error.strerror or "") from None
        else:
            text = json.dumps(asdict(record), indent=1)
            write_atomically(self.folder / "done.json", text.encode(), 0o600)
        self.record = record

    def replace_file(self, path: Path, text: str, was: str | None = None) -> None:
        """Give a file another text, with its mode and owner; a copy of what it was is kept, of each change one.

        `was`: the text for which the other was meant; a file that has another one by now is left, and it is refused.
        Surrogates in a text are bytes that are no UTF-8, as `os.fsdecode` makes them.
        """
        try:
            old, status = read_file(path), path.stat()
        except OSError as error:
            raise QnetError(SystemCode.FILE_UNREADABLE, path=str(path), why=error.strerror or "") from None
        if was is not None and old != _bytes(was):
            raise Refused(SystemCode.FILE_CHANGED, path=str(path))
        copy, new = self._new_copy(path.name), _bytes(text)
        write_atomically(copy, old, 0o600)
        self.save(replace(self.record, files=(*self.record.files, ChangedFile(str(path), str(copy), digest(new)))))
        _write(path, new, status)

    def _new_copy(self, name: str) -> Path:
        """Where nobody's copy is."""
        copies = (self.folder / f"{number}-{name}" for number in itertools.count())
        return next(copy for copy in copies if not os.path.lexists(copy))

    def restore_file(self, file: ChangedFile) -> bool:
        """Put a file back; False where somebody has changed or removed it since, and then it is left as it is."""
        path, copy = Path(file.path), Path(file.copy)
        try:
            now, old, status = read_file(path), read_file(copy), path.stat()
        except OSError:
            return False
        if now != old:
            if digest(now) != file.made:
                return False
            try:
                _write(path, old, status)
            except OSError as error:
                raise QnetError(SystemCode.FILE_NOT_PUT_BACK, path=str(path), why=error.strerror or "") from None
        self.save(replace(self.record, files=tuple(other for other in self.record.files if other != file)))
        with suppress(OSError):  # it is of no use any more, and in nobody's way
            copy.unlink()
        return True


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _write(path: Path, data: bytes, status: os.stat_result) -> None:
    target = path.resolve()  # a link stays a link
    write_atomically(target, data, stat.S_IMODE(status.st_mode))
    shutil.chown(target, status.st_uid, status.st_gid)
