"""What may be wrong with this domain's own network, and what others do to it. Declared with their cures; pure."""

from __future__ import annotations

from qnet_gui.doctor.faults.fault import Declared, Fault


class NetworkFault(Fault):
    """What may be wrong with this domain's own network, and what others do to it."""

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
    DHCPCD_ASKS_DOMAINS = Declared(
        "dhcpcd-asks-domains",
        "The netvm's dhcpcd asks on the vifs too, and a domain that answers can make itself the netvm's way out.",
        "Have it leave the vifs alone",
        ("sudo sed -i '1i denyinterfaces vif*' /etc/dhcpcd.conf", "sudo systemctl restart dhcpcd"),
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
