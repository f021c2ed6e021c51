"""Writes files so that a crash, a power cut or a full disk leaves the old content or the new, never a piece of either.

It blocks, so it is not for the main loop. Touches the file that it is given, its folder, and another beside it, which
is called `.<file>.qnet-new` where the file is one of ours.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.system import SystemCode


def write_atomically(path: Path, data: bytes, mode: int = 0o644, durable: bool = True) -> None:
    """Replace a file's content, or make the file and its folder; when this returns, the disk has it if `durable`.

    Whoever reads sees the old content or the new in either case, but not after a power cut unless it is `durable`,
    which takes the disk some milliseconds a file. Two programs must not write one file at the same time.
    `QnetError` when it cannot be written; the file is then as it was. A symlink would be replaced: resolve it before.
    """
    fresh = fresh_name(path)
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        try:
            _write(fresh, data, mode, durable)
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        raise QnetError(SystemCode.FILE_UNWRITABLE, path=str(path), why=error.strerror or "") from error


def fresh_name(path: Path) -> Path:
    """What a file is called until it is whole: in a folder of others' it is nobody else's, and is hidden."""
    return path.with_name(f".{path.name}.qnet-new")


def save(path: Path, data: bytes) -> None:
    """Write a file that a person has named; where there is no room for it, what was there before stays.

    It keeps the mode that it has. What is not an ordinary file of that person's alone, or lies where no other may be
    laid, is written to as it is. `OSError` if it cannot be.
    """
    target = Path(os.path.realpath(path))
    if not _is_replaceable(path, target):
        path.write_bytes(data)
        return
    import tempfile  # a megabyte with what it imports, and most days nobody saves anything

    opened, name = tempfile.mkstemp(prefix=".", dir=target.parent)
    try:
        with open(opened, "wb") as file:
            file.write(data)
            os.fchmod(opened, stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
        Path(name).replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _is_replaceable(path: Path, target: Path) -> bool:
    """Whether another file may take its place, and nobody who has it open, or by another name, is left with the old."""
    if path.is_relative_to("/dev") or path.is_relative_to("/proc") or not os.access(target.parent, os.W_OK):
        return False
    try:
        status = path.stat()
    except FileNotFoundError:
        return not path.is_symlink() or target.parent.is_dir()
    except OSError:
        return False
    own = status.st_uid == os.geteuid() and status.st_nlink == 1
    return stat.S_ISREG(status.st_mode) and own and os.access(path, os.W_OK)


def _umask() -> int:
    """What new files are not; there is no way to ask that does not set it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _write(path: Path, data: bytes, mode: int, durable: bool) -> None:
    path.unlink(missing_ok=True)  # left by a crash, or laid there
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(opened, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(opened, mode)  # whatever the umask is
        if durable:
            os.fsync(opened)


def sync_folder(folder: Path) -> None:
    """Have the disk know which files a folder has, after one was renamed or removed."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
