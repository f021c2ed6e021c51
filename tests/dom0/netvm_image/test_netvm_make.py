"""`qnet netvm make` does what it has planned, takes all of it away again, and leaves nothing when it fails."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.netvm_maker import TEMPLATE, VERSION, Dom0, enable, fill, listed

from qnet_gui.dom0.netvm_image import programs
from qnet_gui.dom0.netvm_image.record import MadeFile, RecordFile
from qnet_gui.dom0.netvm_image.root import open_root
from qnet_gui.dom0.netvm_image.survey import mounted, survey
from qnet_gui.dom0.netvm_image.undo import described, must_be_allowed
from qnet_gui.dom0.netvm_image.wanted import Wanted
from qnet_gui.hypervisor import xl_config
from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.runtime.command import run


@pytest.fixture
def dom0(tmp_path: Path) -> Dom0:
    return Dom0(tmp_path)


def test_a_netvm_is_made_and_taken_away_again(dom0: Dom0) -> None:
    before = dom0.everything()
    dom0.make()
    made = dom0.folder / "images/netvm"
    assert listed(made) == ["initrd.img", "root.img", "vmlinuz"]
    assert (made / "vmlinuz").read_text() == "a kernel"
    assert (made / "initrd.img").read_text() == "an initrd"
    assert dom0.programs.named(programs.MKE2FS)[0][-1] == "4G"
    assert dom0.disk.stat().st_blocks * 512 < dom0.disk.stat().st_size
    assert dom0.disk.stat().st_mode & 0o777 == 0o600
    assert listed(dom0.folder / "work") == []
    said = xl_config.settings(dom0.configuration.read_text())
    assert (said["kernel"], said["ramdisk"]) == (str(made / "vmlinuz"), str(made / "initrd.img"))
    assert said["disk"] == (f"format=raw,vdev=xvda,access=rw,target={dom0.disk}",)
    assert (said["name"], said["memory"], said["driver_domain"]) == ("netvm", "512", "1")
    assert dom0.undo() == []
    assert dom0.everything() == before


def test_the_disk_has_what_makes_it_a_netvm(dom0: Dom0) -> None:
    dom0.make()
    assert dom0.of_disk("cat /etc/hostname") == "netvm\n"
    assert dom0.of_disk("cat /etc/machine-id") == ""
    assert "/dev/xvda / ext4" in dom0.of_disk("cat /etc/fstab")
    assert "autologin root" in dom0.of_disk("cat /etc/systemd/system/serial-getty@hvc0.service.d/qnet.conf")
    assert dom0.of_disk("stat /usr/bin/qnet-agent").startswith("Inode")
    # where whoever made it asks for names is none of its business
    assert not dom0.of_disk("stat /etc/resolv.conf").startswith("Inode")
    assert not dom0.of_disk("stat /var/cache/qnet-make").startswith("Inode")
    for unit in ("qnet-agent.service", "NetworkManager.service"):
        place = f"/etc/systemd/system/multi-user.target.wants/{unit}"
        assert f'Fast link dest: "/usr/lib/systemd/system/{unit}"' in dom0.of_disk(f"stat {place}")


def test_debian_comes_by_its_own_program_from_where_apt_fetches(dom0: Dom0) -> None:
    dom0.make()
    words = dom0.programs.named(programs.MMDEBSTRAP)[0]
    assert words[0] == programs.UNSHARE
    assert words[-4] == "trixie"
    assert words[-2:] == [
        "deb http://deb.example/debian/ trixie main non-free-firmware",
        "deb http://security.example/ trixie-security main",
    ]
    assert '--aptopt=Acquire::http::Proxy "http://proxy.example:3142"' in words
    assert not [word for word in words if "https::Proxy" in word]
    included = next(word for word in words if word.startswith("--include=")).removeprefix("--include=").split(",")
    assert {"xen-utils-4.20", "network-manager", "firmware-iwlwifi", "python3-pyroute2", "conntrack"} <= set(included)
    assert not {"other", "qnet-common", "qnet-netvm"} & set(included)


def test_debootstrap_goes_by_the_proxy_that_apt_goes_by(dom0: Dom0) -> None:
    """It knows of none but what is in its environment, and everything was to be fetched past the proxy."""
    dom0.absent = {programs.MMDEBSTRAP}
    dom0.make()
    words = dom0.programs.named(programs.DEBOOTSTRAP)[0]
    before = words[: words.index(programs.DEBOOTSTRAP)]
    assert before[-2:] == [programs.ENV, "http_proxy=http://proxy.example:3142"]


@pytest.mark.parametrize(
    ("proxy", "option"),
    [
        ("http://other.example:8080/", '--aptopt=Acquire::https::Proxy "http://other.example:8080/"'),
        ('http://x"; Dir "/', ""),
    ],
)
def test_a_proxy_of_the_environment_holds_where_apt_has_none_of_its_own(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch, proxy: str, option: str
) -> None:
    """As for apt itself, and whoever has set it for apt."""
    monkeypatch.setenv("http_proxy", "http://never.example/")
    monkeypatch.setenv("https_proxy", proxy)
    dom0.make()
    words = dom0.programs.named(programs.MMDEBSTRAP)[0]
    assert '--aptopt=Acquire::http::Proxy "http://proxy.example:3142"' in words
    assert [word for word in words if "https::Proxy" in word] == ([option] if option else [])


def test_debians_own_key_is_named_where_it_is(dom0: Dom0) -> None:
    (dom0.folder / "keyring").touch()
    dom0.make()
    words = dom0.programs.named(programs.MMDEBSTRAP)[0]
    assert "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" in words[-1]


def test_debootstrap_does_where_it_is_what_there_is(dom0: Dom0) -> None:
    dom0.absent = {programs.MMDEBSTRAP}
    planned = dom0.plan()
    assert "by debootstrap" in planned.steps[0]
    assert any("without Debian's updates" in note for note in planned.notes)
    dom0.make()
    words = dom0.programs.named(programs.DEBOOTSTRAP)[0]
    assert words[-3::2] == ["trixie", "http://deb.example/debian/"]
    assert "--components=main,non-free-firmware" in words
    assert dom0.programs.named("/usr/sbin/update-initramfs")
    assert "xen-blkfront" in dom0.of_disk("cat /etc/initramfs-tools/modules")


def test_what_apt_has_of_ours_is_fetched_with_the_rest(dom0: Dom0) -> None:
    dom0.programs.in_apt = True
    dom0.make(Wanted("netvm"))
    assert any("qnet-netvm" in word for word in dom0.programs.named(programs.MMDEBSTRAP)[0])
    assert not dom0.programs.named("/usr/bin/dpkg")


# -- of a root that is there already


def test_a_folder_is_copied_and_stays_as_it_is(dom0: Dom0) -> None:
    source = dom0.folder / "root"
    fill(source, agent=False)
    (source / "etc/mine").write_text("mine\n")
    dom0.absent = {programs.MMDEBSTRAP, programs.APT_GET}
    (dom0.folder / "net/route").write_text("Iface\n")
    before = dom0.everything()
    dom0.make(replace(dom0.wanted, source=source))
    assert dom0.of_disk("cat /etc/mine") == "mine\n"
    assert dom0.of_disk("cat /etc/hostname") == "netvm\n"
    assert dom0.of_disk("stat /usr/bin/qnet-agent").startswith("Inode")
    assert not dom0.programs.named(programs.APT_GET)
    assert dom0.undo() == []
    assert dom0.everything() == before


def test_no_program_of_a_root_is_run_unless_packages_are_installed_in_it(dom0: Dom0) -> None:
    source = dom0.folder / "root"
    fill(source)
    given = Wanted("netvm", source=source)
    assert not any("are run here" in note for note in dom0.plan(given).notes)
    assert any("are run here" in note for note in dom0.plan(replace(given, packages=dom0.wanted.packages)).notes)
    dom0.make(given)
    assert not dom0.programs.named(programs.UNSHARE)
    assert dom0.of_disk("cat /etc/hostname") == "netvm\n"


def _image(dom0: Dom0, *, enabled: bool = True) -> Path:
    root, image = dom0.folder / "image-root", dom0.folder / "made.img"
    fill(root)
    if enabled:
        enable(root)
    programs.run([programs.MKE2FS, "-q", "-t", "ext4", "-d", str(root), str(image), "32M"], "mke2fs", 60)
    return image


def test_an_image_is_copied_as_it_is_and_its_kernel_taken_out(dom0: Dom0) -> None:
    image = _image(dom0)
    dom0.make(Wanted("netvm", source=image))
    assert dom0.disk.read_bytes() == image.read_bytes()
    assert (dom0.folder / "images/netvm/vmlinuz").read_text() == "a kernel"
    assert (dom0.folder / "images/netvm/initrd.img").read_text() == "an initrd"


def test_where_nothing_may_be_run_no_root_is_made(dom0: Dom0) -> None:
    """As a hardened machine has its temporary folders: all was fetched, and no program of it ran."""
    dom0.mounted = Path("/var/tmp"), ("noexec",)
    (obstacle,) = dom0.plan().obstacles
    assert obstacle.cure == "Have it mounted otherwise meanwhile: sudo mount -o remount,exec /var/tmp"
    fill(dom0.folder / "root")
    alone = replace(dom0.wanted, source=dom0.folder / "root", packages=None)
    assert dom0.plan(alone).obstacles == (), "nothing of a root that is only copied is run"


def test_how_a_folder_is_mounted() -> None:
    assert mounted(Path("/proc/self"))[0] == Path("/proc")
    assert {"noexec", "nodev"} >= set(mounted(Path("/proc/self/none/of/this"))[1])
    assert mounted(Path("/"))[0] == Path("/")


def test_a_link_to_an_image_needs_the_room_of_the_image(dom0: Dom0) -> None:
    image, link = _image(dom0), dom0.folder / "link.img"
    link.symlink_to(image)
    seen = survey(Wanted("netvm", source=link), dom0.machine)
    assert seen.used == image.stat().st_blocks * 512 > 0


def test_away_from_dom0_the_disk_alone_is_made_and_dom0_takes_it(dom0: Dom0) -> None:
    dom0.in_dom0 = False
    output = dom0.folder / "carried.img"
    planned = dom0.plan(replace(dom0.wanted, output=output))
    assert planned.configuration is None
    assert any("--from FILE" in note for note in planned.notes)
    dom0.make(replace(dom0.wanted, output=output))
    assert dom0.configuration.read_text() == TEMPLATE
    assert listed(dom0.folder / "images") == []
    (dom0.folder / "record/netvm.json").unlink()  # another machine's
    dom0.in_dom0 = True
    dom0.make(Wanted("netvm", source=output))
    assert (dom0.folder / "images/netvm/vmlinuz").read_text() == "a kernel"


def test_the_newest_kernel_with_all_that_belongs_to_it_is_taken(dom0: Dom0) -> None:
    source = dom0.folder / "root"
    fill(source)
    fill(source, version="6.9.1")
    fill(source, version="6.10.0")
    (source / "boot/vmlinuz-6.10.0").write_text("the newest")
    (source / "boot/vmlinuz-7.0").write_text("without an initrd")
    (source / "boot/vmlinuz-8.0").write_text("without modules")
    (source / "boot/initrd.img-8.0").write_text("")
    dom0.make(Wanted("netvm", source=source))
    assert (dom0.folder / "images/netvm/vmlinuz").read_text() == "the newest"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.touch])
def test_a_root_that_is_none_is_not_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "root")
    with pytest.raises(Refused, match="is neither a folder with a root nor the image"):
        open_root(tmp_path / "root", run)


@pytest.mark.parametrize("with_packages", [False, True])
@pytest.mark.parametrize("link", [f"boot/vmlinuz-{VERSION}", "boot", "etc", "etc/hostname", "var/cache"])
def test_no_link_of_a_root_leads_out_of_it(dom0: Dom0, link: str, with_packages: bool) -> None:
    """Whoever made it may want a file of dom0's, or one of it written."""
    source, mine = dom0.folder / "root", dom0.folder / "mine"
    fill(source)
    (source / "var/cache").mkdir(parents=True)
    (source / link).rename(mine)
    (source / link).symlink_to(mine)
    before = dom0.everything()
    wanted = Wanted("netvm", source=source, packages=dom0.wanted.packages if with_packages else None)
    obstacles = dom0.plan(wanted).obstacles
    if obstacles:
        assert "leads out of the root" in obstacles[0].wrong
    elif link == "etc/hostname" or (link == "var/cache" and not with_packages):  # replaced, or of no interest
        dom0.make(wanted)
        assert dom0.undo() == []
    else:
        with pytest.raises(Refused, match=r"leads out of the root|cannot be read"):
            dom0.make(wanted)
    assert dom0.everything() == before


