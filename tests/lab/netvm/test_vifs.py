"""Vifs come and go in every way that they can: in crowds, half made, wrong, re-used, with and without an agent."""

from __future__ import annotations

import concurrent.futures
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .. import unbooted_vifs
from ..conftest import Lab

lab = unbooted_vifs.unrestarted


@contextmanager
def _taken_away(lab: Lab, *frontends: int) -> Iterator[None]:
    try:
        yield
    finally:
        unbooted_vifs.take(lab, *frontends)
        lab.wait(
            "the end of all test vifs",
            lambda: unbooted_vifs.count_served(lab, frontends) == 0,
        )


def _up(lab: Lab, frontend: int) -> bool:
    return f" vif{frontend}.0@" in lab.out("netvm", "ip", "-o", "link", "show", "up")


# -- bad input

_GOOD_MAC = unbooted_vifs.mac(60)
_BAD = {
    "no address": ("nonsense", _GOOD_MAC),
    "nonsense beside it": ("10.137.0.60 nonsense", _GOOD_MAC),
    "IPv6 alone": ("fd09:24ef:4179::a89:3c", _GOOD_MAC),
    "multicast": ("224.0.0.1", _GOOD_MAC),
    "loopback": ("127.0.0.1", _GOOD_MAC),
    "a network": ("10.137.0.0/16", _GOOD_MAC),
    "a ruleset": ("10.137.0.60}; flush ruleset", _GOOD_MAC),
    "empty": ("", _GOOD_MAC),
    "no ip": (None, _GOOD_MAC),
    "no mac": ("10.137.0.60", None),
    "a bad mac": ("10.137.0.60", "00:16:3e:00:00"),
    "a multicast mac": ("10.137.0.60", "01:16:3e:00:00:01"),
    "4 KiB": ("1" * 3900, _GOOD_MAC),
}


@pytest.mark.parametrize("ip, mac", _BAD.values(), ids=_BAD)
def test_a_bad_node_is_refused_and_marked_and_the_others_are_untouched(
    lab: Lab, ip: str | None, mac: str | None
) -> None:
    lab.expect_log(r"vif60\.0 (is refused|has no)|: error .*backend/vif/60/0|^<3>error .*")
    others = unbooted_vifs.served(lab)
    with _taken_away(lab, 60):
        unbooted_vifs.links(lab, 60)
        unbooted_vifs.write(lab, {60: unbooted_vifs.nodes(60, ip, mac)})
        lab.wait("hotplug-error", lambda: unbooted_vifs.field(lab, 60, "hotplug-error"))
        status, output = unbooted_vifs.hotplug(lab, "online", 60)
        assert status == 1
        assert "error" in output
        assert unbooted_vifs.field(lab, 60, "hotplug-status") == "error"
        error = unbooted_vifs.field(lab, 60, "hotplug-error")
        assert 0 < len(error) <= 256
        assert "vif60.0 is refused" in lab.log("netvm-qnet-agent")
        assert unbooted_vifs.served(lab) == others
        assert not _up(lab, 60)
        # a toolstack that corrects itself gets its vif
        unbooted_vifs.write(lab, {60: unbooted_vifs.nodes(60, "10.137.0.60", _GOOD_MAC)})
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 60, "hotplug-status") == "connected")
        assert unbooted_vifs.field(lab, 60, "hotplug-error") == ""


def test_an_address_that_is_not_ascii_is_refused(lab: Lab) -> None:
    lab.expect_log(r"vif60\.0 is refused")
    with _taken_away(lab, 60):
        unbooted_vifs.links(lab, 60)
        unbooted_vifs.write(lab, {60: unbooted_vifs.nodes(60, "10.137.0.60", _GOOD_MAC)})
        lab.exec("dom0", "xenstore-write", f"{unbooted_vifs.path(60)}/ip", "10.137.0.6\N{SNOWMAN}")
        lab.wait("the refusal", lambda: "is not ASCII" in unbooted_vifs.field(lab, 60, "hotplug-error"))
        assert "vif60.0" not in unbooted_vifs.served(lab)


