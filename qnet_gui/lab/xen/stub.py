"""Compiles xenstub.c when it is first needed and keeps the result. Touches a cache folder, keyed by content."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.plain import plain

_SOURCE = Path(__file__).with_name("xenstub.c")
_GCC = "/usr/bin/gcc"
_FLAGS = ["-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wno-unused-parameter"]


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base) / "qnet" if base and Path(base).is_absolute() else Path("/var/cache/qnet")


def xenstored() -> Path:
    """The real C xenstored, whichever version of Xen is installed."""
    programs = sorted(Path("/usr/lib").glob("xen-*/bin/xenstored"))
    if not programs:
        raise HypervisorError(
            plain("The lab needs xenstored. Install it: sudo apt install 'xen-utils-4*' libxen-dev gcc")
        )
    return programs[-1]


def library() -> Path:
    """The path of the compiled stub."""
    source = _SOURCE.read_bytes()
    key = hashlib.sha256(source + repr(_FLAGS).encode() + str(xenstored()).encode()).hexdigest()[:16]
    target = _cache() / f"xenstub-{key}.so"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}")
    try:
        done = subprocess.run(
            [_GCC, *_FLAGS, "-o", fresh, _SOURCE, "-ldl"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise HypervisorError(
            plain("The lab needs a C compiler once. Install it: sudo apt install gcc libxen-dev")
        ) from None
    if done.returncode:
        raise HypervisorError(plain(f"The lab's Xen stub cannot be compiled: {done.stderr.strip()[-500:]}"))
    fresh.rename(target)  # the compiler writes it; two labs at once both get a whole one
    return target
