"""A list of what a process may still ask of the kernel, as the small program by which the kernel judges. Pure.

The program is written here, in forty lines, rather than by libseccomp: its Python binding is a compiled module of one
Python's, one more package that a dom0 would have to have, and what it knows more (other machines, names of calls) is
not wanted. x86-64 alone, which Xen's dom0 with passthrough runs on; calls of other tables (32 bit, x32) are refused.
Source: seccomp(2); linux/filter.h, linux/seccomp.h, linux/audit.h; arch/x86/entry/syscalls/syscall_64.tbl.
"""

from __future__ import annotations

import errno
import mmap
import struct
from collections.abc import Iterable, Mapping

AUDIT_ARCH_X86_64 = 0xC000003E
SECCOMP_RET_KILL_PROCESS = 0x80000000
SECCOMP_RET_ERRNO = 0x00050000
SECCOMP_RET_ALLOW = 0x7FFF0000

#: Of struct seccomp_data: offsets of the call's number, the table that it is of, and the lower half of an argument.
_NR, _ARCH = 0, 4
_FIRST_ARGUMENT, _ARGUMENT_SIZE = 16, 8

BPF_LD_W_ABS = 0x20
BPF_JMP_JEQ_K = 0x15
BPF_JMP_JSET_K = 0x45
BPF_RET_K = 0x06

_INSTRUCTION = struct.Struct("=HBBI")
#: Bytes of one instruction.
INSTRUCTION_SIZE = _INSTRUCTION.size

CALLS = {
    "read": 0, "write": 1, "close": 3, "poll": 7, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "mremap": 25, "madvise": 28,
    "exit": 60, "futex": 202, "restart_syscall": 219, "clock_gettime": 228, "exit_group": 231, "getrandom": 318,
}  # fmt: skip
#: What Python and the C library need to go on, with descriptors and memory that are there already.
PLAIN = (
    "read", "write", "poll", "clock_gettime", "futex", "munmap", "brk", "mremap", "madvise", "close", "getrandom",
    "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "exit", "exit_group",
)  # fmt: skip
#: Those that may ask for memory, by their argument that says what it is for; never for running what is in it.
_MEMORY = {"mmap": 2, "mprotect": 2}
_PROT_EXEC = mmap.PROT_EXEC
_IOCTL_REQUEST = 1


def _statement(code: int, value: int) -> bytes:
    return _INSTRUCTION.pack(code, 0, 0, value)


def _where(code: int, value: int, instructions: Iterable[bytes]) -> list[bytes]:
    """These instructions where the word in hand is so, and past them where it is not."""
    body = list(instructions)
    return [_INSTRUCTION.pack(code, 0, len(body), value), *body]


def _load(offset: int) -> bytes:
    return _statement(BPF_LD_W_ABS, offset)


def _argument(number: int) -> bytes:
    return _load(_FIRST_ARGUMENT + number * _ARGUMENT_SIZE)


_ALLOW = _statement(BPF_RET_K, SECCOMP_RET_ALLOW)
_REFUSE = _statement(BPF_RET_K, SECCOMP_RET_ERRNO | errno.EPERM)
_KILL = _statement(BPF_RET_K, SECCOMP_RET_KILL_PROCESS)


def program(ioctls: Iterable[int], plain: Iterable[str] = PLAIN, calls: Mapping[str, int] = CALLS) -> bytes:
    """The filter's instructions: `plain` calls, memory that cannot be run, and these requests of ioctl.

    All else fails with EPERM. A call by another table than x86-64's ends the process.
    """
    lines = [_load(_ARCH), _INSTRUCTION.pack(BPF_JMP_JEQ_K, 1, 0, AUDIT_ARCH_X86_64), _KILL, _load(_NR)]
    for name in plain:
        lines += _where(BPF_JMP_JEQ_K, calls[name], [_ALLOW])
    for name, number in _MEMORY.items():
        refusal = _where(BPF_JMP_JSET_K, _PROT_EXEC, [_REFUSE])
        lines += _where(BPF_JMP_JEQ_K, calls[name], [_argument(number), *refusal, _ALLOW])
    allowed = [line for request in ioctls for line in _where(BPF_JMP_JEQ_K, request, [_ALLOW])]
    lines += _where(BPF_JMP_JEQ_K, calls["ioctl"], [_argument(_IOCTL_REQUEST), *allowed, _REFUSE])
    return b"".join([*lines, _REFUSE])
