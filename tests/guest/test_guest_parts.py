"""What a domain makes of what dom0 tells it: on a fake kernel and a fake xenstore, as an ordinary user."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from fakes.hypervisor import FakeHypervisor
from fakes.kernel import FakeKernel, FakeRoute
from fakes.xen import FakeXen
from waiting import DEADLINE

from qnet_gui.guest import card, setup
from qnet_gui.guest import main as guest
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.model.errors import BadInput, KernelError, NoAnswer, QnetError
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.client import Store

ADDRESS = "10.137.0.7"


class Guest:
    """Domain 7, behind netvm (1)."""

    def __init__(self, xen: FakeXen, kernel: FakeKernel, folder: Path) -> None:
        self.kernel, self.resolv_conf = kernel, folder / "resolv.conf"
        self.kept, self.links = folder / "kept/resolv.conf", folder / "links"
        self.links.mkdir()
        self.hypervisor = FakeHypervisor(xen)
        self.hypervisor.obliging = False
        self.hypervisor.create(1, "netvm")
        self.hypervisor.create(7, "work")
        self.dom0 = Store(xen.hardware.socket, deadline=DEADLINE)

    def attach(self, link: str = "eth0") -> None:
        self.hypervisor.attach(7, 1, ADDRESS)
        if link:
            self.add_card(link)

    def add_card(self, name: str, mac: str = "") -> Path:
        """A link with this MAC, by default the vif's; returns its folder in sysfs."""
        self.kernel.add_link(name)
        told = self.dom0.read("/local/domain/7/device/vif/0/mac") or b""
        (self.links / name).mkdir()
        (self.links / name / "address").write_text((mac or told.decode()) + "\n")
        return self.links / name

    def rename_card(self, old: str, new: str) -> None:
        index = next(index for index, name in self.kernel.names.items() if name == old)
        self.kernel.delete_link(old)
        (self.links / old).rename(self.links / new)
        assert self.kernel.add_link(new) != index

    def remove_card(self, name: str) -> None:
        self.kernel.delete_link(name)
        shutil.rmtree(self.links / name)

    def tell(self, address: str = ADDRESS, dns2: str = "10.139.1.2") -> None:
        """What dom0 writes."""
        values = {keys.GATEWAY: "10.137.0.1", keys.DNS1: "10.139.1.1", keys.DNS2: dns2, keys.ADDRESS: address}
        for key, value in values.items():
            self.dom0.write(key.under(7), value)
            self.dom0.set_perms(key.under(7), ("n0", "r7"))

    def reported(self, key: keys.Key) -> str | None:
        value = self.dom0.read(key.under(7))
        return None if value is None else value.decode()

    def addresses(self, card: str = "eth0") -> list[str]:
        index = next(index for index, name in self.kernel.names.items() if name == card)
        return [str(address) for address, _ in self.kernel.addresses[index]]

    @property
    def index(self) -> int:
        return next(index for index, name in self.kernel.names.items() if name == "eth0")


@pytest.fixture
def work(fake_xen: FakeXen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guest]:
    kernel = FakeKernel(tmp_path / "sys")
    kernel.install(monkeypatch)
    made = Guest(fake_xen, kernel, tmp_path)
    monkeypatch.setenv("XENSTORED_PATH", str(fake_xen.hardware.xenbus(7)))
    monkeypatch.setattr(setup.write_resolv_conf, "__defaults__", (made.resolv_conf, made.kept))
    monkeypatch.setattr(guest, "_LOCK", tmp_path / "run/lock")
    monkeypatch.setattr(card, "RECORD", tmp_path / "run/mac")
    monkeypatch.setattr(card, "_LINKS", made.links)
    monkeypatch.setattr(card, "_DEVICE", tmp_path / "vif-0/net")
    yield made
    made.dom0.close()


def test_what_dom0_tells_is_set_and_told_back(work: Guest) -> None:
    work.attach()
    work.tell()
    for _ in range(2):
        guest.run(DEADLINE)
        assert work.addresses() == [f"{ADDRESS}/32"]
        assert [(str(row.network), row.link) for row in work.kernel.routes.values()] == [("0.0.0.0/0", work.index)]
        assert work.kernel.setting("ipv6/conf/eth0/disable_ipv6") == 1
        assert work.resolv_conf.read_text().endswith("nameserver 10.139.1.1\nnameserver 10.139.1.2\n")
        assert work.reported(keys.GUEST_ADDRESS) == ADDRESS
        assert work.reported(keys.GUEST_ROUTE) == "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 eth0"
        assert work.reported(keys.GUEST_SERVERS) == "10.139.1.1 10.139.1.2"


def test_one_server_twice_is_one(work: Guest) -> None:
    work.attach()
    work.tell(dns2="10.139.1.1")
    guest.run(DEADLINE)
    assert work.reported(keys.GUEST_SERVERS) == "10.139.1.1"


