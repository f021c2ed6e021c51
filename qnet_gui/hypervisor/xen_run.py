"""Runs `xl`: absolute path, fixed environment, no shell, input closed, a deadline. Touches nothing else. It blocks."""

from __future__ import annotations

import subprocess
from pathlib import Path

from qnet_gui.hypervisor import xen_text
from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.messages.xen import XenCode

XL = Path("/usr/sbin/xl")
#: Debian's xl is a script that looks for the tools of the Xen that runs, hence a PATH.
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
_OUTPUT_LIMIT = 1 << 20


def xl(*words: str, deadline: float, program: Path = XL) -> str:
    """What `xl WORDS` prints; `HypervisorError` when it fails or takes too long, and then it is ended."""
    try:
        done = subprocess.run(
            [program, *words],
            stdin=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            capture_output=True,
            timeout=deadline,
            check=False,
            start_new_session=True,  # Ctrl-C is for whoever called us, and must not leave half of what xl does
        )
    except subprocess.TimeoutExpired:
        raise HypervisorError(XenCode.XL_SLOW, command=words[0], seconds=deadline) from None
    except OSError as error:
        raise HypervisorError(SystemCode.PROGRAM_NOT_RUN, program=str(program), why=error.strerror or "") from None
    if done.returncode:
        raise xen_text.error(words[0], done.stderr.decode("utf-8", "replace"), done.returncode)
    return done.stdout[:_OUTPUT_LIMIT].decode("utf-8", "replace")
