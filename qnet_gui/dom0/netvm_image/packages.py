"""Which packages a netvm is made of, and the few files of it that no package has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

#: Ours, in the order in which dpkg is given them.
OURS = ("qnet-common", "qnet-netvm")
_BASE = (
    "systemd-sysv", "dbus", "udev", "kmod", "e2fsprogs", "linux-image-amd64", "initramfs-tools", "zstd", "polkitd",
    "network-manager", "wpasupplicant", "wireless-regdb", "iw", "nftables", "iputils-ping",
    "pciutils", "ca-certificates",
)  # fmt: skip
#: What dom0 is shown of it: an X server on Xen's frame buffer, and nm-applet with a window for its icon.
_SCREEN = (
    "xserver-xorg-core", "xserver-xorg-video-fbdev", "xserver-xorg-input-evdev", "xinit", "dbus-daemon", "openbox",
    "network-manager-gnome", "librsvg2-common", "python3-pyqt5", "python3-xlib",
)  # fmt: skip
#: For the usual Wi-Fi cards; all but what is free are in Debian's component non-free-firmware.
_FREE_FIRMWARE = ("firmware-ath9k-htc",)
_FIRMWARE = (
    "firmware-iwlwifi", "firmware-atheros", "firmware-brcm80211", "firmware-realtek", "firmware-misc-nonfree",
)  # fmt: skip
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
#: A package's file, as dpkg-deb names it.
_FILE = re.compile(r"(qnet-[a-z]+)_[A-Za-z0-9.+~:-]+_[a-z0-9]+\.deb")


def depends(field: str) -> list[str]:
    """The names in a package's field Depends, the first of alternatives, without our own."""
    names = []
    for word in field.split(","):
        match = _NAME.match(word.strip())
        if match and match[0] not in OURS and match[0] not in names:
            names.append(match[0])
    return names


def ours(files: Iterable[Path]) -> dict[str, list[Path]]:
    """Of files in a folder those that are packages of ours which a netvm needs, by the package's name."""
    named: dict[str, list[Path]] = {name: [] for name in OURS}
    for path in sorted(files):
        match = _FILE.fullmatch(path.name)
        if match and match[1] in named:
            named[match[1]].append(path)
    return named


def needed(xen: str, needs: Iterable[str], firmware: bool) -> list[str]:
    """Debian's packages: `xen` is the version of Xen, whose own `xl` it takes; `needs`: what ours depend on."""
    names = [*_BASE, *_SCREEN, f"xen-utils-{xen}", *needs, *_FREE_FIRMWARE, *(_FIRMWARE if firmware else ())]
    return list(dict.fromkeys(names))


#: What is there before the kernel is installed: an initrd that has what a domain's disk takes and no more fits into the
#: netvm's memory, and is made in seconds.
FIRST_FILES = {
    "etc/initramfs-tools/conf.d/qnet": "MODULES=list\n",
    "etc/initramfs-tools/modules": "xen-blkfront\ncrc32c_generic\next4\n",
}
#: Left by whoever made the root, and of no use in it.
LEFT_OVER = (
    "etc/resolv.conf", "etc/apt/apt.conf.d/99mmdebstrap", "etc/dpkg/dpkg.cfg.d/99mmdebstrap", "usr/sbin/policy-rc.d",
)  # fmt: skip
#: What is enabled in it.
UNITS = ("qnet-agent.service", "NetworkManager.service")
WANTS = "etc/systemd/system/multi-user.target.wants"


def own_files(name: str) -> dict[str, str]:
    """The netvm's own, by their paths in its root. `name` is the domain's."""
    return {
        "etc/fstab": "/dev/xvda / ext4 noatime,errors=remount-ro 0 1\n",
        "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {name}\n",
        # an identity of its own at the first boot, which is none to systemd: no preset changes what is enabled
        "etc/machine-id": "",
        # a login there would be drawn over what dom0 is shown, and hear what is typed before there is something else
        "etc/systemd/system/getty@tty1.service.d/qnet.conf": "[Unit]\nConditionPathExists=!/dev/fb0\n",
        # `xl console` shows a shell: whoever may use that owns the netvm anyway, and root has no password in it
        "etc/systemd/system/serial-getty@hvc0.service.d/qnet.conf": (
            "[Service]\nExecStart=\n"
            "ExecStart=-/sbin/agetty --autologin root --noclear --keep-baud 115200,38400 - $TERM\n"
        ),
    }
