"""The agent's own life: killed, stopped, asked; what it leaves, what it tells dom0."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from waiting import DEADLINE

from .. import unbooted_vifs
from ..conftest import Lab

lab = unbooted_vifs.unrestarted
_DOWNLOAD = """
import socket, sys, time
sock = socket.create_connection(("203.0.113.11", 8000), 5)
sock.settimeout(5)
for number in range(30):
    sock.sendall(b"x")
    assert sock.recv(1) == b"x"
    print(number, flush=True)
    time.sleep(0.1)
"""
_ECHO = """
import socket
listener = socket.create_server(("203.0.113.11", 8000))
print("listening", flush=True)
sock, _ = listener.accept()
while data := sock.recv(1):
    sock.sendall(data)
"""


@contextmanager
def _listening(server: subprocess.Popen[str]) -> Iterator[None]:
    assert server.stdout is not None
    assert server.stdout.readline() == "listening\n"
    yield


def _state(lab: Lab) -> str:
    return lab.out("dom0", "xenstore-read", f"{unbooted_vifs.NETVM_HOME}/data/qnet/agent/state")


@pytest.mark.parametrize("end", ["kill", "restart"])
def test_an_established_flow_survives_the_agents_restart(lab: Lab, end: str) -> None:
    with (
        lab.popen("isp1", "/usr/bin/python3", "-c", _ECHO, stdout=subprocess.PIPE, text=True) as server,
        _listening(server),
        lab.popen("work", "/usr/bin/python3", "-c", _DOWNLOAD, stdout=subprocess.PIPE, text=True) as client,
    ):
        try:
            assert client.stdout is not None
            assert client.stdout.readline() == "0\n"
            before = unbooted_vifs.served(lab)
            if end == "kill":
                lab.kill_program("netvm", "qnet-agent")
                time.sleep(0.5)
                lab.start_program("netvm", "qnet-agent")
            else:
                lab.restart_program("netvm", "qnet-agent")
            lab.wait("the agent's return", lambda: _state(lab) == "running")
            output, _ = client.communicate(timeout=DEADLINE)
            assert output.split()[-1] == "29"
            assert unbooted_vifs.served(lab) == before
        finally:
            server.kill()
            client.kill()


def _rules(lab: Lab) -> str:
    """The ruleset, but for how many connections a domain has at the moment, which the kernel counts there."""
    lines = lab.out("netvm", "nft", "-s", "list", "ruleset").splitlines()
    return "\n".join(line for line in lines if "ct count over" not in line or "elements" not in line)


@pytest.mark.parametrize("end", ["kill_program", "stop_program"])
def test_an_agent_that_ends_leaves_the_anti_spoofing_and_tells_dom0(lab: Lab, end: str) -> None:
    before = _rules(lab) + unbooted_vifs.served(lab)
    getattr(lab, end)("netvm", "qnet-agent")
    try:
        assert _state(lab) == "stopped"
        assert _rules(lab) + unbooted_vifs.served(lab) == before
        doctor = lab.exec("dom0", "qnet", "doctor", check=False)
        assert doctor.returncode == 1
        assert "The agent in netvm has stopped." in doctor.stdout
        assert lab.out("work", "curl", "-s", "http://www.test/").startswith("Hello from isp1.")
    finally:
        lab.start_program("netvm", "qnet-agent")
    lab.wait("the agent's return", lambda: _state(lab) == "running")
    lab.wait("health", lambda: lab.exec("dom0", "qnet", "doctor", check=False).returncode == 0)


def test_undo_leaves_nothing_of_the_agent_and_the_agent_sets_it_again(lab: Lab) -> None:
    before = unbooted_vifs.served(lab)
    refused = lab.exec("netvm", "qnet-agent", "undo", check=False)
    assert (refused.returncode, "The agent runs. Stop it first" in refused.stderr) == (1, True)
    assert unbooted_vifs.served(lab) == before
    lab.stop_program("netvm", "qnet-agent")
    try:
        said = lab.out("netvm", "qnet-agent", "undo")
        assert "The packet filter is gone." in said
        assert "qnet" not in lab.out("netvm", "nft", "list", "tables")
        assert "118" not in lab.out("netvm", "ip", "-4", "rule")
        assert lab.out("netvm", "ip", "-4", "route", "show", "table", "118") == ""
        assert lab.out("netvm", "ip", "-4", "neigh", "show", "nud", "permanent") == ""
        assert "10.13" not in lab.out("netvm", "ip", "-4", "address", "show", "dev", "lo")
        assert lab.out("netvm", "cat", "/proc/sys/net/ipv4/ip_forward") == "0"
        assert lab.out("netvm", "cat", "/proc/sys/net/ipv4/icmp_ratelimit") == "1000"
    finally:
        lab.start_program("netvm", "qnet-agent")
    lab.wait("the agent's return", lambda: _state(lab) == "running")
    lab.wait("everything as before", lambda: unbooted_vifs.served(lab) == before)
    lab.wait("health", lambda: lab.exec("dom0", "qnet", "doctor", check=False).returncode == 0)


def test_a_machine_without_xenstore_is_left_as_it_is(lab: Lab) -> None:
    """In a namespace of its own, without what makes the lab's netvm one."""
    script = """
before=$(nft list ruleset; sysctl -a 2>/dev/null | grep ^net | sort; ip address; ip rule; ip route show table all)
for words in "" "hotplug online" dns stopped; do
    XENSTORED_PATH=/nonexistent vif=vif7.0 XENBUS_PATH=backend/vif/7/0 qnet-agent $words 2>&1 && echo "$words: done"
done
after=$(nft list ruleset; sysctl -a 2>/dev/null | grep ^net | sort; ip address; ip rule; ip route show table all)
[ "$before" = "$after" ] && echo unchanged
"""
    # nor is there an agent whose socket could be asked
    said = lab.out("netvm", "unshare", "-n", "-m", "sh", "-c", f"mount -t tmpfs none /run/qnet{script}")
    assert said.count("This is no netvm, and nothing has been changed") == 4
    assert "done" not in said
    assert said.splitlines()[-1] == "unchanged"


