"""Minutes of a machine's ordinary and bad days in one lab, after which everything is as it was. Run by `make soak`.

Domains come, go and are paused, cables are pulled, networks change, dom0 is connected, rules are flushed, programs are
killed, a domain writes nonsense as fast as it can. Which of them comes when is chance, of a seed that is printed. In
the first third everything happens; in the rest no program is killed, so that those that live can be seen to grow.

That is looked at in the last third. Before it a program that has just been started takes the memory that all of this
needs at its worst: an agent's heap went from 25.2 to 26.3 MB within the first 580 happenings and was 26.7 after 946,
while its Python objects were 33,842 at the 626th of them and 33,848 at the 950th.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from waiting import DEADLINE

from qnet_gui.netvm.upkeep import repair_limit
from qnet_gui.store.client import Store

from .conftest import Lab, running

MINUTES = float(os.environ.get("QNET_SOAK_MINUTES", "10"))
SEED = int(os.environ.get("QNET_SOAK_SEED", str(time.time_ns() % 10_000)))
#: By the domain: what lives there for as long as it does.
PROGRAMS = {"dom0": "qnet-helper", "netvm": "qnet-agent"}
#: KiB that a program may have grown by: an allocator's own ups and downs.
GROWTH = 1024
_LISTS = ("ip -o route show table all", "ip -o rule show", "ip -o neigh show nud permanent", "ip -o address show",
          "nft list ruleset")  # fmt: skip
_COUNTS = "; ".join(f"{command} | wc -l" for command in _LISTS)


class Soak:
    """The lab and what can happen to it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.chance = random.Random(SEED)  # noqa: S311
        self.done = 0
        #: What `qnet status` said last.
        self.wrong = ""

    # -- what happens

    def a_domain_comes_and_goes(self) -> None:
        self.lab.add("passing")
        self.lab.online("passing")
        self.lab.remove("passing")

    def a_domain_is_paused(self) -> None:
        self.lab.pause("personal")
        self.lab.unpause("personal")

    def a_domain_is_cut_off_and_attached(self) -> None:
        self.settled()
        self._dom0("qnet", "domain", "detach", "personal")
        self._dom0("qnet", "domain", "attach", "personal")

    def another_network(self) -> None:
        self.lab.roam()

    def a_cable_is_pulled(self) -> None:
        for end in ("out", "in"):
            self.lab.cable(end, "isp1")

    def dom0_is_connected(self) -> None:
        self.settled()
        self._dom0("qnet", "dom0", "up")
        self._dom0("qnet", "dom0", "down")

    def somebody_flushes_the_rules(self) -> None:
        self.lab.exec("netvm", "nft", "flush", "ruleset")

    def somebody_forgets_a_route(self) -> None:
        self.lab.exec("netvm", "ip", "link", "set", f"vif{self.lab.id('work')}.0", "down")

    def a_domain_writes_nonsense(self) -> None:
        with self.lab.store("work") as store:
            for number in range(500):
                store.write("device/vif/0/qnet-nonsense", b"x" * (number % 50))
            store.delete("device/vif/0/qnet-nonsense")

    def people_look(self) -> None:
        self.settled()
        for words in (["status"], ["routes"], ["netvm", "get"], ["status", "--json"]):
            self._dom0("qnet", *words)

    def a_program_is_killed(self) -> None:
        domain, program = self.chance.choice(list(PROGRAMS.items()))
        self.lab.kill_program(domain, program)
        self.lab.start_program(domain, program)

    def the_netvm_is_restarted(self) -> None:
        self.lab.restart("netvm")

    # -- around it

    def some(self, seconds: float, happenings: list[Callable[[], None]]) -> None:
        """One thing after the other for so long, and whole at the end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            happening = self.chance.choice(happenings)
            print(f"{self.done:5} {happening.__name__}", file=sys.stderr, flush=True)
            try:
                happening()
            except Exception as error:
                where = f"{happening.__name__}, number {self.done} of seed {SEED}"
                raise AssertionError(f"{where}: {error}\n{self.wrong}") from error
            self.done += 1
        self.settled()

    def settled(self) -> None:
        """The cables are as at the beginning, everybody is online, and dom0 says that nothing is wrong."""
        self.lab.cable("in", "isp1")
        self.lab.cable("out", "isp2")
        for domain in ("work", "personal"):
            self.lab.online(domain)
        # that somebody undoes again and again is told until it is so long ago
        self.lab.wait("nothing is wrong", self._nothing_is_wrong, repair_limit.PERIOD + DEADLINE)

    def _nothing_is_wrong(self) -> bool:
        looked = self.lab.exec("dom0", "qnet", "status", "--check", check=False, timeout=DEADLINE)
        self.wrong = looked.stdout
        return looked.returncode == 0

    def _dom0(self, *command: str) -> None:
        self.lab.exec("dom0", *command, timeout=60)

    # -- what is counted

    def counts(self) -> dict[str, Any]:
        """Whatever must be the same however much has happened in between."""
        counts: dict[str, Any] = {
            domain: [int(number) for number in self.lab.out(domain, "sh", "-c", _COUNTS).split()]
            for domain in ("dom0", "netvm", "work")
        }
        for domain, program in PROGRAMS.items():
            counts[f"descriptors of {program}"] = len(self._inside(domain, program, "ls /proc/$pid/fd").split())
            counts[f"threads of {program}"] = len(self._inside(domain, program, "ls /proc/$pid/task").split())
        with self.lab.store("dom0") as store:
            # the numbers of domains are others after a restart
            counts["nodes of xenstore"] = sorted(re.sub(r"/\d+", "/#", path) for path in _nodes(store, "/local/domain"))
        return counts

    def as_before(self, counts: dict[str, Any]) -> None:
        """Wait until everything is counted as it was; what is not is in the failure."""
        until = time.monotonic() + DEADLINE
        while (now := self.counts()) != counts and time.monotonic() < until:
            time.sleep(0.5)
        assert now == counts

    def memory(self) -> dict[str, int]:
        """KiB that each program has of its own.

        The least of five looks: after every other domain that has come and gone the agent's allocator keeps 1.5 MB.
        """
        looks = []
        for _ in range(5):
            self.a_domain_comes_and_goes()
            self.settled()
            looks.append({program: self._private(domain, program) for domain, program in PROGRAMS.items()})
        return {program: min(look[program] for look in looks) for program in PROGRAMS.values()}

    def _private(self, domain: str, program: str) -> int:
        text = self._inside(domain, program, "cat /proc/$pid/smaps_rollup")
        return sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", text, re.MULTILINE))

    def _inside(self, domain: str, program: str, command: str) -> str:
        return self.lab.out(domain, "sh", "-c", f"pid=$(pgrep -o -f '[/]{program}'); {command}")


def _nodes(store: Store, path: str) -> Iterator[str]:
    """What has a value; the lab's toolstack leaves a netvm an empty folder of each domain that it has served."""
    if store.read(path):
        yield path
    for name in store.children(path):
        yield from _nodes(store, f"{path}/{name}")


