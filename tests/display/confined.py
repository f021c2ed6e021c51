"""Run as a program by test_sandbox.py: confined, it tries what a child that was taken over would try, and tells.

Arguments: uid, gid, and the descriptor of a socket; all other descriptors are to go.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from qnet_gui.display.confinement.sandbox import confine
from qnet_gui.display.confinement.seccomp import CALLS
from qnet_gui.display.xen_devices import REQUESTS

libc = ctypes.CDLL(None, use_errno=True)
X32 = 0x40000000
#: uretprobe and uprobe, of which no filter is asked, and which end whoever calls them from outside of a probe.
PROBES = (335, 336)


def call(number: int, *arguments: int) -> None:
    if libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), "")


def fork() -> None:
    if not os.fork():
        os._exit(0)


def thread() -> None:
    started = threading.Thread(target=lambda: None)
    started.start()


def run_memory() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)


TRIES: dict[str, Callable[[], object]] = {
    "open": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "open again": lambda: os.open("/proc/self/mem", os.O_RDWR),
    "make": lambda: os.open("/tmp/qnet-confined", os.O_CREAT | os.O_WRONLY),
    "list": lambda: next(os.scandir("/")),
    "stat": Path("/etc/passwd").stat,
    "remove": Path("/tmp/qnet-confined").unlink,
    "change root": lambda: os.chroot("/"),
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "unix socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "socket pair": socket.socketpair,
    "pipe": os.pipe,
    "memfd": lambda: os.memfd_create("x"),
    "duplicate": lambda: os.dup(0),
    "fork": fork,
    "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    "program": lambda: subprocess.run(["/bin/true"]),
    "thread": thread,
    "signal": lambda: os.kill(os.getppid(), 0),
    "root": lambda: os.setuid(0),
    "all uids": lambda: os.setresuid(0, 0, 0),
    "namespace": lambda: call(272, 0x10000000),
    "trace": lambda: call(101, 16, os.getppid()),
    "another's memory": lambda: call(310, os.getppid(), 0, 0, 0, 0, 0),
    "descriptors by message": lambda: call(47, int(sys.argv[3]), 0, 0),
    "bpf": lambda: call(321, 0, 0, 0),
    "io_uring": lambda: call(425, 1, 0),
    "another filter": lambda: call(157, 22, 2, 0),
    "x32": lambda: call(X32 | 39),
    "memory to run": run_memory,
    "another ioctl": lambda: call(CALLS["ioctl"], int(sys.argv[3]), 0x5413, 0),
}


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as refused:
        return errno.errorcode.get(refused.errno or 0, str(refused.errno))
    except RuntimeError as refused:
        return str(refused)
    return "done"


def every_call() -> list[int]:
    """Those that are not refused, of all that should be; none of them would do anything with these arguments."""
    others = [number for number in range(472) if number not in {*CALLS.values(), *PROBES}]
    return [number for number in others if outcome(lambda number=number: call(number, *[-1] * 6)) != "EPERM"]  # type: ignore[misc]


def main() -> None:
    uid, gid, descriptor = map(int, sys.argv[1:])
    # what Python loads when it is first needed
    outcome(lambda: subprocess.run(["/nonexistent"], check=False))
    told = {"before": outcome(lambda: os.close(os.open("/etc/passwd", os.O_RDONLY)))}
    confine({descriptor}, uid, gid, REQUESTS, os.getppid())
    told.update({what: outcome(attempt) for what, attempt in TRIES.items()})
    told["a request that is named"] = outcome(lambda: call(CALLS["ioctl"], descriptor, REQUESTS[0], 0))
    told["more memory"] = outcome(lambda: bytearray(50 << 20))
    os.write(descriptor, json.dumps({"told": told, "not refused": every_call()}).encode())
    os.read(descriptor, 1)
    os._exit(0)


if __name__ == "__main__":
    signal.alarm(300)
    main()
