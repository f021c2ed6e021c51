"""`qnet-agent` as scripts call it: through the agent, without one, and while one starts. And the test of names."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from waiting import DEADLINE

from qnet_gui.kernel import conntrack
from qnet_gui.netvm import main as program
from qnet_gui.netvm.dns import name_test
from qnet_gui.netvm.dns.name_test import NameTest
from qnet_gui.netvm.packet_filter import others_filter
from qnet_gui.netvm.vifs import hotplug
from qnet_gui.store import keys, transport
from qnet_gui.store.client import Store

VIF = {"XENBUS_PATH": "backend/vif/7/0", "vif": "vif7.0"}


@pytest.fixture
def script(netvm: Any, monkeypatch: pytest.MonkeyPatch, resolv_conf: Path) -> Iterator[Callable[..., int]]:
    """Runs the program as a script does, in this process."""
    folder = netvm.path.parent / "run"
    monkeypatch.setattr(hotplug, "RUN", folder)
    monkeypatch.setattr(hotplug, "SOCKET", folder / "agent.sock")
    monkeypatch.setattr(program, "_bus", lambda: None)
    monkeypatch.setattr(program.log, "setup", lambda *_: None)

    def run(*words: str, **environment: str) -> int:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return program.main(words)

    yield run


@pytest.fixture
def dom0(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Makes this a dom0; where its configuration is."""
    path = tmp_path / "qnet.toml"
    monkeypatch.setattr("qnet_gui.hypervisor.which_domain.is_dom0", lambda: True)
    load = program.config.load
    monkeypatch.setattr(program.config, "load", lambda _=None: load(path))
    return path


@pytest.fixture
def agent(netvm: Any, script: Any) -> Iterator[Callable[[str], list[str]]]:
    """Has somebody listen in the agent's place who answers so; returns what he is told."""
    ends: list[Callable[[], None]] = []

    def listen(answer: str) -> list[str]:
        told: list[str] = []
        hotplug.RUN.mkdir(exist_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(hotplug.SOCKET))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                told.append(connection.recv(256).decode())
                connection.sendall(answer.encode())

        thread = threading.Thread(target=serve)
        thread.start()
        ends.extend((lambda: thread.join(DEADLINE), listener.close))
        return told

    yield listen
    for end in ends:
        end()


def test_without_an_agent_the_script_does_the_work(netvm: Any, script: Callable[..., int], resolv_conf: Path) -> None:
    resolv_conf.write_text("nameserver 192.168.0.53\n")
    vif = netvm.attach(7)
    assert script("hotplug", "online", "type_if=vif", **VIF) == 0
    assert (netvm.status(vif), netvm.served()) == (b"connected", {"vif7.0": "10.137.0.7"})
    assert script("hotplug", "offline", "type_if=vif", **VIF) == 0
    assert netvm.served() == {}
    assert script("dns") == 0
    assert netvm.redirects()["10.139.1.1"] == "192.168.0.53"
    assert script("stopped") == 0
    assert netvm.store.read(keys.AGENT_STATE.at()) == b"stopped"


@pytest.mark.parametrize(
    ("answer", "status", "logged"),
    [("ok\n", 0, ""), ("gone vif7.0 has no node.\n", 1, ""), ("error It failed.\n", 1, "It failed")],
)
def test_the_agents_answer_is_the_scripts(
    script: Callable[..., int], agent: Callable[[str], list[str]], log_guard: Any, answer: str, status: int, logged: str
) -> None:
    if logged:
        log_guard.expect(logged)
    told = agent(answer)
    assert script("hotplug", "online", **VIF) == status
    assert told == ["online backend/vif/7/0 vif7.0\n"]


@pytest.mark.parametrize(
    ("words", "environment", "logged"),
    [
        (["sideways"], VIF, "sideways"),
        (["online"], {**VIF, "vif": "vif8.0"}, "vif8.0"),
        (["online"], {**VIF, "XENBUS_PATH": "backend/vif/7"}, "backend/vif/7"),
    ],
)
def test_what_is_no_request_is_refused(
    script: Callable[..., int], log_guard: Any, words: list[str], environment: dict[str, str], logged: str
) -> None:
    log_guard.expect(logged)
    assert script("hotplug", *words, **environment) == 1


