"""What may be wrong with the netvm's screen, in dom0 and in the netvm. Declared with their cures; pure."""

from __future__ import annotations

from qnet_gui.doctor.faults.fault import Declared, Fault


class ScreenFault(Fault):
    """What keeps the netvm's screen, and so its network applet, from being seen in dom0."""

    NO_SCREEN = Declared(
        "no-screen",
        "The netvm has no screen, so its network applet cannot be seen in dom0.",
        "To give it one, write {lines} into its configuration, and add {value} to the words of its kernel (extra)",
        ("sudoedit /etc/qnet/netvm.cfg", "sudo qnet netvm restart"),
        remark=True,
    )
    VFB_MISSING = Declared(
        "vfb-missing",
        "/etc/qnet/netvm.cfg says what serves the netvm's screen, and does not give it one.",
        "Add vfb = [ 'vnc=0' ] to it",
        ("sudoedit /etc/qnet/netvm.cfg", "sudo qnet netvm restart"),
    )
    DISPLAY_NOT_NAMED = Declared(
        "display-not-named",
        "/etc/qnet/netvm.cfg gives the netvm a screen, and a QEMU to serve it, which shows dom0 nothing.",
        'Add device_model_override = "{program}" to it',
        ("sudoedit /etc/qnet/netvm.cfg", "sudo qnet netvm restart"),
    )
    SCREEN_SIZE = Declared(
        "screen-size",
        "The netvm's kernel is not told the size of its screen that qnet.toml has, so no picture comes: {wanted}.",
        "Write {value} into the words of its kernel (extra)",
        ("sudoedit /etc/qnet/netvm.cfg", "sudo qnet netvm restart"),
    )
    USER_MISSING = Declared(
        "user-missing",
        "There is no user {name}, as whom what has to do with the netvm's screen runs.",
        "Have it made",
        ("sudo systemd-sysusers",),
    )
    SCREEN_DRIVER_MISSING = Declared(
        "screen-driver-missing",
        "dom0 gives this netvm a screen and a keyboard, and its kernel does not have what drives them: {names}.",
        "Load it, or install a kernel that has it, and restart",
        ("sudo modprobe -a {names}", "sudo {apt} install {package}", "sudo systemctl reboot"),
    )
    SCREEN_PROGRAM_MISSING = Declared(
        "screen-program-missing",
        "dom0 gives this netvm a screen, and what would show its network applet there is missing: {names}.",
        "Install it",
        ("sudo {apt} install {package}",),
    )
