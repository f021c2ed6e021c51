"""What Fedora calls what Debian's packages bring that ours need, by the end of 2025 (43).

Read in its specs: what xen, nftables and PyQt5 are called. Of the others it is what they are known by.
"""

from __future__ import annotations

#: Debian's name, Fedora's, and the spec of Fedora's by which it is built.
NAMES = (
    ("conntrack", "conntrack-tools", "conntrack-tools"),
    ("dbus", "dbus", "dbus"),
    ("dbus-daemon", "dbus-daemon", "dbus"),
    ("hicolor-icon-theme", "hicolor-icon-theme", "hicolor-icon-theme"),
    ("iproute2", "iproute", "iproute"),
    ("kmod", "kmod", "kmod"),
    ("librsvg2-common", "librsvg2", "librsvg2"),
    ("network-manager", "NetworkManager", "NetworkManager"),
    ("network-manager-gnome", "network-manager-applet", "network-manager-applet"),
    ("nftables", "nftables", "nftables"),
    ("openbox", "openbox", "openbox"),
    ("packagekit", "PackageKit", "PackageKit"),
    ("polkitd", "polkit", "polkit"),
    ("python3", "python3", "python3.14"),
    ("python3-dbus", "python3-dbus", "dbus-python"),
    ("python3-gi", "python3-gobject-base", "pygobject3"),
    ("python3-nftables", "python3-nftables", "nftables"),
    ("python3-pyqt5", "python3-qt5", "python-qt5"),
    # of one package there, with what the applet uses of Qt itself
    ("python3-pyqt5.qtsvg", "python3-qt5", "python-qt5"),
    ("python3-pyqt5.qtx11extras", "python3-qt5", "python-qt5"),
    ("python3-pyroute2", "python3-pyroute2", "python-pyroute2"),
    # Fedora has none: ours
    ("python3-pyxs", "python3-pyxs", ""),
    ("python3-xlib", "python3-xlib", "python-xlib"),
    ("qtwayland5", "qt5-qtwayland", "qt5-qtwayland"),
    ("systemd", "systemd", "systemd"),
    ("udev", "systemd-udev", "systemd"),
    ("xen-utils-common", "xen-runtime", "xen"),
    ("xinit", "xorg-x11-xinit", "xorg-x11-xinit"),
    ("xserver-xorg-core", "xorg-x11-server-Xorg", "xorg-x11-server"),
    ("xserver-xorg-input-evdev", "xorg-x11-drv-evdev", "xorg-x11-drv-evdev"),
    ("xserver-xorg-video-fbdev", "xorg-x11-drv-fbdev", "xorg-x11-drv-fbdev"),
)
FEDORA = {debian: fedora for debian, fedora, _ in NAMES}
#: What a Fedora has of all that.
SHIPPED = sorted({fedora for _, fedora, spec in NAMES if spec})