def test_a_package_that_was_cut_off_is_known_before_debian_is_fetched(dom0: Dom0) -> None:
    """It was dpkg that said so, after minutes."""
    cut_off = dom0.folder / "packages/qnet-netvm_1_all.deb"
    dom0.programs.fails = str(cut_off)
    (obstacle,) = dom0.plan().obstacles
    assert obstacle.wrong == f"{cut_off} is no package that dpkg can read."


# -- its configuration


def test_what_somebody_writes_into_the_configuration_meanwhile_is_not_lost(dom0: Dom0) -> None:
    """It takes minutes to make a netvm."""
    mine = f"{TEMPLATE}memory = 700\n"
    with pytest.raises(QnetError, match="has been changed meanwhile"):
        dom0.make(meanwhile=lambda: dom0.configuration.write_text(mine))
    assert dom0.configuration.read_text() == mine


def test_what_somebody_puts_in_the_configurations_place_meanwhile_is_not_lost(dom0: Dom0) -> None:
    dom0.configuration.unlink()
    with pytest.raises(QnetError, match="is there already"):
        dom0.make(meanwhile=lambda: dom0.configuration.write_text("mine"))
    assert dom0.configuration.read_text() == "mine"


def test_a_link_to_nothing_in_the_configurations_place_is_known_before(dom0: Dom0) -> None:
    """It was not until all was made, and then taken away again."""
    dom0.configuration.unlink()
    dom0.configuration.symlink_to("nowhere.cfg")
    assert any(f"{dom0.configuration} is there already" in one.wrong for one in dom0.plan(dom0.wanted).obstacles)


