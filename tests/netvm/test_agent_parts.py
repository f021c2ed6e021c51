"""The agent whole: on a fake kernel, a fake xenstored and a fake bus, from events to the kernel and to dom0."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from fakes.bus import FakeBus
from fakes.kernel import FakeKernel, FakeMonitor, FakeNftMonitor, FakeRoute, FakeRouteLookup
from fakes.loop import EndingWorker, Loop
from gi.repository import GLib
from nm_objects import NM, ROOT, device, dns, primary

from qnet_gui.kernel.link_stats import LinkBytes, LinkStats
from qnet_gui.kernel.monitor import Event, EventKind
from qnet_gui.model.config import Config
from qnet_gui.netvm import agent as agent_module
from qnet_gui.netvm.agent import Agent
from qnet_gui.netvm.dns import redirection, resolved
from qnet_gui.netvm.packet_filter import base_setup, ruleset
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.upkeep.repair_limit import RepairLimit
from qnet_gui.netvm.uplinks import networkmanager
from qnet_gui.netvm.vifs import hotplug
from qnet_gui.runtime import mainloop
from qnet_gui.store import keys
from qnet_gui.store.reports import AGENT, UPLINK

SERVERS = {"10.139.1.1": "192.168.1.53", "10.139.1.2": "192.168.1.53"}
CONNECTED = device(1) | primary(1) | dns({"nameservers": ["192.168.1.53"], "priority": 100})


class _Sources:
    """GLib, with the watches of an agent that lives no longer than a test."""

    def __init__(self) -> None:
        self._ids: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(GLib, name)

    def io_add_watch(self, *arguments: Any) -> int:
        self._ids.append(GLib.io_add_watch(*arguments))
        return self._ids[-1]

    def remove_all(self) -> None:
        for number in self._ids:
            if (source := GLib.MainContext.default().find_source_by_id(number)) is not None:
                source.destroy()


class Running:
    """An agent, and what others see of it."""

    def __init__(self, agent: Agent, netvm: Any, bus: FakeBus, loop: Loop, path: Path) -> None:
        self.agent, self.netvm, self.bus, self.loop, self._path = agent, netvm, bus, loop, path

    def reported(self, key: keys.Key, *index: int) -> str | None:
        """What dom0 sees."""
        value = self.netvm.dom0.read(key.under(1, *index))
        return None if value is None else value.decode()

    def wait_reported(self, key: keys.Key, value: str, *index: int) -> None:
        self.loop.until(lambda: self.reported(key, *index) == value, f"{key.path} is {self.reported(key, *index)}")

    def request(self, line: str) -> None:
        path = keys.REQUEST.under(1)
        self.netvm.dom0.write(path, line)
        self.netvm.dom0.set_perms(path, ("n0", "r1"))

    def answer(self, serial: int) -> tuple[str, list[str]]:
        head = self.loop.until(
            lambda: text if (text := self.reported(keys.ANSWER_HEAD) or "").startswith(f"{serial} ") else None
        )
        _, word, count = head.split(" ")
        return word, [self.reported(keys.ANSWER_PIECE, index) or "" for index in range(int(count))]

    def script(self, line: str) -> str:
        """What the hotplug script says, and the answer."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(self._path))
            sock.sendall(line.encode())
            sock.setblocking(False)

            def received() -> bytes | None:
                try:
                    return sock.recv(256)
                except BlockingIOError:
                    return None

            return self.loop.until(received).decode().strip()


@pytest.fixture
def bus() -> FakeBus:
    """With a NetworkManager that is connected."""
    made = FakeBus()
    made.answers[NM, "GetManagedObjects"] = CONNECTED
    return made


