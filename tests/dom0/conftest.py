"""The `house` fixture; see house.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from house import House


@pytest.fixture
def house(xen: Any, tmp_path: Path) -> Iterator[House]:
    """A dom0 in which the helper does not run yet, with a netvm (1) and a domain work (2) without a vif."""
    made = House(xen, tmp_path)
    made.add_domain(1, "netvm")
    made.add_domain(2, "work")
    yield made
    made.close()
