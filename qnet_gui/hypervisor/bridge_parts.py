"""What the network interfaces of a PCI device are a part of, a bridge or a bond, and that they become so again.

Who gives the device away loses that with the interface. Of what sets networks up in dom0, some put it back when the
interface returns (NetworkManager, systemd-networkd), and some do not: ifupdown, and what an administrator has typed.
Reads sysfs, runs ip. It blocks, for seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from qnet_gui.hypervisor import pci
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.runtime import command

#: All interfaces: Linux, Documentation/ABI/testing/sysfs-class-net.
LINKS = Path("/sys/class/net")
#: What a link has there that takes others by `ip link set … master`; a switch of Open vSwitch gets its own back itself.
_WHOLES = ("bridge", "bonding")
#: Seconds in which a driver makes its interfaces and udev gives them their names, and between two looks.
_SECONDS, _LOOK = 10.0, 0.1


class Run(Protocol):
    """Runs a program; `QnetError` when it fails."""

    def __call__(self, words: Sequence[str], /) -> bytes:
        """Return what it printed."""
        ...


def parts(device: str, root: Path = pci.ROOT) -> dict[str, str]:
    """The interfaces of a device, each with the bridge or bond that it is a part of."""
    return {
        interface.name: whole
        for interface in _interfaces(device, root)
        if any((interface / "master" / kind).is_dir() for kind in _WHOLES) and (whole := master_of(interface))
    }


def rejoin(
    device: str, wholes: Mapping[str, str], root: Path = pci.ROOT, links: Path = LINKS, run: Run = command.run,
    seconds: float = _SECONDS,
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Have interfaces be a part again of what they were; yields each that became one, with that.

    A bridge that is gone is nobody's matter. `KernelError` for the first interface that cannot.
    """
    for known, whole in wholes.items():
        if not (links / whole).exists():
            continue
        interface = _awaited(device, known, len(wholes) == 1, root, seconds)
        if interface is None:
            raise KernelError(ServiceCode.PART_AWAY, interface=known, bridge=whole)
        if master_of(interface):  # again, or of what somebody has made it a part of meanwhile
            continue
        try:
            for words in (("down",), ("master", whole), ("up",)):  # a bond takes none that is up
                run([command.IP, "link", "set", "dev", interface.name, *words])
        except KernelError as error:
            left = Message(ServiceCode.PART_LEFT, interface=interface.name, bridge=whole, why=error.message)
            raise KernelError(left) from None
        yield interface.name, whole


def became(interface: str, whole: str) -> Message:
    """What tells of it."""
    return Message(ServiceCode.PART_AGAIN, interface=interface, bridge=whole)


def _interfaces(device: str, root: Path) -> list[Path]:
    try:
        return sorted((root / "devices" / device / "net").iterdir())
    except OSError:
        return []


def master_of(interface: Path) -> str:
    """What a network interface is a part of, by its folder in sysfs; empty for nothing.

    Source: Linux, Documentation/ABI/testing/sysfs-class-net, `master`.
    """
    with suppress(OSError):
        return (interface / "master").readlink().name
    return ""


def _awaited(device: str, known: str, only: bool, root: Path, seconds: float) -> Path | None:
    """The interface of this name once it is there; the only one by whatever name where it does not come."""
    until = time.monotonic() + seconds
    while True:
        there = _interfaces(device, root)
        named = next((interface for interface in there if interface.name == known), None)
        if named is not None or time.monotonic() >= until:
            return named if named is not None else there[0] if only and len(there) == 1 else None
        time.sleep(_LOOK)
