"""The netvm as a service of dom0: `qnet netvm start`, `stop` and `restart`, each with its way back.

Start takes every NIC from dom0, makes the domain with them, and waits until its agent has reported; when
anything fails, the domain is destroyed and each NIC is back at its driver. What was taken is recorded before it is
taken, so a start that was killed is undone by the next start or stop. Blocks; runs in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle.netvm_file import boots, devices
from qnet_gui.dom0.netvm_lifecycle.record import Record, RecordFile
from qnet_gui.dom0.netvm_lifecycle.toolstack import Toolstack
from qnet_gui.hypervisor import bridge_parts, pci, xl_config
from qnet_gui.hypervisor.passthrough import Passthrough, explained, no_iommu
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import NotFound, QnetError, Refused, Stuck
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import shown

#: Told of each step: its name, its state (begun, done, failed, undone) and what, as for `Step` of the helper.
Tell = Callable[[str, str, Message], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: `agent` for the agent to report, `shutdown` for the netvm to shut down before it is destroyed."""

    agent: float = 120.0
    shutdown: float = 60.0


class NetvmService:
    """`name` is the netvm's. Every method returns what tells how it ended, or raises it."""

    def __init__(
        self, name: str, toolstack: Toolstack, passthrough: Passthrough, tell: Tell, record: RecordFile,
        configuration: Path, limits: Limits,
    ) -> None:  # fmt: skip
        self._name = name
        self._toolstack = toolstack
        self._passthrough = passthrough
        self._tell = tell
        self._file = record
        self._configuration = configuration
        self._limits = limits

    # -- the verbs

    def start(self) -> Message:
        """Start the netvm; one that runs is no error, and neither is what a start that was killed has left."""
        info = self._toolstack.find(self._name)
        if info and info.state is not DomainState.DYING and not self._left_behind(info):
            return self._runs_already(info)
        settings = self._settings()
        try:
            if info:
                self._destroy(info)
            self._make(settings)
        except (QnetError, KeyboardInterrupt) as error:
            raise self._undone(error) from error
        return Message(ServiceCode.RUNS, name=self._name)

    def stop(self) -> Message:
        """Shut the netvm down and give its NICs back to dom0; those that were given to another stay where they are."""
        info, of_other = self._toolstack.find(self._name), self._of_other()
        if info is None and (of_other or not (self._record.nics or self._record.parts)):
            return Message(DomainCode.NOT_RUNNING, name=self._name)
        if info:
            self._end(info)
        failed = [] if of_other else self._give_back("done")
        if failed:
            raise Stuck(HelperCode.SENTENCES, sentences=(Message(ServiceCode.IS_STOPPED, name=self._name), *failed))
        return Message(ServiceCode.IS_STOPPED, name=self._name)

    def restart(self) -> Message:
        """Stop and start, with the NICs kept away from dom0 in between."""
        self._settings()  # what is wrong with them is better known before it is stopped
        info = self._toolstack.find(self._name)
        if info:
            self._end(info)
        return self.start()

    def _of_other(self) -> bool:
        """Whether what is recorded is of another netvm, which still runs."""
        name = self._record.name
        return name not in ("", self._name) and self._toolstack.find(name) is not None

    # -- start

    def _settings(self) -> dict[str, xl_config.Value]:
        """The administrator's configuration, as far as it matters here."""
        path = self._configuration
        if path.exists() and not path.is_file():
            raise QnetError(SystemCode.FILE_NOT_ONE, path=str(path))
        try:
            settings = xl_config.settings(path.read_text(encoding="utf-8", errors="replace"))
        except FileNotFoundError:
            raise NotFound(ServiceCode.CONFIGURATION_MISSING, path=str(path), name=self._name) from None
        except OSError as error:
            raise QnetError(SystemCode.FILE_UNREADABLE, path=str(path), why=error.strerror or "") from None
        name = settings.get("name", "")
        if name != self._name:
            raise Refused(ServiceCode.CONFIGURATION_OF_OTHER, path=str(path), value=shown(name), name=self._name)
        if not boots(settings):
            raise Refused(ServiceCode.CONFIGURATION_EMPTY, path=str(path), name=self._name)
        return settings

    def _left_behind(self, info: DomainInfo) -> bool:
        """Whether this is what a start made that was killed before it had come to its end."""
        if self._starting and self._toolstack.agent(info.id) is AgentState.RUNNING:
            self._save(replace(self._record, starting=False))
        return self._starting

    def _runs_already(self, info: DomainInfo) -> Message:
        if info.state is DomainState.PAUSED:
            raise Refused(ServiceCode.SERVICE_PAUSED, name=self._name)
        if self._toolstack.agent(info.id) is not AgentState.RUNNING:
            self._await_agent(info.id)
        return Message(ServiceCode.RUNS_ALREADY, name=self._name)

    def _make(self, settings: dict[str, xl_config.Value]) -> None:
        nics = self._nics(settings)
        if nics and self._toolstack.iommu() is False:
            raise no_iommu()
        self._save(replace(self._record, starting=True, name=self._name))
        for nic in nics:
            self._take_nic(nic)
        starting, started = (
            Message(ServiceCode.STARTING_WITHOUT, name=self._name),
            Message(ServiceCode.STARTED_WITHOUT, name=self._name),
        )
        if addresses := tuple(nic.address for nic in nics):
            starting = Message(ServiceCode.STARTING_WITH, name=self._name, nics=addresses)
            started = Message(ServiceCode.STARTED_WITH, name=self._name, nics=addresses)
        self._tell("create", "begun", starting)
        given = [] if "pci" in settings else list(addresses)
        domid = self._toolstack.create(self._name, self._configuration, given)
        self._tell("create", "done", started)
        self._await_agent(domid)
        self._save(replace(self._record, starting=False))

    def _nics(self, settings: dict[str, xl_config.Value]) -> list[pci.PciNic]:
        """The NICs to be given to the netvm: those that the administrator has named, else all that nobody has.

        Virtual functions go with the NIC that they are a part of.
        """
        named = devices(settings)
        if named is not None:
            return [self._passthrough.nic(address) for address in named]
        used = self._toolstack.devices_in_use()
        return [nic for nic in self._passthrough.controllers() if not nic.virtual and nic.address not in used]

    def _take_nic(self, nic: pci.PciNic) -> None:
        if nic.given_away:
            return
        taking, took = (
            Message(ServiceCode.TAKING_CARD, device=nic.address),
            Message(ServiceCode.TOOK_CARD, device=nic.address),
        )
        if nic.driver:
            taking = Message(ServiceCode.TAKING_CARD_OF, device=nic.address, driver=nic.driver)
            took = Message(ServiceCode.TOOK_CARD_OF, device=nic.address, driver=nic.driver)
        self._tell(f"take {nic.address}", "begun", taking)
        self._save(self._record.with_nic(nic, self._passthrough.parts(nic.address)))
        self._passthrough.take(nic.address)
        self._tell(f"take {nic.address}", "done", took)

    def _await_agent(self, domid: int) -> None:
        self._tell("agent", "begun", Message(ServiceCode.AWAITING_AGENT, name=self._name))
        self._toolstack.await_agent(domid, self._name, self._limits.agent)
        self._tell("agent", "done", Message(ServiceCode.AGENT_RUNS, name=self._name))

    # -- the way back

    def _undone(self, error: BaseException) -> BaseException:
        """Put everything back after a start that failed; the error that tells how that went, too."""
        failed: list[Message] = []
        try:
            info = self._toolstack.find(self._name)
            if info:
                self._destroy(info)
        except QnetError as another:
            failed.append(Message(ServiceCode.NOT_DESTROYED, name=self._name, why=another.message))
        failed += self._give_back("undone")
        if isinstance(error, KeyboardInterrupt) and not failed:
            return error
        why = (
            explained(error, self._iommu()).message
            if isinstance(error, QnetError)
            else Message(ServiceCode.INTERRUPTED)
        )
        outcome = Message(ServiceCode.NOT_STARTED, name=self._name, why=why)
        if failed:
            return Stuck(HelperCode.SENTENCES, sentences=(outcome, *failed))
        return Refused(HelperCode.SENTENCES, sentences=(outcome, Message(ServiceCode.AS_BEFORE)))

    def _iommu(self) -> bool | None:
        with suppress(QnetError):
            return self._toolstack.iommu()
        return None

    def _end(self, info: DomainInfo) -> None:
        """Have the netvm end, by itself if it can."""
        self._tell("stop", "begun", Message(ServiceCode.STOPPING, name=self._name))
        runs = info.state is DomainState.RUNNING and not self._starting
        if not runs or not self._toolstack.shut_down(info, self._limits.shutdown):
            self._toolstack.destroy(info)
            how = ServiceCode.DESTROYED_UNWILLING if runs else ServiceCode.DESTROYED
            self._tell("stop", "done", Message(how, name=self._name))
        else:
            if self._comes_again():
                self._toolstack.destroy_made_anew(info)
            self._tell("stop", "done", Message(ServiceCode.STOPPED, name=self._name))

    def _comes_again(self) -> bool:
        """Whether xl makes it anew when it has shut down."""
        with suppress(QnetError):
            return self._settings().get("on_poweroff") in ("restart", "rename-restart")
        return False

    def _destroy(self, info: DomainInfo) -> None:
        self._toolstack.destroy(info)
        self._tell("create", "undone", Message(ServiceCode.DESTROYED, name=self._name))

    def _give_back(self, how: str) -> list[Message]:
        """Give all NICs back that were taken, and their interfaces to the bridges of which they were a part.

        Returns what could not be, and why, or nothing. A bridge that does not take its part back is tried once more.
        """
        failed: list[Message] = []
        late = self._record.parts.keys() - self._record.nics.keys()
        used = self._toolstack.devices_in_use() if self._record.nics else set()
        for address, driver in self._record.nics.items():
            with self._failure_told(address, failed):
                if address in used:
                    raise Refused(ServiceCode.CARD_IN_USE, device=address)
                self._give_one_back(address, driver, how)
        for address, wholes in self._record.parts.items():
            if address not in self._record.nics:
                with self._failure_told(address, failed):
                    self._rejoin(address, wholes, how, last=address in late)
        self._save(replace(self._record, starting=False, name=""))
        left = self._record.nics or self._record.parts
        return [*failed, Message(ServiceCode.STOP_TRIES_AGAIN)] if left else failed

    @contextmanager
    def _failure_told(self, address: str, failed: list[Message]) -> Iterator[None]:
        try:
            yield
        except QnetError as error:
            self._tell(f"take {address}", "failed", error.message)
            failed.append(error.message)

    def _give_one_back(self, address: str, driver: str, how: str) -> None:
        try:
            self._passthrough.give_back(address, driver)
        except NotFound:  # pulled out meanwhile
            self._save(self._record.without_nic(address).without_parts(address))
            return
        self._save(self._record.without_nic(address))
        back = Message(ServiceCode.GAVE_CARD_BACK, device=address)
        if driver:
            back = Message(ServiceCode.GAVE_CARD_BACK_TO, device=address, driver=driver)
        self._tell(f"take {address}", how, back)

    def _rejoin(self, address: str, wholes: dict[str, str], how: str, last: bool) -> None:
        if last:
            self._save(self._record.without_parts(address))
        for interface, whole in self._passthrough.rejoin(address, wholes):
            self._tell(f"take {address}", how, bridge_parts.became(interface, whole))
        self._save(self._record.without_parts(address))

    # -- the record

    @property
    def _starting(self) -> bool:
        """Whether a start of this netvm is under way, or was when it was killed."""
        return self._record.starting and self._record.name in ("", self._name)

    @property
    def _record(self) -> Record:
        return self._file.load()

    def _save(self, record: Record) -> None:
        self._file.save(record)
