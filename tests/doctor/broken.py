"""Machines on which everything is as it should be, to be broken: files as `make install` puts them, and answers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from qnet_gui import install
from qnet_gui.doctor import screen, services
from qnet_gui.doctor.machine import Answer, Disk, Kind, Machine
from qnet_gui.doctor.services import Unit
from qnet_gui.dom0.netvm_image.netvm_cfg import DISPLAY, kernel_words
from qnet_gui.model.config import DEFAULT_SCREEN

_UNITS = "/usr/lib/systemd/system"
WORK = "name = 'work'\nvif = ['backend=netvm,script=vif-route-qubes,ip=10.137.0.20']\n"
_NETVM = (
    "name = 'netvm'\nkernel = '/boot/vmlinuz'\ndriver_domain = 1\nvfb = ['vnc=0']\n"
    f"device_model_override = '{DISPLAY}'\nextra = 'ro {kernel_words(DEFAULT_SCREEN)}'\n"
)
_XL_INFO = "host : x\nvirt_caps : pv hvm hvm_directio pv_directio\n"
_ROUTES = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
#: Which of our units run in a domain.
_RUN = {
    Kind.DOM0: ("qnet-helper.service", "qnet-disconnect.service", "qnet-netvm.service"),
    Kind.NETVM: ("qnet-agent.service", "qnet-devd.service"),
    Kind.GUEST: (),
}
_SHOWS = screen.PROGRAMS.values()
_DRIVERS = {
    Kind.DOM0: "/sys/bus/pci/drivers/pciback",
    Kind.NETVM: "/sys/bus/xen-backend/drivers/vif",
    Kind.GUEST: "/sys/bus/xen/drivers/vif",
}


@cache
def _rows() -> list[install.Entry]:
    """All but what is many files."""
    return [row for row in install.load() if row.kind not in ("package", "folder")]


class Broken:
    """A machine below `root`; what is changed of it, is broken."""

    def __init__(self, root: Path, kind: Kind) -> None:
        self.root, self.kind = root, kind
        self.answers: dict[str, Answer] = {}
        self.modules_missing: set[str] = set()
        self.silent: set[str] = set()
        self.disk = Disk()
        self.is_root, self.owner = True, os.getuid()
        install.put((row for row in _rows() if kind.value in row.roles), root, compiled=False)
        (root / "usr/lib/python3/dist-packages/qnet_gui").mkdir(mode=0o755, parents=True)
        self.write("/usr/share/qnet/icons/hicolor/scalable/apps/org.qnet.Tray.svg", "")
        self.units = {name: Unit("loaded", "inactive", "disabled", kind) for name, kind in services.TYPES.items()}
        self.units["polkit.service"] = Unit("loaded", "active", "static", "dbus")
        for name in _RUN[kind]:
            self.units[name] = replace(self.units[name], active="active", enabled="enabled")
        if kind is Kind.GUEST:
            self.units["qnet-guest.service"] = replace(self.units["qnet-guest.service"], enabled="enabled")
        self._fill()

    def _fill(self) -> None:
        dom0 = self.kind is Kind.DOM0
        self.write("/sys/hypervisor/type", "xen\n")
        self.write("/sys/hypervisor/uuid", f"00000000-0000-0000-0000-{0 if dom0 else 7:012}\n")
        self.write("/proc/xen/capabilities", "control_d\n" if dom0 else "")
        self.write("/etc/os-release", 'ID=debian\nVERSION_ID="12"\n')
        self.write("/etc/resolv.conf", "nameserver 192.0.2.1\n")
        self.write("/proc/net/route", _ROUTES)
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            self.write(f"/proc/sys/net/{name}", "0\n")
        for path in ("/usr/sbin/xl", "/usr/sbin/nft", "/usr/sbin/conntrack", "/usr/bin/ip", "/usr/bin/nmcli"):
            self.write(path, "")
        for path in ("/run/systemd/system", "/run/xen", _DRIVERS[self.kind]):
            (self.root / path[1:]).mkdir(parents=True, exist_ok=True)
        self.write("/usr/lib/polkit-1/polkitd", "")
        self.say("/usr/sbin/nft -j list chains", '{"nftables": []}')
        self.say("/usr/bin/nmcli -t -f DEVICE,STATE device", "eth0:connected\nvif7.0:unmanaged\n")
        self.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nqnet-display:x:998:998::/:\nqnet-screen:x:997:997::/:\n")
        if self.kind is Kind.NETVM:
            for path in (screen.GIVEN, "/dev/fb0", "/dev/input/qnet-keyboard", *(first for first, *_ in _SHOWS)):
                self.write(path, "")
        if dom0:
            self.write("/etc/qnet/qnet.toml", '[dom0]\nnetvm = "netvm"\n')
            self.write("/etc/qnet/netvm.cfg", _NETVM)
            self.path("/etc/qnet").chmod(0o755)
            self.write("/boot/vmlinuz", "")
            self.write("/etc/xen/work.cfg", WORK)
            self.write("/etc/default/xendomains", "XENDOMAINS_SAVE=\n")
            self.write("/sys/bus/pci/devices/0000:03:00.0/class", "0x020000\n")
            self.link("/sys/bus/pci/devices/0000:03:00.0/driver", "../../drivers/pciback")
            self.link("/etc/systemd/system/multi-user.target.wants/qnet-netvm.service", f"{_UNITS}/qnet-netvm.service")
            self.say("/usr/sbin/xl info", _XL_INFO)

    # -- to break it

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str) -> None:
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_text(text)
        target.chmod(0o644)

    def change(self, path: str, old: str, new: str) -> None:
        text = self.path(path).read_text()
        assert old in text, path
        self.path(path).write_text(text.replace(old, new))

    def remove(self, path: str) -> None:
        target = self.path(path)
        if target.is_dir() and not target.is_symlink():
            target.rmdir()
        else:
            target.unlink()

    def link(self, path: str, target: str) -> None:
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).unlink(missing_ok=True)
        self.path(path).symlink_to(target)

    def say(self, command: str, text: str, status: int = 0) -> None:
        self.answers[command] = Answer(status, text)

    def unit(self, name: str, **changes: object) -> None:
        self.units[name] = replace(self.units.get(name, Unit("loaded")), **changes)  # type: ignore[arg-type]

    # -- as it is looked at

    def _ask(self, words: Sequence[str]) -> Answer:
        if " ".join(words) in self.answers:
            return self.answers[" ".join(words)]
        if words[0].endswith("systemctl"):
            return Answer(0, "\n\n".join(_shown(name, self.units.get(name, Unit())) for name in words if "." in name))
        return Answer()

    def machine(self) -> Machine:
        return Machine(
            self.root, self._ask, lambda name: name not in self.modules_missing,
            lambda path: f"/{path.relative_to(self.root)}" not in self.silent, self.is_root, self.owner,
            lambda _: self.disk,
        )  # fmt: skip


def _shown(name: str, unit: Unit) -> str:
    """As `systemctl show` has it."""
    return (
        f"Id={name}\nLoadState={unit.load}\nActiveState={unit.active}\nUnitFileState={unit.enabled}\n"
        f"Type={unit.type}\nResult={unit.result}\nNeedDaemonReload={'yes' if unit.outdated else 'no'}"
    )
