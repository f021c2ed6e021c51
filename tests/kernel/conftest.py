"""A kernel for this room's tests: a network namespace of the real one, as root, or the fake that must be like it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from fakes.kernel import FakeKernel, FakeMonitor, FakeRoute

from qnet_gui.kernel.monitor import Event, Monitor
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.kernel.netlink_requests import RuleKey
from qnet_gui.kernel.nft import Nft
from qnet_gui.kernel.own_routing import OWN_TABLES
from qnet_gui.lab.box import syscalls

#: The index of `vif7.0` and of its other end.
VIF, FAR = 2, 3


def _packed(source: str) -> bytes:
    return b"" if source == "all" else IPv4Address(source).packed


class RealSpace:
    """A network namespace with one link, `vif7.0`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        with self.inside():
            self.netlink, self.nft = Netlink(), Nft()
            self.monitor = Monitor(self.netlink.portid)
        self._ip("link", "add", "vif7.0", "index", "2", "type", "veth", "peer", "name", "far", "index", "3")
        self.events()

    @contextmanager
    def _entered(self) -> Iterator[None]:
        namespace = os.open(f"/proc/{self._pid}/ns/net", os.O_RDONLY)
        try:
            with syscalls.in_network(namespace):
                yield
        finally:
            os.close(namespace)

    def inside(self) -> AbstractContextManager[None]:
        """What asks the kernel without `netlink` does so in here."""
        return self._entered()

    def _ip(self, *words: str) -> Any:
        command = ["nsenter", "-t", str(self._pid), "-n", "ip", "-j", *words]
        out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
        return json.loads(out or "[]")

    def batch(self, lines: Iterable[str]) -> None:
        """Many commands of `ip`."""
        command = ["nsenter", "-t", str(self._pid), "-n", "ip", "-batch", "-"]
        subprocess.run(command, check=True, input="\n".join(lines), text=True, timeout=60)

    def is_up(self, index: int) -> bool:
        return any(link["ifindex"] == index and "UP" in link["flags"] for link in self._ip("link", "show"))

    def permanent_neighbours(self) -> set[tuple[str, str]]:
        """Addresses and MACs."""
        return {(row["dst"], row["lladdr"]) for row in self._ip("neigh", "show", "nud", "permanent")}

    def is_of_host_scope(self, address: IPv4Address) -> bool:
        infos = [info for link in self._ip("address", "show") for info in link["addr_info"]]
        return any(info["local"] == str(address) and info["scope"] == "host" for info in infos)

    def somebody_adds_address(self, name: str, address: IPv4Interface) -> None:
        self._ip("address", "add", str(address), "dev", name)

    def somebody_adds_route(self, network: IPv4Network, name: str, via: IPv4Address | None, metric: int = 0) -> None:
        way = ["via", str(via)] if via else []
        self._ip("route", "add", str(network), "dev", name, *way, "metric", str(metric))

    def own_rules(self) -> list[RuleKey]:
        """Those that lead to our tables, in their order."""
        rows = [row for row in self._ip("-N", "-4", "rule") if row["table"] in map(str, OWN_TABLES)]
        return [
            RuleKey(row["priority"], int(row["table"]), row.get("iif", ""), _packed(row["src"]), row.get("srclen", 0))
            for row in rows
        ]

    def somebody_adds_rule(self, preference: int) -> None:
        self._ip("rule", "add", "preference", str(preference), "lookup", "main")

    def somebody_writes(self, name: str, value: int) -> None:
        with self.inside():
            Path("/proc/sys/net", name).write_text(str(value))

    def set_mtu(self, name: str, mtu: int) -> None:
        self._ip("link", "set", name, "mtu", str(mtu))

    def delete_link(self, name: str) -> None:
        self._ip("link", "delete", name)

    def setting(self, name: str) -> int:
        with self.inside():
            return int(Path("/proc/sys/net", name).read_text())

    def events(self) -> list[Event]:
        return self.monitor.read(lambda: pytest.fail("the kernel dropped events"))

    def close(self) -> None:
        self.netlink.close()
        self.monitor.close()


class FakeSpace:
    """The same of a fake kernel."""

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel
        self.netlink, self.monitor, self.nft = Netlink(), FakeMonitor(kernel), Nft()
        kernel.add_link("vif7.0")
        kernel.add_link("far")
        self.events()

    def inside(self) -> AbstractContextManager[None]:
        return nullcontext()

    def is_up(self, index: int) -> bool:
        return index in self._kernel.up

    def permanent_neighbours(self) -> set[tuple[str, str]]:
        return {(str(address), mac) for (_, address), mac in self._kernel.neighbours.items()}

    def is_of_host_scope(self, address: IPv4Address) -> bool:
        pairs = [pair for of_link in self._kernel.addresses.values() for pair in of_link]
        return any(interface.ip == address and scope == 254 for interface, scope in pairs)

    def somebody_adds_address(self, name: str, address: IPv4Interface) -> None:
        self._kernel.add_address(self._kernel._index(name), address)

    def somebody_adds_route(self, network: IPv4Network, name: str, via: IPv4Address | None, metric: int = 0) -> None:
        self._kernel.add_route(FakeRoute(network, self._kernel._index(name), metric, via, 0 if via else 253))

    def own_rules(self) -> list[RuleKey]:
        return self._kernel.own_rules

    def somebody_adds_rule(self, preference: int) -> None:
        self._kernel.other_rules.append(preference)

    def somebody_writes(self, name: str, value: int) -> None:
        self._kernel.write(name, value)

    def set_mtu(self, name: str, mtu: int) -> None:
        self._kernel.set_mtu(name, mtu)

    def delete_link(self, name: str) -> None:
        self._kernel.delete_link("vif7.0")
        self._kernel.delete_link("far")

    def setting(self, name: str) -> int:
        return self._kernel.setting(name)

    def events(self) -> list[Event]:
        return self.monitor.read(lambda: pytest.fail("events were dropped"))

    def close(self) -> None:
        self.netlink.close()
        self.monitor.close()


Space = RealSpace | FakeSpace


@pytest.fixture
def real_space(as_root: None) -> Iterator[RealSpace]:
    with subprocess.Popen(["/usr/bin/unshare", "-n", "/bin/sh", "-c", "echo; exec sleep 3600"], stdout=-1) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            space = RealSpace(holder.pid)
            yield space
            space.close()
        finally:
            holder.kill()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.root)])
def space(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Space]:
    if request.param == "real":
        yield request.getfixturevalue("real_space")
        return
    kernel = FakeKernel(tmp_path / "sys")
    kernel.install(monkeypatch)
    fake = FakeSpace(kernel)
    yield fake
    fake.close()
