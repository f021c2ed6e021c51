"""Reads what a program of ours has stored in JSON, or what is there instead. It blocks, but waits for nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_stored(path: Path) -> Any:
    """What it says, of any form. `OSError` where it is not there or not to be read, `ValueError` for whatever else."""
    if path.exists() and not path.is_file():  # a pipe would have us wait, and a device go on for ever
        raise ValueError("it is not a file")
    try:
        return json.loads(path.read_bytes())
    except RecursionError:
        raise ValueError("it is too deep") from None
