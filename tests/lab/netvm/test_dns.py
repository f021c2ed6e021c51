"""Names: redirected to whatever servers the uplink has, by UDP and TCP, through every change."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import DEADLINE

from ..conftest import Lab

DNS = ("10.139.1.1", "10.139.1.2")
SERVERS = ["192.168.0.53", "192.168.0.54", "192.168.0.55"]
QUERIES = str(Path(__file__).parents[1] / "queries.py")
RESOLVED = str(Path(__file__).parents[1] / "resolved.py")


def _dig(lab: Lab, server: str, *options: str, name: str = "whoami.test") -> str:
    return lab.exec(
        "work", "dig", "+short", "+tries=1", "+time=2", *options, name, f"@{server}", check=False
    ).stdout.strip()


def _redirects(lab: Lab) -> list[str]:
    listed = lab.out("netvm", "nft", "list", "map", "inet", "qnet", "dns_server")
    return sorted(element.replace(" ", "") for element in re.findall(r"[\d.]+ : [\d.]+", listed))


def _wait_for(lab: Lab, *real: str) -> None:
    expected = sorted(f"{virtual}:{real[index % len(real)]}" for index, virtual in enumerate(DNS)) if real else []
    try:
        lab.wait(f"redirection to {real}", lambda: _redirects(lab) == expected)
    except AssertionError:
        devices = lab.out("netvm", "nmcli", "-t", "-f", "GENERAL.DEVICE,GENERAL.STATE,IP4.DNS", "device", "show")
        raise AssertionError(f"no redirection to {real}, but {_redirects(lab)}; NetworkManager has {devices}") from None


@pytest.fixture
def isp1(lab: Lab) -> Iterator[Lab]:
    """The lab with three servers from its first provider, before and after."""
    _wait_for(lab, *SERVERS)
    yield lab
    lab.set_servers("isp1", SERVERS)
    _wait_for(lab, *SERVERS)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_virtual_server_answers_however_many_real_ones_there_are(isp1: Lab, count: int) -> None:
    isp1.set_servers("isp1", SERVERS[:count])
    _wait_for(isp1, *SERVERS[:count])
    for index, virtual in enumerate(DNS):
        for transport in ("+notcp", "+tcp"):
            assert _dig(isp1, virtual, transport) == "192.0.2.1"
            assert _dig(isp1, virtual, transport, name="server.test") == SERVERS[:count][index % count]


def test_without_a_server_a_query_is_refused_at_once_and_nothing_leaves(isp1: Lab) -> None:
    isp1.set_servers("isp1", [])
    _wait_for(isp1)
    watcher = isp1.popen(
        "isp1", "timeout", "3", "tcpdump", "-lni", "any", "port", "53",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert watcher.stdout is not None
    while "listening on" not in watcher.stdout.readline():
        pass
    for virtual in DNS:
        for transport in ("+notcp", "+tcp"):
            done = isp1.exec("work", "dig", "+tries=1", "+time=5", transport, "whoami.test", f"@{virtual}", check=False)
            assert "connection refused" in done.stdout, done.stdout  # what is only swallowed would time out
    asking = isp1.out("work", "/usr/bin/python3", QUERIES, DNS[0], "1", "50")  # each of a crowd of queries, too
    report = json.loads(asking)
    assert (report["refused"], report["lost"]) == (report["sent"], 0)
    output, _ = watcher.communicate(timeout=DEADLINE)
    assert "0 packets captured" in output, output
    status = json.loads(isp1.out("dom0", "qnet", "status", "--json"))
    assert [problem["code"] for problem in status["problems"]] == ["no-dns"]


def _problems(lab: Lab) -> list[str]:
    status = json.loads(lab.out("dom0", "qnet", "status", "--json"))
    return [problem["code"] for problem in status["problems"]]


def test_servers_that_are_saved_and_not_in_force_are_told_and_the_cure_helps(isp1: Lab) -> None:
    isp1.set_servers("isp1", [])
    isp1.wait("no servers", lambda: _problems(isp1) == ["no-dns"])
    try:
        isp1.exec("netvm", "nmcli", "connection", "modify", "eth0", "ipv4.dns", SERVERS[1])
        isp1.wait("lost servers", lambda: _problems(isp1) == ["networkmanager-lost-servers"])
        isp1.exec("netvm", "nmcli", "connection", "up", "eth0")
        _wait_for(isp1, SERVERS[1])
        isp1.wait("no problem", lambda: _problems(isp1) == [])
    finally:
        isp1.exec("netvm", "nmcli", "connection", "modify", "eth0", "ipv4.dns", "")
        isp1.exec("netvm", "nmcli", "connection", "up", "eth0")


def test_no_query_is_lost_at_200_a_second_through_changes_of_servers(isp1: Lab) -> None:
    """By the lease, since NetworkManager loses servers that are put into the settings of its device quickly."""
    asking = isp1.popen(
        "work", "/usr/bin/python3", QUERIES, DNS[0], "12", "200",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for server in (SERVERS[1], SERVERS[0], SERVERS[2]):  # the uplink itself stays as it is
        isp1.set_servers("isp1", [server])
        _wait_for(isp1, server)
    said, errors = asking.communicate(timeout=60)
    outcome = json.loads(said or "{}")
    assert outcome, errors
    assert outcome["sent"] > 600
    assert (outcome["lost"], outcome["refused"], set(outcome["answers"])) == (0, 0, {"192.0.2.1"})


def test_after_roaming_answers_come_from_the_new_provider_and_the_domain_notices_nothing(lab: Lab) -> None:
    _wait_for(lab, *SERVERS)
    before = lab.out("work", "sh", "-c", "ip address; ip route; ls -i /etc/resolv.conf; cat /etc/resolv.conf")
    asking = lab.popen("work", "/usr/bin/python3", QUERIES, DNS[0], "12", "50", stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    try:
        lab.roam()
        output, _ = asking.communicate(timeout=DEADLINE)
        report = json.loads(output)
        signal = float(
            re.findall(r"\[([\d.]+)\] policy: set 'eth1' .* as default", lab.log("netvm-NetworkManager"))[-1]
        )
        assert report["first"]["192.0.2.2"] - signal < 1.0
        assert lab.out("work", "curl", "-s", "http://www.test/").startswith("Hello from isp2.")
        assert before == lab.out(
            "work", "sh", "-c", "ip address; ip route; ls -i /etc/resolv.conf; cat /etc/resolv.conf"
        )
    finally:
        lab.roam()
        _wait_for(lab, *SERVERS)
    assert _dig(lab, DNS[1]) == "192.0.2.1"


def test_the_uplink_with_the_better_metric_says_where_names_go_also_when_that_changes(lab: Lab) -> None:
    """Both cables in; what one provider's servers name, the other's customers may not reach."""

    def has_second() -> bool:
        return "192.168.1." in lab.out("netvm", "ip", "-4", "route")

    def page() -> str:
        return lab.exec("work", "curl", "-sf", "-m", "3", "http://www.test/", check=False).stdout

    better = ("default", "via", "192.168.1.1", "dev", "eth1", "metric", "10")
    _wait_for(lab, *SERVERS)
    lab.cable("in", "isp2")
    try:
        lab.wait("the second uplink", has_second)
        lab.exec("netvm", "ip", "route", "add", *better)
        _wait_for(lab, "192.168.1.53", "192.168.1.54")
        lab.wait("the second one's page", lambda: "Hello from isp2." in page())
        lab.exec("netvm", "ip", "route", "del", *better)
        _wait_for(lab, *SERVERS)
        lab.wait("the first one's page", lambda: "Hello from isp1." in page())
    finally:
        lab.exec("netvm", "ip", "route", "del", *better, check=False)
        lab.cable("out", "isp2")
    lab.wait("one uplink", lambda: not has_second())
    _wait_for(lab, *SERVERS)


def test_networkmanager_restarted_loses_no_query(isp1: Lab) -> None:
    asking = isp1.popen("work", "/usr/bin/python3", QUERIES, DNS[0], "5", "100", stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    isp1.restart_program("netvm", "NetworkManager")
    report = json.loads(asking.communicate(timeout=DEADLINE)[0])
    assert (report["lost"], report["refused"]) == (0, 0)
    _wait_for(isp1, *SERVERS)


def test_a_vpn_takes_over_alone_and_gives_back(isp1: Lab) -> None:
    """A second connection with servers of its own, whose priority says that nobody else is to be asked."""
    isp1.exec(
        "netvm", "nmcli", "connection", "add", "type", "tun", "ifname", "tun0", "con-name", "office", "mode", "tun",
        "ipv4.method", "manual", "ipv4.addresses", "10.99.0.2/24", "ipv4.dns", "192.168.0.55",
        "ipv4.dns-priority", "-50",
        "ipv6.method", "disabled", "autoconnect", "no",
    )  # fmt: skip
    try:
        isp1.exec("netvm", "nmcli", "connection", "up", "office", timeout=DEADLINE)
        _wait_for(isp1, "192.168.0.55")
        status = json.loads(isp1.out("dom0", "qnet", "status", "--json"))
        assert ("tun0", "vpn", "office") in [(up["name"], up["kind"], up["connection"]) for up in status["uplinks"]]
        isp1.exec("netvm", "nmcli", "connection", "down", "office", timeout=DEADLINE)
        _wait_for(isp1, *SERVERS)
    finally:
        isp1.exec("netvm", "nmcli", "connection", "delete", "office", timeout=DEADLINE)


def test_the_dispatcher_alone_redirects_when_no_agent_runs(isp1: Lab) -> None:
    isp1.kill_program("netvm", "qnet-agent")
    try:
        isp1.set_servers("isp1", SERVERS[2:])
        _wait_for(isp1, SERVERS[2])
    finally:
        isp1.start_program("netvm", "qnet-agent")


def test_the_agent_alone_redirects_when_no_dispatcher_runs(isp1: Lab) -> None:
    script = "/usr/lib/NetworkManager/dispatcher.d/90-qnet-dns"
    isp1.exec("netvm", "mv", script, "/root/")
    try:
        isp1.set_servers("isp1", SERVERS[1:])
        _wait_for(isp1, *SERVERS[1:])
    finally:
        isp1.exec("netvm", "mv", "/root/90-qnet-dns", script)


def _without_networkmanager(lab: Lab) -> None:
    """The uplink set up by hand; the agent starts anew, since it keeps NetworkManager's last picture for a while."""
    lab.stop_program("netvm", "NetworkManager")
    lab.exec("netvm", "ip", "address", "replace", "192.168.0.99/24", "dev", "eth0")
    lab.exec("netvm", "ip", "route", "replace", "default", "via", "192.168.0.1")
    lab.restart_program("netvm", "qnet-agent")


