"""The Xen machine for the tests: booted once, with a netvm that owns the card and an AppVM behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from boot import CARD, Machine

ADDRESS = "10.137.0.20"


@pytest.fixture(scope="session")
def dom0(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A Xen host with qnet's helper in dom0, and no other domain yet."""
    machine = Machine()
    try:
        machine.run("true").ok()
        yield machine
        if request.session.testsfailed:
            machine.keep()
    finally:
        machine.end()


@pytest.fixture(scope="session")
def netvm(dom0: Machine) -> Machine:
    """The netvm runs, with a lease on its card, and its agent has told dom0 so."""
    dom0.run(f"xl pci-assignable-add {CARD}").ok()
    dom0.create("netvm", "netvm", 320, "driver_domain=1", f"pci=['{CARD},permissive=1']")
    dom0.until("xenstore-read /local/domain/$(xl domid netvm)/data/qnet/agent/state | grep -qx running")
    dom0.until("ip route | grep ^default", "netvm")
    return dom0


@pytest.fixture(scope="session")
def work(netvm: Machine) -> Machine:
    """An AppVM runs behind the netvm, and has set up its network."""
    netvm.create("work", "guest", 256, f"vif=['backend=netvm,script=vif-route-qubes,ip={ADDRESS}']")
    netvm.until("xenstore-read /local/domain/$(xl domid work)/data/qnet/guest/address | grep .")
    return netvm
