"""A dom0 without a bus: its collector, attachments and upgrade session on a fake hypervisor, kernel and xenstore."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from fakes.clocks import FakeClocks
from fakes.hypervisor import FakeHypervisor
from fakes.loop import EndingWorker, Loop

from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.dom0.attach.attachments import Attachments
from qnet_gui.dom0.attach.provisioning import Provisioner
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.observe.collector import Collector
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.upgrade import filter_upkeep, own_interface, step_runner, steps
from qnet_gui.dom0.upgrade.journal import JournalFile
from qnet_gui.dom0.upgrade.session import UpgradeSession
from qnet_gui.dom0.upgrade.step_runner import StepRunner
from qnet_gui.kernel.nft_monitor import NftChange
from qnet_gui.model.config import Config
from qnet_gui.model.errors import KernelError, QnetError
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.store.client import Store

#: What dom0's own interface is called.
INTERFACE = "eth7"


class FakePrograms:
    """`ip` and `nft` of dom0, and the interface that they work on. `fails`: a word of a command that fails once.

    `renames`: a word of a command in the middle of which udev gives the interface another name.
    """

    def __init__(self, folder: Path, hypervisor: FakeHypervisor) -> None:
        self._links = folder / "net"
        self._links.mkdir()
        self._hypervisor = hypervisor
        self.fails = self.renames = ""
        self.interface = INTERFACE
        self.filter = ""
        self.monitor = FakeMonitor()
        self.extended = ""
        self.address = ""
        self.is_up = False
        hypervisor.after_attach = self._attached
        hypervisor.after_detach = self._detached

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(own_interface, "_LINKS", self._links)
        monkeypatch.setattr(own_interface, "_IPV6", self._links / "ipv6")
        for module in (own_interface, steps, step_runner, filter_upkeep):
            monkeypatch.setattr(module, "run", self.run)
        monkeypatch.setattr(filter_upkeep, "NftMonitor", lambda *_: self.monitor)

    def _attached(self, domid: int, mac: str) -> None:
        if domid == 0:
            (self._links / self.interface).mkdir()
            (self._links / self.interface / "address").write_text(f"{mac}\n")

    def _detached(self, domid: int) -> None:
        if domid == 0 and (self._links / self.interface).exists():
            (self._links / self.interface / "address").unlink()
            (self._links / self.interface).rmdir()
            self.address, self.is_up = "", False

    def run(self, command: Any, lines: str = "") -> bytes:
        text = f"{' '.join(command)} {lines}"
        if self.renames and self.renames in text:
            self.renames, old = "", self.interface
            self.interface = "enX0"
            (self._links / old).rename(self._links / self.interface)
            raise KernelError(plain(f"Cannot find device {old}."))
        if self.fails and self.fails in text:
            self.fails = ""
            raise KernelError(plain("It failed on purpose."))
        if "list ruleset" in text:
            others = "table inet other {\n}\n"
            inside = textwrap.indent(self.filter, "\t")
            ours = f"table inet qnet-dom0 {{\n{inside}\n}}\ntable arp qnet-dom0 {{\n}}\n"
            return (others + ours if self.filter else others).encode()
        if "list table" in text:
            raise KernelError(plain("No such file or directory"))
        if "nft" in text:
            self.filter = lines if "chain" in lines else self.filter if "flush" in lines else ""
            self.extended = lines if "flush" in lines else ""
        elif "address replace" in text:
            self.address = command[3]
        elif "address flush" in text:
            self.address = ""
        elif f"link set dev {self.interface}" in text:
            self.is_up = text.split()[-1] != "down"
        return b""


class FakeMonitor:
    """Instead of `NftMonitor`: tells of what others did to dom0's packet filter."""

    def __init__(self) -> None:
        self._bell = os.eventfd(0, os.EFD_NONBLOCK)
        self.is_open = False

    def tell(self) -> None:
        os.eventfd_write(self._bell, 1)

    def fileno(self) -> int:
        self.is_open = True
        return self._bell

    def read(self, _lost: Callable[[], None]) -> list[NftChange]:
        os.eventfd_read(self._bell)
        return [NftChange("firewalld")]

    def close(self) -> None:
        self.is_open = False