@pytest.mark.parametrize("odd", [f"\ufeff{TEMPLATE}", TEMPLATE.replace("\n", "\r\n"), f"{TEMPLATE}cpus = all\n"])
def test_a_configuration_that_xl_does_not_read_is_not_filled_in(dom0: Dom0, odd: str) -> None:
    dom0.configuration.write_bytes(odd.encode())
    assert any("cannot be filled in, since xl does not read its line" in one.wrong for one in dom0.plan().obstacles)


def test_a_configuration_that_is_a_link_stays_one(dom0: Dom0) -> None:
    real = dom0.configuration.with_name("real.cfg")
    dom0.configuration.rename(real)
    dom0.configuration.symlink_to(real.name)
    dom0.make()
    assert (dom0.configuration.is_symlink(), real.read_text() != TEMPLATE) == (True, True)
    assert dom0.undo() == []
    assert (dom0.configuration.is_symlink(), real.read_text()) == (True, TEMPLATE)


# -- volumes


def test_a_volume_is_made_and_taken_away(dom0: Dom0) -> None:
    dom0.wanted = replace(dom0.wanted, volume="vg/netvm")
    (dom0.folder / "dev/vg").mkdir()
    dom0.make()
    words = dom0.programs.named(programs.LVCREATE)[0]
    assert words[-3:] == ["--name", "netvm", "vg"]
    assert "4g" in words
    assert f"target={dom0.folder}/dev/vg/netvm" in dom0.configuration.read_text()
    assert dom0.of_disk("cat /etc/hostname", dom0.folder / "dev/vg/netvm") == "netvm\n"
    assert dom0.undo() == []
    assert dom0.programs.volumes == {}


