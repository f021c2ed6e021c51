"""The netvm's flow table on a kernel with one: known connections take the short way, and nobody gets past by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from boot import Machine
from frames import CRAFTING
from parts import CHECKOUT
from stack import DOMAINS, disconnect_dom0
from test_story import CURL, PAGE

#: In a domain: a connection on which a line goes to the world and comes back, five times a second; `/run/lines` has how
#: many by now.
TALKS = """
import os, socket, time
talking = socket.create_connection(("192.0.2.80", 7), source_address=("0.0.0.0", 5555))
lines = talking.makefile("rb")
count = 0
while True:
    talking.sendall(b"line\\n")
    assert lines.readline()
    count += 1
    with open("/run/lines.new", "w") as said:
        said.write(str(count))
    os.replace("/run/lines.new", "/run/lines")
    time.sleep(0.2)
"""
#: In another domain: the same connection's packets, made up.
FORGES = f"""{CRAFTING}
tcp = struct.pack("!HHIIBBHHH", 5555, 7, 1, 1, 0x50, 0x10, 1000, 0, 0)
for _ in range(50):
    out.send(ip("10.137.0.20", "192.0.2.80", 6, tcp))
"""
#: In a domain: packets of 18 bytes for so many seconds, to where each is sent back; prints how many came back.
FLOODS = """
import select, socket, sys, time
flooding = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flooding.connect(("192.0.2.80", 7))
until, sent, back = time.monotonic() + float(sys.argv[1]), 0, 0
while time.monotonic() < until:
    if sent - back < 64:
        flooding.send(b"x" * 18)
        sent += 1
    elif not select.select([flooding], [], [], 0.2)[0]:
        sent = back
    while select.select([flooding], [], [], 0)[0]:
        flooding.recv(100)
        back += 1
print(back)
"""
#: Of the netvm, so far.
CPU_SECONDS = "xl list netvm | awk 'NR == 2 { print $NF }'"
SHORT = "conntrack -L -p tcp --orig-port-src 5555 2>/dev/null | grep -F '[OFFLOAD]'"
SPOOFED = "nft list counter inet qnet spoofed | sed -n 's/.*packets \\([0-9]*\\) .*/\\1/p'"


def _lines(machine: Machine) -> int:
    return int(machine.ok("cat /run/lines", "work"))


def _talks(machine: Machine) -> None:
    """Wait until more lines come back."""
    before = _lines(machine)
    machine.wait("lines that come back", lambda: _lines(machine) > before + 2)


def _is_silent(machine: Machine) -> None:
    """One line may be under way; after that none comes."""
    machine.ok("sleep 1", "work")
    before = _lines(machine)
    machine.ok("sleep 3", "work")
    assert _lines(machine) == before


@pytest.fixture
def talking(machine: Machine) -> Machine:
    """The machine, with a connection of `work`'s that takes the short way."""
    machine.write("/root/talks.py", TALKS, "work")
    machine.ok("(python3 /root/talks.py >/run/talks.log 2>&1 &)", "work")
    machine.until("test -s /run/lines", "work")
    machine.until(SHORT, "netvm")
    _talks(machine)
    return machine


def test_a_known_connection_takes_the_short_way_and_names_do_not(talking: Machine) -> None:
    assert talking.ok(CURL, "work") == PAGE
    assert talking.run("conntrack -L -p udp --orig-port-dst 53 2>/dev/null | grep -F '[OFFLOAD]'", "netvm").status != 0


def test_another_domain_does_not_get_into_it(talking: Machine) -> None:
    before = int(talking.ok(SPOOFED, "netvm"))
    talking.ok(f"python3 - <<'END'\n{FORGES}END", "personal")
    talking.wait("all of them dropped", lambda: int(talking.ok(SPOOFED, "netvm")) == before + 50)
    _talks(talking)


def test_anybodys_new_rule_holds_for_it_at_once(talking: Machine) -> None:
    rules = "add table inet mine; add chain inet mine forward { type filter hook forward priority 0; policy drop; }"
    talking.ok(f"nft '{rules}'", "netvm")
    _is_silent(talking)
    talking.ok("nft delete table inet mine", "netvm")
    _talks(talking)
    talking.until(SHORT, "netvm")


def test_a_domain_that_is_cut_off_is_out_of_it(talking: Machine) -> None:
    talking.ok("qnet domain detach work </dev/null", seconds=120)
    _is_silent(talking)
    assert talking.run(SHORT, "netvm").status != 0
    assert "vif" + str(talking.domid("work")) not in talking.ok("nft list flowtables", "netvm")


def test_while_dom0_is_connected_it_is_silent_and_then_goes_on(talking: Machine) -> None:
    talking.ok("qnet dom0 up --minutes 30 </dev/null", seconds=200)
    assert "work" in talking.paused()
    disconnect_dom0(talking)
    _talks(talking)


def test_another_uplink_takes_nothing_along(talking: Machine) -> None:
    talking.monitor.cable("net2", plugged=False)
    talking.until("qnet dns | grep -v 10.0.2.3 | grep 10.139.1.2 | grep 10.0.3.3")
    assert talking.until(CURL, "work") == PAGE
    assert DOMAINS["work"] not in talking.ok("conntrack -L --dst-nat 2>/dev/null | grep OFFLOAD || :", "netvm")


@pytest.mark.thorough
def test_figures(machine: Machine, figures: Callable[[str], None]) -> None:
    machine.write("/root/floods.py", FLOODS, "work")
    counts: dict[str, list[int]] = {"short": [], "long": []}
    used: dict[str, float] = {"short": 0.0, "long": 0.0}
    for _ in range(3):
        for way in ("short", "long"):
            machine.until("nft list flowtables | grep -F vif", "netvm")
            if way == "long":
                machine.ok("pkill -STOP -x qnet-agent; nft delete table inet qnet_flows", "netvm")
            before = float(machine.ok(CPU_SECONDS))
            counts[way].append(int(machine.ok("python3 /root/floods.py 10", "work")))
            used[way] += float(machine.ok(CPU_SECONDS)) - before
            machine.ok("pkill -CONT -x qnet-agent", "netvm")
    short, long = (sum(counts[way]) for way in ("short", "long"))
    figures(f"small UDP there and back, 30 s: short way {short}, long way {long}, ratio {short / long:.2f} ({counts})")
    cost = {way: used[way] / sum(counts[way]) * 1e6 for way in counts}
    figures(f"the netvm's processor for one there and back: short {cost['short']:.0f} us, long {cost['long']:.0f} us")


@pytest.mark.thorough
def test_what_a_packet_costs_where_the_kernel_has_flow_tables(machine: Machine, figures: Callable[[str], None]) -> None:
    """The benchmark of packets, in network namespaces of this kernel."""
    for name in ("figures", "bench_packets"):
        machine.write(f"/root/{name}.py", (CHECKOUT / f"tests/bench/{name}.py").read_text())
    bench = "modprobe veth; PYTHONPATH=/usr/lib/qnet-test python3 /root/bench_packets.py --rounds 60"
    lines = machine.ok(bench, seconds=1200).splitlines()
    for line in lines:
        figures(line.strip())
    promised = [line.rpartition(" ")[2] for line in lines if "by the short way to bare masquerading" in line]
    assert promised[:2] == ["kept", "kept"]  # of small packets, both ways
