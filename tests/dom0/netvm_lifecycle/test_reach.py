"""What of dom0's the service that starts the netvm cannot use, and who says so before it has to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qnet_gui.dom0.netvm_image import plan as image_plan
from qnet_gui.dom0.netvm_image.survey import Survey as ImageSurvey
from qnet_gui.dom0.netvm_image.wanted import Places, Wanted
from qnet_gui.dom0.netvm_lifecycle import reach
from qnet_gui.dom0.netvm_lifecycle.control import UNIT
from qnet_gui.dom0.setup.domain_files import DomainFile
from qnet_gui.dom0.setup.plan import plan
from qnet_gui.dom0.setup.survey import Machine, Survey, survey
from qnet_gui.hypervisor import xl_config
from qnet_gui.hypervisor.xen import XenHypervisor

SHOWN = "ProtectHome=read-only\nProtectSystem=yes\nPrivateTmp=yes\n"
UNITS = Path(__file__).parents[3] / "desktop/systemd"


def test_the_unit_is_as_these_tests_have_it() -> None:
    lines = (UNITS / UNIT).read_text().splitlines()
    assert set(SHOWN.split()) <= set(lines)
    assert [line.partition("=")[0] for line in SHOWN.splitlines()] == list(reach.PROPERTIES)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("disk = ['/var/lib/xen/netvm/root.img,raw,xvda,rw']", []),
        ("disk = ['/root/netvm.img,raw,xvda,rw']", ["/root/netvm.img"]),
        ("disk = ['format=raw,vdev=xvda,access=rw,target=/home/a b/n.img']", ["/home/a b/n.img"]),
        ("disk = ['/rootfs/netvm.img,raw,xvda,rw']", []),
        ("disk = ['/home/n.iso,raw,xvdb,ro']", []),
        ("disk = ['/home/n.iso,raw,xvdb,devtype=cdrom']", []),
        ("disk = ['/dev/vg/netvm,raw,xvda,w']", []),
        ("disk = ['/usr/local/n.img,raw,xvda,w', '/tmp/o.iso,raw,xvdb,r']", ["/usr/local/n.img", "/tmp/o.iso"]),
        ("kernel = '/root/vmlinuz'\nramdisk = '/boot/initrd'", []),
        ("kernel = '/var/tmp/vmlinuz'\nramdisk = '/tmp/initrd'", ["/var/tmp/vmlinuz", "/tmp/initrd"]),
        ("kernel = 'vmlinuz'\ndisk = 'x'", []),
    ],
)
def test_what_the_unit_keeps_it_from(text: str, paths: list[str]) -> None:
    settings = xl_config.settings(text)
    assert sorted(reach.out_of_reach(settings, SHOWN)) == sorted(paths)
    assert reach.out_of_reach(settings, "") == [], "no systemd, and no unit"
    otherwise = "ProtectHome=no\nProtectSystem=no\nPrivateTmp=no\n"
    assert reach.out_of_reach(settings, otherwise) == [], "as somebody has edited it"


@pytest.mark.parametrize(
    ("shown", "kept"),
    [("ProtectHome=yes", "/home/k"), ("ProtectHome=tmpfs", "/root/k"), ("PrivateTmp=disconnected", "/tmp/k"),
     ("ProtectSystem=strict", ""), ("ProtectSystem=full", "")],
)  # fmt: skip
def test_a_unit_may_be_stricter(shown: str, kept: str) -> None:
    settings = xl_config.settings("disk = ['/etc/n.img,raw,xvda,w']\nkernel = '/home/k'\nramdisk = '/root/k'\nx = 1")
    paths = reach.out_of_reach({**settings, "firmware_override": "/tmp/k"}, shown)
    assert (kept or "/etc/n.img") in paths


def test_a_link_is_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "root.img").symlink_to("/home/large/root.img")
    settings = xl_config.settings(f"disk = ['{tmp_path}/root.img,raw,xvda,w']")
    assert reach.out_of_reach(settings, "ProtectHome=read-only\n") == [f"{tmp_path}/root.img"]


OWN = "name = 'netvm'\nkernel = '/boot/k'\ndisk = ['/root/netvm.img,raw,xvda,w']\n"


@pytest.mark.parametrize("systemd", [True, False])
def test_setup_begins_nothing_that_would_work_until_the_next_boot(tmp_path: Path, systemd: bool) -> None:
    """On trial it ran, started by hand; and at no boot did the service get its disk, so no domain had a network."""
    (tmp_path / "netvm.cfg").write_text(OWN)
    if systemd:
        (tmp_path / "booted").mkdir()
    machine = Machine(
        tmp_path, tmp_path / "netvm.cfg", tmp_path / "no.toml", tmp_path / "booted", is_dom0=lambda: True,
        which=lambda name: name, uid=lambda: 0, hypervisor=XenHypervisor(tmp_path / "no-xl"), root=tmp_path,
        unit=lambda: SHOWN,
    )  # fmt: skip
    found = survey(machine)
    assert found.out_of_reach == (("/root/netvm.img",) if systemd else ())
    wrong = "/root/netvm.img is out of reach for qnet-netvm.service, by which netvm starts."
    assert [obstacle.wrong for obstacle in plan(found).obstacles] == [wrong] * systemd


def test_a_netvm_that_somebody_else_starts_may_lie_where_he_likes() -> None:
    own = DomainFile(Path("/etc/qnet/netvm.cfg"), "netvm", "name = 'netvm'\n")
    there = Survey(netvm_file=own, running=frozenset({"netvm"}), out_of_reach=("/root/netvm.img",))
    assert plan(there).obstacles == []


@pytest.mark.parametrize(("output", "name", "wrong"), [
    ("/root/netvm.img", "netvm", True), ("/var/tmp/netvm.img", "netvm", True), ("/srv/netvm.img", "netvm", False),
    ("/root/other.img", "other", False),
])  # fmt: skip
def test_make_puts_no_disk_there(output: str, name: str, wrong: bool) -> None:
    wanted = Wanted(name, Path(output), source=Path("/r"))
    places = Places(Path(output), Path("/v/k"), Path("/v/i"), Path("/etc/qnet/netvm.cfg"))
    planned = image_plan.plan(wanted, replace(ImageSurvey(), shown=SHOWN), places)
    said = [obstacle.wrong for obstacle in planned.obstacles if "out of reach" in obstacle.wrong]
    assert said == ([f"{output} is out of reach for qnet-netvm.service, by which {name} starts."] if wrong else [])
