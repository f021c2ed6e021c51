"""How `qnet doctor` looks at a machine: files below a root, what programs print, and who it is that looks.

Nothing of it fails: what cannot be looked at is as if it were not there, or as it should be. Changes nothing.
"""

from __future__ import annotations

import enum
import importlib.util
import os
import socket
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qnet_gui.hypervisor import lab, which_domain
from qnet_gui.model import config
from qnet_gui.model.domain import DOM0_NAMES
from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.distribution import OS_RELEASE, Distribution, distribution

_DEADLINE = 10.0
#: What a shell says of a program that cannot be run.
_NOT_RUN = 127
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class Kind(enum.Enum):
    """What a machine is to qnet. `ELSEWHERE`: nothing of it is installed. `LAB`: nothing needs to be."""

    DOM0 = "dom0"
    NETVM = "netvm"
    GUEST = "guest"
    LAB = "lab"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a program ended, and what it printed."""

    status: int = _NOT_RUN
    text: str = ""


def ask(words: Sequence[str]) -> Answer:
    """Run a program of the system to its end, for a few seconds at most."""
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_ENVIRONMENT,
            cwd="/", timeout=_DEADLINE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return Answer()
    return Answer(done.returncode, done.stdout.decode("utf-8", "replace"))


def has_module(name: str) -> bool:
    """Whether a Python module can be imported, of which only the packages that it is in are."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def connects(path: Path) -> bool:
    """Whether somebody listens at a unix socket; so too where it cannot be tried, for want of rights."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(_DEADLINE)
        try:
            sock.connect(str(path))
        except PermissionError:
            return True
        except OSError:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Disk:
    """Whether a file can be made in a filesystem, and where that is mounted."""

    full: bool = False
    read_only: bool = False
    mount: str = "/"


#: Bytes without which nothing of ours can be written.
_ROOM = 1 << 18


def disk(path: Path) -> Disk:
    """How the filesystem is on which a path will be; as it should be, where that cannot be seen."""
    there = next((one for one in (path, *path.parents) if one.is_dir()), Path("/"))
    try:
        status = os.statvfs(there)
    except OSError:
        return Disk()
    mount = next(one for one in (there, *there.parents) if one.is_mount())
    no_files = status.f_files > 0 and status.f_ffree == 0
    return Disk(no_files or status.f_bfree * status.f_frsize < _ROOM, bool(status.f_flag & os.ST_RDONLY), str(mount))


@dataclass(frozen=True)
class Machine:
    """A machine, below `root`. `owner`: the user who must own what root goes by, which is root."""

    root: Path = Path("/")
    ask: Callable[[Sequence[str]], Answer] = ask
    has_module: Callable[[str], bool] = has_module
    connects: Callable[[Path], bool] = connects
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)
    owner: int = 0
    disk: Callable[[Path], Disk] = disk

    def path(self, path: str | Path) -> Path:
        """Where a path of the machine is."""
        return self.root / str(path).lstrip("/")

    def text(self, path: str | Path) -> str:
        """What a file says; nothing where there is none, or it cannot be read."""
        return self.exact_text(path).replace("\r\n", "\n").replace("\r", "\n")

    def exact_text(self, path: str | Path) -> str:
        """The same with the ends of lines that it has."""
        try:
            file = self.path(path)
            return file.read_bytes().decode("utf-8", "replace") if file.is_file() else ""
        except OSError:
            return ""

    def exists(self, path: str | Path) -> bool:
        """Whether it is there, and not only a link to nothing."""
        try:
            return self.path(path).exists()
        except OSError:
            return False

    def status(self, path: str | Path) -> os.stat_result | None:
        """Whose it is, and what it is; None where that cannot be seen."""
        try:
            return self.path(path).stat()
        except OSError:
            return None

    def is_hidden(self, path: str | Path) -> bool:
        """Whether whoever asks may not look there, as where Fedora's Xen has its scripts."""
        try:
            self.path(path).stat()
        except PermissionError:
            return True
        except OSError:
            return False
        return False

    def is_unreadable(self, path: str | Path) -> bool:
        """Whether it is there, or may be, and whoever asks may not read it."""
        status = self.status(path)
        if status is None or not stat.S_ISREG(status.st_mode):  # a pipe would have us wait
            return self.is_hidden(path)
        try:
            with self.path(path).open("rb"):
                return False
        except OSError as error:
            return isinstance(error, PermissionError)


@dataclass(frozen=True, slots=True)
class Place:
    """What all else depends on. `netvm`: the chosen one's name. `packaged`: qnet was installed as packages."""

    kind: Kind
    distribution: Distribution = Distribution.DEBIAN
    packaged: bool = False
    netvm: str = "netvm"

    @property
    def serves(self) -> bool:
        """Whether it is a netvm, which dom0 can be."""
        return self.kind is Kind.NETVM or (self.kind is Kind.DOM0 and self.netvm in DOM0_NAMES)

    @property
    def isolated(self) -> bool:
        """Whether it is a dom0 that has no network."""
        return self.kind is Kind.DOM0 and self.netvm not in DOM0_NAMES

    @property
    def role(self) -> str:
        """As `make install` calls it."""
        return self.kind.value if self.kind in (Kind.DOM0, Kind.NETVM) else Kind.GUEST.value

    def again(self, package: str, path: str = "") -> dict[str, str]:
        """The arguments `where` and `again` of a fault: how a package is installed another time, for want of `path`.

        What is missing below /etc an administrator has removed, to dpkg: it stays so unless it is told otherwise.
        """
        if not self.packaged:
            return {"where": "in a checkout of qnet", "again": f"make install ROLE={self.role}"}
        where = "in the folder with qnet's packages"
        if self.distribution is Distribution.FEDORA:
            return {"where": where, "again": f"dnf reinstall ./{package}-*.rpm"}
        words = f"apt install --reinstall {'-o Dpkg::Options::=--force-confmiss ' * path.startswith('/etc/')}"
        return {"where": where, "again": f"{words}./{package}_*.deb"}

    def first(self, package: str) -> dict[str, str]:
        """The same for a package that is not there yet: dnf installs none of these another time."""
        again = self.again(package)
        command = again["again"].replace("dnf reinstall", "dnf install").replace(" --reinstall", "")
        return {**again, "again": command}


def _kind(machine: Machine) -> Kind:
    if machine.exists(lab.SOCKET):
        return Kind.LAB
    is_xen = machine.text(which_domain.KIND).strip() == "xen"
    in_control = which_domain.is_dom0(lambda path: machine.text(path).strip())
    if is_xen and not in_control:
        return Kind.NETVM if machine.exists("/usr/bin/qnet-agent") else Kind.GUEST
    return Kind.DOM0 if in_control or machine.exists("/usr/bin/qnet-helper") else Kind.ELSEWHERE


def place(machine: Machine) -> Place:
    """What this machine is."""
    try:
        netvm = config.load(machine.path(config.PATH)).netvm
    except QnetError:
        netvm = config.Config().netvm
    of = distribution(machine.path(OS_RELEASE))
    if of is Distribution.FEDORA:
        packaged = machine.ask(["/usr/bin/rpm", "-q", "qnet-common"]).status == 0
    else:
        packaged = machine.exists("/var/lib/dpkg/info/qnet-common.list")
    return Place(_kind(machine), of, packaged, netvm)
