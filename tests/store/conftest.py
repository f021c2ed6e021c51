"""The client's tests run on the fake xenstored and, as root, on the real one: what holds for one holds for both."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def xen(either_xen: Any) -> Any:
    return either_xen
