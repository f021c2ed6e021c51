"""What may be wrong with what an administrator, or the helper, has written. Declared with their cures; pure."""

from __future__ import annotations

from qnet_gui.doctor.faults.fault import Declared, Fault


class SettingFault(Fault):
    """What may be wrong with what an administrator, or the helper, has written."""

    CONFIG_WRONG = Declared(
        "config-wrong",
        "{why}",
        "Correct it, then",
        ("sudo systemctl restart {unit}",),
    )
    CONFIG_OWNER = Declared(
        "config-owner",
        "{path} does not belong to root, so somebody else decides what root does.",
        "Give it to root",
        ("sudo chown root:root {path}",),
    )
    CONFIG_WRITABLE = Declared(
        "config-writable",
        "{path} can be written by others than root, who then decide what root does.",
        "Take that away",
        ("sudo chmod go-w {path}",),
    )
    NETVM_FILE_MISSING = Declared(
        "netvm-file-missing",
        "The netvm is to be started at boot, and /etc/qnet/netvm.cfg, which says how, is missing.",
        "Install it again, {where}, and fill it in",
        ("sudo {again}", "sudoedit /etc/qnet/netvm.cfg"),
    )
    NETVM_FILE_EMPTY = Declared(
        "netvm-file-empty",
        "The netvm is to be started at boot, and /etc/qnet/netvm.cfg does not say what it boots from.",
        "Fill in its kernel and its disk",
        ("sudoedit /etc/qnet/netvm.cfg",),
    )
    NETVM_FILE_NAME = Declared(
        "netvm-file-name",
        "/etc/qnet/netvm.cfg is of {name}, and {netvm} is chosen as the netvm.",
        "Give the one the other's name; or choose it, by netvm in the section [dom0] of the second",
        ("sudoedit /etc/qnet/netvm.cfg", "sudoedit /etc/qnet/qnet.toml", "sudo systemctl restart qnet-helper"),
    )
    NETVM_FILE_BRIDGE = Declared(
        "netvm-file-bridge",
        "/etc/qnet/netvm.cfg gives the netvm a card at a bridge of dom0's; it has its network from real network cards.",
        "Take the line vif= out",
        ("sudoedit /etc/qnet/netvm.cfg", "sudo qnet netvm restart"),
    )
    NETVM_FILE_NAMES_NOTHING = Declared(
        "netvm-file-names-nothing",
        "/etc/qnet/netvm.cfg names {path}, which is not there.",
        "Name one that is",
        ("sudoedit /etc/qnet/netvm.cfg", "ls -l {folder}"),
    )
    NETVM_FILE_OUT_OF_REACH = Declared(
        "netvm-file-out-of-reach",
        "/etc/qnet/netvm.cfg names {path}, which qnet-netvm.service, by which the netvm starts, may not write or does"
        " not see: homes, temporary folders and the system's own are out of its reach.",
        "Have it elsewhere, and name its new place",
        ("sudo mv {path} /var/lib/xen/", "sudoedit /etc/qnet/netvm.cfg"),
    )
    NETVM_FILE_NOT_READ = Declared(
        "netvm-file-not-read",
        "/etc/qnet/netvm.cfg is written in a way that xl does not read, in line {line}, so no netvm comes of it.",
        "Have texts in quotes, names of settings in small letters, ends of lines as on Unix; xl shows what it reads",
        ("sudoedit /etc/qnet/netvm.cfg", "sudo xl create --dryrun /etc/qnet/netvm.cfg"),
    )
    VIF_OF_DOM0 = Declared(
        "vif-of-dom0",
        "{path} has a vif that dom0 is to serve, and dom0 has no network; the domain will have none.",
        "Have the netvm serve it",
        ("sudo qnet setup",),
    )
    VIF_WITHOUT_SCRIPT = Declared(
        "vif-without-script",
        "{path} has a vif without script=vif-route-qubes, so the netvm sets up nothing for it.",
        "Have that written",
        ("sudo qnet setup",),
    )
    VIF_SCRIPT_MISSING = Declared(
        "vif-script-missing",
        "{path} names the script {value} for its vif, and that is not there.",
        "Write script=vif-route-qubes",
        ("sudoedit {path}",),
    )
    XENDOMAINS_SAVES = Declared(
        "xendomains-saves",
        "{path} has domains saved when dom0 shuts down, the netvm too: the others then hang for minutes without it.",
        "Have them shut down instead, with XENDOMAINS_SAVE left empty",
        ("sudoedit {path}",),
    )
    NETVM_SAVED = Declared(
        "netvm-saved",
        "{path} is a netvm that xendomains has saved; at boot it would be restored beside the one that qnet starts.",
        "Remove it",
        ("sudo rm {path}",),
    )
    STATE_FOLDER = Declared(
        "state-folder",
        "{path}, where the helper keeps what it has begun, belongs to somebody else or can be written by others.",
        "Make it root's alone",
        ("sudo chown root:root {path}", "sudo chmod 700 {path}"),
    )
    DISK_FULL = Declared(
        "disk-full",
        "The disk with {path} is full. dom0 cannot be connected: each step of that is noted there first.",
        "Make room on it; the second tells whether it is the number of files",
        ("df -h {folder}", "df -i {folder}"),
    )
    DISK_READ_ONLY = Declared(
        "disk-read-only",
        "The disk with {path} can only be read. dom0 cannot be connected: each step of that is noted there first.",
        "See which it is, and why, and make it writable",
        ("findmnt --target {folder}", "sudo mount -o remount,rw {folder}"),
    )
    JOURNAL_LEFT = Declared(
        "journal-left",
        "dom0 was connected to the network, and nobody has disconnected it.",
        "Start the helper, which puts everything back",
        ("sudo systemctl start qnet-helper",),
        helper_tells=True,
    )