def test_the_mtu_of_the_uplink_is_taken(work: Guest) -> None:
    work.attach()
    work.tell()
    for mtu in (1400, 1500, 1280):
        work.dom0.write(keys.MTU.under(7), str(mtu))
        work.dom0.set_perms(keys.MTU.under(7), ("n0", "r7"))
        guest.run(DEADLINE)
        assert work.kernel.mtus[work.index] == mtu


def test_an_mtu_that_the_card_does_not_take_costs_no_network(
    work: Guest, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """xl's `mtu=9000`, and a backend that takes no packets in pieces: the kernel refuses more than 1500."""
    log_guard.expect("WARNING .* refused to set an MTU")
    work.attach()
    work.tell()
    work.dom0.write(keys.MTU.under(7), "1400")
    work.dom0.set_perms(keys.MTU.under(7), ("n0", "r7"))
    work.dom0.write("/local/domain/7/device/vif/0/mtu", "9000")
    set_mtu = Netlink.set_mtu

    def refuse(netlink: Netlink, index: int, mtu: int) -> None:
        if mtu > 1500:
            raise KernelError(SystemCode.KERNEL_SET_MTU, why="Invalid argument")
        set_mtu(netlink, index, mtu)

    monkeypatch.setattr(Netlink, "set_mtu", refuse)
    guest.run(DEADLINE)
    assert work.kernel.mtus[work.index] == 1400
    assert work.reported(keys.GUEST_ADDRESS) == ADDRESS


@pytest.mark.parametrize(
    ("chosen", "mtu"), [("1300", 1300), ("1492", 1400), ("1500", 1400), ("9000 ", 1400), ("0", 1400)]
)
def test_an_mtu_that_somebody_chose_for_the_vif_goes_before_it(work: Guest, chosen: str, mtu: int) -> None:
    """xl's `mtu=`; where there is none libxl writes 1492, which is nobody's choice."""
    work.attach()
    work.tell()
    work.dom0.write(keys.MTU.under(7), "1400")
    work.dom0.set_perms(keys.MTU.under(7), ("n0", "r7"))
    work.dom0.write("/local/domain/7/device/vif/0/mtu", chosen)
    guest.run(DEADLINE)
    assert work.kernel.mtus[work.index] == mtu


def test_what_was_set_otherwise_is_replaced(work: Guest) -> None:
    work.attach()
    work.kernel.set_up(work.index)
    work.kernel.add_address(work.index, IPv4Interface("192.168.7.7/24"))
    work.kernel.add_route(FakeRoute(IPv4Network("0.0.0.0/0"), work.index, 100, IPv4Address("192.168.7.1"), 0))
    work.resolv_conf.symlink_to("/nonexistent/resolv.conf")
    work.tell()
    guest.run(DEADLINE)
    assert work.addresses() == [f"{ADDRESS}/32"]
    assert [(row.metric, row.gateway) for row in work.kernel.routes.values()] == [(0, None)]
    assert not work.resolv_conf.is_symlink()
    assert str(work.kept.readlink()) == "/nonexistent/resolv.conf"


@pytest.mark.parametrize("name", ["enX0", "enx00163e123456", "lan"])
def test_the_card_is_found_whatever_it_is_called(work: Guest, name: str) -> None:
    """udev calls it enX0, and does that late; another card and what lies above this one are not it."""
    work.add_card("eth0", mac="52:54:00:00:00:01")
    work.attach(name)
    (work.add_card("br0") / "lower_eth1").symlink_to("nowhere")
    work.tell()
    guest.run(DEADLINE)
    assert work.addresses(name) == [f"{ADDRESS}/32"]
    assert (work.addresses("eth0"), work.addresses("br0")) == ([], [])
    assert work.reported(keys.GUEST_ROUTE) == f"0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 {name}"


def test_the_device_goes_before_the_mac(work: Guest, tmp_path: Path) -> None:
    """Somebody has given the card another MAC, and another card its own."""
    work.attach("other")
    work.add_card("enX0", mac="02:00:00:00:00:09")
    (tmp_path / "vif-0/net/enX0").mkdir(parents=True)
    work.tell()
    guest.run(DEADLINE)
    assert (work.addresses("enX0"), work.addresses("other")) == ([f"{ADDRESS}/32"], [])


def test_a_card_that_is_renamed_while_it_is_set_up_is_set_up(work: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    work.attach("eth0")
    work.tell()
    real, times = setup.apply, iter(range(9))

    def renamed(*arguments: Any) -> Any:
        if next(times) == 0:
            work.rename_card("eth0", "enX0")
        return real(*arguments)

    monkeypatch.setattr(setup, "apply", renamed)
    guest.run(DEADLINE)
    assert work.addresses("enX0") == [f"{ADDRESS}/32"]


def test_a_vif_that_was_taken_leaves_other_cards_alone(work: Guest) -> None:
    work.attach("enX0")
    work.tell()
    guest.run(DEADLINE)
    other = work.kernel.add_link("eth0")
    work.kernel.set_up(other)
    work.hypervisor.detach_vif(VifId(7, 0))
    guest.run(DEADLINE)
    assert work.addresses("enX0") == []
    assert other in work.kernel.up


def test_without_a_vif_there_is_no_network(work: Guest) -> None:
    work.attach()
    work.tell()
    guest.run(DEADLINE)
    work.hypervisor.detach_vif(VifId(7, 0))
    guest.run(DEADLINE)
    assert (work.addresses(), work.kernel.routes, work.index in work.kernel.up) == ([], {}, False)
    assert "no network" in work.resolv_conf.read_text()
    assert work.reported(keys.GUEST_ADDRESS) == ""


@pytest.mark.parametrize(
    ("late", "first"),
    [
        (lambda work: work.tell(), lambda work: work.attach()),
        (lambda work: work.add_card("eth0"), lambda work: (work.attach(link=""), work.tell())),
    ],
    ids=["dom0's word", "the link"],
)
def test_what_comes_late_is_waited_for(work: Guest, first: Callable[..., Any], late: Callable[..., Any]) -> None:
    first(work)
    timer = threading.Timer(0.3, late, (work,))
    timer.start()
    guest.run(DEADLINE)
    timer.join()
    assert work.addresses() == [f"{ADDRESS}/32"]


@pytest.mark.parametrize(
    ("first", "missing"),
    [
        (lambda work: work.attach(), "address and name servers from dom0"),
        (lambda work: (work.attach(link=""), work.tell()), "network card"),
    ],
)
def test_what_never_comes_is_said(work: Guest, first: Callable[..., Any], missing: str) -> None:
    first(work)
    with pytest.raises(NoAnswer, match=rf"There was no {missing} within 0 s"):
        guest.run(0.1)
    assert work.reported(keys.GUEST_ADDRESS) == ""


def test_nonsense_takes_the_network_away(work: Guest) -> None:
    work.attach()
    work.tell()
    guest.run(DEADLINE)
    work.tell(address="10.137.0.999")
    with pytest.raises(BadInput):
        guest.run(DEADLINE)
    assert work.addresses() == []


def test_a_vif_that_goes_while_it_waits_is_no_error(work: Guest) -> None:
    work.attach()
    timer = threading.Timer(0.3, lambda: work.hypervisor.detach_vif(VifId(7, 0)))
    timer.start()
    guest.run(DEADLINE)
    timer.join()
    assert work.reported(keys.GUEST_ADDRESS) == ""


def test_a_vif_that_goes_while_it_is_set_up_is_no_error(work: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    work.attach()
    work.tell()
    real = setup.apply

    def gone(*arguments: Any) -> Any:
        work.hypervisor.detach_vif(VifId(7, 0))
        work.remove_card("eth0")
        return real(*arguments)

    monkeypatch.setattr(setup, "apply", gone)
    guest.run(DEADLINE)
    assert work.reported(keys.GUEST_ADDRESS) == ""


def test_a_failure_of_a_vif_that_is_there_is_told(work: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    work.attach()
    work.tell()
    monkeypatch.setattr(setup, "write_resolv_conf", lambda _: (_ for _ in ()).throw(QnetError(plain("It failed."))))
    with pytest.raises(QnetError, match="It failed"):
        guest.run(DEADLINE)


def test_the_command_ends_with_a_sentence_and_a_status(
    work: Guest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log_guard: Any
) -> None:
    log_guard.expect("There was no address|It must run as root")
    monkeypatch.setattr("qnet_gui.runtime.log.setup", lambda *_: None)
    work.attach()
    assert guest.main(["--wait", "0.1"]) == 1
    work.tell()
    monkeypatch.setattr(
        guest, "_LOCK", guest._LOCK.with_name("2")
    )  # the first one is held for the life of this process
    assert guest.main([]) == 0
    monkeypatch.setattr(guest, "_LOCK", guest._LOCK.with_name("3"))
    monkeypatch.setattr(guest, "run", lambda _: (_ for _ in ()).throw(PermissionError("no")))
    assert guest.main([]) == 1
    with pytest.raises(SystemExit):
        guest.main(["--version"])
    assert capsys.readouterr().out.startswith("qnet ")


def test_a_link_that_goes_while_it_is_looked_at_is_no_card(work: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "_DEVICE", work.links / "no-vif")
    (work.links / "gone").mkdir()  # a link whose address cannot be read any more
    work.add_card("eth7", mac="00:16:3e:00:00:07")
    assert card.find("00:16:3e:00:00:07") == "eth7"
