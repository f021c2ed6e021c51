"""Whether Xen is there for dom0: its tools, its store, the IOMMU, and the driver that gives network cards away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.faults.xen_faults import XenFault
from qnet_gui.doctor.machine import Machine, Place
from qnet_gui.dom0.netvm_lifecycle.control import UNIT, WANTS
from qnet_gui.hypervisor import pci, which_domain, xen_text
from qnet_gui.hypervisor.xen_run import XL
from qnet_gui.runtime.distribution import Distribution

STORE = "/run/xenstored/socket"
_RELEASE = "/proc/sys/kernel/osrelease"
#: Where a kernel's modules are listed, and how this one is called there.
_LISTS, _PCIBACK = ("modules.dep", "modules.builtin"), "xen-pciback"
#: Units that start xenstored and the rest; Debian 12 has one script for all.
_STORE_UNITS = ("xenstored.service", "xen.service")
KERNELS = {Distribution.DEBIAN: "linux-image-amd64", Distribution.FEDORA: "kernel-modules"}


@dataclass(frozen=True, slots=True)
class Facts:
    """`xl`: whether it answers, None where nobody but root may ask. `nics`: cards that the netvm should have.

    `pciback`: the kernel has it, loaded or not; True as well where there is no card to be given away.
    `unit`: what starts Xen's tools here.
    """

    booted: bool = True
    xenfs: bool = True
    store: bool = True
    xl: bool | None = True
    iommu: bool | None = True
    nics: tuple[str, ...] = ()
    pciback: bool = True
    unit: str = "xen"


def _has_pciback(machine: Machine) -> bool:
    if any(machine.exists(f"/sys/bus/pci/drivers/{driver}") for driver in pci.GIVEN_AWAY):
        return True
    folder = f"/lib/modules/{machine.text(_RELEASE).strip()}"
    return any(_PCIBACK in machine.text(f"{folder}/{name}") for name in _LISTS)


def _unit(machine: Machine) -> str:
    folders = ("/usr/lib/systemd/system", "/lib/systemd/system")
    there = (name for name in _STORE_UNITS for folder in folders if machine.exists(f"{folder}/{name}"))
    return next(there, "xen").removesuffix(".service")


def look(machine: Machine, place: Place) -> Facts:
    """Look at all of it. xl is asked where it can answer."""
    if machine.text(which_domain.KIND).strip() != "xen" and not machine.text(which_domain.CAPABILITIES):
        return Facts(booted=False)
    answer = machine.ask([str(XL), "info"]) if machine.is_root and machine.exists(XL) else None
    controllers = pci.controllers(machine.path(pci.ROOT))
    at_boot = machine.path(f"{WANTS}/{UNIT}").is_symlink()
    return Facts(
        True,
        bool(machine.text(which_domain.CAPABILITIES)),
        machine.connects(machine.path(Path(STORE))),
        None if answer is None else answer.status == 0,
        xen_text.iommu(xen_text.info(answer.text)) if answer else None,
        tuple(nic.address for nic in controllers if at_boot and not nic.given_away and not nic.virtual),
        not controllers or place.serves or _has_pciback(machine),
        _unit(machine),
    )


def check(facts: Facts) -> Iterator[Finding]:
    """What is wrong; without Xen, nothing else of it is to be expected."""
    if not facts.booted:
        yield XenFault.NOT_BOOTED_BY_XEN.finding()
        return
    if not facts.xenfs:
        yield XenFault.XENFS_MISSING.finding()
    if not facts.store:
        yield XenFault.XENSTORE_DOWN.finding(unit=facts.unit)
    elif facts.xl is False and facts.xenfs:
        yield XenFault.XL_SILENT.finding(unit=facts.unit)


def check_passthrough(facts: Facts, place: Place) -> Iterator[Finding]:
    """What keeps network cards from the netvm."""
    if not facts.booted or not place.isolated:
        return
    if facts.iommu is False:
        yield XenFault.IOMMU_OFF.finding()
    if not facts.pciback:
        yield XenFault.PCIBACK_MISSING.finding(apt=place.distribution.value, package=KERNELS[place.distribution])
    elif facts.nics:
        yield XenFault.NIC_IN_DOM0.finding(names=", ".join(facts.nics))
