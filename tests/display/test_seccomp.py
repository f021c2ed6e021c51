"""The filter's program, run as the kernel runs it: what it lets through, and that it has no way past its end."""

from __future__ import annotations

import errno
import struct

import pytest

from qnet_gui.display.confinement.seccomp import (
    AUDIT_ARCH_X86_64,
    CALLS,
    INSTRUCTION_SIZE,
    PLAIN,
    SECCOMP_RET_ALLOW,
    SECCOMP_RET_ERRNO,
    SECCOMP_RET_KILL_PROCESS,
    program,
)
from qnet_gui.display.xen_devices import REQUESTS

REFUSED = SECCOMP_RET_ERRNO | errno.EPERM
FILTER = program(REQUESTS)


def judged(number: int, *arguments: int, arch: int = AUDIT_ARCH_X86_64) -> int:
    """What the kernel's machine makes of it; it has a load, two jumps and a return here."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    at = word = 0
    while True:
        code, yes, no, value = struct.unpack_from("=HBBI", FILTER, at)
        at += INSTRUCTION_SIZE
        match code:
            case 0x20:
                (word,) = struct.unpack_from("<I", data, value)
            case 0x15 | 0x45:
                at += INSTRUCTION_SIZE * (yes if (word == value if code == 0x15 else word & value) else no)
            case 0x06:
                return int(value)
            case _:
                pytest.fail(f"no such instruction: {code:#x}")


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_needed_is_let_through(name: str) -> None:
    assert judged(CALLS[name], 2**64 - 1) == SECCOMP_RET_ALLOW


def test_nothing_else_is() -> None:
    let_through = {number for number in range(1024) if judged(number) == SECCOMP_RET_ALLOW}
    assert let_through == {CALLS[name] for name in (*PLAIN, "mmap", "mprotect")}
    assert {judged(number) for number in set(range(1024)) - let_through} == {REFUSED}


@pytest.mark.parametrize("name", ["mmap", "mprotect"])
@pytest.mark.parametrize(
    ("protection", "result"), [(0, SECCOMP_RET_ALLOW), (3, SECCOMP_RET_ALLOW), (5, REFUSED), (7, REFUSED)]
)
def test_memory_that_can_be_run_is_refused(name: str, protection: int, result: int) -> None:
    assert judged(CALLS[name], 0, 4096, protection) == result


@pytest.mark.parametrize("request_number", REQUESTS)
def test_the_requests_of_ioctl_that_are_named(request_number: int) -> None:
    assert judged(CALLS["ioctl"], 3, request_number) == SECCOMP_RET_ALLOW
    # the kernel looks at 32 bits of it, and so does the filter
    assert judged(CALLS["ioctl"], 3, request_number | 1 << 32) == SECCOMP_RET_ALLOW
    assert judged(CALLS["ioctl"], 3, request_number + 1) == REFUSED
    assert judged(CALLS["ioctl"], request_number, 0) == REFUSED


def test_calls_of_other_tables_are_not_taken_for_these() -> None:
    i386 = 0x40000003
    assert judged(CALLS["read"], arch=i386) == SECCOMP_RET_KILL_PROCESS
    x32 = 0x40000000
    assert judged(x32 | CALLS["read"]) == REFUSED
