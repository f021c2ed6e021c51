"""What the Xen machine is made of: Debian packages, kernel modules, and where they lie while they are put together."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build" / "xen"
MACHINE = Path(__file__).parent / "machine"

SUITE = "bookworm"

#: What dom0, the netvm and the AppVMs have in common; README.md has the packages that each of them needs.
PACKAGES = (
    "ca-certificates", "systemd", "systemd-sysv", "dbus", "dbus-user-session", "polkitd", "udev", "kmod", "iproute2",
    "iputils-ping", "nftables", "python3", "python3-pyxs", "python3-pyroute2", "python3-dbus", "python3-gi",
    "python3-nftables", "procps", "busybox-static", "pciutils", "conntrack", "curl", "network-manager",
    "xen-utils-4.17", "xenstore-utils", "initramfs-tools", "zstd",
)  # fmt: skip
#: Besides those, where there is a screen: in the netvm and, for the tray, in dom0.
SCREEN_PACKAGES = (
    "xserver-xorg-core", "xserver-xorg-video-fbdev", "xserver-xorg-input-evdev", "xinit", "openbox",
    "network-manager-gnome", "wpasupplicant", "x11-utils", "fonts-dejavu-core", "python3-xlib", "python3-pyqt5",
    "python3-pyqt5.qtsvg", "python3-pyqt5.qtx11extras", "xvfb",
)  # fmt: skip
#: Of the same suite as the tools above, so that they are of one version.
HYPERVISOR = f"xen-hypervisor-4.17-amd64/{SUITE}"
#: Which one is the newest is asked of apt.
KERNEL = "linux-image-amd64"

#: Modules that mounting the root takes, in dom0 and in domains.
FIRST_MODULES = ("virtio_pci", "virtio_blk", "xen-blkfront", "crc32c_generic", "ext4", "overlay")
#: And those of a domain that is its initramfs alone.
TINY_MODULES = ("xen-netfront",)
MODULES = (
    *FIRST_MODULES, "virtio_console", "virtio_rng", "e1000", "loop", "evdev",
    "xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-privcmd", "xenfs",
    "xen-blkback", "xen-netback", "xen-netfront", "xen-pciback", "xen-pcifront",
    "wireguard", "veth",
)  # fmt: skip
#: Folders of modules that are taken whole.
MODULE_FOLDERS = ("net/netfilter", "net/ipv4/netfilter", "net/ipv6/netfilter")
BUSYBOX = (
    "ip",
    "nslookup",
    "wget",
    "tail",
    "sh",
    "mount",
    "insmod",
    "switch_root",
    "mkdir",
    "sleep",
    "cat",
    "ln",
    "sed",
    "echo",
)
