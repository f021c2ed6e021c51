"""Whether what qnet consists of, and what it needs, is there and as it should be."""

from __future__ import annotations

import enum
import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.faults.installation_faults import InstallationFault
from qnet_gui.doctor.machine import Kind, Machine, Place
from qnet_gui.runtime.distribution import Distribution, package


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file without which something does not work, the package that has it, and what it says at least.

    `for_all`: who reads or runs it is not root, so everybody must be able to.
    `only`: the kinds that have it however qnet was installed, where that is not every one with the package.
    """

    path: str
    package: str
    program: bool = False
    says: tuple[str, ...] = ()
    only: tuple[Kind, ...] = ()
    for_all: bool = False


_UNITS = "/usr/lib/systemd/system"
_NM, _NETWORKD = "/usr/lib/NetworkManager", "/usr/lib/systemd/network"
_SERVING = (Kind.DOM0, Kind.NETVM)
#: Of all files of `desktop/files.toml`, those by which one program finds another: when they are missing or changed,
#: nothing complains, and something does not happen.
FILES = (
    Wanted("/usr/bin/qnet", "common", True, for_all=True),
    Wanted("/etc/xen/scripts/vif-route-qubes", "common", True, ("tell-agent",), _SERVING),
    Wanted("/usr/lib/qnet/tell-agent", "common", True, ("/run/qnet/agent.sock",), _SERVING),
    Wanted("/usr/lib/systemd/system-preset/90-qnet.preset", "common", says=("disable qnet-",)),
    Wanted("/usr/bin/qnet-helper", "dom0", True),
    Wanted(f"{_UNITS}/qnet-helper.service", "dom0", says=("BusName=org.qnet.Helper1", "ExecStart=/usr/bin/qnet-help")),
    Wanted(f"{_UNITS}/qnet-disconnect.service", "dom0", says=("qnet dom0 down",)),
    Wanted(f"{_UNITS}/qnet-netvm.service", "dom0", says=("qnet netvm start",)),
    Wanted("/usr/lib/qnet/qnet-display", "dom0", True),
    Wanted(f"{_UNITS}/qnet-display@.service", "dom0", says=("ExecStart=/usr/lib/qnet/qnet-display -xen-domid %i",)),
    Wanted("/usr/lib/systemd/system-sleep/qnet", "dom0", True, ("qnet dom0 down",)),
    Wanted(
        "/usr/share/dbus-1/system-services/org.qnet.Helper1.service", "dom0",
        says=("Name=org.qnet.Helper1", "SystemdService=qnet-helper.service"), for_all=True,
    ),
    Wanted(
        "/usr/share/dbus-1/system.d/org.qnet.Helper1.conf", "dom0",
        says=('<allow own="org.qnet.Helper1"/>', '<allow send_destination="org.qnet.Helper1"'), for_all=True,
    ),
    Wanted(
        "/usr/share/polkit-1/actions/org.qnet.policy", "dom0",
        says=tuple(f'"org.qnet.{action}"' for action in ("connect-dom0", "disconnect-dom0", "set-netvm")), for_all=True,
    ),
    Wanted(f"{_NM}/conf.d/30-qnet-dom0.conf", "dom0", says=("managed=0",)),
    Wanted(f"{_NETWORKD}/00-qnet-dom0.network", "dom0", says=("Unmanaged=yes",)),
    Wanted("/usr/bin/qnet-agent", "netvm", True),
    Wanted(f"{_UNITS}/qnet-agent.service", "netvm", says=("Type=notify", "ExecStart=/usr/bin/qnet-agent")),
    Wanted(f"{_UNITS}/qnet-devd.service", "netvm", says=("xl devd",)),
    Wanted("/usr/lib/qubes/qubes_setup_dnat_to_ns", "netvm", True, only=(Kind.NETVM,)),
    Wanted(f"{_NM}/dispatcher.d/90-qnet-dns", "netvm", True, only=(Kind.NETVM,)),
    Wanted(f"{_UNITS}/qnet-screen.service", "netvm", says=("ExecStart=/usr/lib/qnet/screen",), only=(Kind.NETVM,)),
    Wanted("/usr/lib/qnet/screen", "netvm", True, ("qnet applet-host",), (Kind.NETVM,), for_all=True),
    Wanted("/usr/lib/udev/rules.d/60-qnet-screen.rules", "netvm", says=("input/qnet-keyboard",), only=(Kind.NETVM,)),
    Wanted(
        "/usr/share/polkit-1/rules.d/60-qnet-screen.rules", "netvm", says=("polkit.Result.YES",), only=(Kind.NETVM,),
        for_all=True,
    ),
    Wanted(f"{_NM}/conf.d/30-qnet.conf", "netvm", says=("managed=0",)),
    Wanted(f"{_NETWORKD}/00-qnet.network", "netvm", says=("Unmanaged=yes",)),
    Wanted("/usr/bin/qnet-guest", "guest", True),
    Wanted(f"{_UNITS}/qnet-guest.service", "guest", says=("ExecStart=/usr/bin/qnet-guest",)),
    Wanted(f"{_UNITS}/qnet-guest@.service", "guest", says=("ExecStart=/usr/bin/qnet-guest",)),
    Wanted("/usr/lib/udev/rules.d/60-qnet-guest.rules", "guest", says=("qnet-guest@",)),
    Wanted(f"{_NM}/conf.d/30-qnet-guest.conf", "guest", says=("managed=0",)),
    Wanted(f"{_NETWORKD}/00-qnet-guest.network", "guest", says=("Unmanaged=yes",)),
    Wanted("/usr/bin/qnet-tray", "tray", True, for_all=True),
    Wanted("/etc/xdg/autostart/org.qnet.Tray.desktop", "tray", says=("Exec=qnet-tray",)),
    Wanted("/usr/share/qnet/icons/hicolor/scalable/apps/org.qnet.Tray.svg", "tray"),
)  # fmt: skip
#: Python modules and programs of others, by the package of ours that needs them.
MODULES = {
    "common": ("dbus", "gi"),
    "dom0": ("pyxs",),
    "netvm": ("pyxs", "pyroute2", "nftables"),
    "guest": ("pyxs", "pyroute2"),
    "tray": ("PyQt5", "PyQt5.QtSvg"),
}
#: Modules that a distribution does not have, so that their packages are made with ours: packaging/rpm.
_OURS = {("pyxs", Distribution.FEDORA)}
PROGRAMS = {"dom0": ("ip", "nft", "xl"), "netvm": ("ip", "conntrack", "xl")}
_FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin")
#: Where the packages of Debian and `make install` have the code.
_CODE = "/usr/lib/python3/dist-packages/qnet_gui"
#: Where Python looks for a module before it does so among the distribution's packages.
_PYTHON = f"/usr/local/lib/python{sys.version_info.major}.{sys.version_info.minor}"
_PREFERRED = {
    Distribution.DEBIAN: f"{_PYTHON}/dist-packages/qnet_gui",
    Distribution.FEDORA: f"{_PYTHON}/site-packages/qnet_gui",
}
#: Where that is which it finds later.
_LATER = {
    Distribution.DEBIAN: _CODE,
    Distribution.FEDORA: f"/usr/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages/qnet_gui",
}
#: What a small system leaves out of packages on purpose.
_LEFT_OUT = ("/usr/share/man/", "/usr/share/doc/", "/usr/share/bash-completion/")
_HALF = ("half-installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending")
_VERIFIED = re.compile(r"(?P<kind>missing|[.?A-Z0-9]{8,})\s+(?P<configuration>c\s+)?(?P<path>/\S+)")


class State(enum.Enum):
    """How a wanted file is."""

    MISSING = "missing"
    NOT_EXECUTABLE = "not executable"
    UNREADABLE = "unreadable"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is not as it should be. `verified`: files that the distribution's tool says were changed, by package.

    `halves`: packages that dpkg has not ended to install or remove, each with its word for that.

    `others`, `writable`: paths that belong to others than root, and that others can write.
    `twice`: where a second qnet is that Python prefers.

    `nothing`: what this domain needs was never installed, so nothing else of it is to be missed.
    """

    files: tuple[tuple[Wanted, State], ...] = ()
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    verified: tuple[tuple[str, tuple[str, ...]], ...] = ()
    halves: tuple[tuple[str, str], ...] = ()
    nothing: bool = False
    twice: str = ""
    others: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()