@pytest.mark.parametrize("ip", ["10.137.0.61 fd09:24ef:4179::a89:3d", "10.137.0.61 10.137.0.62"])
def test_of_several_addresses_the_first_ipv4_one_is_served(lab: Lab, ip: str) -> None:
    with _taken_away(lab, 61):
        unbooted_vifs.links(lab, 61)
        unbooted_vifs.write(lab, {61: unbooted_vifs.nodes(61, ip, unbooted_vifs.mac(61))})
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 61, "hotplug-status") == "connected")
        assert "10.137.0.61 dev vif61.0 lladdr" in unbooted_vifs.served(lab)
        assert "10.137.0.62" not in unbooted_vifs.served(lab)


def test_a_mac_in_capitals_is_a_mac(lab: Lab) -> None:
    with _taken_away(lab, 61):
        unbooted_vifs.links(lab, 61)
        unbooted_vifs.write(lab, {61: unbooted_vifs.nodes(61, "10.137.0.61", "00:16:3E:AB:CD:EF")})
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 61, "hotplug-status") == "connected")
        assert "10.137.0.61 dev vif61.0 lladdr 00:16:3e:ab:cd:ef PERMANENT" in unbooted_vifs.served(lab)


@pytest.mark.parametrize("name", ["vif-1.0", "vif04.0", "vif4.0; reboot", "eth0", "../../etc", "vif4.0\nonline"])
def test_a_vif_name_that_is_none_is_refused(lab: Lab, name: str) -> None:
    lab.expect_log(r"a request on the socket: ")
    before = unbooted_vifs.served(lab)
    done = lab.exec(
        "netvm",
        "env",
        f"vif={name}",
        "XENBUS_PATH=backend/vif/4/0",
        unbooted_vifs.SCRIPT,
        "online",
        "type_if=vif",
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("<3>error ")
    assert unbooted_vifs.served(lab) == before


@pytest.mark.parametrize("agent", ["runs", "does not run"])
def test_words_that_are_for_tap_devices_do_nothing(lab: Lab, agent: str) -> None:
    """Xen calls the script with them too; and a word that is none is refused."""
    before = unbooted_vifs.served(lab)
    if agent == "does not run":
        lab.kill_program("netvm", "qnet-agent")
    try:
        for verb in ("add", "remove"):
            assert unbooted_vifs.hotplug(lab, verb, lab.id("work")) == (0, "")
        assert unbooted_vifs.hotplug(lab, "reboot", lab.id("work"))[0] == 1
        assert unbooted_vifs.served(lab) == before
    finally:
        if agent == "does not run":
            lab.start_program("netvm", "qnet-agent")


@pytest.mark.parametrize("path", ["", "backend/vif", "backend/vif/x/0", "backend/vif/-1/0", "backend/vbd/4/0", "/"])
def test_a_path_that_is_no_vifs_is_refused(lab: Lab, path: str) -> None:
    lab.expect_log(r"a request on the socket: ")
    done = lab.exec("netvm", "env", f"XENBUS_PATH={path}", unbooted_vifs.SCRIPT, "online", check=False)
    assert done.returncode == 1


@pytest.mark.parametrize("agent", ["runs", "does not run"])
def test_a_vif_that_is_not_there_is_no_error_but_no_success_either(lab: Lab, agent: str) -> None:
    """Domains that end while their vif's script is under way are an everyday matter."""
    if agent == "does not run":
        lab.kill_program("netvm", "qnet-agent")
    try:
        status, output = unbooted_vifs.hotplug(lab, "online", 70)
        assert (status, output[:3]) == (1, "<6>")
        assert unbooted_vifs.hotplug(lab, "offline", 70) == (0, "")
        assert unbooted_vifs.field(lab, 70, "hotplug-status") == ""
    finally:
        if agent == "does not run":
            lab.start_program("netvm", "qnet-agent")


#: Says `offline` for a vif that is not there while the agent looks at it already; prints the answers.
_GOES_MEANWHILE = """
import socket, time
def say(request):
    sock = socket.socket(socket.AF_UNIX)
    while sock.connect_ex("/run/qnet/agent.sock"):
        time.sleep(0.1)  # it is just starting again
    sock.sendall(request + b" backend/vif/70/0 vif70.0\\n")
    return sock
answers = set()
for turn in range(200):
    first = say(b"online")
    time.sleep(turn % 20 / 5000)
    second = say(b"offline")
    answers.add(second.recv(256))
    first.recv(256)
print(answers)
"""


def test_what_has_gone_already_is_offline(lab: Lab) -> None:
    """Whoever said so while a look found the vif gone was told that it is not there, as if that were a failure."""
    assert lab.out("netvm", "/usr/bin/python3", "-c", _GOES_MEANWHILE) == str({b"ok\n"})


# -- crowds


def _script(lab: Lab, verb: str, frontend: int) -> subprocess.Popen[str]:
    return lab.popen(
        "netvm", "env", f"vif=vif{frontend}.0", f"XENBUS_PATH=backend/vif/{frontend}/0", unbooted_vifs.SCRIPT, verb,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _all(lab: Lab, verb: str, frontends: range) -> None:
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        done = list(pool.map(lambda process: (*process.communicate(timeout=60), process.returncode),
                             [_script(lab, verb, domid) for domid in frontends]))  # fmt: skip
    assert {status for *_, status in done} == {0}, [output for output, *_ in done if output]


@pytest.mark.parametrize("agent", ["runs", "is killed and started in between", "does not run"])
def test_fifty_vifs_at_once_from_fifty_processes(lab: Lab, agent: str) -> None:
    domids = range(100, 150)
    others = unbooted_vifs.served(lab)
    if agent == "does not run":
        lab.kill_program("netvm", "qnet-agent")
    try:
        unbooted_vifs.links(lab, *domids)
        unbooted_vifs.write(
            lab, {domid: unbooted_vifs.nodes(domid, f"10.137.1.{domid}", unbooted_vifs.mac(domid)) for domid in domids}
        )
        with concurrent.futures.ThreadPoolExecutor(1) as other:
            if agent.startswith("is killed"):
                other.submit(lab.kill_program, "netvm", "qnet-agent")
                other.submit(lab.start_program, "netvm", "qnet-agent")
            _all(lab, "online", domids)
        now_served = unbooted_vifs.served(lab)
        for domid in domids:
            assert unbooted_vifs.field(lab, domid, "hotplug-status") == "connected"
            assert f'"vif{domid}.0" . 10.137.1.{domid}' in now_served
        for domid in domids:
            assert _up(lab, domid)
        _all(lab, "offline", domids)
        assert unbooted_vifs.served(lab) == others
    finally:
        unbooted_vifs.take(lab, *domids)
        if agent == "does not run":
            lab.start_program("netvm", "qnet-agent")


# -- half there, and gone in any order


def test_the_order_of_node_and_link_does_not_matter(lab: Lab) -> None:
    with _taken_away(lab, 62):
        unbooted_vifs.write(lab, {62: unbooted_vifs.nodes(62, "10.137.0.62", unbooted_vifs.mac(62))})
        assert "vif62.0" not in unbooted_vifs.served(lab)
        unbooted_vifs.links(lab, 62)
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 62, "hotplug-status") == "connected")


