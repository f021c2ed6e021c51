"""What `qnet setup` finds on this machine. Reads, changes nothing; paths can be others for tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle import reach
from qnet_gui.dom0.netvm_lifecycle.control import BOOTED, WANTS
from qnet_gui.dom0.netvm_lifecycle.interrupts import Interrupts
from qnet_gui.dom0.netvm_lifecycle.netvm_file import CONFIGURATION, boots
from qnet_gui.dom0.netvm_lifecycle.toolstack import Toolstack
from qnet_gui.dom0.setup import xendomains
from qnet_gui.dom0.setup.domain_files import DomainFile, domain_files, read
from qnet_gui.dom0.setup.remote_mounts import MOUNTS, remote_mounts
from qnet_gui.dom0.setup.system import TRIAL
from qnet_gui.hypervisor import pci, xen, xl_config
from qnet_gui.hypervisor.bridge_parts import master_of
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.hypervisor.which_domain import is_dom0
from qnet_gui.hypervisor.xen import XenHypervisor
from qnet_gui.model import config
from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.distribution import OS_RELEASE, Distribution, distribution

#: Programs without which nothing works, and where they may be.
PROGRAMS = ("xl", "ip", "nft", "qnet-helper")
_UPPER = "upper_"
#: Processes that may stand above this one.
_GENERATIONS = 64
#: Where ifupdown keeps what it has set up, and is told what that is: ifup(8), interfaces(5).
_IFSTATE, _INTERFACES = "run/network/ifstate", "etc/network/interfaces"
_FOLDERS = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"


def devices_in_use() -> set[str]:
    """Addresses of the PCI devices that domains have; `QnetError` where nobody tells."""
    return Toolstack(Interrupts()).devices_in_use()


def which(name: str) -> str | None:
    """Where a program of the system is; whoever asks may have a PATH without /usr/sbin, as after `su` in Debian."""
    return shutil.which(name, path=_FOLDERS)


@dataclass(frozen=True, slots=True)
class Survey:
    """A machine. `managed_by`: who else manages its domains. `iommu`: None where it is not known.

    `netvm` is the domain that is chosen, `netvm_file` what xl would make it of: None where there is none, and
    `boots`: that says what it boots from. `enabled`: units that start at boot; None where there is no systemd.
    `in_use`: PCI devices that domains have. `parts`: network interfaces that are a part of a bridge or the like, each
    with its card's address before and that one's name after it. `uppers`: the same of what is made of one, as a VLAN.
    `up`: those that are up, and no such part; `ifupdown`: those that ifupdown has set up and udev does not tell it of.
    `remotely`: who asks has come by the network.
    `xendomains`: the settings of Xen's service that ends domains with dom0; None where it is not installed.
    `out_of_reach`: files of the netvm's that the service which starts it at boot cannot use.
    `remote`: dom0's filesystems that come over the network, and their kinds.
    `on_trial`: an earlier run was killed before anybody had confirmed the netvm; systemd's timer will stop it.
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
    distribution: Distribution = Distribution.DEBIAN
    in_use: frozenset[str] = frozenset()
    parts: tuple[tuple[str, str, str], ...] = ()
    uppers: tuple[tuple[str, str, str], ...] = ()
    xendomains: xendomains.Settings | None = None
    on_trial: bool = False
    out_of_reach: tuple[str, ...] = ()
    remote: tuple[tuple[str, str], ...] = ()
    up: tuple[tuple[str, str], ...] = ()
    ifupdown: frozenset[str] = frozenset()
    remotely: bool = False

    @property
    def made_of(self) -> DomainFile | None:
        """What xl would make the netvm of; None for a file that does not say: the package brings one that shows how."""
        return self.netvm_file if self.boots else None


@dataclass(frozen=True, slots=True)
class Machine:
    """Where everything is, and who is asked."""

    xen_folder: Path = Path("/etc/xen")
    netvm_file: Path = CONFIGURATION
    config: Path = config.PATH
    booted: Path = BOOTED
    wants: Path = WANTS
    pci: Path = pci.ROOT
    is_dom0: Callable[[], bool] = is_dom0
    manager: Callable[[], str] = xen.manager
    which: Callable[[str], str | None] = which
    uid: Callable[[], int] = os.geteuid
    hypervisor: XenHypervisor = field(default_factory=XenHypervisor)
    os_release: Path = OS_RELEASE
    root: Path = Path("/")
    timer: Path = TRIAL
    in_use: Callable[[], set[str]] = devices_in_use
    unit: Callable[[], str] = reach.shown
    mounts: Path = MOUNTS
    proc: Path = Path("/proc")


