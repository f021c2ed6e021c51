"""What dom0 relies on of any hypervisor: the fake one and, as root, the lab's."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

import pytest
from fakes.hypervisor import FakeHypervisor
from fakes.xen import FakeXen
from waiting import eventually

from qnet_gui.hypervisor.lab import LabHypervisor
from qnet_gui.hypervisor.port import Hypervisor, VifRequest
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import QnetError
from qnet_gui.model.vif import VifId
from qnet_gui.store.client import Store

MAC = "00:16:3e:7f:00:01"
NOBODY = 60000


class Host:
    """A hypervisor, dom0's xenstore, and the ids of its netvm and of a domain without a vif."""

    def __init__(self, hypervisor: Hypervisor, store: Store, netvm: int, work: int) -> None:
        self.hypervisor, self.store, self.netvm, self.work = hypervisor, store, netvm, work

    def state(self, domid: int) -> DomainState:
        return next(info.state for info in self.hypervisor.domains() if info.id == domid)

    def wait_until_served(self, vif: VifId) -> None:
        """A vif that is taken away before its netvm has served it is let go late, and the toolstack says so."""
        status = f"/local/domain/{self.netvm}/{vif.backend_path}/hotplug-status"
        eventually(lambda: self.store.read(status) == b"connected")

    def request(self, address: str = "10.137.0.77") -> VifRequest:
        return VifRequest(self.work, self.netvm, IPv4Address(address), MAC)


@pytest.fixture(scope="module")
def lab_host(as_root: None) -> Iterator[Host]:
    from lab import conftest

    with conftest.running() as lab, lab.store("dom0") as store:
        # the agent serves a card before the script has asked for it; by then these tests have taken it away again
        lab.expect_log(r"vif-route-qubes for vif\d+\.\d+ failed with status 1$")
        hypervisor = LabHypervisor(lab.place.hypervisor)
        work = lab.id("work")
        hypervisor.detach_vif(VifId(work, 0))
        yield Host(hypervisor, store, lab.id("netvm"), work)


@pytest.fixture
def fake_host(fake_xen: FakeXen) -> Iterator[Host]:
    hypervisor = FakeHypervisor(fake_xen)
    hypervisor.create(1, "netvm")
    hypervisor.create(2, "work")
    with Store(fake_xen.hardware.socket) as store:
        yield Host(hypervisor, store, 1, 2)


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.root)])
def host(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("lab_host" if request.param == "real" else "fake_host")


def test_domains_are_told_by_ascending_id_dom0_included(host: Host) -> None:
    infos = host.hypervisor.domains()
    assert [info.id for info in infos] == sorted(info.id for info in infos)
    assert (infos[0].id, {host.netvm, host.work} < {info.id for info in infos}) == (0, True)
    assert len({info.uuid for info in infos}) == len(infos)


def test_it_says_what_it_can(host: Host) -> None:
    assert host.hypervisor.capabilities().name
    assert host.hypervisor.capabilities() == host.hypervisor.capabilities()
    assert host.hypervisor.cannot_show is None


def test_a_domain_is_paused_and_goes_on_and_once_more_is_no_error(host: Host) -> None:
    for _ in range(2):
        host.hypervisor.pause(host.work)
        assert host.state(host.work) is DomainState.PAUSED
    for _ in range(2):
        host.hypervisor.unpause(host.work)
        assert host.state(host.work) is DomainState.RUNNING


def test_what_concerns_a_domain_that_is_not_there_fails_with_a_sentence(host: Host) -> None:
    for change in (host.hypervisor.pause, host.hypervisor.unpause):
        with pytest.raises(QnetError):
            change(NOBODY)
    with pytest.raises(QnetError):
        host.hypervisor.attach_vif(VifRequest(NOBODY, host.netvm, IPv4Address("10.137.0.77"), MAC))


def test_a_vif_is_attached_and_detached(host: Host) -> None:
    vif = host.hypervisor.attach_vif(host.request())
    assert vif == VifId(host.work, 0)
    backend = f"/local/domain/{host.netvm}/{vif.backend_path}"
    copy = f"/libxl/{host.work}/device/vif/0"
    for root in (backend, copy):
        assert (host.store.read(f"{root}/ip"), host.store.read(f"{root}/mac")) == (b"10.137.0.77", MAC.encode())
    assert host.store.read(f"{copy}/backend") == backend.encode()
    assert host.store.read(f"{backend}/online") == b"1"
    host.wait_until_served(vif)
    for _ in range(2):
        host.hypervisor.detach_vif(vif)
        assert host.store.read(f"{copy}/backend") is None


def test_a_vif_that_is_taken_away_as_soon_as_it_is_served_is_closed(host: Host) -> None:
    """The lab's driver went on to connect what its toolstack was closing, in some three of ten."""
    for _ in range(12):
        vif = host.hypervisor.attach_vif(host.request())
        host.wait_until_served(vif)
        host.hypervisor.detach_vif(vif)
        assert host.store.read(f"/local/domain/{host.netvm}/{vif.backend_path}/state") is None


def test_a_second_vif_has_the_next_number(host: Host) -> None:
    vifs = [host.hypervisor.attach_vif(host.request(f"10.137.0.{78 + number}")) for number in range(2)]
    assert [vif.devid for vif in vifs] == [0, 1]
    for vif in vifs:
        host.wait_until_served(vif)
        host.hypervisor.detach_vif(vif)
