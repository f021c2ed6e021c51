"""What `qnet netvm make` finds on this machine. Reads, changes nothing; paths can be others for tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from qnet_gui.dom0.netvm_image import apt, programs, sources
from qnet_gui.dom0.netvm_image.packages import ours
from qnet_gui.dom0.netvm_image.record import FOLDER, RecordFile
from qnet_gui.dom0.netvm_image.root import DEBUGFS, Run, lacking, open_root
from qnet_gui.dom0.netvm_image.wanted import Places, Wanted, places
from qnet_gui.dom0.netvm_lifecycle import reach
from qnet_gui.dom0.netvm_lifecycle.control import UNIT, WANTS
from qnet_gui.hypervisor import which_domain, xen
from qnet_gui.hypervisor.xen import XenHypervisor
from qnet_gui.model import config
from qnet_gui.model.errors import QnetError
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.runtime.distribution import OS_RELEASE, Distribution, distribution
from qnet_gui.runtime.stored import read_file

#: Where everything is put together, in a folder of its own.
WORK = Path("/var/tmp")  # noqa: S108
#: Bytes of a new root, of which so many are firmware that is not free; of a kernel with its initrd.
ROOT, FIRMWARE, KERNEL = 1500 << 20, 400 << 20, 64 << 20
_BLOCK = 512


def free(folder: Path) -> int:
    """Bytes that are left in the filesystem of a folder."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def mounted(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Where the filesystem of a folder is mounted, and in which ways that keep programs from being run in it."""
    there = next(Path(os.path.realpath(one)) for one in (folder, *folder.parents) if one.exists())
    flags = os.statvfs(there).f_flag
    barred = [word for word, flag in (("noexec", os.ST_NOEXEC), ("nodev", os.ST_NODEV)) if flags & flag]
    return next(one for one in (there, *there.parents) if one.is_mount()), tuple(barred)


def domains() -> set[str]:
    """Names of the domains that there are; `QnetError` where xl does not say."""
    return {info.name for info in XenHypervisor().domains()} if which_domain.is_dom0() else set()


@dataclass(frozen=True, slots=True)
class GivenRoot:
    """A root that is there already. `wrong`: why it will not do, empty where it will; `lacks`: what it has not."""

    wrong: str = ""
    lacks: tuple[str, ...] = ()
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """Our packages: files of them by their names, what these depend on, and whether apt has them itself.

    `unreadable`: files that dpkg cannot unpack.
    """

    files: tuple[tuple[str, tuple[Path, ...]], ...] = ()
    needs: tuple[str, ...] = ()
    in_apt: bool = False
    unreadable: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """A filesystem, by a folder of it: how many bytes it takes there at least, and how many are free.

    `has_disk`: the netvm's disk will lie there, which could lie elsewhere; the rest could not.
    """

    folder: Path
    needed: int
    free: int
    has_disk: bool = True


@dataclass(frozen=True, slots=True)
class Survey:
    """A machine, with a netvm in mind.

    `chosen`: the netvm that qnet starts. `missing`: paths of programs. `debian`: what a new root would be made of.
    `given`: the root that was named. `xen`: the version whose `xl` it takes, empty where it is not known.
    `configuration`: what stands where the netvm's will be, None for nothing. `there`: what lies already where
    something would be made. `made`: a netvm of this name is there by us; `left`: a half of one.
    `used`: bytes of the root. `room`: bytes that are free for a volume, None where no such volume group is known.
    `screen`: how large that of the netvm is to be. `distribution`: this machine's, by which programs are installed.
    `shown`: what systemd says of the unit that starts the netvm. `work`: where the filesystem is mounted in which all
    is put together, and `barred`: what keeps programs from being run there.
    """

    is_root: bool = True
    is_dom0: bool = True
    managed_by: str = ""
    chosen: str = "netvm"
    missing: tuple[str, ...] = ()
    debian: apt.Debian = field(default_factory=apt.Debian)
    given: GivenRoot | None = None
    ours: Ours = Ours()
    has_network: bool = True
    xen: str = ""
    configuration: str | None = None
    there: tuple[Path, ...] = ()
    made: bool = False
    left: bool = False
    used: int = ROOT
    spaces: tuple[Space, ...] = ()
    room: int | None = None
    screen: Geometry = config.DEFAULT_SCREEN
    distribution: Distribution = Distribution.DEBIAN
    shown: str = ""
    work: Path = WORK
    barred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """Where everything is, and who is asked."""

    config: Path = config.PATH
    release: Path = OS_RELEASE
    hypervisor: Path = Path("/sys/hypervisor/version")
    routes: Path = Path("/proc/net")
    work: Path = WORK
    record: Path = FOLDER
    keyring: Path = sources.KEYRING
    is_dom0: Callable[[], bool] = which_domain.is_dom0
    manager: Callable[[], str] = xen.manager
    is_there: Callable[[str], bool] = os.path.exists
    uid: Callable[[], int] = os.geteuid
    places: Callable[[Wanted, bool, str], Places] = places
    free: Callable[[Path], int] = free
    domains: Callable[[], set[str]] = domains
    wants: Path = WANTS
    run: Run = field(default=programs.run)
    unit: Callable[[], str] = reach.shown
    mounted: Callable[[Path], tuple[Path, tuple[str, ...]]] = mounted

    def starts_at_boot(self, name: str) -> bool:
        """Whether a service starts this netvm at boot."""
        return name == config.load(self.config).netvm and os.path.lexists(self.wants / UNIT)