def test_dom0_sees_uplinks_redirections_and_vifs(lab: Lab) -> None:
    status = json.loads(lab.out("dom0", "qnet", "status", "--json"))
    assert {"netvm", "uplinks", "dns", "domains", "dom0", "problems"} <= set(status)
    first = status["uplinks"][0]
    assert (first["name"], first["kind"], first["state"], first["gateway"]) == ("eth0", "cable", "up", "192.168.0.1")
    assert first["servers"] == ["192.168.0.53", "192.168.0.54", "192.168.0.55"]
    assert [redirect["real"] for redirect in status["dns"]["redirects"]] == ["192.168.0.53", "192.168.0.54"]
    for domain in status["domains"]:
        assert {"name", "id", "state", "address", "vif", "netvm"} <= set(domain)
    work = next(domain for domain in status["domains"] if domain["name"] == "work")
    assert (work["vif"], work["netvm"], work["address"]) == (f"vif{lab.id('work')}.0", "netvm", lab.address("work"))


def test_a_change_of_an_uplinks_mtu_is_seen(lab: Lab) -> None:
    def mtu() -> int:
        uplinks = json.loads(lab.out("dom0", "qnet", "status", "--json"))["uplinks"]
        return int(next(uplink["mtu"] for uplink in uplinks if uplink["name"] == "eth0"))

    lab.wait("the usual MTU", lambda: mtu() == 1500)
    lab.exec("netvm", "ip", "link", "set", "eth0", "mtu", "1400")
    try:
        lab.wait("the new MTU", lambda: mtu() == 1400)
        lines = lab.out("dom0", "qnet", "status").splitlines()
        heads = next(line for line in lines if line.startswith("UPLINK"))
        row = next(line for line in lines if line.startswith("eth0"))
        assert row[heads.index("MTU") :].split()[0] == "1400"
        told = f"/local/domain/{lab.id('work')}/qnet/mtu"
        lab.wait("the domain is told", lambda: lab.out("dom0", "xenstore-read", told) == "1400")
        lab.exec("work", "qnet-guest")
        assert "mtu 1400 " in lab.out("work", "ip", "link", "show", "eth0")
    finally:
        lab.exec("netvm", "ip", "link", "set", "eth0", "mtu", "1500")
    lab.wait("the usual MTU again", lambda: mtu() == 1500)
    lab.wait("the domain is told again", lambda: lab.out("dom0", "xenstore-read", told) == "1500")
    lab.exec("work", "qnet-guest")
    assert "mtu 1500 " in lab.out("work", "ip", "link", "show", "eth0")