@pytest.fixture
def soak() -> Iterator[Soak]:
    with running("--uplinks", "2") as lab:
        lab.expect_log("somebody undoes again and again|qnet-guest: There (is|was) no|has gone|is lost|vif")
        yield Soak(lab)


def test_everything_is_as_it_was(soak: Soak) -> None:
    gentle = [
        soak.a_domain_comes_and_goes, soak.a_domain_is_paused, soak.a_domain_is_cut_off_and_attached,
        soak.another_network, soak.a_cable_is_pulled, soak.dom0_is_connected, soak.somebody_flushes_the_rules,
        soak.somebody_forgets_a_route, soak.a_domain_writes_nonsense, soak.people_look,
    ]  # fmt: skip
    soak.people_look()  # what the netvm answered last stays
    begun = soak.counts()
    soak.some(MINUTES * 20, [*gentle, soak.a_program_is_killed, soak.the_netvm_is_restarted])
    for happening in gentle:  # each has been in memory once
        happening()
    soak.settled()
    soak.as_before(begun)
    soak.some(MINUTES * 20, gentle)
    memory = soak.memory()
    soak.some(MINUTES * 20, gentle)
    soak.as_before(begun)
    grown = {program: size - memory[program] for program, size in soak.memory().items()}
    print(f"{soak.done} things happened; seed {SEED}; KiB before {memory}, grown by {grown}", file=sys.stderr)
    assert all(size < GROWTH for size in grown.values()), grown
