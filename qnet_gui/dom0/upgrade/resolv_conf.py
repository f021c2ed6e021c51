"""dom0's /etc/resolv.conf while it is connected: ours in its place, the old one kept beside it as it was.

The old one keeps its inode: it gets a second name before ours takes its first one, so that content, mode, owner, a
symbolic link and everything else come back by a rename, which needs no space on the disk. Touches these two names.
"""

from __future__ import annotations

import array
import errno
import fcntl
import os
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.atomic_file import sync_folder, write_atomically
from qnet_gui.runtime.stored import read_file

PATH = Path("/etc/resolv.conf")
#: Our first line, by which ours is known.
MARK = "# dom0 is connected to the network for an upgrade; the file that was here is back afterwards"
# linux/fs.h
_FS_IOC_GETFLAGS, _FS_IOC_SETFLAGS, _FS_IMMUTABLE_FL = 0x80086601, 0x40086602, 0x10


def _kept(path: Path) -> Path:
    return path.with_name(f".{path.name}.before-qnet")


def is_immutable(path: Path = PATH) -> bool:
    """Whether a file has the attribute that forbids even root to change it; only regular files can have it."""
    if path.is_symlink() or not path.is_file():
        return False
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return bool(_flags(fd) & _FS_IMMUTABLE_FL)
    finally:
        os.close(fd)


def _flags(fd: int) -> int:
    flags = array.array("l", [0])
    try:
        fcntl.ioctl(fd, _FS_IOC_GETFLAGS, flags, True)
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EOPNOTSUPP, errno.ENOSYS):
            return 0
        raise
    return flags[0]


def _set_immutable(path: Path, immutable: bool) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        flags = _flags(fd)
        wanted = flags | _FS_IMMUTABLE_FL if immutable else flags & ~_FS_IMMUTABLE_FL
        if wanted != flags:
            fcntl.ioctl(fd, _FS_IOC_SETFLAGS, array.array("l", [wanted]))
    finally:
        os.close(fd)


def install(servers: Sequence[IPv4Address], immutable: bool, path: Path = PATH) -> None:
    """Put ours in its place; `immutable`: the old one is so, as the journal knows by now."""
    text = "".join([f"{MARK}\n", *(f"nameserver {server}\n" for server in servers)])
    try:
        if immutable:
            _set_immutable(path, False)
        if os.path.lexists(path) and not _is_ours(path):
            _kept(path).unlink(missing_ok=True)
            os.link(path, _kept(path), follow_symlinks=False)
    except OSError as error:
        raise KernelError(SystemCode.FILE_NOT_KEPT, path=str(path), why=error.strerror or "") from error
    # by a rename, which replaces a symbolic link and does not follow it
    write_atomically(path, text.encode("ascii"), 0o644)


def restore(immutable: bool, path: Path = PATH) -> None:
    """Have the old one back, or none where there was none; no error if it is so already."""
    try:
        if os.path.lexists(_kept(path)):
            _kept(path).replace(path)
            # a rename of one name of a file to its other name does nothing
            _kept(path).unlink(missing_ok=True)
        elif _is_ours(path):
            path.unlink()
        if immutable and path.is_file():
            _set_immutable(path, True)
        sync_folder(path.parent)
    except OSError as error:
        raise KernelError(SystemCode.FILE_NOT_PUT_BACK, path=str(path), why=error.strerror or "") from error


def _is_ours(path: Path) -> bool:
    try:
        return not path.is_symlink() and read_file(path).startswith(MARK.encode("ascii"))
    except OSError:
        return False
