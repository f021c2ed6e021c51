"""PCI network controllers: which there are, and which driver has them. Reads sysfs below a folder, changes nothing."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import shown

ROOT = Path("/sys/bus/pci")
#: Drivers that hold a device for another domain; the first is the one that `xl` asks for.
GIVEN_AWAY = ("pciback", "xen-pciback")
#: The class of network controllers, and what precedes it in the file.
_CONTROLLER = "0x02"
#: The kernel makes numbers of domains up that have more than four digits, for what is behind Intel's VMD.
_ADDRESS = re.compile(r"(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,2}):([01]?[0-9a-f])\.([0-7])")


@dataclass(frozen=True, slots=True)
class PciNic:
    """A device: its address on the bus, its driver in dom0 (empty for none), where it really is in sysfs.

    `virtual`: it is a virtual function, which comes and goes with the driver of the device that it is a part of.
    """

    address: str
    driver: str
    path: str
    virtual: bool = False

    @property
    def given_away(self) -> bool:
        """Whether it is held for another domain."""
        return self.driver in GIVEN_AWAY


def address(text: str) -> str:
    """The full address of a device, `0000:03:00.0`, from one as people write it; `BadInput` when it is none."""
    match = _ADDRESS.fullmatch(text.strip().lower())
    if not match:
        raise BadInput(ValueCode.NOT_A_PCI_ADDRESS, value=shown(text))
    segment, bus, slot, function = match.groups()
    return f"{int(segment or '0', 16):04x}:{int(bus, 16):02x}:{int(slot, 16):02x}.{function}"


def driver(device: str, root: Path = ROOT) -> str:
    """The name of a device's driver; empty when it has none, or is not there."""
    with suppress(OSError):
        return (root / "devices" / device / "driver").readlink().name
    return ""


def nic(device: str, root: Path = ROOT) -> PciNic | None:
    """The device with this full address, whatever it is; None when there is none."""
    folder = root / "devices" / device
    if not folder.exists():
        return None
    return PciNic(device, driver(device, root), os.path.realpath(folder), (folder / "physfn").exists())


def controllers(root: Path = ROOT) -> list[PciNic]:
    """Every network controller, given away or not, by ascending address."""
    try:
        names = sorted(path.name for path in (root / "devices").iterdir())
    except FileNotFoundError:  # no such bus
        return []
    nics = (nic(name, root) for name in names if is_controller(name, root))
    return [controller for controller in nics if controller is not None]


def is_controller(device: str, root: Path | None = None) -> bool:
    """Whether the device with this full address is a network controller; not when it is not there."""
    try:
        return ((root or ROOT) / "devices" / device / "class").read_text(encoding="ascii").startswith(_CONTROLLER)
    except (OSError, ValueError):  # gone meanwhile
        return False
