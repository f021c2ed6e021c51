"""From somebody's change of what the agent set, as the kernel tells it, to the kernel's word that it is set again."""

from __future__ import annotations

import select
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench_vif import box, links, start_agent, wait_served, write
from figures import show

from qnet_gui.kernel.event_socket import EventSocket
from qnet_gui.kernel.netlink_messages import (
    NETCONFA_FORWARDING,
    RTM_DELROUTE,
    RTM_NEWNETCONF,
    RTM_NEWROUTE,
    RTMGRP_IPV4_NETCONF,
    RTMGRP_IPV4_ROUTE,
    headed,
    settings,
)
from qnet_gui.kernel.nft import NETLINK_NETFILTER, Nft
from qnet_gui.store.client import Store

#: So many changes of one kind an agent sees in its life; with more it takes them for a fight, and waits.
_ROUND, _ROUNDS = 8, 3
_NFT_MSG_NEWGEN, _NFTABLES_GROUP = 10 << 8 | 15, 1 << 6
_DEADLINE = 10.0
#: Seconds without work after which an agent has started.
_REST = 0.5


def _generation(kind: int, _body: bytes) -> bool:
    return kind == _NFT_MSG_NEWGEN


def _forwarding(value: int) -> Callable[[int, bytes], bool]:
    def says(kind: int, body: bytes) -> bool:
        message = settings(body) if kind == RTM_NEWNETCONF else None
        if message is None or message.ifindex != -1:
            return False
        return message.attributes.number(NETCONFA_FORWARDING) == value

    return says


def _delay(
    events: EventSocket, change: Callable[[], object], first: Callable[[int, bytes], bool],
    then: Callable[[int, bytes], bool],
) -> float:  # fmt: skip
    """Milliseconds between the kernel's message about the change, and that about its end."""
    list(events.datagrams(lambda: None))
    change()
    began, until = 0.0, time.monotonic() + _DEADLINE
    while time.monotonic() < until:
        select.select([events], [], [], _DEADLINE)
        now = time.perf_counter()
        for data in events.datagrams(lambda: None):
            for header, body in headed(data):
                if not began and first(header.kind, body):
                    began = now
                elif began and then(header.kind, body):
                    return (now - began) * 1000
    raise SystemExit("it was not set again")


def _settle(pid: int) -> None:
    """Wait until a process has done the work of its start: it has used no processor for a while."""
    used, since = "", time.monotonic()
    while time.monotonic() - since < _REST:
        now = " ".join(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])
        if now != used:
            used, since = now, time.monotonic()
        time.sleep(0.05)


def _rounds(change: Callable[[], object], events: EventSocket, *ends: Callable[[int, bytes], bool]) -> list[float]:
    delays = []
    for _ in range(_ROUNDS):
        agent = start_agent()
        _settle(agent.pid)
        try:
            for _ in range(_ROUND):
                delays.append(_delay(events, change, *ends))
                _settle(agent.pid)
        finally:
            agent.terminate()
            agent.wait(10)
    return delays


def _measure(store: Store, far: int) -> None:
    nft = Nft()
    filter_events = EventSocket(NETLINK_NETFILTER, _NFTABLES_GROUP)
    route_events = EventSocket(socket.NETLINK_ROUTE, RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_NETCONF)
    served = 0
    for count in (10, 1000):
        links(range(served + 1, count + 1), far)
        for number in range(served + 1, count + 1):
            write(store, number)
        served = count
        agent = start_agent()
        wait_served(count, nft)
        agent.terminate()
        agent.wait(10)
        flushed = _rounds(lambda: nft.apply("flush ruleset"), filter_events, _generation, _generation)
        show(f"nft flush ruleset to the packet filter, {count} vifs", flushed, 50.0)

        def stop_forwarding() -> None:
            Path("/proc/sys/net/ipv4/ip_forward").write_text("0")

        stopped = _rounds(stop_forwarding, route_events, _forwarding(0), _forwarding(1))
        show(f"ip_forward=0 to 1, {count} vifs", stopped, 50.0)

        def lose_route() -> None:
            subprocess.run(["/sbin/ip", "route", "delete", "10.137.16.1", "table", "118"], check=True)

        lost = _rounds(
            lose_route, route_events, lambda kind, _: kind == RTM_DELROUTE, lambda kind, _: kind == RTM_NEWROUTE
        )
        show(f"a domain's route, {count} vifs", lost, 50.0)


def main() -> None:
    """Measure; as root, in namespaces of its own."""
    with box() as far, Store() as store:
        _measure(store, far)


if __name__ == "__main__":
    main()