def packages(machine: Machine, place: Place) -> list[str]:
    """Which of qnet's packages this machine should have whole."""
    needed = ["common"]
    if place.kind is Kind.DOM0:
        needed.append("dom0")
        if machine.exists("/usr/bin/qnet-tray"):
            needed.append("tray")
    if place.serves:
        needed.append("netvm")
    if place.kind is Kind.GUEST:
        needed.append("guest")
    return needed


def _state(machine: Machine, wanted: Wanted) -> State | None:
    if machine.is_hidden(wanted.path):
        return None
    status = machine.status(wanted.path)
    if status is None or not stat.S_ISREG(status.st_mode):
        return State.MISSING
    if wanted.program and status.st_mode & (rights := 0o111 if wanted.for_all else 0o100) != rights:
        return State.NOT_EXECUTABLE
    if wanted.for_all and not status.st_mode & 0o004:
        return State.UNREADABLE
    text = machine.text(wanted.path) if wanted.says else ""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return State.CHANGED if any(word not in lines for word in wanted.says) else None


def _has_program(machine: Machine, name: str) -> bool:
    return any(machine.exists(f"{folder}/{name}") for folder in _FOLDERS)


def _verified(machine: Machine, place: Place, names: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the distribution's own tool says; it is silent of what is as it was."""
    tool = ["/usr/bin/rpm", "-V"] if place.distribution is Distribution.FEDORA else ["/usr/bin/dpkg", "--verify"]
    for name in names:
        lines = map(_VERIFIED.fullmatch, machine.ask([*tool, f"qnet-{name}"]).text.splitlines())
        paths = [line["path"] for line in lines if line and not line["configuration"]]
        paths = [path for path in paths if not path.startswith(_LEFT_OUT)]
        if paths:
            yield f"qnet-{name}", tuple(paths)


def _halves(machine: Machine, place: Place) -> Iterator[tuple[str, str]]:
    """By dpkg-query(1), whose words for a state are those of dpkg(1)."""
    if not place.packaged or place.distribution is Distribution.FEDORA:
        return
    asked = ["/usr/bin/dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n", "qnet-*"]
    for line in machine.ask(asked).text.splitlines():
        name, _, state = line.partition(" ")
        if state in _HALF:
            yield name, state


def _statuses(machine: Machine, paths: list[str]) -> dict[str, os.stat_result]:
    """Of those that are there."""
    there = ((path, machine.status(path)) for path in paths)
    return {path: status for path, status in there if status is not None}


def look(machine: Machine, place: Place) -> Facts:
    """Look at all of it."""
    programs = {Kind.GUEST: "/usr/bin/qnet-guest", Kind.DOM0: "/usr/bin/qnet-helper"}
    if place.kind in programs and not machine.exists(programs[place.kind]):
        return Facts(nothing=True)
    needed = packages(machine, place)
    files = tuple(wanted for wanted in FILES if wanted.package in needed and place.kind in (wanted.only or Kind))
    owned = _statuses(machine, [_CODE, *(wanted.path for wanted in files)])
    wrong = tuple((wanted, state) for wanted in files if (state := _state(machine, wanted)) is not None)
    # `make install` brings the applet to every dom0, one without a desktop too, where nobody starts it
    run = [name for name in needed if name != "tray" or place.packaged]
    modules = dict.fromkeys(module for name in run for module in MODULES[name])
    others = dict.fromkeys(program for name in needed for program in PROGRAMS.get(name, ()))
    verified = tuple(_verified(machine, place, needed)) if place.packaged else ()
    return Facts(
        wrong,
        tuple(module for module in modules if not machine.has_module(module)),
        tuple(program for program in others if not _has_program(machine, program)),
        verified,
        tuple(_halves(machine, place)),
        others=tuple(path for path, status in owned.items() if status.st_uid != machine.owner),
        writable=tuple(path for path, status in owned.items() if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)),
        twice=_second(machine, place),
    )


