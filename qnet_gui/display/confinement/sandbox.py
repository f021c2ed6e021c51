"""Gives up, for good and for the process that calls it, all but what the child of `qnet-display` needs.

What is left: the descriptors that are named, the memory that there is, an own uid, and the calls that `seccomp` lists.
Touches nothing outside of the process. Linux, x86-64. Source: prctl(2), capabilities(7), seccomp(2), credentials(7).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
from collections.abc import Collection, Iterable

from qnet_gui.display.confinement.seccomp import INSTRUCTION_SIZE, program

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2
_LINUX_CAPABILITY_VERSION_3 = 0x20080522

#: Bytes of address space that the child may have: what Python has, a large screen twice, and room.
MEMORY_LIMIT = 1 << 30

_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
_libc.capset.argtypes = [ctypes.c_char_p, ctypes.c_char_p]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _prctl(option: int, first: int = 0, second: int = 0) -> int:
    return _check(_libc.prctl(option, first, second, 0, 0), f"prctl {option}")


def confine(keep: Collection[int], uid: int, gid: int, ioctls: Iterable[int], parent: int) -> None:
    """Give up everything else. `keep`: descriptors that stay; `parent`: the pid of who made this process.

    `OSError` where anything cannot be given up: then the process must end. Where `parent` is no more, it ends here. It
    must have one thread only. Without root, uid and gid must be the ones that it has.
    """
    if platform.machine() != "x86_64":
        raise OSError(errno.ENOSYS, "the sandbox knows x86-64 alone")
    _close_others(keep)
    _limit(max(keep, default=0))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _give_up_capabilities(uid, gid)
    _prctl(PR_SET_DUMPABLE, 0)
    # after the change of the uid, which the kernel takes for a reason to forget it
    end_with_parent(parent, signal.SIGKILL)
    _filter_calls(ioctls)


def end_with_parent(parent: int, number: signal.Signals) -> None:
    """Have the kernel send that signal when the process `parent`, who made this one, ends; the end where it has."""
    _prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)


def _close_others(keep: Collection[int]) -> None:
    first = 0
    for descriptor in sorted(keep):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, max(first, os.sysconf("SC_OPEN_MAX")))


def _limit(highest: int) -> None:
    """No descriptor, process, file or dump more; poll asks that its list is no longer than what may be open."""
    limits = {
        resource.RLIMIT_NOFILE: highest + 1,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: MEMORY_LIMIT,
    }
    for which, limit in limits.items():
        resource.setrlimit(which, (limit, limit))


def _give_up_capabilities(uid: int, gid: int) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        for capability in range(64):
            if _libc.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
                _prctl(PR_CAPBSET_DROP, capability)
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = _LINUX_CAPABILITY_VERSION_3.to_bytes(4, "little") + bytes(4)
    _check(_libc.capset(header, bytes(24)), "capset")


def _filter_calls(ioctls: Iterable[int]) -> None:
    instructions = program(ioctls)
    fprog = _Program(len(instructions) // INSTRUCTION_SIZE, instructions)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(fprog))
