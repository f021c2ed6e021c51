"""What is asked of `qnet netvm make`, and where it will lie. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle.service import CONFIGURATION
from qnet_gui.hypervisor import pci

#: GiB that the netvm's disk may grow to, and the MiB of its memory where nothing says how many.
SIZE, MEMORY = 4, 512
IMAGES, XL_FOLDER = Path("/var/lib/xen"), Path("/etc/xen")
#: What xl and every program here take as it is, between quotes and without.
PATH = re.compile(r"(/[A-Za-z0-9._@+-]+)+")
#: A volume group and a logical volume in it: lvm(8), "VALID NAMES", less what begins with a sign.
VOLUME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9+_.-]{0,62}/[A-Za-z0-9_][A-Za-z0-9+_.-]{0,62}")
SUITE = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
#: What a line of apt's sources can hold without options or quotes.
MIRROR = re.compile(r"(https?|file|copy):/[A-Za-z0-9._~:/@%+=-]+")
XEN = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A netvm to be made. `output` or `volume` (VG/LV): its disk, `size` GiB at most; a file of its own where neither.

    `source`: a root that is there already, a folder or an image; else Debian's `suite` from `mirror`, empty for apt's
    own. `packages`: a folder with ours. `memory` in MiB and `pci`: for its configuration, where these are to be said.
    `xen`: the version that its `xl` is of, empty for that of the running one.
    """

    name: str
    output: Path | None = None
    volume: str = ""
    size: int = SIZE
    source: Path | None = None
    suite: str = ""
    mirror: str = ""
    packages: Path | None = None
    memory: int | None = None
    pci: tuple[str, ...] = ()
    xen: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything will lie. Away from dom0 there is nothing but the disk, which has its kernel inside."""

    disk: Path
    kernel: Path | None = None
    ramdisk: Path | None = None
    configuration: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Files that must not be there yet; of the configuration it is seen what it says."""
        return tuple(path for path in (self.disk, self.kernel, self.ramdisk) if path is not None)


def device(text: str) -> str:
    """The full address of a PCI device, from one as people write it; `BadInput` when it is none."""
    return pci.address(text)


def places(wanted: Wanted, in_dom0: bool, chosen: str) -> Places:
    """`chosen`: the netvm that qnet starts, whose configuration has a place of its own."""
    folder = IMAGES / wanted.name
    disk = Path("/dev") / wanted.volume if wanted.volume else wanted.output or folder / "root.img"
    if not in_dom0:
        return Places(disk)
    configuration = CONFIGURATION if wanted.name == chosen else XL_FOLDER / f"{wanted.name}.cfg"
    return Places(disk, folder / "vmlinuz", folder / "initrd.img", configuration)
