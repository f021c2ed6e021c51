"""What is an uplink in a netvm where others do as they like: the snapshot says what the kernel does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waiting import DEADLINE

from ..conftest import Lab

SERVERS = ["192.168.0.53", "192.168.0.54", "192.168.0.55"]
TUNNEL = str(Path(__file__).parents[1] / "tunnel.py")
#: What the far end of a tunnel answers.
FAR = "198.51.100.7"


def status(lab: Lab) -> dict[str, Any]:
    snapshot: dict[str, Any] = json.loads(lab.out("dom0", "qnet", "status", "--json"))
    return snapshot


def uplinks(lab: Lab) -> list[tuple[str, str, str, bool]]:
    """Name, kind, state, whether it is the primary one."""
    return [(up["name"], up["kind"], up["state"], up["primary"]) for up in status(lab)["uplinks"]]


def problems(lab: Lab) -> list[str]:
    return [problem["code"] for problem in status(lab)["problems"]]


def servers(lab: Lab) -> list[str]:
    """The real servers that queries go to now, each once."""
    return sorted({redirect["real"] for redirect in status(lab)["dns"]["redirects"]})


def default_routes(lab: Lab) -> list[str]:
    """The links of the default routes that dom0 is told, the best first."""
    rows = json.loads(lab.out("dom0", "qnet", "routes", "--json"))
    return [row["iface"] for row in rows if row["genmask"] == "0.0.0.0"]


def whoami(lab: Lab) -> str:
    """What a name resolves to in a domain, empty for nothing."""
    done = lab.exec("work", "dig", "+short", "+tries=1", "+time=1", "whoami.test", "@10.139.1.1", check=False)
    return "" if done.returncode else done.stdout.strip()


@contextmanager
def tunnel(lab: Lab, name: str = "wg0", address: str = "10.8.0.2/24") -> Iterator[None]:
    """A VPN's link whose far end answers names."""
    process = lab.popen("netvm", "/usr/bin/python3", TUNNEL, name, address, stdin=-1, stdout=-1, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield
    finally:
        process.communicate()


@contextmanager
def nothing_in_clear(lab: Lab, interface: str = "any") -> Iterator[None]:
    """No question reaches the provider meanwhile."""
    watcher = lab.popen(
        "isp1", "tcpdump", "-lni", interface, "port", "53", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert watcher.stdout is not None
    while "listening on" not in watcher.stdout.readline():
        pass
    yield
    watcher.terminate()
    output, _ = watcher.communicate(timeout=DEADLINE)
    assert "0 packets captured" in output, output


def name(lab: Lab, *real: str) -> None:
    """What resolv.conf names from now on."""
    lab.exec("netvm", "tee", "/etc/resolv.conf", input="".join(f"nameserver {server}\n" for server in real))


def ip(lab: Lab, words: str) -> None:
    lab.exec("netvm", "ip", *words.split())


@pytest.fixture
def online(fresh_lab: Lab) -> Lab:
    fresh_lab.wait("the first provider", lambda: uplinks(fresh_lab)[:1] == [("eth0", "cable", "up", True)])
    return fresh_lab


def test_a_bridge_that_is_connected_is_no_uplink(online: Lab) -> None:
    """docker0, virbr0: NetworkManager calls them connected externally, with all cables out."""
    ip(online, "link add docker0 type bridge")
    ip(online, "link add virbr0 type bridge")
    settings = "s/^unmanaged-devices.*/unmanaged-devices=interface-name:vif*/"
    online.exec("netvm", "sed", "-i", settings, "/etc/NetworkManager/NetworkManager.conf")
    online.exec("netvm", "nmcli", "general", "reload")
    for link, address in (("docker0", "172.17.0.1/16"), ("virbr0", "192.168.122.1/24")):
        ip(online, f"link set {link} up")
        ip(online, f"address replace {address} dev {link}")
    connected = "docker0:connected (externally)"
    online.wait(connected, lambda: connected in online.out("netvm", "nmcli", "-t", "-f", "DEVICE,STATE", "device"))
    online.cable("out", "isp1")
    online.wait("no uplink", lambda: problems(online) == ["no-uplink"])
    assert {row[0] for row in uplinks(online)} <= {"eth0", "eth1"}
    assert "has no uplink" in online.exec("dom0", "qnet", "status").stdout
    online.cable("in", "isp1")
    online.wait("an uplink", lambda: problems(online) == [])


def test_a_lease_without_a_router_is_no_way_out(online: Lab) -> None:
    online.exec("netvm", "nmcli", "device", "modify", "eth0", "ipv4.never-default", "yes", timeout=DEADLINE)
    online.wait("no way out", lambda: problems(online) == ["no-uplink"])
    assert ("eth0", "cable", "up", False) in uplinks(online)
    online.exec("netvm", "nmcli", "device", "modify", "eth0", "ipv4.never-default", "no", timeout=DEADLINE)
    online.wait("a way out", lambda: problems(online) == [])
    assert ("eth0", "cable", "up", True) in uplinks(online)


def test_a_static_address_without_networkmanager_is_a_way_out(online: Lab) -> None:
    """NetworkManager goes on with another card, of which nothing is plugged in."""
    online.exec("netvm", "nmcli", "device", "set", "eth0", "managed", "no")
    ip(online, "address replace 192.168.0.99/24 dev eth0")
    ip(online, "route replace default via 192.168.0.1")
    name(online, "192.168.0.54")
    online.wait("the static one", lambda: servers(online) == ["192.168.0.54"])
    assert uplinks(online)[0] == ("eth0", "cable", "up", True)
    assert status(online)["dns"]["source"] == "resolv.conf"
    assert problems(online) == []
    assert whoami(online) == "192.0.2.1"


@pytest.mark.parametrize("link", ["tun0", "tun#0=+", "t\xfcn(0)"])
def test_a_vpn_in_halves_of_the_default_route_is_the_way_out(online: Lab, link: str) -> None:
    """openvpn beside NetworkManager, which shows its link as connected externally."""
    plain = {"t\xfcn(0)": "t_n_0_"}.get(link, link)
    with tunnel(online, link):
        name(online, "10.8.0.1")
        for half in ("0.0.0.0/1", "128.0.0.0/1"):
            ip(online, f"route add {half} dev {link}")
        online.wait("the VPN's servers", lambda: servers(online) == ["10.8.0.1"])
        assert uplinks(online) == [
            (plain, "vpn", "up", True), ("eth0", "cable", "up", False), ("eth1", "cable", "down", False)
        ]  # fmt: skip
        assert f"Connected through VPN {plain}." in online.exec("dom0", "qnet", "status").stdout
        assert json.loads(online.out("dom0", "qnet", "status", "--json"))["uplinks"][0]["mtu"] == 1500
        assert whoami(online) == FAR
    name(online)
    online.wait("the provider's servers", lambda: set(servers(online)) <= set(SERVERS) and servers(online))
    assert uplinks(online)[0] == ("eth0", "cable", "up", True)


@contextmanager
def vpn_without_a_cable(lab: Lab) -> Iterator[None]:
    """wg-quick's routes stay, by which the kernel goes on; nobody is to be paused for an upgrade then."""
    with tunnel(lab):
        ip(lab, "route add default dev wg0 table 51820")
        ip(lab, "rule add not fwmark 51820 table 51820 priority 30001")
        name(lab, "10.8.0.1")
        lab.wait("the VPN", lambda: uplinks(lab)[0] == ("wg0", "vpn", "up", True) and problems(lab) == [])
        lab.cable("out", "isp1")
        lab.wait("no uplink", lambda: problems(lab) == ["no-uplink"])
        yield
        lab.cable("in", "isp1")
        lab.wait("the VPN again", lambda: problems(lab) == [])
        assert uplinks(lab)[0] == ("wg0", "vpn", "up", True)


def test_a_vpn_with_all_cables_out_is_no_way_out(online: Lab) -> None:
    with vpn_without_a_cable(online):
        assert "has no uplink" in online.exec("dom0", "qnet", "status").stdout


def test_nor_is_one_with_a_container_running(online: Lab) -> None:
    """The container's end and its bridge run, and lead nowhere."""
    for words in ("link add docker0 type bridge", "address add 172.17.0.1/16 dev docker0", "link set docker0 up",
                  "link add veth0 type veth peer name inner", "link set veth0 master docker0 up"):  # fmt: skip
        ip(online, words)
    container = "unshare -n sleep 60 >/dev/null 2>&1 & sleep 0.5; ip link set inner netns $!"
    online.exec("netvm", "sh", "-c", f"{container}; nsenter -t $! -n ip link set inner up")
    with vpn_without_a_cable(online):
        pass


def test_domains_leave_with_the_address_that_the_netvms_own_packets_have(online: Lab) -> None:
    """IPsec with an address from the other end, as strongSwan sets it up: by that its policy knows its packets."""
    usual = str(status(online)["uplinks"][0]["address"])

    def page() -> str:
        return online.exec("work", "curl", "-s", "-m", "1", "http://203.0.113.11/", check=False).stdout.strip()

    ip(online, "address add 192.168.0.250/32 dev eth0")
    ip(online, "route add default via 192.168.0.1 dev eth0 src 192.168.0.250 table 220")
    ip(online, "rule add lookup 220 priority 220")
    online.wait("the address", lambda: page().endswith(" 192.168.0.250."))
    assert status(online)["uplinks"][0]["address"] == "192.168.0.250"
    online.exec("netvm", "nft", "flush", "ruleset")
    online.wait("it after a repair", lambda: page().endswith(" 192.168.0.250."))
    template = f"tmpl src {usual} dst 192.168.0.1 proto esp mode tunnel"
    ip(online, f"xfrm policy add dir out src 192.168.0.250/32 dst 0.0.0.0/0 {template}")
    assert page() == ""  # there is nobody at the other end, and past it nothing goes
    ip(online, "xfrm policy flush")
    ip(online, "rule del priority 220")
    online.wait("the usual one", lambda: page().endswith(f" {usual}."))


def test_domains_that_are_marked_to_go_by_another_card_go_there_with_their_names(online: Lab) -> None:
    """By somebody's rules for what comes from vifs; the netvm's own packets go by the first card as before."""
    online.cable("in", "isp2")
    online.wait("both", lambda: [row[0] for row in uplinks(online) if row[2] == "up"] == ["eth0", "eth1"])
    ip(online, "route add default via 192.168.1.1 dev eth1 table 100")
    ip(online, "rule add fwmark 7 lookup 100 priority 1000")
    chain = 'chain pre { type filter hook prerouting priority mangle; iifname "vif*" meta mark set 7\n}'
    online.exec("netvm", "nft", "-f", "-", input=f"table inet mine {{\n{chain}\n}}\n")

    def is_seen(link: str) -> bool:
        online.exec("work", "curl", "-s", "-m", "1", "http://203.0.113.12/", check=False)
        return uplinks(online)[0] == (link, "cable", "up", True)

    online.wait("the other card", lambda: is_seen("eth1"))
    assert status(online)["uplinks"][0]["address"].startswith("192.168.1.")
    online.wait("its servers", lambda: servers(online) == ["192.168.1.53", "192.168.1.54"])
    online.wait("names", lambda: whoami(online) == "192.0.2.2")
    assert problems(online) == []
    online.exec("netvm", "nft", "delete table inet mine")
    online.wait("the first card", lambda: is_seen("eth0") and servers(online) == SERVERS[:2])
    assert whoami(online) == "192.0.2.1"


def test_a_vpn_in_a_table_of_its_own_is_the_way_out_and_nothing_is_asked_beside_it(online: Lab) -> None:
    """wg-quick's routes, and NetworkManager knowing nothing of them."""
    assert whoami(online) == "192.0.2.1"
    with tunnel(online):
        ip(online, "route add default dev wg0 table 51820")
        ip(online, "rule add table main suppress_prefixlength 0 priority 30000")
        ip(online, "rule add not fwmark 51820 table 51820 priority 30001")
        name(online, "192.168.0.53")  # the provider's still: on the cable's own network, and so past the VPN
        online.wait("refusal", lambda: "names-beside-vpn" in problems(online))
        with nothing_in_clear(online):
            assert [whoami(online) for _ in range(3)] == ["", "", ""]
            name(online, "10.8.0.1")
            online.wait("the VPN's servers", lambda: servers(online) == ["10.8.0.1"])
            assert [whoami(online) for _ in range(3)] == [FAR] * 3
        assert problems(online) == []
        assert uplinks(online)[0] == ("wg0", "vpn", "up", True)
        assert default_routes(online) == ["wg0", "eth0"]
        ip(online, "rule del priority 30001")
        ip(online, "rule del priority 30000")
        name(online)
        online.wait("the cable", lambda: uplinks(online)[0] == ("eth0", "cable", "up", True))
    online.wait("the provider's servers", lambda: whoami(online) == "192.0.2.1")
