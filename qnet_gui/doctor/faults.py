"""All that `qnet doctor` may find on a machine, each with its cure. Pure.

What the helper finds are problems, declared in `model/messages/problems.py`. These are what keeps a helper, an agent or
a domain's own set-up from working at all, so they are found without any of them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and what to do about it; `over`: it was, and nothing need be done.

    `cure` is all of it in a line; `commands` are those in it, in their order. `code` is empty for what the helper says.
    """

    wrong: str
    cure: str = ""
    over: bool = False
    code: str = ""
    commands: tuple[str, ...] = ()


class Declared(NamedTuple):
    """A fault: a word for programs, the sentence, the cure and its commands, with places for what is in question.

    `silences`: with it no helper can answer, which is not told then. `helper_tells`: a helper that answers tells it.
    """

    word: str
    wrong: str
    cure: str
    commands: tuple[str, ...]
    silences: bool = False
    helper_tells: bool = False


class Fault(enum.Enum):
    """A fault."""

    # what is installed
    FILE_MISSING = Declared(
        "file-missing",
        "A file of qnet is missing: {path}.",
        "Install it again, {where}",
        ("sudo {again}",),
    )
    FILE_CHANGED = Declared(
        "file-changed",
        "{path} is not as qnet has it, and does not do what it should.",
        "Install it again, {where}",
        ("sudo mv {path} {path}.old", "sudo {again}"),
    )
    FILE_NOT_EXECUTABLE = Declared(
        "file-not-executable",
        "{path} cannot be run, since it is not marked as a program.",
        "Mark it",
        ("sudo chmod 755 {path}",),
    )
    CODE_CHANGED = Declared(
        "code-changed",
        "Files of {package} are not as they were installed: {names}.",
        "Install it again, {where}",
        ("sudo {again}",),
    )
    HELPER_NOT_INSTALLED = Declared(
        "helper-not-installed",
        "This dom0 has no network helper: of qnet, it has the command line alone.",
        "Install it, {where}",
        ("sudo {again}", "sudo qnet setup --dry-run"),
        silences=True,
    )
    NOTHING_INSTALLED = Declared(
        "nothing-installed",
        "This domain has neither qnet-guest, which sets up its network, nor qnet-netvm, by which it serves others.",
        "Install what it is to be, {where}",
        ("sudo {again}", "sudo systemctl enable --now qnet-guest"),
    )
    MODULE_MISSING = Declared(
        "module-missing",
        "The Python module {module} is missing.",
        "Install its package",
        ("sudo {apt} install {package}",),
    )
    PROGRAM_MISSING = Declared(
        "program-missing",
        "The program {program} is missing.",
        "Install its package",
        ("sudo {apt} install {package}",),
    )

    # services
    UNIT_MASKED = Declared(
        "unit-masked",
        "The service {unit} is masked, so nothing can start it.",
        "Unmask and start it",
        ("sudo systemctl unmask {unit}", "sudo systemctl start {unit}"),
    )
    UNIT_DISABLED = Declared(
        "unit-disabled",
        "The service {unit} is not started at boot.",
        "Have it started, now and at every boot",
        ("sudo systemctl enable --now {unit}",),
    )
    UNIT_STOPPED = Declared(
        "unit-stopped",
        "The service {unit} does not run.",
        "Start it",
        ("sudo systemctl start {unit}",),
    )
    UNIT_FAILED = Declared(
        "unit-failed",
        "The service {unit} has failed ({result}).",
        "Its log says why; then start it again",
        ("journalctl -b -u {unit}", "sudo systemctl restart {unit}"),
    )
    UNIT_UNREADABLE = Declared(
        "unit-unreadable",
        "systemd cannot load the unit {unit}: something that was added to it is wrong.",
        "Take away what was added",
        ("systemctl cat {unit}", "sudo systemctl revert {unit}"),
    )
    UNIT_OTHERWISE = Declared(
        "unit-otherwise",
        "The unit {unit} was changed: its type is {value}, and must be {wanted}, which says when it has started.",
        "Take away what was changed",
        ("systemctl cat {unit}", "sudo systemctl revert {unit}", "sudo systemctl restart {unit}"),
    )
    UNIT_OUTDATED = Declared(
        "unit-outdated",
        "systemd does not know the unit {unit} as it is now on the disk.",
        "Have it read again",
        ("sudo systemctl daemon-reload", "sudo systemctl restart {unit}"),
    )
    BUS_DOWN = Declared(
        "bus-down",
        "The system bus does not run.",
        "Start it",
        ("sudo systemctl start dbus.socket",),
        silences=True,
    )
    BUS_REFUSES = Declared(
        "bus-refuses",
        "The system bus lets nobody talk to the helper: it has not read org.qnet.Helper1.conf, or another forbids it.",
        "Have it read its files again; who forbids it, this shows",
        ("sudo systemctl reload dbus", "grep -rl org.qnet.Helper1 /etc/dbus-1 /usr/share/dbus-1"),
        silences=True,
    )
    POLKIT_MISSING = Declared(
        "polkit-missing",
        "polkit is missing, so nobody but root may have the helper do anything.",
        "Install it",
        ("sudo {apt} install {package}",),
    )
    DEVD_DOWN = Declared(
        "devd-down",
        "Nobody runs Xen's hotplug scripts in this netvm (xl devd), so no domain's vif comes up.",
        "Start it",
        ("sudo systemctl start qnet-devd",),
    )
    AGENT_IN_DOM0 = Declared(
        "agent-in-dom0",
        "qnet-agent is started in dom0, and {netvm} is the netvm: nothing may route in dom0.",
        "Stop it, and take away what it has set",
        ("sudo systemctl disable --now qnet-agent", "sudo qnet-agent undo"),
    )
    AGENT_LEFT_OVER = Declared(
        "agent-left-over",
        "dom0 still has what qnet-agent has set in it, although {netvm} is the netvm: it routes.",
        "Take it away",
        ("sudo qnet-agent undo",),
    )

    # configuration
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
        "Choose the one, or give the other its name",
        ("sudo qnet netvm set {name}", "sudoedit /etc/qnet/netvm.cfg"),
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
        ("sudoedit /etc/qnet/netvm.cfg", "ls -l /boot"),
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
    STATE_FOLDER = Declared(
        "state-folder",
        "{path}, where the helper keeps what it has begun, belongs to somebody else or can be written by others.",
        "Make it root's alone",
        ("sudo chown root:root {path}", "sudo chmod 700 {path}"),
    )
    JOURNAL_LEFT = Declared(
        "journal-left",
        "dom0 was connected to the network, and nobody has disconnected it.",
        "Start the helper, which puts everything back",
        ("sudo systemctl start qnet-helper",),
        helper_tells=True,
    )

    # Xen
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
        "Give them to it",
        ("sudo qnet netvm restart",),
        helper_tells=True,
    )
    PCIBACK_MISSING = Declared(
        "pciback-missing",
        "dom0's kernel has no xen-pciback, without which no network card can be given to a domain.",
        "Install a kernel that has it, and restart",
        ("sudo {apt} install {package}", "sudo systemctl reboot"),
    )

    # the network of this domain
    FORWARDING_IN_DOM0 = Declared(
        "forwarding-in-dom0",
        "dom0 passes packets on ({setting} is 1), although {netvm} is the netvm.",
        "Switch it off; another program, or this file, may have switched it on",
        ("sudo sysctl -w {setting}=0", "grep -rs forward /etc/sysctl.conf /etc/sysctl.d"),
    )
    ROUTE_IN_DOM0 = Declared(
        "route-in-dom0",
        "dom0 has a default route through {interface}, although nobody has connected it.",
        "Find out who has set it, and take it away",
        ("ip route", "sudo ip link set {interface} down"),
        helper_tells=True,
    )
    RESOLV_CONF_DANGLING = Declared(
        "resolv-conf-dangling",
        "/etc/resolv.conf leads to {path}, which is not there, so no name resolves here.",
        "Start what makes it, or make it a plain file",
        ("ls -l /etc/resolv.conf", "sudo rm /etc/resolv.conf"),
    )
    RESOLVED_DOWN = Declared(
        "resolved-down",
        "/etc/resolv.conf leads to systemd-resolved, which does not run, so no name resolves here.",
        "Start it",
        ("sudo systemctl enable --now systemd-resolved",),
    )
    NETWORKMANAGER_OVERRIDDEN = Declared(
        "networkmanager-overridden",
        "{path} takes the place of qnet's own file, which keeps NetworkManager's hands off the vifs.",
        "Give it another name",
        ("sudo mv {path} {path}.old", "sudo systemctl reload NetworkManager"),
    )
    NETWORKMANAGER_MANAGES = Declared(
        "networkmanager-manages",
        "NetworkManager manages the vif {device}, which is qnet's.",
        "Take it away from it",
        ("sudo nmcli device set {device} managed no",),
    )
    FIREWALL_RUNS = Declared(
        "firewall-runs",
        "{program} runs in the netvm, and stops what domains send through it.",
        "qnet has a packet filter of its own; stop that one",
        ("sudo systemctl disable --now {unit}",),
    )
    FIREWALL_DROPS = Declared(
        "firewall-drops",
        "Another program's packet filter in the netvm stops what domains send through it: the chain {name}.",
        "See what it is; where nobody needs it, let it pass what is not its own",
        ("sudo nft list chain {name}", "sudo nft add chain {name} '{{ policy accept; }}'"),
    )
    NETBACK_MISSING = Declared(
        "netback-missing",
        "The netvm's kernel has not loaded xen-netback, so no domain's vif comes.",
        "Load it, now and at every boot",
        ("sudo modprobe xen-netback", "echo xen-netback | sudo tee /etc/modules-load.d/xen-netback.conf"),
    )
    NETFRONT_MISSING = Declared(
        "netfront-missing",
        "This domain's kernel has no driver for the network card that dom0 gives it.",
        "Load it",
        ("sudo modprobe xen-netfront",),
    )

    def finding(self, **arguments: str) -> Finding:
        """It, on this machine."""
        declared = self.value
        commands = tuple(command.format(**arguments) for command in declared.commands)
        cure = f"{declared.cure.format(**arguments)}: {'; '.join(commands)}"
        return Finding(declared.wrong.format(**arguments), cure, code=declared.word, commands=commands)


_BY_WORD = {fault.value.word: fault for fault in Fault}


def silences(finding: Finding) -> bool:
    """Whether with it no helper can answer, or it says already that none does."""
    if finding.code.startswith("unit-") and "qnet-helper" in finding.wrong:
        return True
    return finding.code in _BY_WORD and _BY_WORD[finding.code].value.silences


def helper_tells(finding: Finding) -> bool:
    """Whether a helper that answers tells it too."""
    return finding.code in _BY_WORD and _BY_WORD[finding.code].value.helper_tells
