"""What Fedora calls what Debian's packages bring that ours need: read in its specs of 2025 (43), by hand."""

from __future__ import annotations

#: Debian's name, Fedora's, and the spec of Fedora's by which it is built.
NAMES = (
    ("conntrack", "conntrack-tools", "conntrack-tools"),
    ("dbus", "dbus", "dbus"),
    ("hicolor-icon-theme", "hicolor-icon-theme", "hicolor-icon-theme"),
    ("iproute2", "iproute", "iproute"),
    ("kmod", "kmod", "kmod"),
    ("network-manager", "NetworkManager", "NetworkManager"),
    ("network-manager-gnome", "network-manager-applet", "network-manager-applet"),
    ("nftables", "nftables", "nftables"),
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
    ("udev", "systemd-udev", "systemd"),
    ("xen-utils-common", "xen-runtime", "xen"),
)
FEDORA = {debian: fedora for debian, fedora, _ in NAMES}
#: What a Fedora has of all that.
SHIPPED = sorted({fedora for _, fedora, spec in NAMES if spec})
