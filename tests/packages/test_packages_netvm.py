"""`qnet netvm make` for real: Debian by its own program and from its own archive, its root booted with systemd."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Packages
from fakes.netvm_maker import listed
from machine import Machine
from root import run
from test_packages_units import Xen

from qnet_gui.dom0.netvm_image import survey
from qnet_gui.dom0.netvm_image.make import Maker
from qnet_gui.dom0.netvm_image.plan import plan
from qnet_gui.dom0.netvm_image.record import RecordFile
from qnet_gui.dom0.netvm_image.undo import undo
from qnet_gui.dom0.netvm_image.wanted import Places, Wanted
from qnet_gui.hypervisor import xl_config

#: By the library that the agent uses.
LIST_TABLES = "python3 -c 'import nftables; print(nftables.Nftables().cmd(\"list tables\")[1])'"
UNITS = "/etc/systemd/system/multi-user.target.wants"


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="qnet-netvm-test-", dir="/var/tmp"))
    yield made
    shutil.rmtree(made)


def make(folder: Path, packages: Path) -> survey.Machine:
    """As in a dom0 with Debian's Xen, whose places are below `folder`."""
    places = Places(folder / "made/root.img", folder / "made/vmlinuz", folder / "made/initrd.img", folder / "netvm.cfg")
    dom0 = survey.Machine(
        config=folder / "qnet.toml", work=folder / "work", record=folder / "record", is_dom0=lambda: True, manager=str,
        places=lambda *_: places, domains=set,
    )  # fmt: skip
    (folder / "work").mkdir()
    shutil.copy(Path(__file__).parents[2] / "desktop/netvm.cfg", folder)
    wanted = Wanted("netvm", packages=packages, xen="4.17")
    seen = survey.survey(wanted, dom0)
    planned = plan(wanted, seen, places)
    assert planned.obstacles == ()
    Maker(wanted, seen, planned, places, dom0, print).make()
    return dom0


def debugfs(folder: Path, request: str) -> str:
    return run("debugfs", "-R", request, folder / "made/root.img")


def test_a_netvm_is_made_boots_and_is_taken_away(debs: Packages, folder: Path) -> None:
    dom0 = make(folder, debs["netvm"].parent)
    assert listed(folder) == ["made", "netvm.cfg", "record", "work"]
    assert listed(folder / "work") == []
    _looks_right(folder)
    _boots(folder)
    assert undo(RecordFile("netvm", folder / "record"), dom0.run, print) == []
    assert listed(folder) == ["machine", "netvm.cfg", "root", "work"]


def _looks_right(folder: Path) -> None:
    run("e2fsck", "-f", "-n", folder / "made/root.img")
    assert (folder / "made/vmlinuz").read_bytes()[0x202:0x206] == b"HdrS"  # boot.rst of Linux: a kernel for x86
    wanted = (
        "/usr/bin/qnet-agent",
        "/usr/sbin/NetworkManager",
        "/usr/lib/xen-4.17/bin/xl",
        f"{UNITS}/qnet-agent.service",
        "/usr/lib/xorg/Xorg",
        "/usr/lib/xorg/modules/drivers/fbdev_drv.so",
        "/usr/bin/nm-applet",
    )
    for path in wanted:
        assert "Inode:" in debugfs(folder, f"stat {path}"), path
    assert "File not found" in debugfs(folder, "stat /etc/resolv.conf")
    said = xl_config.settings((folder / "netvm.cfg").read_text())
    assert said["device_model_override"] == "/usr/lib/qnet/qnet-display"
    assert "qnet-screen:" in debugfs(folder, "cat /etc/passwd")
    assert (said["kernel"], said["ramdisk"]) == (str(folder / "made/vmlinuz"), str(folder / "made/initrd.img"))


def _boots(folder: Path) -> None:
    (folder / "root").mkdir()
    debugfs(folder, f"rdump / {folder}/root")
    initrd = next(path.name for path in (folder / "root/boot").glob("initrd.img-*"))
    assert (folder / "root/boot" / initrd).read_bytes() == (folder / "made/initrd.img").read_bytes()
    files = run("chroot", folder / "root", "lsinitramfs", f"/boot/{initrd}")
    for name in ("xen-blkfront.ko", "ext4.ko", "crc32c_generic.ko"):
        assert name in files
    (folder / "machine").mkdir()
    netvm = Machine(folder / "root", folder / "machine")
    xen = Xen(netvm)
    try:
        xen.be(netvm, 1)
        netvm.boot()
        assert netvm.ok("cat /etc/hostname") == "netvm\n"
        assert netvm.ok("systemctl is-active qnet-agent NetworkManager").split() == ["active", "active"]
        assert "qnet" in netvm.ok(LIST_TABLES)
        netvm.ok("apt-get check")  # nothing that its packages need is missing
        assert netvm.run("systemctl list-units --failed --no-legend 'qnet-*' NetworkManager").output == ""
    finally:
        netvm.end()
        xen.close()