@pytest.mark.parametrize("first", ["node", "link", "script"])
def test_whatever_vanishes_first_everything_goes(lab: Lab, first: str) -> None:
    others = unbooted_vifs.served(lab)
    with _taken_away(lab, 63):
        unbooted_vifs.links(lab, 63)
        unbooted_vifs.write(lab, {63: unbooted_vifs.nodes(63, "10.137.0.63", unbooted_vifs.mac(63))})
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 63, "hotplug-status") == "connected")
        if first == "node":
            lab.exec("dom0", "xenstore-rm", unbooted_vifs.path(63))
        elif first == "link":
            lab.exec("netvm", "ip", "link", "delete", "vif63.0")
        lab.wait("the vif's end", lambda: first == "script" or unbooted_vifs.served(lab) == others)
        assert unbooted_vifs.hotplug(lab, "offline", 63)[0] == 0
        assert unbooted_vifs.served(lab) == others
        if first == "script":
            assert not _up(lab, 63)


def test_a_vif_name_that_is_used_again_inherits_nothing(lab: Lab) -> None:
    """The agent is dead while one domain goes and another gets its vif's name."""
    with _taken_away(lab, 64):
        unbooted_vifs.links(lab, 64)
        unbooted_vifs.write(lab, {64: unbooted_vifs.nodes(64, "10.137.0.64", unbooted_vifs.mac(64))})
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 64, "hotplug-status") == "connected")
        lab.exec("netvm", "conntrack", "-I", "-p", "udp", "-s", "10.137.0.64", "-d", "203.0.113.11", "--sport", "999",
                 "--dport", "53", "-t", "300")  # fmt: skip
        lab.kill_program("netvm", "qnet-agent")
        lab.exec("netvm", "ip", "link", "delete", "vif64.0")
        unbooted_vifs.links(lab, 64)
        unbooted_vifs.write(lab, {64: unbooted_vifs.nodes(64, "10.137.0.65", unbooted_vifs.mac(65))})
        lab.start_program("netvm", "qnet-agent")
        lab.wait("the new address", lambda: "10.137.0.65" in unbooted_vifs.served(lab))
        assert "10.137.0.64" not in unbooted_vifs.served(lab)
        listed = lab.out("netvm", "nft", "list", "set", "inet", "qnet", "domain_address")
        assert "10.137.0.64" not in listed
        lab.wait("no connection of the old address",
                 lambda: "10.137.0.64" not in lab.out("netvm", "conntrack", "-L", "-f", "ipv4"))  # fmt: skip


