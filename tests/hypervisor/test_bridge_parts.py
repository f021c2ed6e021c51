"""Interfaces that were a part of a bridge, and become it again when their device is back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from qnet_gui.hypervisor import bridge_parts
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.plain import plain

DEVICE = "0000:00:04.0"


class Sysfs:
    """A device with interfaces, and bridges, as links and folders; `ran` is what ip was told."""

    def __init__(self, root: Path) -> None:
        self.root, self.links = root, root / "links"
        self.ran: list[str] = []
        self.net = root / "devices" / DEVICE / "net"
        self.net.mkdir(parents=True)

    def whole(self, name: str, kind: str) -> None:
        (self.links / name / kind).mkdir(parents=True)

    def interface(self, name: str, master: str = "") -> None:
        (self.net / name).mkdir()
        if master:
            (self.net / name / "master").symlink_to(self.links / master)

    def ip(self, words: Sequence[str]) -> bytes:
        self.ran.append(" ".join(words))
        return b""

    def rejoin(self, wholes: dict[str, str], seconds: float = 0.0) -> list[tuple[str, str]]:
        return list(bridge_parts.rejoin(DEVICE, wholes, self.root, self.links, self.ip, seconds))


@pytest.fixture
def sysfs(tmp_path: Path) -> Sysfs:
    sysfs = Sysfs(tmp_path)
    sysfs.whole("xenbr0", "bridge")
    sysfs.whole("bond0", "bonding")
    sysfs.whole("ovs-system", "queues")
    return sysfs


def test_parts_of_bridges_and_bonds_are_known(sysfs: Sysfs) -> None:
    sysfs.interface("eth0", "xenbr0")
    sysfs.interface("eth1", "bond0")
    sysfs.interface("eth2", "ovs-system")
    sysfs.interface("eth3")
    assert bridge_parts.parts(DEVICE, sysfs.root) == {"eth0": "xenbr0", "eth1": "bond0"}
    assert bridge_parts.parts("0000:00:05.0", sysfs.root) == {}


def test_an_interface_is_made_a_part_again_once(sysfs: Sysfs) -> None:
    sysfs.interface("eth0")
    assert sysfs.rejoin({"eth0": "xenbr0"}) == [("eth0", "xenbr0")]
    words = "/sbin/ip link set dev eth0"
    assert sysfs.ran == [f"{words} down", f"{words} master xenbr0", f"{words} up"]


def test_what_others_have_done_already_is_left(sysfs: Sysfs) -> None:
    sysfs.interface("eth0", "xenbr0")
    assert sysfs.rejoin({"eth0": "xenbr0"}) == sysfs.ran == []


def test_a_bridge_that_is_gone_takes_nothing(sysfs: Sysfs) -> None:
    assert sysfs.rejoin({"eth0": "br-gone"}) == sysfs.ran == []


def test_an_interface_that_comes_late_is_waited_for(sysfs: Sysfs) -> None:
    timer = threading.Timer(0.2, lambda: sysfs.interface("enp0s4"))
    timer.start()
    assert sysfs.rejoin({"enp0s4": "xenbr0"}, 30.0) == [("enp0s4", "xenbr0")]
    timer.join()


def test_the_only_one_may_have_another_name_by_now(sysfs: Sysfs) -> None:
    sysfs.interface("eth7")
    assert sysfs.rejoin({"eth0": "xenbr0"}) == [("eth7", "xenbr0")]


@pytest.mark.parametrize("there", [(), ("eth7", "eth8")])
def test_one_that_does_not_come_is_told(sysfs: Sysfs, there: tuple[str, ...]) -> None:
    for name in there:
        sysfs.interface(name)
    with pytest.raises(KernelError, match="eth0 has not come back yet, and xenbr0 is without it"):
        sysfs.rejoin({"eth0": "xenbr0"})


def test_one_that_is_not_taken_is_told(sysfs: Sysfs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> bytes:
        raise KernelError(plain("Device or resource busy"))

    sysfs.interface("eth0")
    monkeypatch.setattr(sysfs, "ip", refuse)
    with pytest.raises(KernelError, match="eth0 could not be made a part of xenbr0 again: Device or resource busy"):
        sysfs.rejoin({"eth0": "xenbr0"})
