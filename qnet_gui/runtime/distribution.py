"""Which distribution this is, and what its packages are called. Reads /etc/os-release."""

from __future__ import annotations

import enum
import re
from pathlib import Path

OS_RELEASE = Path("/etc/os-release")
_LINE = re.compile(r"""^(ID|ID_LIKE)=["']?([a-z0-9 ._-]*)["']?$""", re.MULTILINE)


class Distribution(enum.Enum):
    """A family of them: the value is the program that installs packages."""

    DEBIAN = "apt"
    FEDORA = "dnf"


#: What qnet needs of others, a program by its name, a Python module by `python:` and its name: Debian's package and
#: Fedora's.
KNOWN = {
    "xl": ("xen-utils-common", "xen-runtime"),
    "ip": ("iproute2", "iproute"),
    "nft": ("nftables", "nftables"),
    "conntrack": ("conntrack", "conntrack-tools"),
    "polkitd": ("polkitd", "polkit"),
    "Xorg": ("xserver-xorg-core", "xorg-x11-server-Xorg"),
    "fbdev": ("xserver-xorg-video-fbdev", "xorg-x11-drv-fbdev"),
    "evdev": ("xserver-xorg-input-evdev", "xorg-x11-drv-evdev"),
    "xinit": ("xinit", "xorg-x11-xinit"),
    "openbox": ("openbox", "openbox"),
    "dbus-run-session": ("dbus-daemon", "dbus-daemon"),
    "nm-applet": ("network-manager-gnome", "network-manager-applet"),
    "qnet-helper": ("qnet-dom0", "qnet-dom0"),
    "qtwayland": ("qtwayland5", "qt5-qtwayland"),
    "python:dbus": ("python3-dbus", "python3-dbus"),
    "python:_dbus_bindings": ("python3-dbus", "python3-dbus"),
    "python:gi": ("python3-gi", "python3-gobject-base"),
    "python:nftables": ("python3-nftables", "python3-nftables"),
    "python:pyroute2": ("python3-pyroute2", "python3-pyroute2"),
    "python:pyxs": ("python3-pyxs", "python3-pyxs"),
    "python:PyQt5": ("python3-pyqt5", "python3-qt5"),
    "python:PyQt5.QtSvg": ("python3-pyqt5.qtsvg", "python3-qt5"),
    "python:Xlib": ("python3-xlib", "python3-xlib"),
}


def families(os_release: Path = OS_RELEASE) -> tuple[str, ...]:
    """Its own name, and of those that it is like, the nearest first; none where that is not known."""
    try:
        text = os_release.read_text(encoding="utf-8", errors="replace") if os_release.is_file() else ""
    except OSError:
        return ()
    fields = dict(_LINE.findall(text))
    return (*fields.get("ID", "").split(), *fields.get("ID_LIKE", "").split())


def distribution(os_release: Path = OS_RELEASE) -> Distribution:
    """This one; Debian for what is neither, since its names are the most usual."""
    return Distribution.FEDORA if {"fedora", "rhel"} & set(families(os_release)) else Distribution.DEBIAN


def package(what: str, of: Distribution) -> str:
    """The package that has it, empty where that is not known; `what` as in the table above."""
    names = KNOWN.get(what)
    return "" if names is None else names[0 if of is Distribution.DEBIAN else 1]
