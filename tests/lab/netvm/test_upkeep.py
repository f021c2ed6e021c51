"""What others do in a netvm to what qnet has set there: it is as before within a moment, and theirs is left alone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import DEADLINE

from .. import packets
from ..conftest import Lab, running

PACKETS = str(Path(packets.__file__))
PYTHON = "/usr/bin/python3"
WEB = "203.0.113.11"
COUNT = 20
#: Seconds. The figure that is promised is measured by `make bench`; here it is about whether, on any machine.
SOON = 5.0

#: Everything that the agent sets, as a person would look at it.
_STATE = r"""
nft -s list table inet qnet; nft -s list table arp qnet
echo "## rule"; ip -4 rule | sort -n
echo "## routes"; ip -4 route show table 118; ip -4 route show table 119
echo "## neighbours"; ip -4 neigh show nud permanent
echo "## lo"; ip -4 -o address show dev lo | sort; ip -4 route show table local dev lo | sort; ip -o link show dev lo
echo "## links"; ip -o link show group 118 | grep -o "^[^@]*"
for link in /sys/class/net/vif*; do ip -d -o link show dev ${link##*/} | sed 's/qdisc.*state/state/'; done
echo "## settings"; cd /proc/sys/net
for name in ipv4/ip_forward ipv4/icmp_ratelimit ipv4/conf/eth0/forwarding ipv4/conf/all/rp_filter \
    netfilter/nf_conntrack_tcp_timeout_established \
    ipv4/conf/all/arp_ignore ipv4/conf/vif*/arp_ignore ipv4/conf/vif*/medium_id \
    ipv4/conf/vif*/proxy_arp ipv4/conf/vif*/rp_filter ipv4/conf/vif*/forwarding ipv6/conf/vif*/disable_ipv6
do echo $name $(cat $name); done
"""


@pytest.fixture(scope="module", name="lab")
def undone() -> Iterator[Lab]:
    """A lab in which so much is undone that the agent says so."""
    with running() as lab:
        lab.expect_log("somebody undoes again and again")
        yield lab


def _state(lab: Lab) -> str:
    text = lab.exec("netvm", "sh", "-c", _STATE, check=False).stdout
    # who has connections now is no setting
    counted = re.sub(r"\s*elements = \{[^}]* ct count over [^}]*\}", "", text)
    return re.sub(r"set @__set\d+|__map\d+|NO-CARRIER,|LOWER_UP|M-DOWN", "", counted)


def _difference(before: str, after: str) -> str:
    lines = (set(before.splitlines()) ^ set(after.splitlines())) - {""}
    return "\n".join(sorted(lines))


@contextmanager
def _restored(lab: Lab) -> Iterator[None]:
    """Whatever is done within is undone, soon after."""
    before = _state(lab)
    assert "vif_address" in before
    yield
    after = ""

    def same() -> bool:
        nonlocal after
        after = _state(lab)
        return after == before

    try:
        lab.wait("everything as before", same, SOON)
    except AssertionError:
        lab.exec("dom0", "qnet", "reapply", check=False)
        pytest.fail(f"not as before:\n{_difference(before, after)}")


#: `ip … flush` looks whether there is nothing left, and gives up when what it took was set again ten times meanwhile.
_FLUSH = 'ip() { command ip "$@" || case "$*" in *flush*) ;; *) return 1 ;; esac; }\n'


#: What was said of all links stays in force for the others; who does not answer for himself loses his uplink, in time.
_ANSWERS = "for link in default lo eth0 eth1; do sysctl -qw net.ipv4.conf.$link.arp_ignore=0; done"


def _shell(lab: Lab, command: str) -> str:
    vif, work = f"vif{lab.id('work')}.0", lab.address("work")
    text = command.replace("VIF", vif).replace("WORK", work)
    return lab.out("netvm", "sh", "-ec", _FLUSH + text)


@pytest.mark.parametrize(
    "command",
    [
        "nft flush ruleset",
        "nft delete table inet qnet",
        "nft delete table arp qnet",
        "nft flush table inet qnet",
        "nft flush set inet qnet vif_address",
        "nft flush set arp qnet vif_address",
        "nft flush set inet qnet domain_address",
        "nft flush map inet qnet dns_server",
        "nft flush chain inet qnet forward",
        "nft flush chain arp qnet anti_spoofing",
        "nft flush chain inet qnet hide_domains; nft delete chain inet qnet hide_domains",
        "nft add element inet qnet vif_address '{ \"VIF\" . 10.137.0.77 }'",
        "nft delete element inet qnet vif_address '{ \"VIF\" . WORK }'",
        "nft insert rule inet qnet forward accept",
        "nft -a list chain inet qnet forward | sed -n 's/.*drop # handle //p' | head -1 | "
        "while read handle; do nft delete rule inet qnet forward handle $handle; done",
        "nft add chain inet qnet other '{ type filter hook forward priority 9; policy drop; }'",
        "nft add chain inet qnet forward '{ policy drop; }'",
        # Debian's nftables.service, at its stop and at its reload
        "printf '#!/usr/sbin/nft -f\\nflush ruleset\\n' > /run/flush.nft; /usr/sbin/nft -f /run/flush.nft",
        "i=0; while [ $i -lt 4 ]; do nft flush ruleset; i=$((i+1)); done",
    ],
)
def test_the_packet_filter(lab: Lab, command: str) -> None:
    with _restored(lab):
        _shell(lab, command)


@pytest.mark.parametrize(
    "command",
    [
        "sysctl -qw net.ipv4.ip_forward=0",
        "sysctl -qw net.ipv4.conf.all.forwarding=0",
        "sysctl -qw net.ipv4.icmp_ratelimit=1000",
        "sysctl -qw net.ipv4.conf.eth0.forwarding=0",
        "sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=432000",
        "echo 0 > /proc/sys/net/ipv4/conf/VIF/forwarding",
        "echo 0 > /proc/sys/net/ipv4/conf/VIF/proxy_arp",
        "echo 0 > /proc/sys/net/ipv4/conf/VIF/rp_filter",
        "echo 2 > /proc/sys/net/ipv4/conf/VIF/rp_filter",
        "echo 0 > /proc/sys/net/ipv6/conf/VIF/disable_ipv6",
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=0",
        "sysctl -qw net.ipv4.conf.all.arp_ignore=1",
        "sysctl -qw net.ipv4.conf.all.arp_ignore=8",
    ],
)
def test_settings(lab: Lab, command: str) -> None:
    with _restored(lab):
        _shell(lab, command)
    _shell(lab, _ANSWERS)


def test_a_looser_look_at_sources_for_all_links_is_taken_back_from_vifs_only(lab: Lab) -> None:
    """Of a link's own setting and that of all links the larger number counts, and 2 is the looser one."""
    own = lab.out("netvm", "cat", "/proc/sys/net/ipv4/conf/eth0/rp_filter")
    try:
        with _restored(lab):
            _shell(lab, "sysctl -qw net.ipv4.conf.all.rp_filter=2")
        assert lab.out("netvm", "cat", "/proc/sys/net/ipv4/conf/eth0/rp_filter") == "2"
    finally:
        lab.exec("netvm", "sysctl", "-qw", f"net.ipv4.conf.eth0.rp_filter={own}")


#: That of the domain's route.
_METRIC = "m=$(ip -4 route show WORK/32 table 118 | sed 's/.* metric //')"


@pytest.mark.parametrize(
    "command",
    [
        "ip route delete WORK table 118",
        "ip route flush table 118",
        "ip route delete blackhole 10.137.0.0/16 table 118",
        "ip route add 10.137.0.0/24 dev eth0 table 118",
        "ip route add WORK dev eth0 table 118 metric 1",
        "ip route replace throw WORK table 118 metric 1",
        "ip rule delete preference 118",
        "ip rule delete preference 117",
        "ip rule delete iif lo lookup 118",
        "ip rule delete iif eth0 lookup 118",
        "ip rule add preference 116 lookup 118",
        "ip route flush table 119",
        "ip route add WORK dev VIF table 119",
        "ip rule add preference 5 lookup 118",
        f"{_METRIC}; ip route replace WORK table 118 metric $m nexthop dev VIF nexthop dev eth0",
        f"{_METRIC}; ip nexthop add id 7 dev eth0; ip route replace WORK nhid 7 table 118 metric $m; "
        "ip nexthop delete id 7",
        f"{_METRIC}; ip route replace unreachable WORK table 118 metric $m",
        "ip rule add preference 118 fwmark 7 lookup 118",
        "ip neigh delete WORK dev VIF",
        "ip neigh replace WORK dev VIF lladdr 02:00:00:00:00:09 nud permanent",
        "ip neigh change WORK dev VIF lladdr 02:00:00:00:00:09 nud reachable",
        "ip neigh flush dev VIF nud permanent",
        "ip address delete 10.137.0.1/32 dev lo",
        "ip route delete local 10.137.0.1 table local",
        "ip route flush table local to 10.128.0.0/9",
        "ip -4 address flush dev lo scope host to 10.0.0.0/8",
        "ip link set lo down",
        "ip link set VIF down",
        "ip link set VIF down; ip link set VIF up",
        "ip link set VIF arp off",
        "ip link set VIF group 7",
        "ip link set VIF name wan0",
        "ip link set VIF name wan0 group 0",
        "ip link set VIF down; ip link set VIF name vif999.0",
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=1; sysctl -qw net.ipv6.conf.all.disable_ipv6=0",
        "ip link set eth0 group 118",
        "ip link set lo group 118",
        "m=$(cat /sys/class/net/VIF/address); ip link set VIF address 02:00:00:00:00:09; ip link set VIF address $m",
        "ip link add br7 type bridge; ip link set VIF master br7; ip link delete br7",
    ],
)
def test_routes_neighbours_addresses_links(lab: Lab, command: str) -> None:
    with _restored(lab):
        _shell(lab, command)


def test_a_bridge_does_not_get_a_vif(lab: Lab) -> None:
    try:
        with _restored(lab):
            _shell(lab, "ip link add br7 type bridge; ip link set br7 up; ip link set VIF master br7")
    finally:
        lab.exec("netvm", "ip", "link", "delete", "br7", check=False)


def _tables(lab: Lab) -> list[str]:
    """The numbers of the tables in the order in which they are looked up."""
    return re.findall(r"lookup (\S+)", lab.out("netvm", "ip", "-N", "-4", "rule"))


def test_a_rule_that_gets_in_front_gets_behind(lab: Lab) -> None:
    """`ip rule add` without a preference, as VPN clients do it, comes before all others."""
    before = _state(lab)
    try:
        for table in ("51820", "51821"):
            lab.exec("netvm", "ip", "rule", "add", "lookup", table)

        def first() -> bool:
            return _tables(lab)[1:5] == ["118", "118", "119", "118"]

        lab.wait("ours first", first)
        assert [_tables(lab).count(table) for table in ("118", "119")] == [3, 1]
    finally:
        for table in ("51820", "51821"):
            lab.exec("netvm", "ip", "rule", "delete", "lookup", table, check=False)
    lab.wait("the usual preference", lambda: _state(lab) == before)


def test_a_rule_that_nothing_can_be_put_before_is_told_where_it_leads_domains_packets_astray(lab: Lab) -> None:
    """One of preference 0: the kernel puts whatever comes later behind it, and it is not ours to take away."""

    def problems() -> list[str]:
        said = json.loads(lab.exec("dom0", "qnet", "status", "--json", check=False).stdout)
        codes = [problem["code"] for problem in said["problems"]]
        return [code for code in codes if code != "others-undo"]  # of what other tests did

    _shell(lab, "ip route add 10.137.0.0/16 dev eth0 table 400; ip rule add preference 0 fwmark 0x77 lookup 400")
    try:
        lab.wait("ours beside it", lambda: "0:\tfrom all lookup qnet" in lab.out("netvm", "ip", "rule"), SOON)
        assert problems() == []
        _shell(lab, "ip rule add preference 0 lookup 400")  # which is behind ours
        lab.exec("work", "curl", "-sS", "--max-time", "9", "http://www.test/")
        _shell(lab, "ip rule del preference 0 fwmark 0x77 lookup 400; ip rule del preference 0 lookup 400")
        lab.wait("ours as before", lambda: "118:\tfrom all lookup qnet" in lab.out("netvm", "ip", "rule"), SOON)
        _shell(lab, "ip rule add preference 0 lookup 400")
        lab.wait("the problem", lambda: problems() == ["others-route"], SOON)
    finally:
        _shell(lab, "while ip rule del lookup 400 2> /dev/null; do :; done; ip route flush table 400")
    lab.wait("no problem", lambda: problems() == [], SOON)
    lab.wait("ours as before", lambda: "118:\tfrom all lookup qnet" in lab.out("netvm", "ip", "rule"), SOON)


def test_the_netvm_is_found_by_domains_wherever_its_own_addresses_are_looked_up(lab: Lab) -> None:
    """VRFs want the kernel's rule for them behind others."""

    def answers() -> bool:
        return lab.exec("work", "ping", "-c1", "-W1", "10.137.0.1", check=False).returncode == 0

    assert answers()
    with _restored(lab):
        try:
            _shell(lab, "ip rule add preference 32765 lookup local; ip rule delete preference 0")
            lab.wait("an answer", answers)
        finally:
            _shell(lab, "ip rule add preference 0 lookup local; ip rule delete preference 32765")


def test_what_is_not_ours_stays(lab: Lab) -> None:
    _shell(
        lab,
        "nft add table inet others; nft add chain inet others c '{ type filter hook forward priority 5; }'; "
        "ip route add 198.51.100.0/24 dev eth0 metric 77; ip rule add preference 900 lookup 77",
    )
    with _restored(lab):
        _shell(lab, "nft flush table inet qnet; ip route flush table 118; ip rule delete lookup 118")
    assert "others" in lab.out("netvm", "nft", "list", "tables")
    assert "198.51.100.0/24" in lab.out("netvm", "ip", "route")
    assert "900:" in lab.out("netvm", "ip", "rule")
    _shell(lab, "nft delete table inet others; ip route delete 198.51.100.0/24; ip rule delete preference 900")


def test_the_doctor_says_who_it_was_and_how_often(lab: Lab) -> None:
    lab.restart_program("netvm", "qnet-agent")
    lab.wait("a doctor with nothing to say", lambda: lab.exec("dom0", "qnet", "doctor", check=False).returncode == 0)
    for _ in range(3):
        with _restored(lab):
            _shell(lab, "sleep 0.2; nft flush ruleset")
    with _restored(lab):
        _shell(lab, "ip link set VIF down; sysctl -qw net.ipv4.ip_forward=0")
    said = lab.out("dom0", "qnet", "doctor")
    assert "The packet filter of netvm was changed 3 times, by nft (3)" in said
    assert "Kernel settings of netvm were changed once" in said
    assert "Vifs of netvm were changed once" in said


def test_the_doctor_looks_afresh(lab: Lab) -> None:
    """What no event tells is set again when somebody asks."""
    with _restored(lab):
        _shell(lab, "unshare -m sh -c 'mount -t proc proc /mnt && echo 1000 > /mnt/sys/net/ipv4/icmp_ratelimit'")
        lab.exec("dom0", "qnet", "doctor", check=False)


@pytest.mark.parametrize("command", ["arp_ignore; echo 8 > VIF/arp_ignore", "medium_id; echo -1 > VIF/medium_id"])
def test_a_vif_that_is_not_to_answer_is_seen_when_somebody_asks(lab: Lab, command: str) -> None:
    with _restored(lab):
        _shell(lab, f"cd /proc/sys/net/ipv4/conf; cat VIF/{command}")
        lab.exec("dom0", "qnet", "doctor", check=False)


@pytest.mark.parametrize("written", ["", "; sleep 0.5"])
def test_who_writes_a_setting_of_every_link_has_written_that_of_vifs(lab: Lab, written: str) -> None:
    """As scripts of firewalls do, and `sysctl --system` by a star; of a vif's own number no event tells."""
    with _restored(lab):
        loop = f"for each in all default VIF; do echo 1 > /proc/sys/net/ipv4/conf/$each/arp_ignore{written}; done"
        _shell(lab, loop)
    _shell(lab, _ANSWERS)


def test_two_who_undo_each_other_are_told(lab: Lab) -> None:
    other = "while sleep 0.15; do nft flush chain inet qnet forward; done"
    fighter = lab.popen("netvm", "sh", "-c", other)
    try:

        def doctor_says_it() -> bool:
            done = lab.exec("dom0", "qnet", "doctor", check=False)
            return done.returncode == 1 and "undoes again and again what qnet sets" in done.stdout

        lab.wait("the doctor's word", doctor_says_it)
        lab.wait("a rule", lambda: "drop" in lab.out("netvm", "nft", "list", "chain", "inet", "qnet", "forward"))
    finally:
        fighter.kill()
        fighter.wait()


def test_names_and_pages_after_all_of_it(lab: Lab) -> None:
    _shell(lab, "nft flush ruleset; ip route flush table 118; ip link set VIF down; sysctl -qw net.ipv4.ip_forward=0")
    lab.wait(
        "a page", lambda: "Hello" in lab.exec("work", "curl", "-s", "-m", "2", "http://www.test/", check=False).stdout
    )


@contextmanager
def _watching(lab: Lab, domain: str, interface: str) -> Iterator[list[int]]:
    counts: list[int] = []
    watcher = lab.popen(domain, PYTHON, PACKETS, "count", interface, "2.5", stdout=subprocess.PIPE, text=True)
    assert watcher.stdout is not None
    assert watcher.stdout.readline() == "listening\n"
    yield counts
    counts.append(int(watcher.communicate(timeout=DEADLINE)[0]))


def test_what_is_done_to_our_sets_while_there_is_no_agent_is_undone_when_it_returns(lab: Lab) -> None:
    with _restored(lab):
        lab.stop_program("netvm", "qnet-agent")
        try:
            _shell(lab, "nft flush set arp qnet vif_address; nft flush set inet qnet domain_address")
            _shell(lab, "nft flush map inet qnet vif_mark; nft add element inet qnet domain_address '{ 10.137.0.77 }'")
        finally:
            lab.start_program("netvm", "qnet-agent")
        lab.online("work")


def test_no_invented_source_gets_out_though_there_is_neither_filter_nor_agent(lab: Lab) -> None:
    mac = lab.out("work", "cat", "/sys/class/net/eth0/address")
    true = packets.udp(lab.address("work"), WEB, 9, own=mac)
    lies = [packets.udp(source, WEB, 9, own=mac) for source in ("198.51.100.7", lab.address("personal"), "10.137.0.99")]
    lab.stop_program("netvm", "qnet-agent")
    try:
        lab.exec("netvm", "nft", "flush", "ruleset")
        with _watching(lab, "isp1", "cable") as arrived:
            lab.exec("work", PYTHON, PACKETS, "send", str(COUNT), true)
        assert arrived == [COUNT]  # else the rest of the test could not fail
        with _watching(lab, "isp1", "cable") as arrived:
            lab.exec("work", PYTHON, PACKETS, "send", str(COUNT), *lies)
        assert arrived == [0]
    finally:
        lab.start_program("netvm", "qnet-agent")
    lab.wait("the filter", lambda: lab.address("work") in _state(lab).partition("## rule")[0])
    lab.online("work")


def test_no_domain_reaches_another_though_there_is_neither_filter_nor_agent(lab: Lab) -> None:
    mac, work = lab.out("work", "cat", "/sys/class/net/eth0/address"), lab.address("work")
    to_peer, to_world = (packets.udp(work, to, 9, own=mac) for to in (lab.address("personal"), WEB))
    lab.stop_program("netvm", "qnet-agent")
    try:
        lab.exec("netvm", "nft", "flush", "ruleset")
        with _watching(lab, "personal", "eth0") as arrived, _watching(lab, "isp1", "cable") as outside:
            lab.exec("work", PYTHON, PACKETS, "send", str(COUNT), to_peer, to_world)
        assert (arrived, outside) == ([0], [COUNT])
        lab.exec("netvm", "ip", "rule", "delete", "preference", "117")
        with _watching(lab, "personal", "eth0") as arrived:
            lab.exec("work", PYTHON, PACKETS, "send", str(COUNT), to_peer)
        assert arrived == [COUNT]  # else what is above could not fail
    finally:
        lab.start_program("netvm", "qnet-agent")
    lab.wait("the filter", lambda: work in _state(lab).partition("## rule")[0])
    lab.online("work")


_STARVE = r"""
agent=$(pgrep -of /usr/bin/qnet-agent)
free=0; while [ -e /proc/$agent/fd/$free ]; do free=$((free + 1)); done
prlimit --pid $agent --nofile=$free:4096
ip route flush table 118
"""


def test_an_agent_that_had_no_descriptor_left_is_not_deaf_for_good(fresh_lab: Lab) -> None:
    """It cannot ask which links there are; and what is raised where an event is taken ends the watch of all to come."""
    fresh_lab.expect_log("Too many open files")
    with _restored(fresh_lab):
        fresh_lab.exec("netvm", "sh", "-ec", _STARVE)
        fresh_lab.wait("no descriptor", lambda: "Too many open files" in fresh_lab.log("netvm-qnet-agent"))
        fresh_lab.exec("netvm", "sh", "-ec", "prlimit --pid $(pgrep -of /usr/bin/qnet-agent) --nofile=1024:4096")
    with _restored(fresh_lab):
        fresh_lab.exec("netvm", "ip", "route", "flush", "table", "118")
