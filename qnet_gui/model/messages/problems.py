"""What is wrong, and what to do about it. A cure has the arguments of its problem, or fewer."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code, Plural


class ProblemCode(Code):
    """What is wrong; each with its cure."""

    DOM0_STUCK = (
        "dom0-stuck",
        "dom0 could not be disconnected: it may still be connected to the network.",
        "The helper keeps trying; if it does not succeed within a minute, pull the network cable, switch off Wi-Fi, "
        "and restart this computer, which puts everything back.",
    )
    DOM0_LEFT_OVER = (
        "dom0-left-over",
        "dom0 is disconnected, but not everything could be put back: {why}",
        "Where a disk is full, make room on it; where it can only be read, make it writable "
        "(sudo mount -o remount,rw, and where it is mounted: findmnt tells). The helper keeps trying.",
    )
    PAUSED_IN_DOUBT = (
        "paused-in-doubt",
        "Who was paused for dom0's last connection could not be read any more. It may be, and still be so: {names}.",
        "Let those go on that you have not paused yourself: in the list of domains, or with sudo xl unpause and the "
        "name.",
    )
    OTHERS_RUN = (
        "others-run",
        Plural(
            "{count} domain runs although dom0 is connected to the network: {names}.",
            "{count} domains run although dom0 is connected to the network: {names}.",
        ),
        "qnet pauses them again and again; where that does not help, disconnect dom0.",
    )
    OTHERS_LET_GO = (
        "others-let-go",
        Plural(
            "{count} domain was let go on while dom0 is connected, and has been paused again: {names}.",
            "{count} domains were let go on while dom0 is connected, and have been paused again: {names}.",
        ),
        "Find out who lets paused domains go on; until dom0 is disconnected, qnet pauses them each time.",
    )
    NO_STORE = (
        "no-store",
        "xenstore does not answer.",
        "Check that xenstored runs in dom0.",
    )
    NO_HYPERVISOR = (
        "no-hypervisor",
        "The hypervisor's tools do not answer.",
        "Check that this is dom0 of a Xen host, and that xl list works.",
    )
    MANAGED = (
        "managed",
        "The domains of this host belong to {manager}, so qnet only shows them.",
        "Change them with the tools of {manager}.",
    )
    NO_NETVM = (
        "no-netvm",
        "netvm is not running.",
        "Start it; until then no domain has a network.",
    )
    AGENT_UNKNOWN = (
        "agent-unknown",
        "netvm runs, but its agent has not reported.",
        "Wait for netvm to finish starting, or start qnet-agent in it.",
    )
    AGENT_STOPPED = (
        "agent-stopped",
        "The agent in netvm has stopped.",
        "Start qnet-agent in netvm, or restart netvm.",
    )
    AGENT_SILENT = (
        "agent-silent",
        "The agent in netvm does not answer.",
        "Restart qnet-agent in netvm, or restart netvm.",
    )
    NO_UPLINK = (
        "no-uplink",
        "netvm has no uplink.",
        "Plug in a cable or choose a Wi-Fi network in the network applet.",
    )
    NO_DNS = (
        "no-dns",
        "Names do not resolve: the uplink gave no servers.",
        "Enter name servers in the connection's settings in the network applet.",
    )
    NETWORKMANAGER_LOST_SERVERS = (
        "networkmanager-lost-servers",
        "Names do not resolve: NetworkManager was given name servers and uses none of them.",
        "Choose the connection again in the network applet, which makes NetworkManager take them"
        " (in netvm: nmcli connection up). If its settings say that the network's own are ignored, enter others there.",
    )
    LOCAL_RESOLVER = (
        "local-resolver",
        "Names do not resolve in domains: netvm asks a name server of its own, which answers nobody else.",
        "To let it answer the domains too, write local_resolver = true under [netvm] in /etc/qnet/qnet.toml in netvm, "
        "and restart qnet-agent there. Where it is systemd-resolved, write DNSStubListenerExtra=127.0.0.55 under "
        "[Resolve] in /etc/systemd/resolved.conf, too, and restart that. Or give netvm's connection another name "
        "server.",
    )
    NAMES_BESIDE_VPN = (
        "names-beside-vpn",
        "Names do not resolve: the only name servers are outside of the VPN, where others could read what is asked.",
        "Enter the name servers of the VPN in its settings, or end it.",
    )
    NAMES_OTHERWISE = (
        "names-otherwise",
        "Names do not resolve in domains: netvm asks its name servers encrypted or at another port, as domains cannot.",
        "To let the resolver in netvm answer the domains too, write local_resolver = true under [netvm] in "
        "/etc/qnet/qnet.toml there, where it is systemd-resolved also DNSStubListenerExtra=127.0.0.55 under [Resolve] "
        "in /etc/systemd/resolved.conf, and restart it and qnet-agent. Or give netvm's connection a name server that "
        "is asked in clear at port 53.",
    )
    ADDRESS_OVERLAP = (
        "address-overlap",
        "The network that netvm is connected to uses addresses that belong to this computer's domains.",
        "Choose another pool in /etc/qnet/qnet.toml in dom0, away from that network's addresses, and restart the "
        "domains; or give the network's router other addresses. Until then neither reaches what both call the same.",
    )
    NO_NETWORKMANAGER = (
        "no-networkmanager",
        "NetworkManager is not running in netvm.",
        "Start it there, or restart netvm.",
    )
    NFT_FAILED = (
        "nft-failed",
        "netvm could not load its packet filter.",
        "See the agent's log in netvm.",
    )
    CONNECTIONS_ALMOST_FULL = (
        "connections-almost-full",
        "netvm keeps almost as many connections as it can; soon no domain can begin another.",
        "Find out which domain has very many (in netvm: conntrack -L), and end the program there that opens them. How "
        "many a domain may have at once is said by connections under [netvm] in /etc/qnet/qnet.toml in netvm.",
    )
    OTHERS_UNDO = (
        "others-undo",
        "Another program in netvm undoes again and again what qnet sets there.",
        "qnet doctor names it. Have that program leave qnet's own table, routes and addresses alone, or stop it.",
    )
    OTHERS_DROP = (
        "others-drop",
        "Another program's packet filter in netvm stops everything that domains send to the network, or all answers.",
        "Have that program pass on what comes from and goes to the interfaces vif* (vif+ in the words of iptables, "
        "firewalld and ufw), or stop it. In netvm, sudo nft list chains shows whose chains are at the hooks "
        "prerouting, forward and postrouting.",
    )
    OTHERS_ROUTE = (
        "others-route",
        "A route or a routing rule of another program in netvm leads astray what domains send or are sent.",
        "In netvm, sudo ip rule shows a rule: it has preference 0, and stands before those that look up qnet's own "
        "tables. Have that program give its rule a preference of 1 or more. Or sudo ip route shows a default route by "
        "a vif: delete it, and have that program leave vif* alone (dhcpcd by denyinterfaces).",
    )
    OTHER_VERSION = (
        "other-version",
        "The agent in netvm is of version {version} of qnet, and dom0's helper of version {value}.",
        "Install the same version in both, the netvm's in its template if it has one, and restart what is older: "
        "sudo systemctl restart qnet-agent in netvm, qnet-helper in dom0.",
    )
    VIF_REFUSED = (
        "vif-refused",
        "The vif {vif} was refused by netvm.",
        "See hotplug-error of that vif, or the agent's log.",
    )
    NETVM_NONSENSE = (
        "netvm-nonsense",
        "netvm wrote values that are not valid; they were dropped.",
        "Restart netvm.",
    )
    DOMAIN_WITHOUT_NETWORK = (
        "domain-without-network",
        "{name} has no address.",
        "Restart it, or run qnet-guest in it. Where that is missing there, install the package qnet-guest and enable "
        "it (sudo systemctl enable --now qnet-guest).",
    )
    ATTACHED_ELSEWHERE = (
        "attached-elsewhere",
        Plural(
            "{count} domain is attached to another domain than {netvm}, the netvm: {names}.",
            "{count} domains are attached to other domains than {netvm}, the netvm: {names}.",
        ),
        "qnet netvm set {netvm} --move moves them to it.",
    )
    DOM0_NETVM = (
        "dom0-netvm",
        "dom0 is the netvm: its network drivers and stack can be attacked from outside.",
        "Choose a separate netvm.",
    )
    DOM0_REACHABLE = (
        "dom0-reachable",
        "dom0 has a network although nobody connected it for an upgrade.",
        "See under isolation in qnet status what it is, and stop the program that set it up.",
    )
    DOM0_NIC = (
        "dom0-nic",
        "dom0 has a network card of its own: {nics}.",
        "Give it to netvm: sudo qnet netvm restart. Where netvm's configuration has a line pci=, name it there first; "
        "where netvm is started in another way, bind it to pciback (xl pci-assignable-add) before.",
    )
    NO_IOMMU = (
        "no-iommu",
        "The IOMMU is off, so netvm is not isolated: through its network card it can read and change all memory.",
        "Switch on VT-d (Intel) or AMD-Vi (AMD) in the firmware's settings, take iommu=off and the like out of the "
        "options of Xen and of dom0's kernel, and restart; xl dmesg tells whether I/O virtualisation is enabled.",
    )
