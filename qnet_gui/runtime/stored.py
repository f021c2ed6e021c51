"""Reads a file, as of JSON that we have stored, or what is there instead. It blocks, but waits for nobody."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any


def read_file(path: Path) -> bytes:
    """What is in a file; `OSError` also for what is none: a pipe would have us wait, and a device go on for ever."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    return path.read_bytes()


def read_stored(path: Path) -> Any:
    """What it says, of any form. `OSError` where it is not there or not to be read, `ValueError` for whatever else."""
    try:
        return json.loads(read_file(path))
    except RecursionError:
        raise ValueError("it is too deep") from None
