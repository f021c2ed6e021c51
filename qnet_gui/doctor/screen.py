"""Whether the netvm's screen can be seen in dom0: what netvm.cfg says of it, and what the netvm has to show on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.faults.screen_faults import ScreenFault
from qnet_gui.doctor.machine import Kind, Machine, Place
from qnet_gui.doctor.xen_host import KERNELS
from qnet_gui.dom0.netvm_image.netvm_cfg import DISPLAY, kernel_words
from qnet_gui.dom0.netvm_lifecycle.netvm_file import CONFIGURATION, boots
from qnet_gui.hypervisor import xl_config
from qnet_gui.model import config
from qnet_gui.model.errors import QnetError
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.runtime.distribution import package

#: Who has to do with the screen, by where: desktop/dom0/sysusers.conf, desktop/netvm/screen/sysusers.conf.
_USERS = {Kind.DOM0: "qnet-display", Kind.NETVM: "qnet-screen"}
_USER_FILES = ("/etc/passwd", "/usr/lib/passwd")
#: Where Linux has what dom0 gives a domain, whether or not anything drives it.
GIVEN = "/sys/bus/xen/devices/vfb-0"
#: What is there once something does, by the driver.
_DRIVEN = {"xen-fbfront": "/dev/fb0", "xen-kbdfront": "/dev/input/qnet-keyboard"}
_DRIVERS = ("/usr/lib/xorg/modules", "/usr/lib64/xorg/modules")
#: What shows nm-applet, by its name among the packages, and where one of it is.
PROGRAMS = {
    "Xorg": ("/usr/lib/xorg/Xorg", "/usr/libexec/Xorg", "/usr/bin/Xorg"),
    "fbdev": tuple(f"{folder}/drivers/fbdev_drv.so" for folder in _DRIVERS),
    "evdev": tuple(f"{folder}/input/evdev_drv.so" for folder in _DRIVERS),
    **{name: (f"/usr/bin/{name}",) for name in ("xinit", "openbox", "dbus-run-session", "nm-applet")},
}
MODULES = ("PyQt5", "Xlib")


@dataclass(frozen=True, slots=True)
class Facts:
    """`settings`: those of netvm.cfg, None where it says nothing of what the netvm boots from.

    `screen`: as qnet.toml has it.
    `user`: who is missing. `given`: this netvm has been given a screen; `drivers`, `programs` (and Python modules) that
    are missing for it then.
    """

    settings: dict[str, xl_config.Value] | None = None
    screen: Geometry = config.DEFAULT_SCREEN
    user: str = ""
    given: bool = False
    drivers: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


def look(machine: Machine, place: Place) -> Facts:
    """Look at what there is of it here."""
    if place.kind is Kind.NETVM:
        return _look_in_netvm(machine)
    if not place.isolated:
        return Facts()
    settings = xl_config.settings(machine.text(CONFIGURATION))
    try:
        screen = config.load(machine.path(config.PATH)).screen
    except QnetError:
        screen = config.DEFAULT_SCREEN
    return Facts(settings if boots(settings) else None, screen, _missing_user(machine, place.kind))


def _look_in_netvm(machine: Machine) -> Facts:
    if not machine.exists(GIVEN):
        return Facts()
    modules = (f"python:{name}" for name in MODULES if not machine.has_module(name))
    programs = (name for name, paths in PROGRAMS.items() if not any(map(machine.exists, paths)))
    drivers = tuple(name for name, path in _DRIVEN.items() if not machine.exists(path))
    return Facts(user=_missing_user(machine, Kind.NETVM), given=True, drivers=drivers, programs=(*programs, *modules))


def _missing_user(machine: Machine, kind: Kind) -> str:
    lines = [line for path in _USER_FILES for line in machine.text(path).splitlines()]
    return "" if any(line.startswith(f"{_USERS[kind]}:") for line in lines) else _USERS[kind]


def check(facts: Facts, place: Place) -> Iterator[Finding]:
    """What is wrong. Who has no screen, and has said nothing of one, is told how to have one."""
    if facts.settings is not None:
        yield from _check_netvm_file(facts, facts.settings)
    if facts.given:
        yield from _check_in_netvm(facts, place)


def _check_netvm_file(facts: Facts, settings: dict[str, xl_config.Value]) -> Iterator[Finding]:
    words = kernel_words(facts.screen).split()
    model, kernel = settings.get("device_model_override"), str(settings.get("extra", "")).split()
    ours = isinstance(model, str) and Path(model).name == Path(DISPLAY).name
    if not settings.get("vfb"):
        if ours:
            yield ScreenFault.VFB_MISSING.finding()
        elif "vfb" not in settings and model is None:
            lines = f"vfb = [ 'vnc=0' ] and device_model_override = \"{DISPLAY}\""
            yield ScreenFault.NO_SCREEN.finding(lines=lines, value=" ".join(words))
        return
    if model is None:
        yield ScreenFault.DISPLAY_NOT_NAMED.finding(program=DISPLAY)
    if not ours:
        return
    if settings.get("kernel") and words[0] not in kernel and not _fits(kernel, facts.screen):
        size = f"{facts.screen.width}x{facts.screen.height}"
        yield ScreenFault.SCREEN_SIZE.finding(wanted=size, value=words[0])
    if facts.user:
        yield ScreenFault.USER_MISSING.finding(name=facts.user)


def _fits(kernel: list[str], screen: Geometry) -> bool:
    """Whether the kernel is told that size in another way: with more memory for it, or by the module's other name."""
    said = [
        word.partition("=")[2].split(",") for word in kernel if word.replace("_", "-").startswith("xen-fbfront.video=")
    ]
    return any(
        len(numbers) == 3
        and all(map(str.isdecimal, numbers))
        and numbers[1:] == [str(screen.width), str(screen.height)]
        and int(numbers[0]) << 20 >= screen.size
        for numbers in said[-1:]
    )


def _check_in_netvm(facts: Facts, place: Place) -> Iterator[Finding]:
    apt = place.distribution.value
    if facts.drivers:
        yield ScreenFault.SCREEN_DRIVER_MISSING.finding(
            names=" ".join(facts.drivers), apt=apt, package=KERNELS[place.distribution]
        )
    if facts.programs:
        names = ", ".join(name.removeprefix("python:") for name in facts.programs)
        packages = dict.fromkeys(package(name, place.distribution) for name in facts.programs)
        yield ScreenFault.SCREEN_PROGRAM_MISSING.finding(names=names, apt=apt, package=" ".join(packages))
    if facts.user:
        yield ScreenFault.USER_MISSING.finding(name=facts.user)
