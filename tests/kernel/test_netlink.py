"""Commands to the kernel and its events, in a network namespace of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address

import pytest

from qnet_gui.kernel.monitor import Event, Monitor
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.lab.box import syscalls
from qnet_gui.model.errors import KernelError

MAC = "00:16:3e:00:00:01"
ADDRESS, OTHER = IPv4Address("10.137.0.7"), IPv4Address("10.137.0.8")
NOBODY = 9999


class Space:
    """A network namespace with one link, `vif7.0`, that is index 2."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        with self.inside():
            self.netlink = Netlink()
            self.monitor = Monitor()
        self.ip("link", "add", "vif7.0", "index", "2", "type", "veth", "peer", "name", "far", "index", "3")
        self.events()

    @contextmanager
    def inside(self) -> Iterator[None]:
        namespace = os.open(f"/proc/{self._pid}/ns/net", os.O_RDONLY)
        try:
            with syscalls.in_network(namespace):
                yield
        finally:
            os.close(namespace)

    def ip(self, *words: str) -> str:
        command = ["nsenter", "-t", str(self._pid), "-n", "ip", "-o", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout

    def events(self) -> list[Event]:
        return self.monitor.read(lambda: pytest.fail("the kernel dropped events"))


@pytest.fixture
def space() -> Iterator[Space]:
    if os.geteuid():
        pytest.fail("This test needs root. Run it with: sudo make test", pytrace=False)
    with subprocess.Popen(["/usr/bin/unshare", "-n", "/bin/sh", "-c", "echo; exec sleep 60"], stdout=-1) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            found = Space(holder.pid)
            yield found
            found.netlink.close()
            found.monitor.close()
        finally:
            holder.kill()


def test_a_link_goes_up_and_down(space: Space) -> None:
    for _ in range(2):
        space.netlink.set_up(2)
        assert ",UP" in space.ip("link", "show", "vif7.0")
    for _ in range(2):
        space.netlink.set_down(2)
        assert ",UP" not in space.ip("link", "show", "vif7.0")
    space.netlink.set_down(NOBODY)
    with pytest.raises(KernelError, match=r"^The kernel refused to set a link up: No such device\.$"):
        space.netlink.set_up(NOBODY)


def test_a_neighbour_is_permanent_and_replaced(space: Space) -> None:
    for mac in ("00:16:3e:00:00:01", "00:16:3e:00:00:02"):
        space.netlink.serve_host(2, ADDRESS, mac, 1)
        assert f"10.137.0.7 dev vif7.0 lladdr {mac} PERMANENT" in space.ip("neigh", "show", "nud", "permanent")
    for index in (2, 2, NOBODY):
        space.netlink.delete_neighbour(index, ADDRESS)
    assert space.ip("neigh", "show", "nud", "permanent") == ""


def test_a_host_is_served_by_a_neighbour_a_link_that_is_up_and_a_route(space: Space) -> None:
    for _ in range(2):
        space.netlink.serve_host(2, ADDRESS, MAC, 5)
        assert ",UP" in space.ip("link", "show", "vif7.0")
        assert f"10.137.0.7 dev vif7.0 lladdr {MAC} PERMANENT" in space.ip("neigh", "show", "nud", "permanent")
        assert "10.137.0.7 dev vif7.0 proto static scope link metric 5" in space.ip("route")
    with pytest.raises(KernelError, match=r"^The kernel refused to serve a link: No such device\.$"):
        space.netlink.serve_host(NOBODY, ADDRESS, MAC, 5)


def test_addresses(space: Space) -> None:
    for _ in range(2):
        space.netlink.add_address(2, ADDRESS)
    space.netlink.add_address(1, OTHER, host_scope=True)
    space.ip("address", "add", "10.9.0.1/24", "dev", "vif7.0")
    assert space.netlink.addresses(2) == [(ADDRESS, 32), (IPv4Address("10.9.0.1"), 24)]
    assert "10.137.0.8/32 scope host lo" in space.ip("address", "show", "dev", "lo")
    space.netlink.delete_address(2, IPv4Address("10.9.0.1"), 24)
    for index in (2, 2, NOBODY):
        space.netlink.delete_address(index, ADDRESS)
    assert space.netlink.addresses(2) == []


def test_routes(space: Space) -> None:
    space.netlink.set_up(2)
    for _ in range(2):
        space.netlink.serve_host(2, ADDRESS, MAC, 5)
        space.netlink.set_default_route(2)
    space.ip("address", "add", "10.9.0.1/24", "dev", "vif7.0")
    space.ip("route", "add", "10.8.0.0/16", "via", "10.9.0.2", "metric", "3")
    with space.inside():
        lines = [route.line for route in space.netlink.routes()]
    assert lines == [
        "10.137.0.7 0.0.0.0 255.255.255.255 UH 5 0 0 vif7.0",
        "10.9.0.0 0.0.0.0 255.255.255.0 U 0 0 0 vif7.0",
        "10.8.0.0 10.9.0.2 255.255.0.0 UG 3 0 0 vif7.0",
        "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 vif7.0",
    ]
    assert space.netlink.routes_of_link(1) == []
    for route in space.netlink.routes_of_link(2):
        if route["dst_len"]:
            space.netlink.delete_route(route)
    assert [route["dst_len"] for route in space.netlink.routes_of_link(2)] == [0]
    assert space.ip("-4", "route").startswith("default dev vif7.0 proto static scope link")


def test_a_route_that_is_not_there_is_removed_already(space: Space) -> None:
    space.netlink.set_up(2)
    space.netlink.serve_host(2, ADDRESS, MAC, 5)
    for index, metric in ((2, 4), (NOBODY, 5), (1, 5)):
        space.netlink.delete_host_route(index, ADDRESS, metric)
    assert len(space.netlink.routes()) == 1


def test_a_thousand_routes_are_all_told(space: Space) -> None:
    space.netlink.set_up(2)
    for number in range(1000):
        space.netlink.serve_host(2, ADDRESS + number, MAC, 1)
    assert [row.destination for row in space.netlink.routes()] == [str(ADDRESS + number) for number in range(1000)]


def test_events(space: Space) -> None:
    space.netlink.set_up(2)
    assert Event("vif7.0") in space.events()
    space.netlink.serve_host(2, ADDRESS, MAC, 1)
    assert not any(event.uplink for event in space.events() if event.name.startswith("vif") or not event.name)
    space.ip("route", "add", "default", "dev", "vif7.0")
    assert Event(uplink=True) in space.events()
    space.ip("link", "delete", "far")
    until = time.monotonic() + 5
    while Event("vif7.0", gone=True) not in space.events():
        assert time.monotonic() < until


def test_pyroute2_comes_without_what_nobody_here_needs() -> None:
    load = "import sys; from qnet_gui.kernel.netlink import Netlink; Netlink().close(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", load], capture_output=True, text=True, check=True).stdout.split()
    assert "pyroute2.iproute" in loaded
    assert not {"pyroute2.ndb", "sqlite3", "http.server"} & set(loaded)
