"""What may be wrong with what runs, or should. Declared with their cures; pure."""

from __future__ import annotations

from qnet_gui.doctor.faults.fault import Declared, Fault


class ServiceFault(Fault):
    """What may be wrong with what runs, or should."""

    UNIT_MASKED = Declared(
        "unit-masked",
        "The service {unit} is masked, so nothing can start it.",
        "Unmask and start it",
        ("sudo systemctl unmask {unit}", "sudo systemctl restart {by}"),
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
        ("journalctl -b -u {unit}", "sudo systemctl restart {by}"),
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
        ("systemctl cat {unit}", "sudo systemctl revert {unit}", "sudo systemctl restart {by}"),
    )
    UNIT_OUTDATED = Declared(
        "unit-outdated",
        "systemd does not know the unit {unit} as it is now on the disk.",
        "Have it read again",
        ("sudo systemctl daemon-reload", "sudo systemctl restart {by}"),
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