def survey(machine: Machine) -> Survey:
    """Look at everything; `QnetError` where the configuration of qnet itself is wrong."""
    if not machine.is_dom0():
        return Survey(is_dom0=False)
    netvm = config.load(machine.config).netvm
    own, boots = _netvm_file(machine.netvm_file)
    files, unreadable = domain_files(machine.xen_folder, machine.netvm_file)
    nics = tuple(pci.controllers(machine.pci))
    return Survey(
        True, machine.uid() == 0, machine.manager(), _iommu(machine.hypervisor),
        tuple(name for name in PROGRAMS if machine.which(name) is None), nics,
        netvm, own, boots, files, unreadable,
        frozenset(info.name for info in _domains(machine.hypervisor) if info.id), _enabled(machine),
        distribution(machine.os_release), _in_use(machine, nics), tuple(part for nic in nics for part in _parts(nic)),
        tuple(upper for nic in nics for upper in _uppers(nic)),
        xendomains.read(machine.root), machine.timer.exists(), _out_of_reach(machine, own),
        remote_mounts(_text(machine.mounts)), tuple(one for nic in nics for one in _up(nic)),
        _ifupdown(machine.root), remotely(machine.proc),
    )  # fmt: skip


def _in_use(machine: Machine, nics: Iterable[pci.PciNic]) -> frozenset[str]:
    """A card that a driver of dom0's has is no domain's, and for no other one anybody is asked."""
    with suppress(QnetError):
        return frozenset(machine.in_use() if any(nic.given_away for nic in nics) else ())
    return frozenset()


def _parts(nic: pci.PciNic) -> Iterator[tuple[str, str, str]]:
    for interface in _listed(Path(nic.path) / "net"):
        if whole := master_of(interface):
            yield nic.address, interface.name, whole


def _uppers(nic: pci.PciNic) -> Iterator[tuple[str, str, str]]:
    """By other links there, one of which is the master's: net/core/dev.c of Linux, `netdev_adjacent_sysfs_add`."""
    masters = {interface: whole for _, interface, whole in _parts(nic)}
    for interface in _listed(Path(nic.path) / "net"):
        names = [path.name.removeprefix(_UPPER) for path in _listed(interface) if path.name.startswith(_UPPER)]
        for name in names:
            if name != masters.get(interface.name):
                yield nic.address, interface.name, name


def _up(nic: pci.PciNic) -> Iterator[tuple[str, str]]:
    """By `flags` of Linux, Documentation/ABI/testing/sysfs-class-net, and IFF_UP of netdevice(7)."""
    for interface in _listed(Path(nic.path) / "net"):
        with suppress(ValueError):
            if int(_text(interface / "flags"), 16) & 1 and not master_of(interface):
                yield nic.address, interface.name


def _ifupdown(root: Path) -> frozenset[str]:
    there = {line.partition("=")[0] for line in _text(root / _IFSTATE).splitlines()}
    files = [root / _INTERFACES, *_listed(root / f"{_INTERFACES}.d")]
    lines = [line.split() for file in files for line in _text(file).splitlines()]
    return frozenset(there - {name for words in lines if words[:1] == ["allow-hotplug"] for name in words})


def remotely(proc: Path) -> bool:
    """Whether an sshd has started who has started this: sudo takes what says so out of the environment. See proc(5)."""
    number = "self"
    for _ in range(_GENERATIONS):
        said = dict(line.partition(":")[::2] for line in _text(proc / number / "status").splitlines())
        if said.get("Name", "").strip() in ("sshd", "sshd-session"):
            return True
        number = said.get("PPid", "").strip() or "0"
    return False


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
    own = read(path)
    if own is None:
        return None, False
    settings = xl_config.settings(own.text)
    return own, boots(settings)


def _out_of_reach(machine: Machine, own: DomainFile | None) -> tuple[str, ...]:
    if own is None or not machine.booted.is_dir():
        return ()
    return tuple(reach.out_of_reach(xl_config.settings(own.text), machine.unit()))


def _enabled(machine: Machine) -> frozenset[str] | None:
    if not machine.booted.is_dir():
        return None
    return frozenset(path.name for path in _listed(machine.wants))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