@pytest.mark.parametrize("words", [[], ["hotplug", "online"], ["hotplug", "offline"], ["dns"], ["stopped"]])
def test_on_a_machine_without_xenstore_nothing_is_changed_and_it_says_why(
    netvm: Any, script: Callable[..., int], log_guard: Any, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    log_guard.expect("This is no netvm, and nothing has been changed: There is no xenstore here")
    monkeypatch.setenv("XENSTORED_PATH", "/nonexistent/socket")
    monkeypatch.setattr(transport, "_XENBUS", Path("/nonexistent/xenbus"))
    before = _everything(netvm)
    assert script(*words, **VIF) == 1
    assert _everything(netvm) == before
    assert netvm.kernel.ruleset.tables == {}
    assert not hotplug.RUN.exists()


@pytest.mark.parametrize("words", [[], ["hotplug", "online"], ["hotplug", "offline"], ["dns"], ["stopped"]])
@pytest.mark.parametrize("text", ["", '[dom0]\nnetvm = "sys-net"\n', "[dom0]\nnetvm = dom0\n"])
def test_in_a_dom0_that_is_not_the_netvm_nothing_is_changed_and_it_says_why(
    netvm: Any, script: Callable[..., int], log_guard: Any, dom0: Path, words: list[str], text: str
) -> None:
    log_guard.expect("This is dom0, and (netvm|sys-net) is the netvm|qnet.toml: It is not TOML")
    dom0.write_text(text)
    before = _everything(netvm)
    assert script(*words, **VIF) == (1 if "= dom0" in text else 78)
    assert _everything(netvm) == before
    assert netvm.kernel.ruleset.tables == {}
    assert netvm.store.read(keys.AGENT_STATE.at()) is None
    assert not hotplug.RUN.exists()


@pytest.mark.parametrize("name", ["dom0", "Domain-0"])
def test_a_dom0_that_is_the_netvm_serves(netvm: Any, script: Callable[..., int], dom0: Path, name: str) -> None:
    dom0.write_text(f'[dom0]\nnetvm = "{name}"\n')
    netvm.attach(7)
    assert script("hotplug", "online", "type_if=vif", **VIF) == 0
    assert netvm.served() == {"vif7.0": "10.137.0.7"}
    assert script("stopped") == 0
    assert netvm.store.read(keys.AGENT_STATE.at()) == b"stopped"


def test_an_agent_that_ran_in_a_dom0_says_that_it_has_stopped(
    netvm: Any, script: Callable[..., int], dom0: Path
) -> None:
    netvm.store.write(keys.AGENT_STATE.at(), "running")
    assert script("stopped") == 0
    assert netvm.store.read(keys.AGENT_STATE.at()) == b"stopped"


def _everything(netvm: Any) -> tuple[Any, ...]:
    kernel = netvm.kernel
    settings = {path: path.read_text() for path in sorted(kernel.settings.rglob("*")) if path.is_file()}
    return (
        dict(kernel.own_routes), list(kernel.own_rules), dict(kernel.neighbours), dict(kernel.routes),
        {index: list(pairs) for index, pairs in kernel.addresses.items()}, set(kernel.up) - {1}, dict(kernel.groups),
        settings, dict(kernel.ruleset.tables),
    )  # fmt: skip


def test_undo_takes_everything_away(netvm: Any, script: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    netvm.attach(7)
    netvm.kernel.add_link("eth0")
    netvm.kernel.write("ipv4/icmp_ratelimit", 1000)
    netvm.kernel.write("ipv4/conf/all/rp_filter", 2)
    before = _everything(netvm)
    assert script("hotplug", "online", "type_if=vif", **VIF) == 0
    assert netvm.kernel.setting("ipv4/conf/all/rp_filter") == 0
    netvm.kernel.write("ipv4/conf/vif7.0/route_localnet", 1)  # for a resolver on the loopback
    assert _everything(netvm) != before
    assert script("undo") == 0
    for there, wanted in zip(_everything(netvm), before, strict=True):
        assert there == wanted
    said = capsys.readouterr().out
    for word in ("ipv4/ip_forward = 0", "vif7.0", "routing table", "10.139.1.1", "packet filter"):
        assert word in said
    assert script("undo") == 0
    assert "nothing" in capsys.readouterr().out


def test_undo_takes_the_tables_beside_the_packet_filter_where_somebody_took_that(
    netvm: Any, script: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    netvm.nft.apply(f"add table inet qnet_flows\n{others_filter.WATCH}\nadd table ip qnet")
    assert script("undo") == 0
    assert set(netvm.kernel.ruleset.tables) == {("ip", "qnet")}
    assert "packet filter" in capsys.readouterr().out


def test_undo_finds_a_vif_by_another_name_and_leaves_what_was_only_taken_for_one(
    netvm: Any, script: Callable[..., int]
) -> None:
    netvm.attach(7)
    vif, card = netvm.kernel._index("vif7.0"), netvm.kernel.add_link("eth0")
    assert script("hotplug", "online", "type_if=vif", **VIF) == 0
    netvm.kernel.set_up(card)
    netvm.kernel.set_group(card, 118)
    netvm.kernel.rename(vif, "wan0")
    assert script("undo") == 0
    assert set(netvm.kernel.groups.values()) == {0}
    assert netvm.kernel.up & {vif, card} == {card}
    assert netvm.kernel.own_routes == {}


def test_nothing_is_undone_behind_the_back_of_an_agent_that_runs(
    netvm: Any, script: Callable[..., int], log_guard: Any
) -> None:
    log_guard.expect("The agent runs. Stop it first")
    netvm.attach(7)
    assert script("hotplug", "online", **VIF) == 0
    held = hotplug.lock()
    fcntl.flock(held, fcntl.LOCK_EX)
    before = _everything(netvm)
    assert script("undo") == 1
    assert _everything(netvm) == before
    os.close(held)


def test_without_an_agent_an_address_that_comes_later_is_waited_for(
    netvm: Any, script: Callable[..., int], fake_xen: Any
) -> None:
    """A toolstack's configuration need not say one, and dom0's helper gives it whether an agent runs or not."""
    vif = netvm.attach(7)
    netvm.store.delete(f"{vif.backend_path}/ip")
    free: list[bool] = []

    def give() -> None:
        free.append(_is_free())  # who waits for that keeps nobody else waiting
        dom0.write(f"/local/domain/1/{vif.backend_path}/ip", "10.137.0.7")

    with Store(fake_xen.hardware.socket, deadline=DEADLINE) as dom0:
        timer = threading.Timer(0.3, give)
        timer.start()
        try:
            status = script("hotplug", "online", "type_if=vif", **VIF)
        finally:
            timer.join()
    assert status == 0
    assert free == [True]
    assert (netvm.status(vif), netvm.served()) == (b"connected", {"vif7.0": "10.137.0.7"})


def test_without_an_agent_an_address_that_does_not_come_is_told(
    netvm: Any, script: Callable[..., int], log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("has no ip")
    monkeypatch.setattr("qnet_gui.netvm.vifs.node.ADDRESS_WAIT", 0.01)
    vif = netvm.attach(7)
    netvm.store.delete(f"{vif.backend_path}/ip")
    assert script("hotplug", "online", "type_if=vif", **VIF) == 1
    assert (netvm.status(vif), netvm.served()) == (b"error", {})


def test_nobody_waits_until_the_connections_of_a_vif_that_goes_are_forgotten(
    netvm: Any, script: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty domains that end at once had to wait for a hundred walks through the table, one after the other."""
    netvm.attach(7)
    assert script("hotplug", "online", "type_if=vif", **VIF) == 0
    free: list[bool] = []

    def forget(commands: Any) -> None:
        free.extend(_is_free() for command in commands if command[-1] == "10.137.0.7")

    monkeypatch.setattr(conntrack, "run_all", forget)
    assert script("hotplug", "offline", "type_if=vif", **VIF) == 0
    assert free == [True, True]


@pytest.mark.parametrize("allowed", [True, False])
def test_whose_turn_it_is_goes_before_those_who_wait_for_him(
    netvm: Any, script: Callable[..., int], monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    """Fifty scripts at once on a busy machine took each other the processor, the one that they waited for too."""
    priorities: list[tuple[int, bool]] = []
    mine = os.getpriority(os.PRIO_PROCESS, 0)

    def setpriority(_which: int, _who: int, priority: int) -> None:
        priorities.append((priority, _is_free()))
        if not allowed:
            raise PermissionError

    monkeypatch.setattr(os, "setpriority", setpriority)
    netvm.attach(7)
    assert script("hotplug", "online", "type_if=vif", **VIF) == 0
    assert priorities == [(program._HURRY, False), (mine, False)]


def _is_free() -> bool:
    with program._locked(wait=False) as free:
        return free


def test_tap_devices_are_nothing_to_do(script: Callable[..., int]) -> None:
    assert script("hotplug", "add", **VIF) == 0


def test_who_holds_the_lock_is_waited_for(
    netvm: Any, script: Callable[..., int], log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("holds the lock|does not listen")
    netvm.attach(7)
    held = hotplug.lock()
    fcntl.flock(held, fcntl.LOCK_EX)
    with monkeypatch.context() as patch:
        patch.setattr(program, "_DEADLINE", 0.2)
        assert script("hotplug", "online", **VIF) == 1
    timer = threading.Timer(0.2, os.close, (held,))
    timer.start()
    assert script("hotplug", "online", **VIF) == 0
    timer.join()


# -- names


class Server:
    """A name server on this machine that says so many bytes."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._answer = answer
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        self._socket.settimeout(DEADLINE)
        question, sender = self._socket.recvfrom(512)
        self._socket.sendto(self._answer(question), sender)

    def close(self) -> None:
        self._thread.join(DEADLINE)
        self._socket.close()


def lines_of(loop: Any, monkeypatch: pytest.MonkeyPatch, port: int, *servers: str) -> list[str]:
    monkeypatch.setattr(name_test, "_PORT", port)
    results: list[str] = []
    NameTest(map(IPv4Address, servers), results.extend)
    loop.until(lambda: results)
    return results


def test_a_server_that_answers_is_told_with_its_milliseconds(loop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(lambda question: question[:2] + b"\x80" + question[3:])
    line = lines_of(loop, monkeypatch, server.port, "127.0.0.1")[0]
    assert line.startswith("127.0.0.1 ")
    assert int(line.split()[1]) >= 1
    server.close()


def test_what_is_no_answer_counts_as_none(loop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(lambda _: b"nonsense")
    assert lines_of(loop, monkeypatch, server.port, "127.0.0.1") == ["127.0.0.1 -"]
    server.close()


def test_who_does_not_listen_or_never_answers_is_told(loop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_test, "DEADLINE", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert lines_of(loop, monkeypatch, port, "127.0.0.1", "127.0.0.2") == ["127.0.0.1 -", "127.0.0.2 -"]