@pytest.fixture
def start(
    netvm: Any, bus: FakeBus, loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resolv_conf: Path
) -> Iterator[Callable[..., Running]]:
    sources, path = _Sources(), Path(f"/tmp/qnet-agent-{id(bus)}")
    monkeypatch.setattr(agent_module, "Monitor", lambda _own: FakeMonitor(netvm.kernel))
    monkeypatch.setattr(agent_module, "NftMonitor", lambda _families, _table, _own: FakeNftMonitor(netvm.kernel))
    monkeypatch.setattr(agent_module, "StoreWorker", lambda _post: EndingWorker(netvm.path))
    monkeypatch.setattr(agent_module, "HotplugSocket", partial(hotplug.HotplugSocket, path=path))
    monkeypatch.setattr(mainloop, "GLib", sources)
    monkeypatch.setattr(hotplug, "GLib", sources)
    agents: list[Agent] = []

    def start(with_bus: bool = True) -> Running:
        base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
        agents.append(Agent(bus if with_bus else None, netvm.nft, netvm.netlink, OwnAddresses(), Config()))
        agents[-1].start()
        return Running(agents[-1], netvm, bus, loop, path)

    yield start
    for agent in agents:
        agent.stop()
        agent._worker.close()
    sources.remove_all()


def connect(kernel: FakeKernel, name: str, subnet: int) -> int:
    """A link with an address, and the default route."""
    index = kernel.add_link(name)
    kernel.add_address(index, IPv4Interface(f"192.168.{subnet}.2/24"))
    kernel.set_up(index)
    kernel.add_route(FakeRoute(IPv4Network("0.0.0.0/0"), index, 0, IPv4Address(f"192.168.{subnet}.1"), 0))
    return index


@pytest.fixture
def running(start: Callable[..., Running], netvm: Any, bus: FakeBus) -> Running:
    """Connected by NetworkManager."""
    connect(netvm.kernel, "eth0", 1)
    bus.come(NM)
    return start()


# -- uplinks and names


def test_networkmanagers_servers_are_redirected_to_and_told(running: Running) -> None:
    running.loop.until(lambda: running.netvm.redirects() == SERVERS)
    running.wait_reported(AGENT["source"], "networkmanager")
    running.wait_reported(UPLINK["name"], "eth0", 0)
    assert running.reported(keys.AGENT_STATE) == "running"
    assert running.reported(AGENT["redirects"]) == "10.139.1.1>192.168.1.53 10.139.1.2>192.168.1.53"
    assert running.reported(keys.AGENT_PROBLEMS) == ""


def test_other_servers_are_followed_and_clients_moved(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redirection, "_LINGER", 0.0)
    running.loop.until(lambda: running.netvm.redirects() == SERVERS)
    configuration = {"Configuration": [{"nameservers": ["192.168.1.54"], "priority": 100}]}
    running.bus.change(NM, f"{ROOT}/DnsManager", f"{NM}.DnsManager", configuration)
    running.wait_reported(AGENT["redirects"], "10.139.1.1>192.168.1.54 10.139.1.2>192.168.1.54")
    running.loop.until(lambda: len(running.netvm.kernel.forgotten) == 2)
    assert {command[-1] for command in running.netvm.kernel.forgotten} == {"192.168.1.53"}


def test_a_lack_of_servers_is_told_when_it_lasts(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redirection, "_BETWEEN", 0.05)
    running.loop.until(lambda: running.netvm.redirects() == SERVERS)
    running.bus.change(NM, f"{ROOT}/DnsManager", f"{NM}.DnsManager", {"Configuration": []})
    running.loop.until(lambda: running.netvm.redirects() == {})
    running.wait_reported(AGENT["source"], "none")
    assert running.reported(keys.AGENT_PROBLEMS)


