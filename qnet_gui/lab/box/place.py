"""Where a lab is: its name, its folder under /run, its cgroup, its lock. Touches those paths and no others.

All of a lab that can outlive a process is one folder and one cgroup, so `down` needs no other knowledge: it kills the
cgroup and removes the two. Nothing is mounted outside private namespaces.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from qnet_gui.model.errors import BadInput, HypervisorError, NotFound
from qnet_gui.model.messages.plain import plain

LABS = Path("/run/qnet-lab")
DEFAULT = "lab"
DOM0 = "dom0"
#: The role of a network driver domain, and the name of the first one.
NETVM = "netvm"
#: The role of every domain but dom0 and the netvms.
GUEST = "guest"
PROVIDERS = ("isp1", "isp2")
_NAME = re.compile(r"[a-z0-9]{1,12}")
_DOMAIN = re.compile(r"[a-z][a-z0-9-]{0,14}")


@cache
def _cgroup_mount() -> Path:
    """Where cgroup v2 is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside version 1."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            return Path(fields.split()[4])
    raise HypervisorError(plain("The lab needs control groups version 2, and they are not mounted here."))


def domain_name(name: str) -> str:
    """A name for a new AppVM of a lab, or for a further netvm; or `BadInput`."""
    if not _DOMAIN.fullmatch(name) or name in (DOM0, NETVM, *PROVIDERS):
        raise BadInput(plain(f"{name!r} cannot be a domain's name: use up to 15 of a-z, 0-9 and -, a letter first."))
    return name


def netvm_names(names: list[str]) -> list[str]:
    """The names of a lab's netvms, or `BadInput`; the first is the one that dom0 has as its default."""
    if names[:1] != [NETVM] or len(names) > len(PROVIDERS):
        raise BadInput(plain(f"The first netvm is named {NETVM}, and there can be {len(PROVIDERS)}: netvm,netvm2."))
    return [NETVM, *map(domain_name, names[1:])]


@dataclass(frozen=True, slots=True)
class Place:
    """The paths of one lab."""

    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadInput(plain(f"{self.name!r} cannot be a lab's name: use up to 12 of a-z and 0-9."))

    @property
    def folder(self) -> Path:
        """The lab's folder; it exists from the first to the last moment of a lab."""
        return LABS / self.name

    @property
    def cgroup(self) -> Path:
        """The control group that every process of the lab is in."""
        return _cgroup_mount() / f"qnet-lab-{self.name}"

    @property
    def control(self) -> Path:
        """The machine's socket for the person in front of it: everything, cables included."""
        return self.folder / "machine.sock"

    @property
    def hypervisor(self) -> Path:
        """The machine's socket for dom0: what a hypervisor and its toolstack offer."""
        return self.folder / "hypervisor.sock"

    @property
    def log(self) -> Path:
        """Folder of the logs, one file a program."""
        return self.folder / "log"

    @property
    def xen(self) -> Path:
        """xenstored's run folder."""
        return self.folder / "xen"

    @property
    def disks(self) -> Path:
        """What the domains wrote; a tmpfs that only the lab's own namespaces see."""
        return self.folder / "disks"

    @property
    def dom0_bus(self) -> Path:
        """The folder that is dom0's /run/dbus, reachable from the outside for the tray on the user's desktop."""
        return self.folder / "dom0-bus"

    def xenbus(self, domid: int) -> Path:
        """The socket on which a client is domain `domid`."""
        return self.xen / f"{domid}.sock"

    def exists(self) -> bool:
        """Whether there is a lab of this name, or what is left of one."""
        return self.folder.exists() or self.cgroup.exists()

    def make(self) -> None:
        """Make the folders; `FileExistsError` where there is a lab already."""
        self.folder.mkdir(mode=0o711)
        for path, mode in ((self.log, 0o700), (self.xen, 0o700), (self.disks, 0o700), (self.dom0_bus, 0o755)):
            path.mkdir(mode=mode)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of this lab's name; waits for another `up` or `down`. The file goes with its last user."""
        path = LABS / f".{self.name}.lock"
        fd = _lock(path)
        try:
            yield
        finally:
            if not self.folder.exists():
                path.unlink(missing_ok=True)
                with suppress(OSError):  # another lab's
                    LABS.rmdir()
            os.close(fd)


def _lock(path: Path) -> int:
    while True:
        with suppress(FileNotFoundError):  # removed together with its folder by the one who held it before
            path.parent.mkdir(mode=0o755, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX)
            if _same(fd, path):
                return fd
            os.close(fd)


def _same(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def existing() -> list[str]:
    """Names of the labs whose folder exists."""
    if not LABS.is_dir():
        return []
    return sorted(entry.name for entry in LABS.iterdir() if _NAME.fullmatch(entry.name))


def log_file(place: Place, name: str) -> IO[bytes]:
    """The log of a program, opened for appending."""
    return (place.log / f"{name}.log").open("ab")


def not_up(name: str) -> NotFound:
    """What is said of a lab that is not there."""
    named = "" if name == DEFAULT else f" --name {name}"
    return NotFound(plain(f"There is no lab named {name}. Start it: sudo qnet lab up{named}"))
