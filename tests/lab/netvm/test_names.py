"""Who says where names go, in a netvm with a real NetworkManager and a real systemd-resolved that do as told."""

from __future__ import annotations

import pytest
from waiting import DEADLINE

from .. import real_resolved
from ..conftest import Lab
from .test_uplinks import FAR, ip, name, problems, servers, status, tunnel, uplinks, whoami

SERVERS = ["192.168.0.53", "192.168.0.54", "192.168.0.55"]


@pytest.fixture
def online(fresh_lab: Lab) -> Lab:
    fresh_lab.wait("the provider's servers", lambda: servers(fresh_lab) == SERVERS[:2])
    return fresh_lab


def _configure_networkmanager(lab: Lab, *sections: str) -> None:
    """What the administrator writes into a file of NetworkManager's own configuration."""
    text = "".join(f"{section}\n" for section in sections)
    lab.exec("netvm", "mkdir", "-p", "/etc/NetworkManager/conf.d")
    lab.exec("netvm", "tee", "/etc/NetworkManager/conf.d/names.conf", input=text)
    lab.exec("netvm", "nmcli", "general", "reload")


def test_networkmanagers_global_servers_win_alone_and_cover_both_virtual_ones(online: Lab) -> None:
    _configure_networkmanager(online, "[global-dns-domain-*]", "servers=192.168.0.55",
                              "[global-dns-domain-corp.test]", "servers=192.168.0.54")  # fmt: skip
    online.wait("the global one", lambda: servers(online) == ["192.168.0.55"])
    assert [redirect["virtual"] for redirect in status(online)["dns"]["redirects"]] == ["10.139.1.1", "10.139.1.2"]
    assert status(online)["dns"]["source"] == "networkmanager"
    _configure_networkmanager(online)
    online.wait("the provider's", lambda: servers(online) == SERVERS[:2])
    _configure_networkmanager(online, "[global-dns-domain-*]", "servers=fd00::53")
    online.wait("refusal", lambda: problems(online) == ["no-dns"])


def test_a_connection_for_some_domains_only_serves_nobody_else(online: Lab) -> None:
    """Of the lowest priority and all: what it is for are its own domains."""
    online.exec(
        "netvm", "nmcli", "connection", "add", "type", "tun", "ifname", "tun0", "con-name", "corp", "mode", "tun",
        "ipv4.method", "manual", "ipv4.addresses", "10.99.0.2/24", "ipv4.dns", "192.168.0.55", "ipv4.dns-search",
        "~corp.test", "ipv4.never-default", "yes", "ipv6.method", "disabled", "autoconnect", "no",
        "ipv4.dns-priority", "-50",
    )  # fmt: skip
    online.exec("netvm", "nmcli", "connection", "up", "corp", timeout=DEADLINE)
    online.wait("the connection", lambda: "tun0" in [row[0] for row in uplinks(online)])
    assert servers(online) == SERVERS[:2]
    online.exec("netvm", "nmcli", "connection", "modify", "corp", "ipv4.dns-search", "~.")
    online.exec("netvm", "nmcli", "connection", "up", "corp", timeout=DEADLINE)
    online.wait("its server alone", lambda: servers(online) == ["192.168.0.55"])


def test_a_resolver_of_the_netvms_own_is_told_as_that(online: Lab) -> None:
    name(online, "127.0.0.1")
    online.wait("that it is told", lambda: problems(online) == ["local-resolver"])
    (problem,) = status(online)["problems"]
    assert "local_resolver = true" in problem["cure"]
    name(online, "127.0.0.1", "192.168.0.55")
    online.wait("the other", lambda: servers(online) == ["192.168.0.55"])


def test_names_go_where_they_are_to_whatever_another_program_redirects(online: Lab) -> None:
    """One that came later, for its own resolver: ours nobody else has a use for."""
    hook, rule = "type nat hook prerouting priority dstnat;", "meta l4proto { tcp, udp } th dport 53 redirect"
    online.exec("netvm", "nft", f"table inet other {{\nchain other {{\n{hook}\n{rule}\n}}\n}}")
    assert whoami(online) == "192.0.2.1"


def test_a_server_with_an_address_of_ours_is_never_asked(online: Lab) -> None:
    """What a hostile lease, or one of a network that uses the same addresses, names: a domain, or the netvm itself."""
    for ours in (online.address("work"), "10.137.0.1", "10.139.1.2", "10.137.99.9"):
        online.set_servers("isp1", [ours, "192.168.0.55"])
        online.wait("the other alone", lambda: servers(online) == ["192.168.0.55"])
        assert problems(online) == ["address-overlap"]
        assert whoami(online) == "192.0.2.1"
    online.set_servers("isp1", [online.address("work")])
    online.wait("refusal", lambda: problems(online) == ["no-dns", "address-overlap"])
    assert whoami(online) == ""


@pytest.mark.parametrize(
    "words",
    [
        "link add docker0 type bridge; address add WORK/24 dev docker0; link set docker0 up",
        "link add docker0 type bridge; address add WORK/32 dev docker0",
        "address add WORK/32 dev lo",
        "link add docker0 type bridge; address add 10.137.200.1/24 dev docker0",
        "link add docker0 type bridge; address add 10.139.1.9/24 dev docker0",
    ],
)
def test_another_link_of_the_netvm_with_addresses_of_ours_is_told(lab: Lab, words: str) -> None:
    """It keeps for itself what comes for such a domain, however well the uplink works."""
    lab.wait("nothing wrong", lambda: problems(lab) == [])
    for command in words.replace("WORK", lab.address("work")).split(";"):
        ip(lab, command.strip())
    try:
        lab.wait("that it is told", lambda: problems(lab) == ["address-overlap"])
    finally:
        lab.exec("netvm", "ip", "link", "del", "docker0", check=False)
        lab.exec("netvm", "ip", "address", "del", f"{lab.address('work')}/32", "dev", "lo", check=False)
    lab.wait("that it is over", lambda: problems(lab) == [])


