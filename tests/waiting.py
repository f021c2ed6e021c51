"""How tests wait: for states, and for as long as a starved machine may take.

A test that waits for what comes ends when it comes; the bound only says when it is given up. So bounds are generous.
QNET_TEST_PATIENCE multiplies them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

#: What the bounds are multiplied by.
_FACTOR = float(os.environ.get("QNET_TEST_PATIENCE", "1"))
#: Seconds after which nothing comes any more.
DEADLINE = 30.0 * _FACTOR
_NAP = 0.01


def eventually(ready: Callable[[], Any], what: str = "it did not come", seconds: float = DEADLINE) -> Any:
    """Wait until `ready` returns something true, and return that."""
    until = time.monotonic() + seconds
    while not (result := ready()):
        assert time.monotonic() < until, what
        time.sleep(_NAP)
    return result
