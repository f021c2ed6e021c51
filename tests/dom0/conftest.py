"""The dom0 of the tests, one for each test or one for all of a module; see helper_dom0.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helper_dom0 import HelperDom0


@pytest.fixture(scope="module")
def lasting_dom0(lasting_xen: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HelperDom0]:
    """The same for all tests of a module, with a helper; see `HelperDom0.settle`."""
    made = HelperDom0(lasting_xen, tmp_path_factory.mktemp("dom0"))
    made.add_domain(1, "netvm")
    made.add_domain(2, "work")
    made.settle()
    yield made
    made.close()


@pytest.fixture
def dom0(xen: Any, tmp_path: Path) -> Iterator[HelperDom0]:
    """A dom0 in which the helper does not run yet, with a netvm (1) and a domain work (2) without a vif."""
    made = HelperDom0(xen, tmp_path)
    made.add_domain(1, "netvm")
    made.add_domain(2, "work")
    yield made
    made.close()