def test_reapply_brings_back_what_somebody_flushed(lab: Lab) -> None:
    before = unbooted_vifs.served(lab)
    lab.exec("netvm", "nft", "delete", "table", "inet", "qnet")
    lab.exec("netvm", "ip", "route", "delete", lab.address("work"), "table", "118")
    lab.exec("dom0", "qnet", "reapply")
    lab.wait("everything as before", lambda: unbooted_vifs.served(lab) == before)
    assert lab.out("work", "curl", "-s", "http://www.test/").startswith("Hello from isp1.")


def test_an_unknown_request_is_answered_with_an_error(lab: Lab) -> None:
    home = unbooted_vifs.NETVM_HOME
    last = lab.exec("dom0", "xenstore-read", f"{home}/qnet/request", check=False).stdout.split()
    serial = int(last[0]) + 1 if last else 1
    lab.exec("dom0", "xenstore-write", f"{home}/qnet/request", f"{serial} nonsense")

    def answered() -> bool:
        head = lab.exec("dom0", "xenstore-read", f"{home}/data/qnet/answer/head", check=False).stdout
        return head.startswith(f"{serial} error")

    lab.wait("an answer", answered)


def test_many_routes_come_in_pieces(lab: Lab) -> None:
    domids = range(200, 300)
    try:
        unbooted_vifs.links(lab, *domids)
        address = {domid: f"10.137.2.{domid - 100}" for domid in domids}
        vifs = {domid: unbooted_vifs.nodes(domid, address[domid], unbooted_vifs.mac(domid)) for domid in domids}
        unbooted_vifs.write(lab, vifs)
        lab.wait("all vifs", lambda: unbooted_vifs.count_served(lab, domids) == len(domids), 4 * DEADLINE)
        rows = json.loads(lab.out("dom0", "qnet", "routes", "--json"))
        assert len([row for row in rows if row["iface"].startswith("vif")]) == len(domids) + 2
        pieces = lab.out("dom0", "xenstore-list", f"{unbooted_vifs.NETVM_HOME}/data/qnet/answer").split()
        assert len(pieces) > 3
    finally:
        unbooted_vifs.take(lab, *domids)
        lab.wait("their end", lambda: unbooted_vifs.count_served(lab, domids) == 0, 4 * DEADLINE)


def test_the_agent_sleeps_when_nothing_happens(lab: Lab) -> None:
    """No wakeup at all: not one voluntary context switch of any of its threads in three seconds."""
    count = """
import pathlib, time
def switches():
    counts = {}
    for comm in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            # by its place: this text, which names it too, is an argument of the process that counts
            if (comm.parent / "cmdline").read_bytes().split(b"\\0")[2:3] == [b"/usr/bin/qnet-agent"]:
                for status in comm.parent.glob("task/*/status"):
                    lines = status.read_text().splitlines()
                    counts[str(status)] = [line for line in lines if line.startswith("voluntary")]
        except OSError:
            continue
    return counts
before = switches()
time.sleep(3)
print(bool(before), before == switches())
"""
    lab.wait("quiet", lambda: lab.out("netvm", "/usr/bin/python3", "-c", count) == "True True")