def test_servers_that_networkmanager_lost_are_told_as_lost(
    running: Running, bus: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redirection, "_BETWEEN", 0.05)
    running.wait_reported(keys.AGENT_PROBLEMS, "")
    lease = f"{ROOT}/DHCP4Config/1"
    bus.add(NM, lease, {f"{NM}.DHCP4Config": {"Options": {"domain_name_servers": "192.168.1.53"}}})
    bus.change(NM, f"{ROOT}/Devices/1", f"{NM}.Device", {"Dhcp4Config": lease})
    bus.change(NM, f"{ROOT}/DnsManager", f"{NM}.DnsManager", {"Configuration": []})
    running.wait_reported(keys.AGENT_PROBLEMS, "networkmanager-lost-servers")
    bus.change(NM, f"{ROOT}/DnsManager", f"{NM}.DnsManager", {"Configuration": [{"nameservers": ["192.168.1.53"]}]})
    running.wait_reported(keys.AGENT_PROBLEMS, "")


def test_servers_of_a_connections_settings_that_are_not_in_force_are_told_as_lost(
    running: Running, bus: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redirection, "_BETWEEN", 0.05)
    running.wait_reported(keys.AGENT_PROBLEMS, "")
    profile = f"{ROOT}/Settings/1"
    bus.answers[NM, "GetSettings"] = {"ipv4": {"method": "manual", "dns-data": ["192.168.1.53"]}}
    bus.change(NM, f"{ROOT}/ActiveConnection/1", f"{NM}.Connection.Active", {"Connection": profile})
    running.loop.settle()
    assert (NM, "GetSettings") not in bus.asked  # there is no reason to, while servers are in use
    bus.change(NM, f"{ROOT}/DnsManager", f"{NM}.DnsManager", {"Configuration": []})
    running.wait_reported(keys.AGENT_PROBLEMS, "networkmanager-lost-servers")
    bus.answers[NM, "GetSettings"] = {"ipv4": {"method": "manual"}}
    bus.say(NM, profile, f"{NM}.Settings.Connection", "Updated")
    running.wait_reported(keys.AGENT_PROBLEMS, "no-dns")
    bus.answers[NM, "GetAppliedConnection"] = {"ipv4": {"dns-data": ["192.168.1.53"]}}  # by `nmcli device modify`
    bus.answers[NM, "GetManagedObjects"] = CONNECTED | dns()
    assert running.script("dns\n") == "ok"  # the dispatcher's word
    running.wait_reported(keys.AGENT_PROBLEMS, "networkmanager-lost-servers")
    bus.change(NM, f"{ROOT}/DnsManager", f"{NM}.DnsManager", {"Configuration": [{"nameservers": ["192.168.1.53"]}]})
    running.wait_reported(keys.AGENT_PROBLEMS, "")


