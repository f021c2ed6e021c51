"""The houses; see house.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from house import House


@pytest.fixture(scope="module")
def lasting_house(lasting_xen: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same for all tests of a module, with a helper; see `House.settle`."""
    made = House(lasting_xen, tmp_path_factory.mktemp("house"))
    made.add_domain(1, "netvm")
    made.add_domain(2, "work")
    made.settle()
    yield made
    made.close()


@pytest.fixture
def house(xen: Any, tmp_path: Path) -> Iterator[House]:
    """A dom0 in which the helper does not run yet, with a netvm (1) and a domain work (2) without a vif."""
    made = House(xen, tmp_path)
    made.add_domain(1, "netvm")
    made.add_domain(2, "work")
    yield made
    made.close()