def _second(machine: Machine, place: Place) -> str:
    """Another qnet that is run in the place of the one that the distribution's packages, or `make install`, brought."""
    second = _PREFERRED[place.distribution]
    return second if machine.exists(_LATER[place.distribution]) and machine.exists(second) else ""


def check(facts: Facts, place: Place) -> Iterator[Finding]:
    """What is wrong."""
    if facts.nothing:
        in_dom0 = place.kind is Kind.DOM0
        fault = InstallationFault.HELPER_NOT_INSTALLED if in_dom0 else InstallationFault.NOTHING_INSTALLED
        yield fault.finding(**place.first("qnet-dom0" if in_dom0 else "qnet-guest"))
        return
    if facts.others:
        yield InstallationFault.FILE_OWNER.finding(names=_few([*facts.others]), paths=" ".join(facts.others))
    if facts.writable:
        yield InstallationFault.FILE_WRITABLE.finding(names=_few([*facts.writable]), paths=" ".join(facts.writable))
    if facts.twice:
        yield InstallationFault.CODE_TWICE.finding(path=facts.twice)
    for half, word in facts.halves:
        yield InstallationFault.PACKAGE_HALF.finding(package=half, value=word)
    kinds = {State.MISSING: InstallationFault.FILE_MISSING, State.CHANGED: InstallationFault.FILE_CHANGED}
    for wanted, state in facts.files:
        if state is State.NOT_EXECUTABLE:
            yield InstallationFault.FILE_NOT_EXECUTABLE.finding(path=wanted.path)
        elif state is State.UNREADABLE:
            yield InstallationFault.FILE_UNREADABLE.finding(path=wanted.path)
        else:
            yield kinds[state].finding(path=wanted.path, **place.again(f"qnet-{wanted.package}", wanted.path))
    known = {wanted.path for wanted, _ in facts.files}
    for name, paths in facts.verified:
        if more := [path for path in paths if path not in known]:
            yield InstallationFault.CODE_CHANGED.finding(package=name, names=_few(more), **place.again(name))
    apt = place.distribution.value
    for module in facts.modules:
        named = package(f"python:{module}", place.distribution)
        ours = place.packaged and (module, place.distribution) in _OURS
        fault = InstallationFault.MODULE_OF_OURS_MISSING if ours else InstallationFault.MODULE_MISSING
        yield fault.finding(module=module, apt=apt, package=named)
    for program in facts.programs:
        named = package(program, place.distribution)
        yield InstallationFault.PROGRAM_MISSING.finding(program=program, apt=apt, package=named)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