def survey(wanted: Wanted, machine: Machine) -> Survey:
    """Look at everything; `QnetError` where the configuration of qnet, or a record, is wrong."""
    in_dom0, settings = machine.is_dom0(), config.load(machine.config)
    chosen = settings.netvm
    lie = machine.places(wanted, in_dom0, chosen)
    record = RecordFile(wanted.name, machine.record).record
    debian = apt.Debian()
    if wanted.source is None:
        debian = apt.debian(wanted, machine.release, machine.keyring, machine.is_there, machine.run)
    used = _used(wanted, debian)
    return Survey(
        machine.uid() == 0, in_dom0, machine.manager() if in_dom0 else "", chosen,
        tuple(path for path in _programs(wanted, debian) if not machine.is_there(path)),
        debian, _given(wanted, machine.run), _ours(wanted, machine), _has_network(machine.routes),
        wanted.xen or _version(machine.hypervisor), _text(lie.configuration),
        tuple(path for path in lie.files if os.path.lexists(path)),
        record is not None and record.finished, record is not None and not record.finished,
        used, _spaces(wanted, lie, used, machine), _room(wanted, machine.run), settings.screen,
        distribution(machine.release), machine.unit() if in_dom0 else "", *machine.mounted(machine.work),
    )  # fmt: skip


def _programs(wanted: Wanted, debian: apt.Debian) -> list[str]:
    """What it takes."""
    needed = [programs.UNSHARE, programs.MKE2FS]
    if wanted.source is None:
        needed.append(debian.program)
        if not wanted.mirror or debian.program == programs.MMDEBSTRAP:
            needed.append(programs.APT_GET)
    elif not wanted.source.is_dir():
        needed.append(DEBUGFS)
    if wanted.packages:
        needed.append(programs.DPKG_DEB)
    return [*needed, programs.LVCREATE] if wanted.volume else needed


def _given(wanted: Wanted, run: Run) -> GivenRoot | None:
    if wanted.source is None:
        return None
    is_image = not wanted.source.is_dir()
    try:
        root = open_root(wanted.source, run)
        return GivenRoot("", lacking(root, is_image or not wanted.packages, is_image), is_image)
    except QnetError as error:
        return GivenRoot(error.sentence, (), is_image)


def _ours(wanted: Wanted, machine: Machine) -> Ours:
    if wanted.packages is None:
        return Ours(in_apt=wanted.source is None and apt.knows_ours(machine.run))
    try:
        named = ours(wanted.packages.iterdir())
    except OSError:
        named = ours(())
    files = tuple((name, tuple(paths)) for name, paths in named.items())
    paths = [path for _, paths in files for path in paths]
    unreadable = tuple(path for path in paths if not apt.unpacks(path, machine.run))
    return Ours(files, tuple(apt.needs(paths, machine.run)), unreadable=unreadable)


def _has_network(folder: Path) -> bool:
    """Whether the kernel has a route beside those to itself."""
    with suppress(OSError):
        if len((folder / "route").read_text(encoding="ascii").splitlines()) > 1:
            return True
    with suppress(OSError):
        lines = (folder / "ipv6_route").read_text(encoding="ascii").splitlines()
        return any(line.split()[-1] != "lo" and not line.startswith(("fe80", "ff")) for line in lines if line.split())
    return False


def _version(folder: Path) -> str:
    """Of the hypervisor that runs, as `4.17`."""
    try:
        return ".".join((folder / name).read_text(encoding="ascii").strip() for name in ("major", "minor"))
    except OSError:
        return ""


def _text(path: Path | None) -> str | None:
    """What stands there; what cannot be read, and a link to nothing, stands there too."""
    if path is None:
        return None
    try:
        return read_file(path).decode("utf-8")
    except FileNotFoundError:
        return "\0" if path.is_symlink() else None
    except (OSError, UnicodeDecodeError):
        return "\0"


def _used(wanted: Wanted, debian: apt.Debian) -> int:
    if wanted.source is None:
        return ROOT + (FIRMWARE if sources.has_firmware(debian.repositories) else 0)
    if not wanted.source.is_dir():
        return _blocks(wanted.source, follow=True)  # what a link leads to is copied
    return sum(_blocks(Path(folder) / name) for folder, _, names in os.walk(wanted.source) for name in names)


def _blocks(path: Path, follow: bool = False) -> int:
    with suppress(OSError):
        return path.stat(follow_symlinks=follow).st_blocks * _BLOCK
    return 0


def _spaces(wanted: Wanted, lie: Places, used: int, machine: Machine) -> tuple[Space, ...]:
    """What is needed of each filesystem on which something is made."""
    wants = [] if wanted.volume else [(lie.disk.parent, used)]
    if wanted.source is None or wanted.source.is_dir():
        wants.append((machine.work, used))
    if lie.kernel is not None:
        wants.append((lie.kernel.parent, KERNEL))
    by_device: dict[int, Space] = {}
    for folder, needed in wants:
        there = next(one for one in (folder, *folder.parents) if one.is_dir())
        device = there.stat().st_dev
        is_disk = not wanted.volume and folder == lie.disk.parent
        before = by_device.get(device) or Space(there, 0, machine.free(there), is_disk)
        by_device[device] = replace(before, needed=before.needed + needed)
    return tuple(by_device.values())


def _room(wanted: Wanted, run: Run) -> int | None:
    if not wanted.volume:
        return None
    group = wanted.volume.partition("/")[0]
    words = [programs.VGS, "--noheadings", "--nosuffix", "--units", "b", "--options", "vg_free", group]
    try:
        return int(run(words, "vgs", 30.0))
    except (QnetError, ValueError):
        return None
