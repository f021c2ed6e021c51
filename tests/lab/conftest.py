"""A running lab for tests: one for the session, or a fresh one; both with the logs of every program held to silence."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waiting import DEADLINE

from qnet_gui.hypervisor.lab import ask
from qnet_gui.lab.box import enter
from qnet_gui.lab.box.place import NETVM, Place
from qnet_gui.store import keys
from qnet_gui.store.client import Store

#: A line that no program may log unless the test says so.
_ALARM = re.compile(r"^<[0-4]>|^Traceback|CRITICAL|[Ss]egfault|[Ss]egmentation fault")
_numbers = itertools.count()
_labs: list[Lab] = []


class Lab:
    """One lab and everything that a test does with it. `exec` and the cables are a person's hands: no short cuts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.place = Place(name)
        self._read: dict[Path, int] = {}
        self._expected: list[re.Pattern[str]] = []
        self._timeouts = itertools.count(100)

    # -- the command line

    def command(
        self, *arguments: str, check: bool = True, timeout: float = 2 * DEADLINE
    ) -> subprocess.CompletedProcess[str]:
        """Run `qnet lab WORDS` for this lab."""
        return subprocess.run(
            [sys.executable, "-m", "qnet_gui.lab", arguments[0], "--name", self.name, *arguments[1:]],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=check,
        )  # fmt: skip

    def _change(self, *arguments: str) -> str:
        done = self.command(*arguments, check=False)
        assert done.returncode == 0, f"qnet lab {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def up(self, *arguments: str) -> str:
        return self._change("up", *arguments)

    def down(self) -> str:
        return self._change("down")

    def roam(self) -> str:
        return self._change("roam")

    def cable(self, end: str, provider: str) -> None:
        self.ask("cable", provider=provider, plugged=end == "in")

    def add(self, domain: str) -> None:
        self._change("add", domain)

    def remove(self, domain: str) -> None:
        self._change("remove", domain)

    def restart(self, domain: str) -> None:
        self._expect_waiting_for(domain)
        self._change("restart", domain)

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._change("status", "--json"))
        return answer

    # -- the machine

    def ask(self, do: str, deadline: float = 40, **arguments: Any) -> Any:
        """A verb of the machine, without the command line."""
        return ask(self.place.control, do, deadline, **arguments)

    def id(self, domain: str) -> int:
        return int(self._picture(domain)["id"])

    def address(self, domain: str) -> str:
        return str(self._picture(domain)["address"])

    def _picture(self, domain: str) -> dict[str, Any]:
        wanted: dict[str, Any] = next(entry for entry in self.ask("status")["domains"] if entry["name"] == domain)
        return wanted

    def pause(self, domain: str) -> None:
        self.ask("pause", domid=self.id(domain))

    def unpause(self, domain: str) -> None:
        self.ask("unpause", domid=self.id(domain))

    def stop(self, domain: str) -> None:
        """Destroy a domain in such a way that `start` can boot it again."""
        self._expect_waiting_for(domain)
        self.ask("stop", name=domain)

    def start(self, domain: str) -> None:
        self.ask("start", name=domain)

    def online(self, domain: str, seconds: float = DEADLINE) -> None:
        """Wait until a domain is online."""
        assert not (missing := self.ask("online", 2 * seconds, name=domain, seconds=seconds)), f"{domain}: {missing}"

    def start_program(self, domain: str, program: str) -> None:
        self.ask("program", domain=domain, program=program, action="start")

    def stop_program(self, domain: str, program: str) -> None:
        self.ask("program", domain=domain, program=program, action="stop")

    def kill_program(self, domain: str, program: str) -> None:
        """SIGKILL; its stop hook has run when this returns."""
        self.ask("program", domain=domain, program=program, action="kill")

    def restart_program(self, domain: str, program: str) -> None:
        self.ask("program", domain=domain, program=program, action="restart")

    def set_servers(self, provider: str, servers: Sequence[str], renew: bool = True) -> None:
        """Have a provider's DHCP hand out other name servers, and the netvm ask it at once if its cable is in."""
        self.ask("servers", provider=provider, servers=list(servers))
        cable = next(uplink for uplink in self.ask("status")["uplinks"] if uplink["provider"] == provider)
        if renew and cable["plugged"] and self._servers(cable["uplink"]) != list(servers):
            self._renew(cable["uplink"], list(servers))

    def _renew(self, uplink: str, servers: list[str]) -> None:
        """Have NetworkManager ask for its lease again; the address stays where it can.

        Any change of a setting makes it ask. Version 1.42 sometimes goes on with the old servers although the lease
        names the new ones, until it has asked once or twice more; when even that does not help, it has to reconnect.
        """
        for _ in range(4):
            change = ["ipv4.dhcp-timeout", str(next(self._timeouts))]
            self.exec(NETVM, "nmcli", "device", "modify", uplink, *change, timeout=DEADLINE)
            until = time.monotonic() + 0.3
            while time.monotonic() < until:
                if self._servers(uplink) == servers:
                    return
        self.exec(NETVM, "nmcli", "connection", "up", uplink, timeout=DEADLINE)
        self.wait(f"{uplink} with {servers}", lambda: self._servers(uplink) == servers)

    def _servers(self, uplink: str) -> list[str]:
        servers = self.out(NETVM, "nmcli", "-g", "IP4.DNS", "device", "show", uplink)
        return servers.split(" | ") if servers else []

    def agent_state(self) -> str:
        """What the netvm's agent says of itself, in the home that the netvm has now: a restarted one has another."""
        with self.store("dom0") as store:
            return (store.read(keys.AGENT_STATE.under(self.id(NETVM))) or b"nothing").decode()

    def wait_for_agent(self) -> None:
        """Wait until the netvm's agent runs by its own word; a failure shows what there is to explain it."""
        try:
            self.wait("an agent that runs", lambda: self.agent_state() == "running")
        except AssertionError as error:
            home = f"/local/domain/{self.id(NETVM)}/data/qnet"
            shown = [f"{error}", f"{home}/agent/state: {self.agent_state()}"]
            for domain, *command in (
                ("dom0", "xenstore-ls", "-f", home),
                (NETVM, "ps", "-ef"),
                (NETVM, "ls", "-l", "/run/qnet"),
            ):
                done = self.exec(domain, *command, check=False)
                shown.append(f"{domain}: {' '.join(command)}\n{done.stdout}{done.stderr}")
            shown += [
                f"{program}: {self.log(program)[-4000:]}" for program in ("netvm-qnet-agent", "netvm-init", "machine")
            ]
            raise AssertionError("\n".join(shown)) from error

    def store(self, domain: str) -> Store:
        """xenstore as a program in a domain sees it."""
        domid = self.id(domain)
        return Store(self.place.xenbus(domid) if domid else self.place.xen / "socket")

    # -- inside

    def popen(self, domain: str, *command: str, **options: Any) -> subprocess.Popen[Any]:
        """Start a command in a domain or at a provider; it is a child of the test's own process."""
        return enter.popen(enter.first_process(self.name, domain), list(command), **options)

    def exec(
        self,
        domain: str,
        *command: str,
        input: str | None = None,  # noqa: A002
        timeout: float = DEADLINE,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a domain or at a provider to its end."""
        pipe = subprocess.PIPE
        stdin = subprocess.DEVNULL if input is None else pipe
        process = self.popen(domain, *command, stdin=stdin, stdout=pipe, stderr=pipe, text=True)
        try:
            out, err = process.communicate(input, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            pytest.fail(f"{' '.join(command)} in {domain} did not end within {timeout} s: {out}{err}")
        done = subprocess.CompletedProcess(command, process.returncode, out, err)
        assert not check or done.returncode == 0, f"{' '.join(command)} in {domain}: {done.returncode}: {out}{err}"
        return done

    def out(self, domain: str, *command: str, **options: Any) -> str:
        """What a command that must succeed prints, without white space around it."""
        return self.exec(domain, *command, **options).stdout.strip()

    def wait(self, what: str, ready: Callable[[], Any], seconds: float = DEADLINE) -> Any:
        """Wait until `ready` returns something true, and return that."""
        until = time.monotonic() + seconds
        while not (answer := ready()):
            assert time.monotonic() < until, f"{what}: not within {seconds} s"
            time.sleep(0.02)
        return answer

    # -- the logs

    def log(self, program: str) -> str:
        """The log of a program, such as `netvm-qnet-agent`; empty while there is none."""
        path = self.place.log / f"{program}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def expect_log(self, pattern: str) -> None:
        """Lines that match are no alarm from now on."""
        self._expected.append(re.compile(pattern))

    def _expect_waiting_for(self, domain: str) -> None:
        """Those behind a netvm wait ten seconds for it, which on a machine that does much else may be too few."""
        if domain == NETVM:
            self.expect_log("qnet-guest: There was no .* from dom0 within")

    def alarms(self) -> list[str]:
        """Lines since the last call that no program should have logged."""
        lines = []
        for path in sorted(self.place.log.glob("*.log")) if self.place.log.exists() else []:
            with path.open("rb") as log:
                log.seek(self._read.get(path, 0))
                text = log.read()
            whole = text[: text.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.decode(errors="replace").splitlines():
                if _ALARM.search(line) and not any(pattern.search(line) for pattern in self._expected):
                    lines.append(f"{path.stem}: {line}")
        return lines


def _new() -> Lab:
    if os.geteuid():
        pytest.fail("The lab's tests need root. Run them with: sudo make test", pytrace=False)
    lab = Lab(f"t{os.getpid() % 100000}n{next(_numbers)}")
    _labs.append(lab)
    return lab


def _end(lab: Lab) -> None:
    alarms = lab.alarms()
    _labs.remove(lab)
    if lab.place.exists():
        lab.down()
    assert not alarms, "\n".join(alarms)


@contextmanager
def running(*arguments: str) -> Iterator[Lab]:
    """A lab with work, personal and vault, from `qnet lab up` with these words to its end."""
    lab = _new()
    try:
        lab.up("--domains", "work,personal,vault", *arguments)
        yield lab
    finally:
        _end(lab)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The session's lab. A test that changes it puts it back."""
    with running("--uplinks", "2") as lab:
        yield lab


@pytest.fixture
def new_lab() -> Iterator[Callable[[], Lab]]:
    """Names for labs of a test's own, not up yet; what is left of them at the end is taken down."""
    labs: list[Lab] = []

    def make() -> Lab:
        labs.append(_new())
        return labs[-1]

    yield make
    for made in labs:
        _end(made)


@pytest.fixture
def fresh_lab(new_lab: Callable[[], Lab]) -> Lab:
    """A lab of a test's own with one AppVM, `work`."""
    lab = new_lab()
    lab.up("--domains", "work")
    return lab


@pytest.fixture(autouse=True)
def _silent_logs() -> Iterator[None]:
    """A test fails when a program of a lab logged something alarming meanwhile."""
    yield
    alarms = [alarm for lab in _labs for alarm in lab.alarms()]
    assert not alarms, "\n".join(alarms)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("root")
