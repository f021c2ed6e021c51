"""Makes a netvm of a root: files of its own, our packages, what starts at its boot. Writes below that root only.

Whoever made the root may have put links into it: none of them is followed out of it. Programs of the root are run where
packages are installed in it, and nowhere else.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from qnet_gui.dom0.netvm_image import programs
from qnet_gui.dom0.netvm_image.packages import LEFT_OVER, UNITS, WANTS, own_files
from qnet_gui.dom0.netvm_image.root import FolderRoot, Run

_SECONDS = 900.0
_UNITS = ("usr/lib/systemd/system", "lib/systemd/system")
#: What programs of a root cannot do without, where whoever made it has left them out: null(4), random(4).
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}


def _place(root: FolderRoot, path: str) -> Path:
    """The place of a path, in folders that are there."""
    for parent in reversed(Path(path).parents[:-1]):
        folder = root.inside(str(parent))
        if not folder.exists():
            folder.mkdir(mode=0o755)
    return root.inside(path)


def write(root: FolderRoot, files: Mapping[str, str]) -> None:
    """Write files with their folders; what was there is replaced, never written through."""
    for path, text in files.items():
        place = _place(root, path)
        place.unlink(missing_ok=True)
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644), "wb") as file:
            file.write(text.encode())


def _add_devices(root: FolderRoot) -> None:
    """Have there be the devices that everything opens."""
    for name, (major, minor) in _DEVICES.items():
        place = root.inside(f"dev/{name}")
        if place.parent.is_dir() and not (place.exists() and stat.S_ISCHR(place.lstat().st_mode)):
            place.unlink(missing_ok=True)
            os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(major, minor))


def install(root: FolderRoot, packages: Sequence[Path], run: Run) -> None:
    """Install packages from their files, by the root's own dpkg, without a network."""
    _add_devices(root)
    place = _place(root, programs.INSIDE)
    place.mkdir(mode=0o755)
    try:
        for package in packages:
            shutil.copy(package, place)
        files = [f"{programs.INSIDE}/{package.name}" for package in packages]
        run(programs.inside(root.folder, "/usr/bin/dpkg", "--install", *files), "dpkg", _SECONDS)
    finally:
        shutil.rmtree(place)


def make_initrd(root: FolderRoot, run: Run) -> None:
    """Make the initrd anew, by the root's own program."""
    _add_devices(root)
    run(programs.inside(root.folder, "/usr/sbin/update-initramfs", "-u", "-k", "all"), "update-initramfs", _SECONDS)


def settle(root: FolderRoot, name: str) -> None:
    """Have it be the netvm of this name, with its services started at boot."""
    for path in LEFT_OVER:
        root.inside(path).unlink(missing_ok=True)
    write(root, own_files(name))
    for unit in UNITS:
        _enable(root, unit)


def _enable(root: FolderRoot, unit: str) -> None:
    """As systemctl does, which would be the root's own; one that is not there is left to who looks what is missing."""
    link = f"{WANTS}/{unit}"
    there = [folder for folder in _UNITS if root.has(f"{folder}/{unit}")]
    if there and not root.has(link):
        _place(root, link).symlink_to(f"/{there[0]}/{unit}")
