"""Takes PCI devices from dom0, for a domain to be given them, and gives them back to the drivers that they had.

By `xl`, which has Xen keep the device away from dom0 meanwhile. Where that fails half-way, the rest is done through
sysfs, since a device must not be left between two drivers: without an IOMMU xl binds a device to pciback, then fails,
and refuses to take it out again. Touches the devices, and loads pciback. It blocks.

Source: Xen 4.17, tools/libs/light/libxl_pci.c (libxl__device_pci_assignable_add and _remove).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from qnet_gui.hypervisor import bridge_parts, pci
from qnet_gui.hypervisor.xen_run import XL, xl
from qnet_gui.model.errors import HypervisorError, KernelError, NotFound, QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.runtime.command import run

_PCIBACK = pci.GIVEN_AWAY[0]
_MODPROBE = Path("/sbin/modprobe")
_MODULE = "xen-pciback"
#: Unbinding a driver waits for what it has under way.
_DEADLINE = 30.0


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="ascii")


def _load() -> None:
    """Load pciback; a kernel that has it built in needs none."""
    with contextlib.suppress(KernelError):
        run([_MODPROBE, _MODULE], deadline=_DEADLINE)


class Passthrough:
    """`program` is xl; `write` writes into sysfs, of which `root` is the folder of the PCI bus.

    `links`: the one of all interfaces; `ip` runs ip.
    """

    def __init__(
        self, program: Path = XL, root: Path = pci.ROOT, write: Callable[[Path, str], None] = _write,
        load: Callable[[], None] = _load, links: Path = bridge_parts.LINKS, ip: bridge_parts.Run = run,
    ) -> None:  # fmt: skip
        self._program = program
        self._root = root
        self._write = write
        self._load = load
        self._links = links
        self._run = ip

    def controllers(self) -> list[pci.PciNic]:
        """See `pci.controllers`."""
        return pci.controllers(self._root)

    def nic(self, address: str) -> pci.PciNic:
        """The device with this address; `NotFound` when there is none."""
        nic = pci.nic(address, self._root)
        if nic is None:
            raise NotFound(ServiceCode.NO_DEVICE, device=address)
        return nic

    def take(self, address: str) -> None:
        """Have pciback hold a device; one that it holds is no error. `QnetError` says why it does not."""
        if not self._folder(_PCIBACK).is_dir():
            self._load()
            if not self._folder(_PCIBACK).is_dir():
                raise KernelError(ServiceCode.NO_PCIBACK, module=_MODULE)
        self._xl("pci-assignable-add", address)
        if not self.nic(address).given_away:
            raise HypervisorError(ServiceCode.CARD_NOT_TAKEN, device=address)

    def give_back(self, address: str, driver: str) -> None:
        """Bind a device to `driver`; where that is empty, to one that the kernel finds for it, if any.

        It may have been taken before its driver was loaded. No domain may have it any more.

        One that has been bound to another driver meanwhile is dom0's already, and left. `QnetError` when it is not
        dom0's in the end; whatever could be done has been done then.
        """
        why: tuple[Message, ...] = ()
        if self.nic(address).given_away:
            try:
                self._xl("pci-assignable-remove", "-r", address)
            except HypervisorError as error:
                why = (error.message,)
        with contextlib.suppress(OSError):
            self._by_sysfs(address, driver)
        now = self.nic(address)
        if now.given_away or (driver and not now.driver):
            failed = (
                Message(ServiceCode.CARD_NOT_GIVEN_BACK, device=address, driver=driver)
                if driver
                else Message(ServiceCode.CARD_STILL_HELD, device=address)
            )
            raise KernelError(HelperCode.SENTENCES, sentences=(failed, *why))

    def parts(self, address: str) -> dict[str, str]:
        """See `bridge_parts.parts`."""
        return bridge_parts.parts(address, self._root)

    def rejoin(self, address: str, wholes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """See `bridge_parts.rejoin`."""
        return bridge_parts.rejoin(address, wholes, self._root, self._links, self._run)

    def _by_sysfs(self, address: str, driver: str) -> None:
        """What xl has left to be done."""
        if self.nic(address).given_away:
            self._write(self._folder(self.nic(address).driver) / "unbind", address)
            with contextlib.suppress(OSError):  # it has no slot
                self._write(self._folder(_PCIBACK) / "remove_slot", address)
        if not self.nic(address).driver:
            self._write(self._folder(driver) / "bind" if driver else self._root / "drivers_probe", address)

    def _folder(self, driver: str) -> Path:
        return self._root / "drivers" / driver

    def _xl(self, *words: str) -> str:
        return xl(*words, deadline=_DEADLINE, program=self._program)


def explained(error: QnetError, iommu: bool | None) -> QnetError:
    """The error, or one that says that there is no IOMMU, where xl's words mean that and it was not known."""
    if not iommu and any(words in error.sentence for words in ("passthrough not supported", "failed to quarantine")):
        return no_iommu()
    return error


def no_iommu() -> QnetError:
    """What to do where Xen gives no device to any domain."""
    return HypervisorError(ServiceCode.IOMMU_MISSING)