def test_a_volume_of_somebody_else_is_left(dom0: Dom0) -> None:
    dom0.wanted = replace(dom0.wanted, volume="vg/netvm")
    (dom0.folder / "dev/vg").mkdir()
    dom0.programs.volumes["vg/netvm"] = ""
    with pytest.raises(Refused, match="vg/netvm is there already"):
        dom0.make()
    assert dom0.programs.volumes == {"vg/netvm": ""}
    del dom0.programs.volumes["vg/netvm"]
    dom0.make()
    dom0.programs.volumes["vg/netvm"] = "another"
    assert dom0.undo() == ["The logical volume vg/netvm is not the one that was made, and is left"]
    assert dom0.programs.volumes == {"vg/netvm": "another"}


# -- whatever fails


@pytest.mark.parametrize("word", [programs.MMDEBSTRAP, "/usr/bin/dpkg", programs.MKE2FS, programs.LVCREATE])
@pytest.mark.parametrize("kind", [QnetError, KeyboardInterrupt])
def test_whatever_fails_nothing_is_left(dom0: Dom0, word: str, kind: type[BaseException]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    if word == programs.LVCREATE:
        dom0.wanted = replace(dom0.wanted, volume="vg/netvm")
    before = dom0.everything()
    dom0.programs.fails = word
    if kind is KeyboardInterrupt:
        dom0.programs.then = interrupt
    with pytest.raises(kind):
        dom0.make()
    assert dom0.everything() == before


def test_a_root_that_lacks_something_becomes_no_netvm(dom0: Dom0, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_xl(root: Path, agent: bool = True) -> None:
        fill(root, agent)
        (root / "usr/sbin/xl").unlink()

    monkeypatch.setattr("fakes.netvm_maker.fill", without_xl)
    before = dom0.everything()
    with pytest.raises(Refused, match="lacks: xl"):
        dom0.make()
    assert dom0.everything() == before


def test_who_is_killed_and_writes_one_more_file_leaves_nothing(dom0: Dom0, monkeypatch: pytest.MonkeyPatch) -> None:
    remove, refused = shutil.rmtree, [2]

    def not_at_once(folder: Path) -> None:
        if refused[0] and folder.parent.name == "work":
            refused[0] -= 1
            raise OSError(errno.ENOTEMPTY, "Directory not empty", str(folder))
        remove(folder)

    before = dom0.everything()
    monkeypatch.setattr("qnet_gui.dom0.netvm_image.undo.shutil.rmtree", not_at_once)
    dom0.programs.fails = programs.MKE2FS
    with pytest.raises(QnetError, match="mke2fs failed"):
        dom0.make()
    assert (dom0.everything(), refused) == (before, [0])


def test_a_full_disk_says_so(dom0: Dom0) -> None:
    def fills() -> None:
        dom0.free = 4096

    before = dom0.everything()
    dom0.programs.fails, dom0.programs.then = programs.MKE2FS, fills
    with pytest.raises(Refused, match="no more room in"):
        dom0.make()
    assert dom0.everything() == before


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_disk_may_lie_where_there_are_no_hard_links(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    """On a stick with exFAT, which is to carry it to dom0; it failed after all was made."""
    before = dom0.everything()

    def link(_: Path, target: Path) -> None:
        if meanwhile:
            target.write_text("somebody's\n")
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    if meanwhile:
        with pytest.raises(Refused, match="is there already"):
            dom0.make()
        assert dom0.disk.read_text() == "somebody's\n"
    else:
        dom0.make()
        assert dom0.of_disk("cat /etc/hostname") == "netvm\n"
        assert listed(dom0.disk.parent) == ["initrd.img", "root.img", "vmlinuz"]
        assert dom0.undo() == []
        assert dom0.everything() == before


def test_what_comes_meanwhile_is_not_overwritten(dom0: Dom0) -> None:
    planned, maker = dom0._planned(dom0.wanted)
    (dom0.folder / "images/netvm").mkdir()
    (dom0.folder / "images/netvm/initrd.img").write_text("mine")
    with pytest.raises(Refused, match=r"initrd\.img is there already"):
        maker.make()
    assert listed(dom0.folder / "images/netvm") == ["initrd.img"]
    assert (dom0.folder / "images/netvm/initrd.img").read_text() == "mine"
    assert dom0.configuration.read_text() == TEMPLATE
    assert planned.steps


class Killed(BaseException):
    """Like a power cut: nobody takes anything back."""


@pytest.mark.parametrize("word", [programs.MMDEBSTRAP, programs.MKE2FS, programs.LVCREATE])
def test_what_a_run_that_was_killed_has_left_is_taken_away(
    dom0: Dom0, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        monkeypatch.setattr("qnet_gui.dom0.netvm_image.make.undo", lambda *_: [])
        raise Killed

    if word == programs.LVCREATE:
        dom0.wanted = replace(dom0.wanted, volume="vg/netvm")
        (dom0.folder / "dev/vg").mkdir()
    before = dom0.everything()
    dom0.programs.fails, dom0.programs.then = word, killed
    with pytest.raises(Killed):
        dom0.make()
    assert dom0.everything() != before
    assert "was killed" in dom0.plan().steps[0]
    assert dom0.undo() == []
    assert dom0.everything() == before


# -- the way back


def test_what_somebody_has_changed_since_is_left_and_told(dom0: Dom0) -> None:
    dom0.make()
    mine = dom0.configuration.read_text() + "vcpus = 2\n"
    dom0.configuration.write_text(mine)
    kernel = dom0.folder / "images/netvm/vmlinuz"
    kernel.write_text("another kernel")
    dom0.disk.rename(dom0.folder / "images/netvm/old.img")
    dom0.disk.write_text("another disk")
    left = dom0.undo()
    assert [line.split()[0] for line in left] == [str(dom0.configuration), str(kernel), str(dom0.disk)]
    assert dom0.configuration.read_text() == mine
    assert Path(left[0].rpartition(" ")[2]).read_text() == TEMPLATE
    assert listed(dom0.disk.parent) == ["old.img", "root.img", "vmlinuz"]


def test_a_disk_that_the_netvm_has_written_to_is_still_the_one(dom0: Dom0) -> None:
    dom0.make()
    with dom0.disk.open("r+b") as disk:
        disk.seek(1 << 20)
        disk.write(b"its log")
    assert dom0.undo() == []
    assert not dom0.disk.exists()


def test_a_disk_is_known_without_being_read(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.touch()
    os.truncate(disk, 1 << 40)  # more than any memory, and takes no room
    assert MadeFile(str(disk), disk.lstat().st_ino).is_ours


def test_what_was_left_of_an_earlier_one_is_no_ones_matter_any_more(dom0: Dom0) -> None:
    """Somebody had changed its configuration, and of the next one all was taken away and "some of it is left"."""
    dom0.make()
    dom0.configuration.write_text(dom0.configuration.read_text() + "vcpus = 2\n")
    (left,) = dom0.undo()
    old = Path(left.rpartition(" ")[2])
    mine = TEMPLATE + "# mine\n"
    dom0.configuration.write_text(mine)
    dom0.make()
    assert dom0.undo() == []
    assert dom0.configuration.read_text() == mine
    assert old.read_text() == TEMPLATE, "it was said to be there"
    dom0.make()
    dom0.configuration.write_text("name = 'netvm'\n")
    assert len(dom0.undo()) == 1


def test_a_configuration_that_was_not_there_goes_again(dom0: Dom0) -> None:
    wanted = replace(dom0.wanted, name="second", pci=("0000:03:00.0",), memory=300)
    before = dom0.everything()
    dom0.make(wanted)
    said = xl_config.settings((dom0.folder / "etc/second.cfg").read_text())
    assert (said["name"], said["pci"], said["memory"]) == ("second", ("0000:03:00.0",), "300")
    assert (said["driver_domain"], said["type"]) == ("1", "pv")
    assert dom0.undo("second") == []
    assert dom0.everything() == before


@pytest.mark.parametrize(
    ("made", "at_boot", "runs", "why"),
    [
        (False, False, False, "has made no netvm here"),
        (True, False, True, "is there as a domain. Stop it first"),
        (True, True, False, "started at every boot"),
    ],
)
def test_it_is_not_taken_away_where_it_is_in_use(dom0: Dom0, made: bool, at_boot: bool, runs: bool, why: str) -> None:
    if made:
        dom0.make()
    file = RecordFile("netvm", dom0.machine.record)
    with pytest.raises(Refused, match=why):
        must_be_allowed(file, at_boot, runs)
    if made:
        must_be_allowed(file, False, False)


def test_what_would_be_taken_away_is_told(dom0: Dom0) -> None:
    dom0.make()
    lines = described(RecordFile("netvm", dom0.machine.record))
    assert lines[0] == f"put {dom0.configuration} back as it was"
    assert f"remove {dom0.disk}" in lines


RECORD = (
    '{"files": [{"path": "/a/b", "inode": 1, "digest": ""}], "partial": [], "folders": [], "volume": "", "token": "t",'
    ' "finished": true}'
)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "", lambda text: "[]", lambda text: text[:-1], lambda text: text.replace("/a/b", "a/b"),
        lambda text: text.replace("/a/b", "/a/../b"), lambda text: text.replace('"inode": 1', '"inode": "1"'),
        lambda text: text.replace('"inode": 1', '"inode": true'), lambda text: text.replace("true", "1"),
        lambda text: text.replace('"partial": []', '"partial": [7]'), lambda text: text.replace("token", "other"),
        lambda text: text.replace('"digest": ""', '"digest": 0'), lambda text: text.replace('"t"', "null"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_an_error_and_not_lost(tmp_path: Path, damage: Callable[[str], str]) -> None:
    path = tmp_path / "netvm.json"
    path.write_text(RECORD)
    assert RecordFile("netvm", tmp_path).record is not None
    path.write_text(damage(RECORD))
    with pytest.raises(QnetError, match=r"netvm\.json"):
        RecordFile("netvm", tmp_path)
    assert path.read_text() == damage(RECORD)


def test_what_does_not_bear_the_runs_token_is_not_removed(dom0: Dom0) -> None:
    mine = dom0.folder / "mine"
    mine.write_text("mine")
    (dom0.folder / "record").mkdir()
    text = RECORD.replace('"partial": []', f'"partial": ["{mine}"]').replace("/a/b", str(mine))
    (dom0.folder / "record/netvm.json").write_text(text)
    assert dom0.undo() == [f"{mine} is not what was made any more, and is left"]
    assert mine.read_text() == "mine"