def test_a_networkmanager_that_restarts_is_no_loss(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.wait_reported(keys.UPLINK_COUNT, "1")
    running.bus.go(NM)
    running.loop.settle()
    assert (running.netvm.redirects(), running.reported(keys.UPLINK_COUNT)) == (SERVERS, "1")
    running.bus.come(NM)
    running.loop.settle()
    assert running.netvm.redirects() == SERVERS


def test_a_networkmanager_that_stays_away_is(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networkmanager, "PROGRAM", Path(__file__))  # it is installed
    monkeypatch.setattr(networkmanager, "_GRACE", 0.05)
    monkeypatch.setattr(redirection, "_BETWEEN", 0.05)
    running.wait_reported(keys.UPLINK_COUNT, "1")
    running.bus.go(NM)
    running.netvm.kernel.delete_link("eth0")
    running.wait_reported(keys.AGENT_PROBLEMS, "no-uplink no-networkmanager")
    running.loop.until(lambda: running.netvm.redirects() == {})


def test_what_networkmanager_leaves_behind_is_asked_of_the_kernel(
    running: Running, resolv_conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networkmanager, "_GRACE", 0.05)
    resolv_conf.write_text("nameserver 192.168.1.54\n")
    running.wait_reported(AGENT["source"], "networkmanager")
    running.bus.go(NM)
    running.wait_reported(AGENT["source"], "resolv.conf")
    running.wait_reported(keys.AGENT_PROBLEMS, "")
    assert running.reported(UPLINK["name"], 0) == "eth0"


def test_a_nic_that_is_pulled_goes_after_a_moment(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networkmanager, "_LEAVING", 0.05)
    running.wait_reported(keys.UPLINK_COUNT, "1")
    running.netvm.kernel.delete_link("eth0")
    running.bus.remove(NM, f"{ROOT}/Devices/1", f"{NM}.Device")
    running.wait_reported(keys.UPLINK_COUNT, "0")
    again = CONNECTED[f"{ROOT}/Devices/1"]
    running.bus.add(NM, f"{ROOT}/Devices/1", again)
    running.wait_reported(keys.UPLINK_COUNT, "1")


def test_without_networkmanager_systemd_resolved_decides(start: Callable[..., Running], bus: FakeBus) -> None:
    bus.answers[resolved.NAME, "GetAll"] = {"DNS": [(0, 2, [192, 168, 1, 9])], "Domains": []}
    bus.come(resolved.NAME)
    running = start()
    running.wait_reported(AGENT["source"], "resolved")
    bus.answers[resolved.NAME, "GetAll"] = {"DNS": [(0, 2, [192, 168, 1, 10])], "Domains": []}
    bus.change(resolved.NAME, "/org/freedesktop/resolve1", "org.freedesktop.resolve1.Manager", {}, "DNS")
    running.wait_reported(AGENT["redirects"], "10.139.1.1>192.168.1.10 10.139.1.2>192.168.1.10")


def test_a_systemd_resolved_that_restarts_is_no_loss(
    start: Callable[..., Running], bus: FakeBus, resolv_conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """resolv.conf names its stub meanwhile, which nobody else may ask: questions were refused, and a problem told."""
    resolv_conf.write_text("nameserver 127.0.0.53\n")
    bus.answers[resolved.NAME, "GetAll"] = {"DNS": [(0, 2, [192, 168, 1, 9])], "Domains": []}
    bus.come(resolved.NAME)
    running = start()
    running.wait_reported(AGENT["source"], "resolved")
    before = running.netvm.redirects()
    assert before == {"10.139.1.1": "192.168.1.9", "10.139.1.2": "192.168.1.9"}
    bus.go(resolved.NAME)
    running.loop.settle()
    assert running.netvm.redirects() == before
    bus.come(resolved.NAME)
    running.loop.settle()
    assert running.netvm.redirects() == before
    monkeypatch.setattr(resolved, "_GRACE", 0.05)
    monkeypatch.setattr(redirection, "_BETWEEN", 0.05)
    bus.go(resolved.NAME)
    running.loop.until(lambda: running.netvm.redirects() == {})


def test_without_a_bus_the_kernel_and_resolv_conf_tell(
    start: Callable[..., Running], netvm: Any, resolv_conf: Path
) -> None:
    resolv_conf.write_text("nameserver 192.168.5.1\n")
    index = connect(netvm.kernel, "eth7", 5)
    running = start(with_bus=False)
    running.wait_reported(UPLINK["name"], "eth7", 0)
    assert (running.reported(UPLINK["address"], 0), running.reported(UPLINK["gateway"], 0)) == (
        "192.168.5.2",
        "192.168.5.1",
    )
    running.wait_reported(AGENT["source"], "resolv.conf")
    running.wait_reported(UPLINK["mtu"], "1500", 0)
    netvm.kernel.set_mtu("eth7", 1400)
    running.wait_reported(UPLINK["mtu"], "1400", 0)
    netvm.kernel.set_down(index)
    running.wait_reported(keys.UPLINK_COUNT, "0")


def test_who_does_not_answer_is_taken_for_absent(
    start: Callable[..., Running], bus: FakeBus, monkeypatch: pytest.MonkeyPatch, log_guard: Any
) -> None:
    log_guard.expect("NetworkManager has not answered")
    monkeypatch.setattr(agent_module, "_SOURCES_SECONDS", 0.05)
    bus.answers[NM, "GetManagedObjects"] = None
    bus.come(NM)
    start().wait_reported(keys.AGENT_STATE, "running")


# -- vifs and dom0


def test_the_way_is_asked_again_for_the_first_domain(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules may send what comes in by a vif another way than what is the netvm's own."""
    running.wait_reported(keys.AGENT_PROBLEMS, "")
    asked: list[IPv4Address] = []

    def nowhere(_lookup: Any, destination: IPv4Address, source: IPv4Address, *_: object) -> None:
        asked.append(source)

    monkeypatch.setattr(FakeRouteLookup, "hop_from", nowhere)
    running.netvm.attach(7)
    running.wait_reported(keys.AGENT_PROBLEMS, "no-uplink")
    assert set(asked) == {IPv4Address("10.137.0.7")}


def test_forwarding_that_is_back_has_the_way_asked_again(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.wait_reported(keys.AGENT_PROBLEMS, "")
    with monkeypatch.context() as patch:
        patch.setattr(FakeRouteLookup, "hop", lambda *_: None)
        running.netvm.kernel.set_mtu("eth0", 1400)
        running.wait_reported(keys.AGENT_PROBLEMS, "no-uplink")
    running.netvm.kernel.stop_forwarding()
    running.wait_reported(keys.AGENT_PROBLEMS, "")


def test_a_vif_is_served_by_the_events_of_kernel_and_xenstore(running: Running) -> None:
    vif = running.netvm.attach(7)
    running.loop.until(lambda: running.netvm.status(vif) == b"connected")
    running.wait_reported(keys.VIF_PIECE, "7.0", 0)
    running.netvm.kernel.delete_link("vif7.0")
    running.wait_reported(keys.VIF_PIECES, "0")


def test_the_script_is_answered_when_it_is_done(running: Running, log_guard: Any) -> None:
    vif = running.netvm.attach(7)
    assert running.script("online backend/vif/7/0 vif7.0\n") == "ok"
    assert running.netvm.status(vif) == b"connected"
    assert running.script("dns\n") == "ok"
    assert running.script("offline backend/vif/7/0 vif7.0\n") == "ok"
    assert running.netvm.served() == {}
    assert running.script("online backend/vif/9/0 vif9.0\n").startswith("gone ")
    log_guard.expect("a request on the socket")
    assert running.script("nonsense\n").startswith("error ")


def test_dom0s_other_addresses_are_taken_over(running: Running) -> None:
    running.wait_reported(keys.AGENT_STATE, "running")
    for key, value in ((keys.DNS1, "10.139.9.1"), (keys.DNS2, "10.139.9.2")):
        running.netvm.dom0.write(key.under(1), value)
        running.netvm.dom0.set_perms(key.under(1), ("n0", "r1"))
    running.loop.until(lambda: set(running.netvm.redirects()) == {"10.139.9.1", "10.139.9.2"})
    assert [str(address) for address, _ in running.netvm.netlink.addresses(1)] == [
        "10.137.0.1",
        "10.139.9.1",
        "10.139.9.2",
    ]


def test_a_domain_with_the_gateways_address_is_refused_for_as_long_as_it_is_that(
    running: Running, log_guard: Any
) -> None:
    """It came online, had no network, and nobody said anything."""
    log_guard.expect("vif7.0 is refused")
    running.wait_reported(keys.AGENT_STATE, "running")
    vif = running.netvm.attach(7, "10.139.1.1")
    running.loop.until(lambda: running.netvm.status(vif) == b"error")
    assert running.netvm.served() == {}
    running.netvm.dom0.write(keys.DNS1.under(1), "10.139.9.1")
    running.netvm.dom0.set_perms(keys.DNS1.under(1), ("n0", "r1"))
    running.loop.until(lambda: running.netvm.status(vif) == b"connected")
    assert running.netvm.served() == {"vif7.0": "10.139.1.1"}


def test_dom0s_requests_are_answered_once(running: Running) -> None:
    running.wait_reported(keys.AGENT_STATE, "running")
    running.netvm.attach(7)
    running.loop.until(lambda: running.netvm.served())
    running.request("1 routes")
    word, pieces = running.answer(1)
    assert (word, pieces[0].split(" ")[0]) == ("ok", "10.137.0.7")
    running.request("2 nonsense")
    assert running.answer(2) == ("error", ["nonsense is not known here."])
    running.netvm.nft.apply(ruleset.change_redirects([]))
    running.request("3 reapply")
    assert running.answer(3) == ("ok", [])
    running.loop.until(lambda: running.netvm.redirects() == SERVERS)


def test_traffic_is_told_of_what_is_served_and_reported_while_dom0_looks(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    vif = running.netvm.attach(7)
    running.wait_reported(keys.VIF_PIECE, "7.0", 0)
    indices = {name: index for index, name in running.netvm.kernel.names.items()}
    counted = {indices["eth0"]: LinkBytes(100, 10), indices[vif.name]: LinkBytes(3, 30), indices["lo"]: LinkBytes(9, 9)}
    monkeypatch.setattr(LinkStats, "read", lambda _: counted)
    path = keys.TRAFFIC_REQUEST.under(1)
    running.netvm.dom0.write(path, "1 25")
    running.netvm.dom0.set_perms(path, keys.TRAFFIC_REQUEST.permissions(1))
    text = running.loop.until(lambda: running.reported(keys.TRAFFIC_PIECE, 0))
    assert text.partition(";")[2] == "7.0:1e:3;eth0:64:a"
    running.netvm.dom0.write(path, "2 0")
    running.loop.until(lambda: running.reported(keys.TRAFFIC_PIECE, 0) is None)


def test_a_filter_that_cannot_be_laid_is_told(
    running: Running, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("nftables refused a change|a request of dom0")
    running.wait_reported(keys.AGENT_STATE, "running")
    with monkeypatch.context() as patch:
        patch.setattr(ruleset, "base", lambda *_, **_more: "nonsense")
        running.request("1 reapply")
        assert running.answer(1)[0] == "error"
        running.loop.until(lambda: "nft-failed" in (running.reported(keys.AGENT_PROBLEMS) or ""))
    running.request("2 reapply")
    assert running.answer(2) == ("ok", [])
    running.wait_reported(keys.AGENT_PROBLEMS, "")


def test_a_redirection_that_was_refused_is_tried_again_and_told_until_then(
    running: Running, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nftables refused for a moment was a filter that could not be loaded, for good."""
    log_guard.expect("nftables refused a change")
    monkeypatch.setattr(agent_module, "_RETRY", 0.05)
    running.wait_reported(keys.AGENT_STATE, "running")
    with monkeypatch.context() as patch:
        patch.setattr(ruleset, "change_redirects", lambda _: "nonsense")
        running.agent._redirection.distrust()
        assert running.script("dns\n").startswith("error")
        running.loop.until(lambda: "nft-failed" in (running.reported(keys.AGENT_PROBLEMS) or ""))
    running.wait_reported(keys.AGENT_PROBLEMS, "")
    assert running.script("dns\n") == "ok"


def test_what_is_advertised_again_and_again_takes_no_connection_off_its_short_way(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A router of IPv6's says every few seconds that it is there; but a link that it is behind may be another by it."""
    running.wait_reported(keys.AGENT_STATE, "running")
    done: list[str] = []
    monkeypatch.setattr(running.agent._flows, "renew", lambda: done.append("flows"))
    monkeypatch.setattr(running.agent, "_changed", lambda: done.append("changed"))
    for kind, expected in ((EventKind.IPV6_WAY_OUT, ["changed"]), (EventKind.RULE, ["changed", "flows"])):
        monkeypatch.setattr(running.agent._monitor, "read", lambda _, kind=kind: [Event(uplink=True, kind=kind)])
        running.agent._kernel_event()
        assert done == expected
        done.clear()


@pytest.mark.parametrize("told", [True, False], ids=["the news unread", "no news"])
def test_a_change_between_a_flush_and_its_repair_is_made(running: Running, told: bool) -> None:
    """A domain whose card came just then did not start, and dom0 was told that the packet filter is wrong."""
    running.wait_reported(keys.AGENT_STATE, "running")
    kernel = running.netvm.kernel
    taken = f"delete table inet {ruleset.TABLE}"

    def take() -> None:
        kernel.transact(taken, "nft") if told else kernel.ruleset.apply(taken)

    take()
    running.agent._redirection.distrust()
    running.agent._redirect()
    assert not running.agent._refused
    vif = running.netvm.attach(7)
    online: list[Any] = []
    take()
    running.agent._vifs.online(vif, online.append)
    running.loop.until(lambda: online)
    assert online == [None]
    assert running.netvm.served() == {"vif7.0": "10.137.0.7"}
    take()
    running.agent._inside._inside = frozenset({"docker0"})
    running.agent._inside._nft.apply(running.agent._inside.elements)
    program = "nft" if told else "?"
    running.request("1 check")
    assert running.answer(1) == ("ok", [f"filter 3 {program}"])


def test_a_change_is_made_also_where_a_repair_has_to_wait(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that undo each other are limited; no domain's start is to fail for that."""
    running.wait_reported(keys.AGENT_STATE, "running")
    monkeypatch.setattr(RepairLimit, "wait", lambda _: 30.0)
    running.netvm.kernel.transact(f"delete table inet {ruleset.TABLE}", "firewalld")
    running.agent._nft_event()
    assert ("inet", ruleset.TABLE) not in running.netvm.kernel.ruleset.tables  # it waits
    vif = running.netvm.attach(7)
    assert running.script(f"online backend/vif/7/0 {vif.name}\n") == "ok"
    assert running.netvm.served() == {"vif7.0": "10.137.0.7"}


def test_what_an_agent_leaves_the_next_one_finds(start: Callable[..., Running], bus: FakeBus) -> None:
    bus.come(NM)
    first = start()
    first.netvm.attach(7)
    first.wait_reported(keys.VIF_PIECE, "7.0", 0)
    first.agent.stop()
    second = start()
    assert second.agent._redirection.in_force == first.agent._redirection.in_force
    assert [vif.name for vif in second.agent._vifs.served] == ["vif7.0"]


def test_a_xenstore_that_forgot_all_is_told_anew(running: Running, loop: Loop, log_guard: Any) -> None:
    log_guard.expect("cannot be")
    running.wait_reported(UPLINK["name"], "eth0", 0)
    running.netvm.dom0.delete(f"/local/domain/1/{keys.HOME_DOMAIN}")
    running.netvm.dom0.write("/local/domain/1/qnet", "")
    running.netvm.dom0.set_perms("/local/domain/1/qnet", ("n0", "r1"))
    running.netvm.dom0.mkdir("/local/domain/1/data")
    running.netvm.dom0.set_perms("/local/domain/1/data", ("n1",))
    running.wait_reported(UPLINK["name"], "eth0", 0)


def test_a_socket_that_was_closed_is_looked_at_no_more(tmp_path: Path) -> None:
    """Its number may be another file's by then: seen under load, as "Bad file descriptor" in whatever ran next."""
    called: list[str] = []
    listening = hotplug.HotplugSocket(lambda verb, vif, reply: called.append(verb), tmp_path / "socket")
    number, watch = listening._listener.fileno(), listening._watch._source
    listening.close()
    bell = os.eventfd(1, os.EFD_CLOEXEC)  # readable
    assert bell == number
    try:
        source = GLib.MainContext.default().find_source_by_id(watch)
        assert source is None or source.is_destroyed()
        GLib.MainContext.default().iteration(False)
    finally:
        os.close(bell)
    assert called == []
