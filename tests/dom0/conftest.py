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


@pytest.fixture
def fake_dom0(
    fake_xen: Any, tmp_path: Path, loop: Any, make_worker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A helper without its bus, not started: netvm (1), work (2) and personal (3) are attached, vault (4) is not."""
    from fake_dom0 import FakeDom0, FakePrograms
    from fakes.hypervisor import FakeHypervisor

    monkeypatch.setenv("XENSTORED_PATH", str(fake_xen.hardware.socket))
    hypervisor = FakeHypervisor(fake_xen)
    for domid, name in ((1, "netvm"), (2, "work"), (3, "personal"), (4, "vault")):
        hypervisor.create(domid, name)
    programs = FakePrograms(tmp_path, hypervisor)
    programs.install(monkeypatch)
    hypervisor.say_agent_runs(1)
    for domid in (2, 3):
        hypervisor.attach(domid, 1, f"10.137.0.{domid}")
    made = FakeDom0(hypervisor, programs, tmp_path, loop, make_worker)
    yield made
    # what is under way ends before its xenstore does
    made.operations._worker.close()
    made.store.close()