def test_an_address_that_moves_to_another_vif_takes_no_connection_along(lab: Lab) -> None:
    with _taken_away(lab, 66, 67):
        unbooted_vifs.links(lab, 66, 67)
        unbooted_vifs.write(lab, {66: unbooted_vifs.nodes(66, "10.137.0.66", unbooted_vifs.mac(66))})
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 66, "hotplug-status") == "connected")
        lab.exec("netvm", "conntrack", "-I", "-p", "udp", "-s", "10.137.0.66", "-d", "203.0.113.11", "--sport", "999",
                 "--dport", "53", "-t", "300")  # fmt: skip
        unbooted_vifs.write(lab, {67: unbooted_vifs.nodes(67, "10.137.0.66", unbooted_vifs.mac(67))})
        lab.wait("connected", lambda: unbooted_vifs.field(lab, 67, "hotplug-status") == "connected")
        assert "10.137.0.66" not in lab.out("netvm", "conntrack", "-L", "-f", "ipv4")
        assert "dev vif67.0" in lab.out("netvm", "ip", "route", "get", "10.137.0.66")


def test_vifs_come_up_when_the_uplink_is_absent_or_down(fresh_lab: Lab) -> None:
    """The usual script's fault: it wants eth0."""
    lab = fresh_lab
    lab.expect_log("eth0|eth1|device_name|platform-linux")
    lab.exec("netvm", "ip", "link", "set", "eth0", "down")
    lab.exec("netvm", "ip", "link", "delete", "eth1")
    lab.restart_program("netvm", "qnet-agent")
    unbooted_vifs.links(lab, 68)
    unbooted_vifs.write(lab, {68: unbooted_vifs.nodes(68, "10.137.0.68", unbooted_vifs.mac(68))})
    assert unbooted_vifs.hotplug(lab, "online", 68)[0] == 0
    lab.exec("netvm", "ip", "link", "delete", "eth0")
    lab.kill_program("netvm", "qnet-agent")
    unbooted_vifs.links(lab, 69)
    unbooted_vifs.write(lab, {69: unbooted_vifs.nodes(69, "10.137.0.69", unbooted_vifs.mac(69))})
    assert unbooted_vifs.hotplug(lab, "online", 69)[0] == 0
    assert unbooted_vifs.field(lab, 69, "hotplug-status") == "connected"
    lab.exec("work", "ping", "-c", "1", "-W", "2", "10.137.0.1")
