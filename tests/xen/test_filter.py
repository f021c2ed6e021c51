"""What a hostile domain cannot do through netback: be another, reach another, reach the netvm."""

from __future__ import annotations

import json

import pytest
from boot import Machine
from frames import CRAFTING
from stack import DOMAINS

_PAGE_BY_ADDRESS = "http://192.0.2.80/"
#: Sends crafted frames from a domain's eth0: IP from another's address and from the world's, ARP for another's.
FRAMES = f"""{CRAFTING}
udp = struct.pack("!HHHH", 5000, 5001, 8, 0)
def arp(source):
    return (b"\\xff" * 6 + mac + b"\\x08\\x06" + struct.pack("!HHBBH", 1, 0x800, 6, 4, 1) + mac
            + socket.inet_aton(source) + b"\\0" * 6 + socket.inet_aton("10.137.0.1"))
for _ in range(50):
    for source in ("10.137.0.21", "8.8.8.8", "10.0.2.15"):
        out.send(ip(source, "192.0.2.80", 17, udp))
    out.send(arp("10.137.0.21"))
    out.send(b"\\x33\\x33" + b"\\0" * 4 + mac + b"\\x86\\xdd" + b"\\x60" + b"\\0" * 39)
"""
#: Tries ports of an address, all at once; prints those that answered in any way.
PORTS = """
import errno, json, select, socket, sys
answered = []
for first in range(1, 2001, 500):
    waiting = {}
    for port in range(first, first + 500):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex((sys.argv[1], port))
        waiting[sock] = port
    poller = select.epoll()
    for sock in waiting:
        poller.register(sock, select.EPOLLOUT | select.EPOLLERR)
    known = {sock.fileno(): port for sock, port in waiting.items()}
    answered += [known[number] for number, _ in poller.poll(3, 1000)]
print(json.dumps(answered))
"""


def _dropped(machine: Machine) -> dict[str, int]:
    listed = json.loads(machine.ok("nft -j list counters", "netvm"))["nftables"]
    counters = [entry["counter"] for entry in listed if "counter" in entry]
    return {f"{counter['family']} {counter['name']}": counter["packets"] for counter in counters}


def test_nobody_can_be_another(machine: Machine) -> None:
    before = _dropped(machine)
    machine.ok(f"python3 - <<'END'\n{FRAMES}END", "work")
    after = machine.wait(
        "the count of what was dropped",
        lambda: (dropped := _dropped(machine))["inet spoofed"] >= before["inet spoofed"] + 150 and dropped,
    )
    assert after["inet spoofed"] - before["inet spoofed"] == 150
    assert after["arp spoofed"] - before["arp spoofed"] == 50
    # the kernel drops IPv6 on a vif before the filter sees it
    assert "inet6" not in machine.ok(
        "ip address show dev vif$(ls /sys/class/net | sed -n s/^vif//p | head -n 1)", "netvm"
    )


def test_domains_do_not_reach_each_other(machine: Machine) -> None:
    machine.ok("ping -c 1 -W 5 10.137.0.1", "work")
    assert machine.run(f"ping -c 3 -W 1 {DOMAINS['personal']}", "work").status != 0
    # to the kernel there is no way from one to the other, whatever the filter says
    as_from_work = f"from {DOMAINS['work']} iif vif{machine.domid('work')}.0"
    machine.ok(f"ip route get 192.0.2.80 {as_from_work}", "netvm")
    way = machine.run(f"ip route get {DOMAINS['personal']} {as_from_work} 2>&1", "netvm")
    assert (way.status != 0, "Invalid argument" in way.output) == (True, True), way


def test_the_netvm_answers_to_ping_alone(machine: Machine) -> None:
    machine.ok("ping -c 1 -W 5 10.137.0.1", "work")
    for address in ("10.137.0.1", "10.0.2.15"):
        answer = machine.ok(f"python3 - {address} <<'END'\n{PORTS}END", "work", seconds=120)
        assert json.loads(answer) == []
    assert _dropped(machine)["inet towards_netvm"] >= 2000


#: Somebody else's filters that stop what domains begin, by the hook: behind the routing, and before it.
_STOPPING = {
    "postrouting": "ip daddr 192.0.2.80 drop",
    "prerouting": 'iifname "vif*" drop',
}


@pytest.mark.parametrize("hook", _STOPPING)
def test_anothers_filter_that_stops_everything_is_told(machine: Machine, hook: str) -> None:
    """What each hook knows of a packet is another matter from kernel to kernel."""

    def problems() -> list[str]:
        return [problem["code"] for problem in machine.status()["problems"]]

    def fetches() -> bool:
        return machine.run(f"curl -s -m 3 {_PAGE_BY_ADDRESS}", "work").status == 0

    before = problems()
    machine.ok(
        "nft 'add table inet other; "
        f"add chain inet other other {{ type filter hook {hook} priority mangle; policy accept; }}; "
        f"add rule inet other other {_STOPPING[hook]}'",
        "netvm",
    )
    machine.wait("the problem", lambda: not fetches() and problems() == [*before, "others-drop"])
    machine.ok("nft delete table inet other", "netvm")
    machine.wait("its end", lambda: fetches() and problems() == before)