def test_an_uplinks_network_with_addresses_of_ours_is_told(online: Lab) -> None:
    ip(online, "address add 10.137.7.2/24 dev eth0")
    online.wait("that it is told", lambda: problems(online) == ["address-overlap"])
    assert whoami(online) == "192.0.2.1"
    ip(online, "address del 10.137.7.2/24 dev eth0")
    online.wait("that it is over", lambda: problems(online) == [])


def test_systemd_resolveds_global_servers_win_alone(online: Lab) -> None:
    """What it read in a resolv.conf that is not its own is no choice of its own."""
    with real_resolved.running(online):
        name(online, "192.168.0.54", "192.168.0.55")
        online.wait("resolv.conf's", lambda: servers(online) == ["192.168.0.54", "192.168.0.55"])
        assert status(online)["dns"]["source"] == "resolv.conf"
        name(online)
        online.wait("NetworkManager's", lambda: servers(online) == SERVERS[:2])
    with real_resolved.running(online, "DNS=192.168.0.55"):
        online.wait("the global one", lambda: servers(online) == ["192.168.0.55"])
        assert status(online)["dns"]["source"] == "resolved"
    online.wait("NetworkManager's", lambda: servers(online) == SERVERS[:2])


def test_systemd_resolveds_fallback_is_asked_where_nobody_names_a_server(online: Lab) -> None:
    """With a static address and no servers beside it; NetworkManager goes on with another card."""
    online.exec("netvm", "nmcli", "device", "set", "eth0", "managed", "no")
    ip(online, "address replace 192.168.0.99/24 dev eth0")
    ip(online, "route replace default via 192.168.0.1")
    with real_resolved.running(online, "FallbackDNS=192.168.0.55") as resolved:
        online.exec("netvm", "ln", "-sf", "/run/systemd/resolve/stub-resolv.conf", "/etc/resolv.conf")
        resolved.ctl("revert eth0")  # NetworkManager has told it of that
        online.wait("the fallback", lambda: servers(online) == ["192.168.0.55"])
        assert (status(online)["dns"]["source"], problems(online)) == ("resolved", [])
        assert whoami(online) == "192.0.2.1"


def test_what_systemd_resolved_asks_encrypted_no_domain_asks_in_clear(online: Lab) -> None:
    """Whoever has told it whom to ask; nor at port 53 what is asked at another."""
    online.exec("netvm", "ln", "-sf", "/run/systemd/resolve/stub-resolv.conf", "/etc/resolv.conf")
    with real_resolved.running(online, "DNSOverTLS=yes") as resolved:
        online.wait("refusal", lambda: problems(online) == ["names-otherwise"] and servers(online) == [])
        resolved.ctl("dns eth0 192.168.0.55")
        resolved.ctl("dnsovertls eth0 no")
        resolved.ctl("dns eth0 192.168.0.54")
        online.wait("what is in clear", lambda: servers(online) != [] and problems(online) == [])
    with real_resolved.running(online, "DNS=192.168.0.55:5353"):
        online.wait("refusal", lambda: problems(online) == ["names-otherwise"] and servers(online) == [])
    with real_resolved.running(online, "DNS=192.168.0.55:5353 192.168.0.54\nDNSOverTLS=opportunistic"):
        online.wait("the other", lambda: servers(online) == ["192.168.0.54"] and problems(online) == [])


def test_a_vpn_that_tells_systemd_resolved_is_asked_alone(online: Lab) -> None:
    """wg-quick's last step by resolvconf: servers, then `~.`, of which resolved tells nobody."""
    with real_resolved.running(online) as resolved, tunnel(online):
        ip(online, "route add default dev wg0 table 51820")
        ip(online, "rule add table main suppress_prefixlength 0 priority 30000")
        ip(online, "rule add not fwmark 51820 table 51820 priority 30001")
        online.wait("the VPN", lambda: uplinks(online)[0][:2] == ("wg0", "vpn"))
        resolved.ctl("dns wg0 10.8.0.1")
        resolved.ctl("domain wg0 ~.")
        online.wait("the VPN's server", lambda: servers(online) == ["10.8.0.1"])
        assert whoami(online) == FAR
        assert (status(online)["dns"]["source"], problems(online)) == ("resolved", [])


def test_systemd_resolveds_link_for_some_domains_only_serves_nobody_else(online: Lab) -> None:
    """Where NetworkManager does not own the way out."""
    online.exec("netvm", "nmcli", "device", "set", "eth0", "managed", "no")
    ip(online, "address replace 192.168.0.99/24 dev eth0")
    ip(online, "route replace default via 192.168.0.1")
    with real_resolved.running(online) as resolved, tunnel(online, "tun7", "10.9.0.2/24"):
        resolved.ctl("dns eth0 192.168.0.54")
        resolved.ctl("dns tun7 10.9.0.1")
        resolved.ctl("domain tun7 ~corp.test")
        online.wait("the card's alone", lambda: servers(online) == ["192.168.0.54"])
        assert status(online)["dns"]["source"] == "resolved"
