"""A machine on which a netvm is made: Debian's programs are stood in for, files, mke2fs and debugfs are real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qnet_gui.dom0.netvm_image import programs
from qnet_gui.dom0.netvm_image.make import Maker
from qnet_gui.dom0.netvm_image.plan import Plan, plan
from qnet_gui.dom0.netvm_image.record import RecordFile
from qnet_gui.dom0.netvm_image.survey import Machine, survey
from qnet_gui.dom0.netvm_image.undo import undo
from qnet_gui.dom0.netvm_image.wanted import Places, Wanted
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.plain import plain

VERSION = "6.1.0-40-amd64"
TEMPLATE = (Path(__file__).resolve().parents[2] / "desktop/netvm.cfg").read_text()
#: Run as they are; the others are stood in for.
_REAL = (programs.MKE2FS, programs.DEBUGFS, programs.CP, programs.DD)
_SMALL = "16M"
_AGENT = {"usr/bin/qnet-agent": "", "usr/lib/systemd/system/qnet-agent.service": ""}
_INDEXES = """\
http://deb.example/debian/ trixie main Debian
http://deb.example/debian/ trixie non-free-firmware Debian
http://security.example/ trixie-security main Debian
https://elsewhere.example/ trixie stable Elsewhere
"""


def listed(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def fill(root: Path, agent: bool = True, version: str = VERSION) -> None:
    """Put there what a root is known by."""
    files = {
        f"boot/vmlinuz-{version}": "a kernel", f"boot/initrd.img-{version}": "an initrd",
        f"usr/lib/modules/{version}/modules.dep": "", "usr/lib/systemd/systemd": "", "usr/sbin/NetworkManager": "",
        "usr/sbin/xl": "", "etc/resolv.conf": "nameserver 192.0.2.1\n", "etc/hostname": "the-maker\n",
        "usr/lib/systemd/system/NetworkManager.service": "", **(_AGENT if agent else {}),
    }  # fmt: skip
    _put(root, files)


def _put(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def enable(root: Path) -> None:
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / "qnet-agent.service").symlink_to("/usr/lib/systemd/system/qnet-agent.service")


class Programs:
    """Notes what is run. `fails`: a word of the one that fails; `then`: done when it would have been run."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []
        self.fails = ""
        self.then: Callable[[], None] = lambda: None
        self.volumes: dict[str, str] = {}
        self.volume_folder = Path("/nonexistent")
        self.in_apt = False

    def __call__(self, words: Sequence[str], name: str, seconds: float) -> bytes:
        self.ran.append(list(words))
        if self.fails and self.fails in words:
            self.then()
            raise QnetError(plain(f"{self.fails} failed."))
        if words[0] in _REAL:  # a disk of some MiB is made in no time
            return programs.run([_SMALL if word == "4G" else word for word in words], name, seconds)
        return self._stand_in(words)

    def _stand_in(self, words: Sequence[str]) -> bytes:
        match words[0]:
            case programs.APT_GET:
                return _INDEXES.encode()
            case programs.APT_CACHE:
                return b"Package: qnet-netvm\n" if self.in_apt else b""
            case programs.APT_CONFIG:
                return b"http://proxy.example:3142\n" if "http" in words[-1].split("::") else b"\n"
            case programs.DPKG_DEB:
                return b"python3 (>= 3.11), python3:any, qnet-common (= 1), python3-pyroute2, conntrack | other\n"
            case programs.UNSHARE:
                self._inside(words)
            case programs.LVCREATE:
                self.volumes[f"{words[-1]}/{words[-2]}"] = words[words.index("--addtag") + 1]
            case programs.LVREMOVE:
                del self.volumes[words[-1]]
            case programs.VGS:
                return b"  10737418240\n"
            case programs.LVS:
                if words[-1] not in self.volumes:
                    raise QnetError(plain("Failed to find it."))
                return f"  {self.volumes[words[-1]]}\n".encode()
        return b""

    def _inside(self, words: Sequence[str]) -> None:
        root = next((Path(word.removeprefix("--root=")) for word in words if word.startswith("--root=")), None)
        if root is None:  # mmdebstrap, debootstrap
            index = words.index("trixie")
            root = Path(words[index + 1])
            fill(root, agent=self.in_apt)
        elif "/usr/bin/dpkg" in words:
            assert listed(root / "var/cache/qnet-make") == ["qnet-common_1_all.deb", "qnet-netvm_1_all.deb"]
            _put(root, _AGENT)

    def named(self, word: str) -> list[list[str]]:
        """The commands with this word."""
        return [words for words in self.ran if word in words]


