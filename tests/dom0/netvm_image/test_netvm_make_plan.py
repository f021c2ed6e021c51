"""What `qnet netvm make` would do, in words, what stands in its way, and the texts that it writes: all of it pure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.netvm_maker import TEMPLATE, Dom0, fill

from qnet_gui import install
from qnet_gui.dom0.netvm_image import netvm_cfg, packages, programs, sources
from qnet_gui.dom0.netvm_image.apt import Debian
from qnet_gui.dom0.netvm_image.netvm_cfg import NotByMachine
from qnet_gui.dom0.netvm_image.plan import plan
from qnet_gui.dom0.netvm_image.sources import Source
from qnet_gui.dom0.netvm_image.survey import GivenRoot, Ours, Space, Survey
from qnet_gui.dom0.netvm_image.wanted import MIRROR, PATH, SUITE, VOLUME, XEN, Places, Wanted, places
from qnet_gui.hypervisor import xl_config
from qnet_gui.model.config import DEFAULT_SCREEN
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.runtime.distribution import Distribution

WANTED = Wanted("netvm", packages=Path("/p"))
PLACES = places(WANTED, True, "netvm")
ARCHIVE = Source("http://deb.example/", "trixie", ("main", "non-free-firmware"), True)
DEBIAN = Debian(suite="trixie", repositories=(ARCHIVE, replace(ARCHIVE, suite="trixie-security")))
FILES = (("qnet-common", (Path("/p/c.deb"),)), ("qnet-netvm", (Path("/p/n.deb"),)))
OTHERS = tuple(
    (f"qnet-{name}", (Path(f"/qnet-{name}_{number}-1_all.deb"),)) for name, number in (("common", 2), ("netvm", 1))
)
WELL = Survey(debian=DEBIAN, ours=Ours(FILES), xen="4.17", configuration=TEMPLATE)


def test_a_netvm_lies_where_xl_and_qnet_look_for_it() -> None:
    assert Places(
        Path("/var/lib/xen/netvm/root.img"), Path("/var/lib/xen/netvm/vmlinuz"), Path("/var/lib/xen/netvm/initrd.img"),
        Path("/etc/qnet/netvm.cfg"),
    ) == PLACES  # fmt: skip
    second = places(Wanted("second", volume="vg/second"), True, "netvm")
    assert (second.disk, second.configuration) == (Path("/dev/vg/second"), Path("/etc/xen/second.cfg"))
    assert places(Wanted("netvm", Path("/x.img")), False, "netvm") == Places(Path("/x.img"))


def test_what_would_be_done_is_said_in_words_and_in_order() -> None:
    planned = plan(WANTED, WELL, PLACES)
    assert planned.obstacles == ()
    assert [step.split()[0] for step in planned.steps] == ["fetch", "install", "have", "write", "copy", "fill"]
    assert planned.steps[0].startswith("fetch Debian trixie from http://deb.example, by mmdebstrap")
    assert planned.configuration is not None
    assert "every PCI network card" in planned.notes[-1]


@pytest.mark.parametrize(
    ("wanted", "there", "wrong", "cure"),
    [
        (WANTED, replace(WELL, is_root=False), "by root", "sudo qnet netvm make"),
        (WANTED, replace(WELL, managed_by="qubesd"), "belong to qubesd", "tools of qubesd"),
        (WANTED, replace(WELL, is_dom0=False), "not dom0", "--output FILE --xen"),
        (replace(WANTED, name="dom0"), WELL, "dom0 itself", "a name"),
        (WANTED, replace(WELL, missing=(programs.MMDEBSTRAP,)), "mmdebstrap is missing", "apt install mmdebstrap"),
        (WANTED, replace(WELL, missing=(programs.LVCREATE,)), "lvcreate is missing", "apt install lvm2"),
        (
            WANTED, replace(WELL, missing=(programs.MMDEBSTRAP,), distribution=Distribution.FEDORA),
            "mmdebstrap is missing", "dnf install mmdebstrap",
        ),
        (WANTED, replace(WELL, debian=Debian(suite="sid")), "nothing of Debian's sid", "sudo apt update. Or say which"),
        (
            replace(WANTED, mirror="http://deb.example/"), replace(WELL, debian=Debian(repositories=(ARCHIVE,))),
            "which release of Debian", "--suite",
        ),
        (WANTED, replace(WELL, has_network=False), "no network here", "qnet dom0 up"),
        (WANTED, replace(WELL, has_network=False), "no network here", "--from FILE"),
        (WANTED, replace(WELL, xen=""), "version of Xen is not known", "--xen"),
        (Wanted("netvm"), replace(WELL, ours=Ours()), "no packages qnet-common and qnet-netvm", "make deb"),
        (WANTED, replace(WELL, ours=Ours(FILES[:1])), "no package qnet-netvm in /p", "make deb"),
        (
            WANTED, replace(WELL, ours=Ours((FILES[0], ("qnet-netvm", (Path("/1"), Path("/2")))))),
            "several packages qnet-netvm", "newest",
        ),
        (WANTED, replace(WELL, ours=Ours(FILES, unreadable=(Path("/p/n.deb"),))), "/p/n.deb is no package", "make deb"),
        (WANTED, replace(WELL, ours=Ours(OTHERS)), "of different versions", "make deb"),
        (WANTED, replace(WELL, made=True), "netvm is made already", "sudo qnet netvm make netvm --undo"),
        (WANTED, replace(WELL, there=(Path("/x/root.img"),)), "/x/root.img is there already", "Move it away"),
        (WANTED, replace(WELL, configuration="kernel = '/k'\n"), "says already what the netvm boots from", "NAME"),
        (WANTED, replace(WELL, configuration="\0"), "/etc/qnet/netvm.cfg is there already", "Move it away"),
        (WANTED, replace(WELL, configuration="name = [\n'x' ]\n"), "cannot be filled in", "Move it away"),
        (WANTED, replace(WELL, spaces=(Space(Path("/var"), 2 << 30, 1 << 20),)), "/var has 1 MiB left", "--output"),
        (
            WANTED, replace(WELL, spaces=(Space(Path("/var/tmp"), 2 << 30, 1 << 20, has_disk=False),)),
            "/var/tmp has 1 MiB left", "Make room there.",
        ),
        (
            WANTED, replace(WELL, work=Path("/var"), barred=("noexec", "nodev")),
            "/var is mounted noexec,nodev, and programs of the new root", "sudo mount -o remount,exec,dev /var",
        ),
        (replace(WANTED, size=2), replace(WELL, used=2 << 30), "do not fit into a disk of 2 GiB", "--size"),
        (replace(WANTED, volume="vg/n"), WELL, "no volume group vg", "vgs"),
        (replace(WANTED, volume="vg/n"), replace(WELL, room=1 << 30), "vg has 1.0 GiB left", "--size"),
        (Wanted("netvm", source=Path("/r")), replace(WELL, given=GivenRoot("It is none.")), "It is none.", "a folder"),
        (
            Wanted("netvm", source=Path("/r")), replace(WELL, given=GivenRoot(lacks=("xl", "systemd"))),
            "/r lacks: xl, systemd", "--packages",
        ),
        (
            replace(WANTED, source=Path("/r")), replace(WELL, given=GivenRoot(is_image=True)),
            "Nothing is put into an image", "leave out --packages",
        ),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_told_with_its_cure(wanted: Wanted, there: Survey, wrong: str, cure: str) -> None:
    planned = plan(wanted, there, PLACES)
    assert [obstacle for obstacle in planned.obstacles if wrong in obstacle.wrong and cure in obstacle.cure]
    assert (planned.steps, planned.configuration) == ((), None)


def test_a_password_in_a_mirrors_address_is_shown_to_nobody() -> None:
    private = replace(ARCHIVE, uri="https://me:p%40ss@deb.example:8443/a@b/")
    planned = plan(WANTED, replace(WELL, debian=replace(DEBIAN, repositories=(ARCHIVE, private))), PLACES)
    assert "p%40ss" not in repr((planned.steps, planned.notes))
    assert "from http://deb.example and https://deb.example:8443/a@b, by" in planned.steps[0]
    assert [note for note in planned.notes if "password for https://deb.example:8443/a@b will stand" in note]
    assert not [note for note in plan(WANTED, WELL, PLACES).notes if "password for" in note]


def test_another_netvms_configuration_is_never_touched() -> None:
    second = replace(WANTED, name="second")
    lie = places(second, True, "netvm")
    planned = plan(second, WELL, lie)
    assert planned.obstacles[0].wrong == "/etc/xen/second.cfg is there already."
    planned = plan(second, replace(WELL, configuration=None), lie)
    assert any("netvm is the netvm that qnet starts. second is started by xl create" in note for note in planned.notes)
    assert any("It has no network card" in note for note in planned.notes)
    planned = plan(replace(second, pci=("0000:03:00.0",)), replace(WELL, configuration=None), lie)
    assert not any("It has no network card" in note for note in planned.notes)


def test_what_need_not_be_fetched_needs_no_network() -> None:
    local = Debian(suite="trixie", repositories=(Source("file:/mirror/", "trixie", ("main",)),))
    planned = plan(WANTED, replace(WELL, debian=local, has_network=False), PLACES)
    assert planned.obstacles == ()
    assert any("most Wi-Fi cards" in note for note in planned.notes)
    assert any("without Debian's updates" in note for note in planned.notes)
    given = replace(WELL, given=GivenRoot(), has_network=False, debian=Debian(), xen="")
    planned = plan(Wanted("netvm", source=Path("/r")), given, PLACES)
    assert [step.split()[0] for step in planned.steps] == ["copy", "have", "write", "copy", "fill"]


def test_a_disk_that_may_outgrow_its_place_is_told() -> None:
    planned = plan(WANTED, replace(WELL, spaces=(Space(Path("/var"), 1 << 30, 2 << 30),)), PLACES)
    assert "The disk may grow to 4 GiB, and /var has 2.0 GiB left." in planned.notes


# -- a machine is looked at


def test_a_machine_is_looked_at(tmp_path: Path) -> None:
    dom0 = Dom0(tmp_path)
    assert dom0.plan().obstacles == ()
    (tmp_path / "net/route").write_text("Iface\n")
    (tmp_path / "net/ipv6_route").write_text("fe80 0 eth0\n00 0 lo\n")
    (tmp_path / "xen/major").unlink()
    dom0.absent = {programs.UNSHARE}
    dom0.free = 1 << 20
    (tmp_path / "packages/qnet-netvm_1_all.deb").unlink()
    (tmp_path / "images/netvm").mkdir()
    (tmp_path / "images/netvm/vmlinuz").touch()
    wrong = "\n".join(obstacle.wrong for obstacle in dom0.plan().obstacles)
    for said in (
        "unshare is missing",
        "no network here",
        "version of Xen",
        "qnet-netvm",
        "1 MiB left",
        "vmlinuz is there",
    ):
        assert said in wrong
    (tmp_path / "net/ipv6_route").write_text("2001 0 eth0\n")
    assert "no network here" not in "\n".join(obstacle.wrong for obstacle in dom0.plan().obstacles)


def test_a_root_that_is_none_is_told(tmp_path: Path) -> None:
    dom0, nothing = Dom0(tmp_path), tmp_path / "nothing"
    nothing.write_text("nothing")
    for path, wrong in ((nothing, "neither a folder"), (tmp_path / "away", "cannot be read"), (tmp_path, "lacks")):
        assert wrong in dom0.plan(Wanted("netvm", source=path)).obstacles[0].wrong
    root = tmp_path / "root"
    fill(root, agent=False)
    assert "lacks: qnet-agent" in dom0.plan(Wanted("netvm", source=root)).obstacles[0].wrong
    assert dom0.plan(Wanted("netvm", source=root, packages=tmp_path / "packages")).obstacles == ()


def test_a_mirror_takes_the_place_of_apts_sources(tmp_path: Path) -> None:
    planned = Dom0(tmp_path).plan(Wanted("netvm", mirror="http://mirror.example/d", packages=tmp_path / "packages"))
    assert planned.steps[0].startswith("fetch Debian trixie from http://mirror.example/d,")
    one = sources.of_mirror("http://mirror.example/d", "sid", ())
    assert sources.lines(one, keyring=False) == ["deb http://mirror.example/d sid main"]


def test_a_netvm_that_is_started_at_boot_is_known(tmp_path: Path) -> None:
    dom0 = Dom0(tmp_path)
    assert not dom0.machine.starts_at_boot("netvm")
    (tmp_path / "wants/qnet-netvm.service").symlink_to("/nowhere")
    assert dom0.machine.starts_at_boot("netvm")
    assert not dom0.machine.starts_at_boot("second")


# -- texts


def test_what_packages_depend_on_is_read() -> None:
    field = "python3 (>= 3.11), python3:any, qnet-common (= 0.2-1), iproute2 | iproute, xen-utils-common"
    assert packages.depends(field) == ["python3", "iproute2", "xen-utils-common"]
    assert packages.depends("") == []


def test_only_files_of_our_packages_are_taken() -> None:
    names = ("qnet-netvm_0.2.0-1_all.deb", "qnet-netvm_x.deb.part", "qnet-dom0_0.2.0-1_all.deb", "other_1_all.deb")
    assert packages.ours(map(Path, names)) == {"qnet-common": [], "qnet-netvm": [Path(names[0])]}


def test_the_template_is_filled_in_and_stays_otherwise() -> None:
    said = netvm_cfg.settings(replace(WANTED, memory=700, pci=("0000:03:00.0",)), PLACES)
    text = netvm_cfg.filled_in(TEMPLATE, said)
    settings = xl_config.settings(text)
    assert (settings["memory"], settings["pci"]) == ("700", ("0000:03:00.0",))
    assert settings["on_reboot"] == "restart"
    kept = [line for line in TEMPLATE.splitlines() if line.startswith("# ") or "pci_permissive" in line]
    assert [line for line in kept if line not in text.splitlines()] == []
    assert netvm_cfg.filled_in(text, said) == text


def test_its_screen_is_as_large_as_dom0_asks_and_ends_in_a_program_of_ours() -> None:
    planned = plan(WANTED, replace(WELL, screen=Geometry(1280, 801)), PLACES)
    settings = xl_config.settings(planned.configuration or "")
    assert settings["vfb"] == ("vnc=0",)
    assert settings["device_model_override"] in {row.target for row in install.load() if "dom0" in row.roles}
    # 1280 * 801 * 4 bytes are a little less than 4 MiB
    assert "xen-fbfront.video=4,1280,801 vt.global_cursor_default=0" in settings["extra"]
    assert settings["extra"].split()[0] == "root=/dev/xvda"


def test_the_template_shows_what_would_be_filled_in() -> None:
    shown = xl_config.settings(TEMPLATE.replace("\n#", "\n"))
    said = xl_config.settings(plan(WANTED, WELL, PLACES).configuration or "")
    assert {key: shown[key] for key in netvm_cfg.SCREEN} == {key: said[key] for key in netvm_cfg.SCREEN}
    assert set(netvm_cfg.kernel_words(DEFAULT_SCREEN).split()) < set(str(shown["extra"]).split())


@pytest.mark.parametrize("own", ["vfb = [ 'vnc=1' ]\n", "device_model_override = '/usr/bin/mine'\n"])
def test_who_has_given_it_a_screen_of_his_own_keeps_that(own: str) -> None:
    settings = xl_config.settings(plan(WANTED, replace(WELL, configuration=own), PLACES).configuration or "")
    assert {key: value for key, value in settings.items() if key in netvm_cfg.SCREEN} == xl_config.settings(own)
    assert "xen-fbfront" not in settings["extra"]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("", {"memory": "512", "driver_domain": "1", "on_reboot": "restart"}),
        ("pci = [ '03:00.0' ]\nmemory = 300\n", {"memory": "300", "driver_domain": "1", "pci": ("03:00.0",)}),
        ("maxmem = 256\non_reboot = 'destroy'\n", {"maxmem": "256", "driver_domain": "1", "on_reboot": "destroy"}),
    ],
)
def test_what_a_netvm_needs_is_said_where_nothing_says_otherwise(text: str, own: dict[str, object]) -> None:
    """A netvm.cfg of some lines, or of none, made a netvm of 128 MB that was no driver domain to xl."""
    planned = plan(WANTED, replace(WELL, configuration=text), PLACES)
    settings = xl_config.settings(planned.configuration or "")
    assert {key: settings.get(key) for key in own} == own
    assert ("memory" in settings) == ("maxmem" not in own)
    assert settings["name"] == "netvm"


@pytest.mark.parametrize(
    "text", ["", "name = 'x'", "name='x' # mine\n", 'disk = [ "a", "b" ]\n', "vcpus = 2\n#kernel\n"]
)
def test_any_configuration_is_filled_in(text: str) -> None:
    said = netvm_cfg.settings(WANTED, PLACES)
    settings = xl_config.settings(netvm_cfg.filled_in(text, said))
    assert settings["name"] == "netvm"
    assert settings["disk"] == ("format=raw,vdev=xvda,access=rw,target=/var/lib/xen/netvm/root.img",)
    assert settings.get("vcpus", "2") == "2"


@pytest.mark.parametrize(
    "text",
    ["disk = [\n'a',\n'b' ]\n", "name = 'a'\nname = 'b'\n", "extra = 'a'\nextra += 'b'\n", "name = 'a'; type = 'pv'\n"],
)
def test_what_is_not_understood_is_not_changed(text: str) -> None:
    with pytest.raises(NotByMachine):
        netvm_cfg.filled_in(text, netvm_cfg.settings(WANTED, PLACES))


@pytest.mark.parametrize(
    ("stderr", "why"),
    [
        ("I: fine\nE: no such package\nE: more\nW: last", "no such package"),
        ("mke2fs: No space left on device\n", "mke2fs: No space left on device"),
        ("", ""),
    ],
)
def test_why_a_program_failed_is_its_own_word(stderr: str, why: str) -> None:
    assert programs.why(stderr) == why


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (PATH, ["/a/b-c.img"], ["/a b", "/a'b", "/a,b", "a", "/a\n", "/"]),
        (VOLUME, ["vg/lv", "vg-0/net.vm"], ["vg", "-vg/lv", "vg/lv/x", "vg/-lv"]),
        (SUITE, ["bookworm", "stable-backports"], ["-x", "a b", "", "A"]),
        (MIRROR, ["http://mirror.example/debian", "file:/m"], ["deb [x] http://y", "http://a b", "-x", "ftp://x"]),
        (XEN, ["4.17", "4.20"], ["4", "4.17.1", "four"]),
    ],
)  # fmt: skip
def test_only_what_every_program_takes_as_it_is_is_taken(pattern, good, bad) -> None:  # type: ignore[no-untyped-def]
    assert all(map(pattern.fullmatch, good))
    assert not any(map(pattern.fullmatch, bad))
