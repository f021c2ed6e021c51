"""Xen machines for the tests, each restored from one that was brought up once: a netvm, two domains behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import saved
from boot import Machine

#: Addresses of the domains, by name.
DOMAINS = {"work": "10.137.0.20", "personal": "10.137.0.21"}


def vif(address: str, backend: str = "netvm") -> str:
    """The line of xl's configuration for a domain's card."""
    return f"vif=['backend={backend},script=vif-route-qubes,ip={address}']"


def agent_runs(machine: Machine, seconds: float = 120) -> None:
    """Wait until the netvm's agent has told dom0 of an uplink that is up."""
    home = "/local/domain/$(xl domid netvm)/data/qnet"
    machine.until(f"xenstore-read {home}/agent/state | grep -qx running", seconds=seconds)
    machine.until(f"xenstore-read {home}/uplink/0/state | grep -qx up", seconds=seconds)


def configure_netvm(machine: Machine) -> None:
    """Write the configuration that `qnet netvm start` makes the netvm of."""
    machine.write("/etc/qnet/netvm.cfg", machine.config("netvm", "netvm", 320, "driver_domain=1", "pci_permissive=1"))


def _bring_up(machine: Machine) -> None:
    machine.ok("true")
    configure_netvm(machine)
    machine.ok("qnet netvm start --wait 150", seconds=200)
    agent_runs(machine)
    for name, address in DOMAINS.items():
        machine.create(name, "guest", 224, vif(address))
    for name in DOMAINS:
        machine.until(f"xenstore-read /local/domain/$(xl domid {name})/data/qnet/guest/address | grep .")


@pytest.fixture(scope="session")
def _stack() -> Path:
    return saved.saved("stack", _bring_up)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember whether the test failed, so that its machine is asked what it knows."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed:
        item.stash[_FAILED] = True


_FAILED = pytest.StashKey[bool]()


def _until_done(machine: Machine, failed: Callable[[], bool]) -> Iterator[Machine]:
    try:
        yield machine
        if failed():
            machine.keep()
    finally:
        machine.end()


@pytest.fixture
def machine(_stack: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host: the netvm owns both cards and is online, `work` and `personal` are behind it."""
    yield from _until_done(saved.restore(_stack), lambda: request.node.stash.get(_FAILED, False))


@pytest.fixture
def bare(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host that has just been switched on: dom0 and nobody else."""
    machine = Machine()
    machine.ok("true")
    yield from _until_done(machine, lambda: request.node.stash.get(_FAILED, False))