class Dom0:
    """A dom0 without a netvm. `make` is as a new process does it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs, self.told = folder, Programs(), list[str]()
        self.in_dom0, self.running, self.uid, self.free = True, set[str](), 0, 1 << 40
        self.absent: set[str] = set()
        self.mounted: tuple[Path, tuple[str, ...]] = Path("/var"), ()
        for name in ("etc", "xen", "work", "packages", "net", "images", "wants", "dev"):
            (folder / name).mkdir()
        self.configuration = folder / "etc/netvm.cfg"
        self.configuration.write_text(TEMPLATE)
        (folder / "qnet.toml").write_text("")
        (folder / "os-release").write_text('NAME="Debian"\nVERSION_CODENAME=trixie\n')
        (folder / "net/route").write_text("Iface\nxenbr0 0 0\n")
        for name, version in (("major", "4"), ("minor", "20")):
            (folder / "xen" / name).write_text(f"{version}\n")
        for name in ("common", "netvm"):
            (folder / f"packages/qnet-{name}_1_all.deb").touch()
        self.wanted = Wanted("netvm", packages=folder / "packages")

    @property
    def machine(self) -> Machine:
        folder = self.folder
        return Machine(
            folder / "qnet.toml", folder / "os-release", folder / "xen", folder / "net", folder / "work",
            folder / "record", folder / "keyring", lambda: self.in_dom0, str, lambda path: path not in self.absent,
            lambda: self.uid, self.places, lambda _: self.free, lambda: self.running, folder / "wants", self.programs,
            mounted=lambda _: self.mounted,
        )  # fmt: skip

    def places(self, wanted: Wanted, in_dom0: bool, chosen: str) -> Places:
        images = self.folder / "images" / wanted.name
        disk = self.folder / "dev" / wanted.volume if wanted.volume else wanted.output or images / "root.img"
        if not in_dom0:
            return Places(disk)
        configuration = self.configuration if wanted.name == chosen else self.folder / f"etc/{wanted.name}.cfg"
        return Places(disk, images / "vmlinuz", images / "initrd.img", configuration)

    def plan(self, wanted: Wanted | None = None) -> Plan:
        return self._planned(wanted or self.wanted)[0]

    def _planned(self, wanted: Wanted) -> tuple[Plan, Maker]:
        seen = survey(wanted, self.machine)
        places = self.places(wanted, seen.is_dom0, seen.chosen)
        planned = plan(wanted, seen, places)
        return planned, Maker(wanted, seen, planned, places, self.machine, self.told.append)

    def make(self, wanted: Wanted | None = None, meanwhile: Callable[[], object] = lambda: None) -> None:
        """`meanwhile`: what somebody does after it was planned."""
        planned, maker = self._planned(wanted or self.wanted)
        assert planned.obstacles == ()
        meanwhile()
        maker.make()

    def undo(self, name: str = "netvm") -> list[str]:
        return undo(RecordFile(name, self.machine.record), self.programs, self.told.append)

    def everything(self) -> dict[str, str]:
        """All files and folders, with what is in the files."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes().hex() if path.is_file() else ""
            for path in sorted(self.folder.rglob("*"))
        }

    @property
    def disk(self) -> Path:
        return self.folder / "images/netvm/root.img"

    def of_disk(self, request: str, disk: Path | None = None) -> str:
        """What debugfs tells of the disk that was made."""
        return programs.run([programs.DEBUGFS, "-R", request, str(disk or self.disk)], "debugfs", 30).decode()
