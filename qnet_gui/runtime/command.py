"""Runs a program of the system: absolute path, fixed environment, no shell, input closed, output limited, a deadline.

It blocks, so it belongs on a worker's thread.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import printable

IP, NFT = "/sbin/ip", "/usr/sbin/nft"
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
_DEADLINE = 10.0
_OUTPUT_LIMIT = 1 << 20


def run(command: Sequence[str], lines: str = "") -> bytes:
    """Run it with `lines` as its input, and return what it printed; `KernelError` when it fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            input=lines.encode(),
            env=_ENVIRONMENT,
            cwd="/",
            capture_output=True,
            timeout=_DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise KernelError(SystemCode.PROGRAM_SLOW, program=command[0], seconds=_DEADLINE) from None
    except OSError as error:
        raise KernelError(SystemCode.PROGRAM_NOT_RUN, program=command[0], why=error.strerror or "") from None
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        if last:
            raise KernelError(SystemCode.PROGRAM_FAILED, program=command[0], why=printable(last, 200))
        raise KernelError(SystemCode.PROGRAM_FAILED_SILENTLY, program=command[0], number=done.returncode)
    return done.stdout[:_OUTPUT_LIMIT]
