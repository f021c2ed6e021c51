"""Runs a program of the system: absolute path, one fixed environment, no shell, a deadline, a limit to what is kept.

It blocks, so it belongs on a worker's thread. Touches nothing but what the program touches.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qnet_gui.model.errors import KernelError, QnetError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import printable

IP, NFT = "/sbin/ip", "/usr/sbin/nft"
#: What programs say is parsed, so it is not translated. Some are scripts that look for others, hence a PATH.
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
_DEADLINE = 10.0
_OUTPUT_LIMIT = 1 << 20
_PIECE = 65536


def first_line(stderr: str) -> str:
    """Why most programs fail, in their own words."""
    return printable(stderr.strip().partition("\n")[0], 200)


def run(
    command: Sequence[str | Path], stdin: str = "", *, deadline: float = _DEADLINE, name: str = "",
    error: type[QnetError] = KernelError, reason: Callable[[str], str] = first_line, own_session: bool = False,
) -> bytes:  # fmt: skip
    """Run it with `stdin` as its input, and return what it printed, of which 1 MiB is kept.

    `error` with a sentence when it cannot be run, fails (`reason` says why, from its standard error), or does not end
    within `deadline` seconds, and then it is killed. `name` is what it is called in these sentences, the program's path
    if it is not given. `own_session`: Ctrl-C at the terminal does not reach it.
    """
    name = name or str(command[0])
    try:
        with _input(stdin) as given:
            process = subprocess.Popen(
                command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_ENVIRONMENT, cwd="/",
                start_new_session=own_session,
            )  # fmt: skip
    except OSError as failed:
        raise error(SystemCode.PROGRAM_NOT_RUN, program=str(command[0]), why=failed.strerror or "") from None
    with process:
        try:
            stdout, stderr = _output(process, time.monotonic() + deadline)
        except TimeoutError:
            raise error(SystemCode.PROGRAM_SLOW, program=name, seconds=deadline) from None
        finally:
            process.kill()  # which does nothing to one that has ended
    if process.returncode:
        if why := reason(stderr.decode("utf-8", "replace")).rstrip("."):
            raise error(SystemCode.PROGRAM_FAILED, program=name, why=why)
        raise error(SystemCode.PROGRAM_FAILED_SILENTLY, program=name, number=process.returncode)
    return stdout


@contextmanager
def _input(text: str) -> Iterator[int]:
    """A file in memory, so that nobody has to feed the program while it runs; /dev/null for nothing."""
    fd = os.memfd_create("stdin") if text else os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if text:
            os.write(fd, text.encode())
            os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)


def _output(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """Standard output and error, up to their limit; what comes after it is thrown away. Waits for the program's end."""
    pidfd = os.pidfd_open(process.pid)
    try:
        kept = {pipe.fileno(): bytearray() for pipe in (process.stdout, process.stderr) if pipe is not None}
        poller = select.poll()
        for fd in kept:
            poller.register(fd, select.POLLIN)
        left = len(kept)
        while left:
            for fd in _readable(poller, until):
                data = os.read(fd, _PIECE)
                kept[fd] += data[: _OUTPUT_LIMIT - len(kept[fd])]
                if not data:
                    poller.unregister(fd)
                    left -= 1
        poller.register(pidfd, select.POLLIN)
        _readable(poller, until)
    finally:
        os.close(pidfd)
    process.wait()
    stdout, stderr = kept.values()
    return bytes(stdout), bytes(stderr)


def _readable(poller: select.poll, until: float) -> list[int]:
    left = until - time.monotonic()
    ready = poller.poll(left * 1000) if left > 0 else []
    if not ready:
        raise TimeoutError
    return [fd for fd, _ in ready]