def _source(lab: Lab) -> str:
    return str(json.loads(lab.out("dom0", "qnet", "dns", "--json"))["source"])


def test_resolv_conf_is_followed_where_networkmanager_manages_no_uplink(fresh_lab: Lab) -> None:
    lab = fresh_lab
    _without_networkmanager(lab)
    for text in ("nameserver 192.168.0.54", "nameserver 127.0.0.53\nnameserver 192.168.0.55"):
        lab.exec("netvm", "tee", "/etc/resolv.conf.new", input=text + "\n")
        lab.exec("netvm", "mv", "/etc/resolv.conf.new", "/etc/resolv.conf")
        _wait_for(lab, text[-12:])
    assert _dig(lab, DNS[0], name="server.test") == "192.168.0.55"
    lab.wait("its source", lambda: _source(lab) == "resolv.conf")


_MAY_OWN = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><policy user="root"><allow own="org.freedesktop.resolve1"/></policy>
<policy context="default"><allow send_destination="org.freedesktop.resolve1"/></policy></busconfig>
"""


def test_resolved_is_followed_where_networkmanager_manages_no_uplink(fresh_lab: Lab) -> None:
    lab = fresh_lab
    lab.exec("netvm", "tee", "/etc/dbus-1/system.d/resolve1.conf", input=_MAY_OWN)
    lab.exec("netvm", "dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.DBus", "/",
             "org.freedesktop.DBus.ReloadConfig")  # fmt: skip
    lab.exec("netvm", "sh", "-c", "echo nameserver 192.168.0.53 >/etc/resolv.conf")
    _without_networkmanager(lab)
    _wait_for(lab, "192.168.0.53")
    with lab.popen(
        "netvm", "/usr/bin/python3", RESOLVED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None and running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        for hosts in ((54,), (55, 54), (54,)):
            servers = [[2, 10, [0] * 16], *([2, 2, [192, 168, 0, host]] for host in hosts)]  # IPv6 is passed over
            running.stdin.write(json.dumps(servers) + "\n")
            running.stdin.flush()
            _wait_for(lab, *(f"192.168.0.{host}" for host in hosts))
        lab.wait("its source", lambda: _source(lab) == "resolved")
        assert _dig(lab, DNS[1], name="server.test") == "192.168.0.54"
        running.stdin.close()
    _wait_for(lab, "192.168.0.53")  # it has gone, and resolv.conf is what is left
    lab.wait("its source", lambda: _source(lab) == "resolv.conf")


def test_the_script_without_an_agent_bears_servers_in_resolv_conf(isp1: Lab) -> None:
    """They were found while what looks for them was still being made, and the script died of a NameError."""
    before = isp1.out("netvm", "cat", "/etc/resolv.conf")
    isp1.kill_program("netvm", "qnet-agent")
    try:
        isp1.exec("netvm", "tee", "/etc/resolv.conf", input="nameserver 192.168.0.77\n")
        isp1.exec("netvm", "/usr/lib/qubes/qubes_setup_dnat_to_ns")
    finally:
        isp1.exec("netvm", "tee", "/etc/resolv.conf", input=before + "\n")
        isp1.start_program("netvm", "qnet-agent")
