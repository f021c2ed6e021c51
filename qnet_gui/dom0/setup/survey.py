"""What `qnet setup` finds on this machine. Reads, changes nothing; paths can be others for tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle.control import BOOTED
from qnet_gui.dom0.netvm_lifecycle.service import BOOTS_FROM
from qnet_gui.hypervisor import adapter, pci, xen, xl_config
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.hypervisor.xen import XenHypervisor
from qnet_gui.model import config
from qnet_gui.model.errors import QnetError

#: Programs without which nothing works, and Debian's and Fedora's package of each.
PROGRAMS = {"xl": "xen-utils-common", "ip": "iproute2", "nft": "nftables", "qnet-helper": "qnet-dom0"}


@dataclass(frozen=True, slots=True)
class DomainFile:
    """A domain's configuration for xl: its path, and its text."""

    path: Path
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Survey:
    """A machine. `managed_by`: who else manages its domains. `iommu`: None where it is not known.

    `netvm` is the domain that is chosen, `netvm_file` what xl would make it of: None where there is none, and
    `boots`: that says what it boots from. `enabled`: units that start at boot; None where there is no systemd.
    """

    is_dom0: bool = True
    is_root: bool = True
    managed_by: str = ""
    iommu: bool | None = None
    missing: tuple[str, ...] = ()
    nics: tuple[pci.PciNic, ...] = ()
    netvm: str = "netvm"
    netvm_file: DomainFile | None = None
    boots: bool = False
    files: tuple[DomainFile, ...] = ()
    unreadable: tuple[Path, ...] = ()
    running: frozenset[str] = frozenset()
    enabled: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Machine:
    """Where everything is, and who is asked."""

    xen_folder: Path = Path("/etc/xen")
    netvm_file: Path = Path("/etc/qnet/netvm.cfg")
    config: Path = config.PATH
    booted: Path = BOOTED
    wants: Path = Path("/etc/systemd/system/multi-user.target.wants")
    pci: Path = pci.ROOT
    is_dom0: Callable[[], bool] = adapter.is_dom0
    manager: Callable[[], str] = xen.manager
    which: Callable[[str], str | None] = shutil.which
    uid: Callable[[], int] = os.geteuid
    hypervisor: XenHypervisor = field(default_factory=XenHypervisor)


def survey(machine: Machine) -> Survey:
    """Look at everything; `QnetError` where the configuration of qnet itself is wrong."""
    if not machine.is_dom0():
        return Survey(is_dom0=False)
    netvm = config.load(machine.config).netvm
    own, boots = _netvm_file(machine.netvm_file)
    files, unreadable = _files(machine)
    return Survey(
        True, machine.uid() == 0, machine.manager(), _iommu(machine.hypervisor),
        tuple(name for name in PROGRAMS if machine.which(name) is None), tuple(pci.controllers(machine.pci)),
        netvm, own, boots, files, unreadable,
        frozenset(info.name for info in _domains(machine.hypervisor) if info.id), _enabled(machine),
    )  # fmt: skip


def _iommu(hypervisor: XenHypervisor) -> bool | None:
    try:
        return hypervisor.capabilities().iommu
    except QnetError:
        return None


def _domains(hypervisor: XenHypervisor) -> list[DomainInfo]:
    try:
        return hypervisor.domains()
    except QnetError:
        return []


def _netvm_file(path: Path) -> tuple[DomainFile | None, bool]:
    own = _read(path)
    if own is None:
        return None, False
    settings = xl_config.settings(own.text)
    return own, any(settings.get(key) for key in BOOTS_FROM)


def _files(machine: Machine) -> tuple[tuple[DomainFile, ...], tuple[Path, ...]]:
    """The configurations that are usually there; links to one file are that file."""
    paths = {path.resolve() for folder in (machine.xen_folder, machine.xen_folder / "auto") for path in _listed(folder)}
    paths.discard(machine.netvm_file.resolve())
    read = {path: _read(path) for path in sorted(paths)}
    domains = tuple(file for file in read.values() if file is not None and file.name)
    return domains, tuple(path for path, file in read.items() if file is None)


def _listed(folder: Path) -> list[Path]:
    """Files that xl's own tools take for a domain's: `*.cfg`, and whatever is in `auto`."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [path for path in entries if path.is_file() and (path.suffix == ".cfg" or folder.name == "auto")]


def _read(path: Path) -> DomainFile | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    name = xl_config.settings(text).get("name", "")
    return DomainFile(path, name if isinstance(name, str) else "", text)


def _enabled(machine: Machine) -> frozenset[str] | None:
    if not machine.booted.is_dir():
        return None
    return frozenset(path.name for path in _units(machine.wants))


def _units(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
