"""What may be wrong with Xen in dom0. Declared with their cures; pure."""

from __future__ import annotations

from qnet_gui.doctor.faults.fault import Declared, Fault


class XenFault(Fault):
    """What may be wrong with Xen in dom0."""

    NOT_BOOTED_BY_XEN = Declared(
        "not-booted-by-xen",
        "This machine was started without Xen, so there are no domains here.",
        "Restart it, and choose the entry with Xen in the boot menu",
        ("sudo systemctl reboot",),
        silences=True,
    )
    XENFS_MISSING = Declared(
        "xenfs-missing",
        "/proc/xen is empty, so Xen's tools do not know that this is dom0.",
        "Mount it",
        ("sudo mount -t xenfs xenfs /proc/xen",),
    )
    XENSTORE_DOWN = Declared(
        "xenstore-down",
        "xenstored does not answer.",
        "Start it; where it has died, the machine has to be restarted",
        ("sudo systemctl start {unit}", "journalctl -b -u {unit}"),
        helper_tells=True,
    )
    XL_SILENT = Declared(
        "xl-silent",
        "Xen's tools do not answer: xl info has failed.",
        "Start them; xl says what is missing",
        ("sudo systemctl restart {unit}", "sudo xl info"),
        helper_tells=True,
    )
    IOMMU_OFF = Declared(
        "iommu-off",
        "The IOMMU is off, and without it Xen gives no network card to a domain.",
        "Switch on VT-d (Intel) or AMD-Vi (AMD) in the firmware's settings, and restart; this tells whether Xen has it",
        ("sudo xl dmesg",),
        helper_tells=True,
    )
    NIC_IN_DOM0 = Declared(
        "nic-in-dom0",
        "dom0 has network cards that belong to the netvm: {names}.",
        "Give them to it; where netvm.cfg has a line pci=, name them there first",
        ("sudo qnet netvm restart",),
        helper_tells=True,
    )
    PCIBACK_MISSING = Declared(
        "pciback-missing",
        "dom0's kernel has no xen-pciback, without which no network card can be given to a domain.",
        "Install a kernel that has it, and restart",
        ("sudo {apt} install {package}", "sudo systemctl reboot"),
    )
