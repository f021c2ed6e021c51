"""The system calls for namespaces and mounts that Python 3.11 does not have. Nothing else."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
#: What a domain has of its own besides its processes.
DOMAIN_NAMESPACES = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_SYS_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
_SYS_OPEN_TREE, _SYS_MOVE_MOUNT, _OPEN_TREE_CLONE, _MOVE_MOUNT_F_EMPTY_PATH = 428, 429, 1, 4
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Give the calling thread new namespaces."""
    _check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Move the calling thread into a namespace."""
    _check(_libc.setns(fd, kind), "setns")


@contextmanager
def in_network(namespace: int) -> Iterator[None]:
    """The calling thread is in another network namespace for a while."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        setns(namespace, CLONE_NEWNET)
        try:
            yield
        finally:
            setns(home, CLONE_NEWNET)
    finally:
        os.close(home)


@contextmanager
def children_in(namespace: int | None) -> Iterator[None]:
    """What the calling thread starts for a while is born in another process namespace; None makes a new one."""
    home = os.open("/proc/thread-self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if namespace is None:
            unshare(CLONE_NEWPID)
        else:
            setns(namespace, CLONE_NEWPID)
        try:
            yield
        finally:
            setns(home, CLONE_NEWPID)
    finally:
        os.close(home)


def die_with_parent() -> None:
    """The kernel kills the caller when its parent dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Processes below the caller whose parent dies become the caller's children."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _mount(source: str, target: Path | str, kind: str | None, flags: int, data: str = "") -> None:
    ctypes.set_errno(0)
    result = _libc.mount(
        source.encode(), str(target).encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), data.encode()
    )
    _check(result, f"mounting {kind or source} on {target}")


def make_mounts_private() -> None:
    """From now on nothing that is mounted here is seen outside, nor the other way."""
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)


def mount_tmpfs(target: Path | str, mode: int = 0o755) -> None:
    """A fresh, empty folder in memory."""
    _mount("qnet-lab", target, "tmpfs", _MS_NOSUID | _MS_NODEV, f"mode={mode:o}")


def mount_overlay(target: Path | str, upper: Path, work: Path) -> None:
    """What is written below `target` goes to `upper` from now on."""
    _mount("qnet-lab", target, "overlay", 0, f"lowerdir={target},upperdir={upper},workdir={work}")


def mount_sysfs(read_only: bool) -> None:
    """/sys of the network namespace that the caller is in."""
    _mount("sysfs", "/sys", "sysfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC | (_MS_RDONLY if read_only else 0))


def mount_cgroup() -> None:
    """/sys/fs/cgroup of the control group namespace that the caller is in, to be read."""
    _mount("cgroup2", "/sys/fs/cgroup", "cgroup2", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC | _MS_RDONLY)


def mount_proc() -> None:
    """/proc of the process namespace that the caller is in."""
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)


def set_read_only(target: Path | str, read_only: bool, below: bool = False) -> None:
    """Refuse or allow writing through a mount, and through all mounts below it too."""
    attr_set, attr_clr = (_MOUNT_ATTR_RDONLY, 0) if read_only else (0, _MOUNT_ATTR_RDONLY)
    attributes = (ctypes.c_uint64 * 4)(attr_set, attr_clr, 0, 0)
    flags = _AT_RECURSIVE if below else 0
    result = _libc.syscall(
        _SYS_MOUNT_SETATTR, _AT_FDCWD, str(target).encode(), flags, ctypes.byref(attributes), ctypes.sizeof(attributes)
    )
    _check(result, f"making {target} {'read-only' if read_only else 'writable'}")


def bind(source: Path | str, target: Path | str) -> None:
    """Show a file or folder at another place too."""
    _mount(str(source), target, None, _MS_BIND | _MS_REC)


def clone_mount(path: Path | str) -> int:
    """A file of this mount namespace as a mount of its own, to be put down in another; `FileNotFoundError` etc."""
    ctypes.set_errno(0)
    descriptor = _libc.syscall(_SYS_OPEN_TREE, _AT_FDCWD, str(path).encode(), _OPEN_TREE_CLONE | os.O_CLOEXEC)
    if descriptor < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
    return int(descriptor)


def attach_mount(mount: int, target: Path | str) -> None:
    """Show what was picked up at this place too, which must exist."""
    result = _libc.syscall(_SYS_MOVE_MOUNT, mount, b"", _AT_FDCWD, str(target).encode(), _MOVE_MOUNT_F_EMPTY_PATH)
    _check(result, f"mounting on {target}")


def set_hostname(name: str) -> None:
    """Name the machine, in the caller's namespace."""
    encoded = name.encode()
    _check(_libc.sethostname(encoded, len(encoded)), "sethostname")
