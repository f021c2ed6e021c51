"""The root file system of a domain: the host's, with everything that is written kept apart. Touches mounts only, and
only in the private mount namespace of the caller.

/etc, /usr and /var are overlays whose upper halves outlive a restart of the domain; /run, /tmp, /dev/shm, /root and
/home are fresh, so none of the host's sockets and no other domain's can be reached; /proc and /sys are the namespaces'
own; everything else of the host's is read-only.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import qnet_gui
from qnet_gui.lab.box import syscalls
from qnet_gui.lab.box.place import DOM0, NETVM, Place

#: The folder above the package: the checkout.
CHECKOUT = Path(qnet_gui.__file__).resolve().parents[1]
_PCI = Path("/sys/bus/pci/devices")
_OVERLAYS = ("/etc", "/usr", "/var")
#: A checkout may lie below /root, and everybody has to find the programs that are in it.
_EMPTY_FOLDERS = {"/run": 0o755, "/tmp": 0o1777, "/dev/shm": 0o1777, "/root": 0o711, "/home": 0o755}  # noqa: S108


@dataclass(frozen=True, slots=True)
class _Preserved:
    """A file or folder that stays visible at `target` although its own place is covered."""

    fd: int
    target: Path
    folder: bool

    def mount(self) -> None:
        if self.folder:
            self.target.mkdir(parents=True, exist_ok=True)
        else:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self.target.touch()
        syscalls.bind(f"/proc/self/fd/{self.fd}", self.target)
        os.close(self.fd)


def _preserve(source: Path, target: Path) -> _Preserved:
    return _Preserved(os.open(source, os.O_PATH | os.O_CLOEXEC), target, source.is_dir())


def _own_code() -> list[_Preserved]:
    """The program's own code and Python, where they lie below a folder that is about to be covered."""
    below = tuple(path + "/" for path in _EMPTY_FOLDERS)
    places = {CHECKOUT, Path(sys.prefix), Path(sys.base_prefix)}
    return [_preserve(path, path) for path in sorted(places) if str(path).startswith(below)]


def build(place: Place, name: str, role: str, domid: int) -> bool:
    """Make the root of domain `name`, in which only the sockets of domain `domid` exist; True at its first boot."""
    disk = place.disks / name
    first_boot = not disk.exists()
    for path in _OVERLAYS:
        for half in ("upper", "work"):
            (disk / path[1:] / half).mkdir(parents=True, exist_ok=True)
    syscalls.make_mounts_private()
    preserved = _own_code()
    if role == DOM0:
        preserved.append(_preserve(place.xen / "socket", Path("/run/xenstored/socket")))
        preserved.append(_preserve(place.hypervisor, Path("/run/xen/lab-hypervisor")))
        preserved.append(_preserve(place.dom0_bus, Path("/run/dbus")))
    else:
        preserved.append(_preserve(place.xenbus(domid), Path("/run/xenstored/socket")))
    syscalls.set_read_only("/", True, below=True)
    _writable(disk)
    for part in preserved:
        part.mount()
    if role == DOM0:
        syscalls.set_read_only("/run/dbus", False)
    for path in ("/run/dbus", "/run/lock", "/run/xen"):
        Path(path).mkdir(exist_ok=True)
    syscalls.mount_proc()
    syscalls.mount_sysfs(read_only=role == NETVM)  # NetworkManager manages no device of a writable one without udev
    if role == DOM0:
        syscalls.mount_cgroup()  # polkit finds a caller's login session by the control group
    if role == DOM0 and _PCI.is_dir():
        syscalls.mount_tmpfs(_PCI)  # the host's cards are not this machine's
    return first_boot


def _writable(disk: Path) -> None:
    """Cover what a domain may write to."""
    syscalls.set_read_only(disk.parent, False)  # an overlay takes no read-only upper half
    for path in _OVERLAYS:
        syscalls.mount_overlay(path, disk / path[1:] / "upper", disk / path[1:] / "work")
    for path, mode in _EMPTY_FOLDERS.items():
        syscalls.mount_tmpfs(path, mode)