class Listener:
    """Who is told of operations."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []
        self.ends: dict[int, tuple[QnetError | None, str]] = {}

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        self.steps.append((step, state))

    def ended(self, operation: int, error: QnetError | None, outcome: Message) -> None:
        self.ends[operation] = (error, str(outcome))


class FakeDom0:
    """A helper without its bus, which looks at everything as the real one does."""

    def __init__(
        self, hypervisor: FakeHypervisor, programs: FakePrograms, folder: Path, loop: Loop,
        make_worker: Callable[..., EndingWorker],
    ) -> None:  # fmt: skip
        self.hypervisor, self.programs, self.folder, self.loop = hypervisor, programs, folder, loop
        self.config = Config()
        self.resolv_conf = folder / "resolv.conf"
        self.resolv_conf.write_text("nameserver 192.0.2.1\n")
        self.journal = JournalFile(folder / "journal.json")
        self.store = Store(hypervisor.xen.hardware.socket)
        self.listener = Listener()
        self.inputs = Inputs()
        self._provisioner = Provisioner(self.config, Allocator(self.config, folder / "addresses.json"))
        self._worker = make_worker(hypervisor.xen.hardware.socket, lambda: self.collector.store_lost())
        self.operations = Operations(self.listener, self._rebuild)
        self.attachments = Attachments(hypervisor, self.operations, "netvm", folder / "qnet.toml", self._follow)
        self.clocks = FakeClocks()
        self.session = UpgradeSession(
            self.operations, self.config, self._rebuild, lambda: self.collector.refresh(lambda: None), self.clocks
        )
        #: For those who go the steps by hand; `start` makes the session's own.
        self.runner = StepRunner(hypervisor, self.journal, lambda _: None, self.resolv_conf)
        self.collector = Collector(hypervisor, self._worker, "netvm", self._changed, lambda: None)
        self._allocated: dict[int, IPv4Address] = {}

    def start(self) -> None:
        self.collector.start()
        self.session.start(self.new_runner())
        self.until(lambda inputs: inputs.domains)

    def new_runner(self) -> StepRunner:
        """The session's own."""
        session = self.session
        return StepRunner(self.hypervisor, self.journal, session.journal_saved, self.resolv_conf, session.looked)

    def _follow(self, name: str) -> None:
        self.collector.follow(name)

    def _changed(self, inputs: Inputs, vifs: bool) -> None:
        self.inputs = replace(inputs, allocated=self._allocated, dom0=self.session.connection)
        self._worker.submit(lambda store: self._provisioner.provision(store, self.inputs), self._provisioned)
        self._rebuild()

    def _provisioned(self, result: dict[int, IPv4Address] | QnetError) -> None:
        if not isinstance(result, QnetError):
            self._allocated = result
            self.inputs = replace(self.inputs, allocated=result)

    def _rebuild(self) -> None:
        self.inputs = replace(
            self.inputs, dom0=self.session.connection, stuck=self.session.stuck, ended=self.operations.ended
        )
        self.attachments.inputs_changed(self.inputs)
        self.session.inputs_changed(self.inputs)

    def until(self, ready: Callable[[Inputs], Any]) -> Inputs:
        """Run until what is known is as wanted."""
        self.loop.until(lambda: ready(self.inputs), f"last: {self.inputs}")
        return self.inputs

    def refresh(self) -> None:
        """Ask the hypervisor, since it does not tell who is paused."""
        done: list[None] = []
        self.collector.refresh(lambda: done.append(None))
        self.loop.until(lambda: done)

    def end_of(self, operation: int) -> tuple[QnetError | None, str]:
        """The error that an operation ended with, and what people are told."""
        return self.loop.until(lambda: self.listener.ends.get(operation), f"steps: {self.listener.steps}")

    def read(self, path: str) -> str | None:
        value = self.store.read(path)
        return None if value is None else value.decode()
