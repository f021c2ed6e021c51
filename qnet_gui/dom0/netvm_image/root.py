"""Looks into a netvm's root, a folder or the image of an ext filesystem. Changes nothing.

Who made a root may have put anything into it. So no link leads out of a folder, an image is read by debugfs and never
mounted, and names that debugfs is told are of few characters.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from qnet_gui.dom0.netvm_image.packages import UNITS, WANTS
from qnet_gui.model.errors import Refused
from qnet_gui.model.messages.netvm_image import ImageCode
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import shown

DEBUGFS = "/usr/sbin/debugfs"
#: Runs a program, with a name for it, for so many seconds at most; returns what it printed.
Run = Callable[[Sequence[str], str, float], bytes]
_SECONDS = 120.0
#: Where the kernel's documents say that an ext filesystem has its magic number: ext4/globals.rst, "The Super Block".
_MAGIC_AT, _MAGIC = 1024 + 0x38, b"\x53\xef"
_KERNEL = re.compile(r"vmlinuz-([A-Za-z0-9][A-Za-z0-9.+~_-]{0,99})")
_RAMDISKS = ("initrd.img-{}", "initramfs-{}.img")
_AGENT = "/usr/bin/qnet-agent"
#: What a netvm is nothing without, and where it may be.
_NEEDED = {
    "systemd": ("/usr/lib/systemd/systemd", "/lib/systemd/systemd"),
    "NetworkManager": ("/usr/sbin/NetworkManager",),
    "xl": ("/usr/sbin/xl",),
    "qnet-agent": (_AGENT,),
}
_ENABLED = f"/{WANTS}/{UNITS[0]}"


class Root(Protocol):
    """A root that may be looked into."""

    def names(self, folder: str) -> list[str]:
        """What a folder has; nothing where it is not there."""
        ...

    def has(self, path: str) -> bool:
        """Whether there is something of this name, be it a link that leads nowhere."""
        ...

    def copy(self, path: str, target: Path) -> None:
        """Copy a file out of it to a place where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class FolderRoot:
    """A root that is a folder."""

    folder: Path

    def inside(self, path: str) -> Path:
        """The place of a path, whose folders are in this root; `Refused` where links lead elsewhere."""
        top = self.folder.resolve()
        place = top / path.lstrip("/")
        parent = place.parent.resolve()
        if not parent.is_relative_to(top):
            raise Refused(ImageCode.LEADS_OUT, path=shown(path))
        return parent / place.name

    def names(self, folder: str) -> list[str]:
        """See `Root`."""
        try:
            return sorted(entry.name for entry in self.inside(f"{folder}/.").resolve().iterdir())
        except OSError:
            return []

    def has(self, path: str) -> bool:
        """See `Root`."""
        return os.path.lexists(self.inside(path))

    def copy(self, path: str, target: Path) -> None:
        """See `Root`."""
        try:
            opened = os.open(self.inside(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise Refused(SystemCode.FILE_UNREADABLE, path=shown(path), why=error.strerror or "") from None
        with open(opened, "rb") as source, target.open("xb") as copied:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise Refused(ImageCode.LEADS_OUT, path=shown(path))
            shutil.copyfileobj(source, copied)


@dataclass(frozen=True, slots=True)
class ImageRoot:
    """A root in the image of an ext filesystem."""

    image: Path
    run: Run

    def _ask(self, request: str) -> str:
        return self.run([DEBUGFS, "-R", request, str(self.image)], "debugfs", _SECONDS).decode("utf-8", "replace")

    def names(self, folder: str) -> list[str]:
        """See `Root`. Source of the form: debugfs(8), `ls -p`."""
        lines = (line.split("/") for line in self._ask(f"ls -p {folder}").splitlines())
        return sorted(words[5] for words in lines if len(words) == 8)

    def has(self, path: str) -> bool:
        """See `Root`."""
        return self._ask(f"stat {path}").startswith("Inode:")

    def copy(self, path: str, target: Path) -> None:
        """See `Root`. `target` is of our own making, and has no blank in it."""
        self._ask(f"dump {path} {target}")
        if not target.is_file():
            raise Refused(SystemCode.FILE_UNREADABLE, path=shown(path), why="debugfs")


@dataclass(frozen=True, slots=True)
class Kernel:
    """The paths in a root of the kernel and of its initrd; `version`: as `uname -r` would say."""

    version: str
    image: str
    ramdisk: str


def open_root(path: Path, run: Run) -> Root:
    """What a path has; `Refused` where it is neither a folder nor the image of an ext filesystem."""
    if path.is_dir():
        return FolderRoot(path)
    try:
        if path.exists() and not (path.is_file() or path.is_block_device()):  # a pipe would have us wait
            raise Refused(ImageCode.ROOT_UNREADABLE, path=str(path))
        with path.open("rb") as image:
            image.seek(_MAGIC_AT)
            if image.read(len(_MAGIC)) == _MAGIC:
                return ImageRoot(path, run)
    except OSError as error:
        raise Refused(SystemCode.FILE_UNREADABLE, path=str(path), why=error.strerror or "") from None
    raise Refused(ImageCode.ROOT_UNREADABLE, path=str(path))


def kernel(root: Root) -> Kernel | None:
    """The newest kernel with an initrd and modules; None where there is none."""
    names = set(root.names("/boot"))
    with_modules = {*root.names("/usr/lib/modules"), *root.names("/lib/modules")}
    kernels = []
    for match in map(_KERNEL.fullmatch, names):
        if match and match[1] in with_modules:
            ramdisks = [form.format(match[1]) for form in _RAMDISKS if form.format(match[1]) in names]
            kernels += [Kernel(match[1], f"/boot/{match[0]}", f"/boot/{ramdisk}") for ramdisk in ramdisks]
    return max(kernels, key=lambda one: _order(one.version), default=None)


def _order(version: str) -> list[tuple[int, str]]:
    """So that 6.10 comes after 6.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", version)]


def lacking(root: Root, agent: bool = True, enabled: bool = True) -> tuple[str, ...]:
    """What a netvm needs and this root has not. `agent`, `enabled`: that is not going to be done, and must be so."""
    names = [name for name, places in _NEEDED.items() if not any(map(root.has, places))]
    if kernel(root) is None:
        names.append("a kernel with its initrd in /boot, and its modules")
    if not agent:
        names = [name for name in names if name != "qnet-agent"]
    elif enabled and "qnet-agent" not in names and not root.has(_ENABLED):
        names.append("an enabled qnet-agent.service")
    return tuple(names)
