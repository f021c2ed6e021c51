"""The agent's parts without an agent: on a fake xenstored and a fake kernel."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from fakes.hypervisor import FakeHypervisor
from fakes.kernel import FakeKernel
from fakes.xen import FakeXen
from waiting import DEADLINE

from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.kernel.nft import Nft
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.store.client import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)  # as in the conftest above
    from gi.repository import Gio  # noqa: F401

NETVM = 1


class FakeNetvm:
    """A netvm with a kernel and its xenstore, and a toolstack that gives cards to domains 7, 8 and 9."""

    def __init__(self, xen: FakeXen, kernel: FakeKernel) -> None:
        self.kernel = kernel
        self.nft, self.netlink = Nft(), Netlink()
        self.hypervisor = FakeHypervisor(xen)
        self.hypervisor.obliging = False
        self.hypervisor.create(NETVM, "netvm")
        for domid in (7, 8, 9):
            self.hypervisor.create(domid, f"work{domid}")
        self.path = xen.hardware.xenbus(NETVM)
        self.store = Store(self.path, deadline=DEADLINE)
        self.dom0 = Store(xen.hardware.socket, deadline=DEADLINE)

    def attach(self, domid: int, address: str | None = None, link: bool = True) -> VifId:
        """The toolstack makes the nodes, the driver the link."""
        ip = IPv4Address(address or f"10.137.0.{domid}")
        vif = self.hypervisor.attach_vif(VifRequest(domid, NETVM, ip, f"00:16:3e:00:00:{domid:02x}"))
        if link:
            self.kernel.add_link(vif.name)
        return vif

    def status(self, vif: VifId) -> bytes | None:
        return self.store.read(f"{vif.backend_path}/hotplug-status")

    def served(self) -> dict[str, str]:
        """What the packet filter lets through: addresses by the name of the vif."""
        elements = self.nft.elements("inet", ruleset.TABLE, ruleset.VIF_SET)
        return {element["concat"][0]: element["concat"][1] for element in elements}

    def redirects(self) -> dict[str, str]:
        return dict(self.nft.elements("inet", ruleset.TABLE, ruleset.SERVER_MAP, "map"))

    def close(self) -> None:
        self.store.close()
        self.dom0.close()


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKernel:
    fake = FakeKernel(tmp_path / "sys")
    fake.install(monkeypatch)
    return fake


@pytest.fixture
def netvm(fake_xen: FakeXen, kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNetvm]:
    made = FakeNetvm(fake_xen, kernel)
    monkeypatch.setenv("XENSTORED_PATH", str(made.path))
    yield made
    made.close()


@pytest.fixture
def worker(netvm: FakeNetvm, make_worker: Callable[[Path], Any]) -> Any:
    return make_worker(netvm.path)


@pytest.fixture
def resolv_conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the place of /etc/resolv.conf, empty at first."""
    from qnet_gui.netvm.dns.resolv_conf import ResolvConf

    path = tmp_path / "resolv.conf"
    path.write_text("")
    monkeypatch.setattr(ResolvConf.__init__, "__defaults__", (path,))
    return path


@pytest.fixture
def xen(either_xen: Any) -> Any:
    """What is read and written by hand is tried on both."""
    return either_xen
