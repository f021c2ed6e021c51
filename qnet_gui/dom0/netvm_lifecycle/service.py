"""The netvm as a service of dom0: `qnet netvm start`, `stop` and `restart`, each with its way back.

Start takes every network card from dom0, makes the domain with them, and waits until its agent has reported; when
anything fails, the domain is destroyed and each card is back at its driver. What was taken is recorded before it is
taken, so a start that was killed is undone by the next start or stop. Blocks; runs in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle.record import Record, RecordFile
from qnet_gui.dom0.netvm_lifecycle.toolstack import Toolstack
from qnet_gui.hypervisor import pci, xl_config
from qnet_gui.hypervisor.passthrough import Passthrough, explained, no_iommu
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.errors import BadInput, NotFound, QnetError, Refused, Stuck
from qnet_gui.model.parse import shown

CONFIGURATION = Path("/etc/qnet/netvm.cfg")
#: Told of each step: its name, its state (begun, done, failed, undone) and a text, as for `Step` of the helper.
Tell = Callable[[str, str, str], None]
#: One of these says what a domain boots from.
_BOOTS_FROM = ("kernel", "disk", "bootloader", "firmware", "firmware_override")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: `agent` for the agent to report, `shutdown` for the netvm to shut down before it is destroyed."""

    agent: float = 120.0
    shutdown: float = 60.0


class NetvmService:
    """`name` is the netvm's. Every method returns the sentence that tells how it ended, or raises it."""

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

    def start(self) -> str:
        """Start the netvm; one that runs is no error, and neither is what a start that was killed has left."""
        settings = self._settings()
        found = self._toolstack.find(self._name)
        if found and found.state is not DomainState.DYING and not self._left_behind(found):
            return self._runs_already(found)
        try:
            if found:
                self._destroy(found)
            self._make(settings)
        except (QnetError, KeyboardInterrupt) as error:
            raise self._undone(error) from error
        return f"{self._name} runs."

    def stop(self) -> str:
        """Shut the netvm down and give its cards back to dom0."""
        found, nics = self._toolstack.find(self._name), self._record.nics
        if found is None and not nics:
            return f"{self._name} is not running."
        if found:
            self._end(found)
        failed = self._give_back("done")
        if failed:
            raise Stuck(f"{self._name} is stopped. {failed}")
        return f"{self._name} is stopped."

    def restart(self) -> str:
        """Stop and start, with the cards kept away from dom0 in between."""
        self._settings()  # what is wrong with them is better known before it is stopped
        found = self._toolstack.find(self._name)
        if found:
            self._end(found)
        return self.start()

    # -- start

    def _settings(self) -> dict[str, xl_config.Value]:
        """The administrator's configuration, as far as it matters here."""
        path = self._configuration
        try:
            found = xl_config.settings(path.read_text(encoding="utf-8", errors="replace"))
        except FileNotFoundError:
            raise NotFound(f"{path} is not there. It is what xl is to make {self._name} of: see xl.cfg(5).") from None
        except OSError as error:
            raise QnetError(f"{path} cannot be read: {error.strerror}.") from None
        name = found.get("name", "")
        if name != self._name:
            raise Refused(f"{path} is the configuration of {shown(name)}, and the netvm is {self._name}.")
        if not any(found.get(key) for key in _BOOTS_FROM):
            raise Refused(f"{path} does not say what {self._name} boots from. Fill in its kernel and its disk.")
        return found

    def _left_behind(self, found: DomainInfo) -> bool:
        """Whether this is what a start made that was killed before it had come to its end."""
        if self._record.starting and self._toolstack.agent(found.id) is AgentState.RUNNING:
            self._save(replace(self._record, starting=False))
        return self._record.starting

    def _runs_already(self, found: DomainInfo) -> str:
        if found.state is DomainState.PAUSED:
            raise Refused(f"{self._name} is paused. Unpause it: xl unpause {self._name}")
        if self._toolstack.agent(found.id) is not AgentState.RUNNING:
            self._await_agent(found.id)
        return f"{self._name} runs already."

    def _make(self, settings: dict[str, xl_config.Value]) -> None:
        nics = self._nics(settings)
        if nics and self._toolstack.iommu() is False:
            raise no_iommu()
        self._save(replace(self._record, starting=True))
        for nic in nics:
            self._take(nic)
        with_cards = f" with {', '.join(nic.address for nic in nics)}" if nics else " without a network card"
        self._tell("create", "begun", f"starting {self._name}{with_cards}")
        devices = [] if "pci" in settings else [nic.address for nic in nics]
        domid = self._toolstack.create(self._name, self._configuration, devices)
        self._tell("create", "done", f"started {self._name}{with_cards}")
        self._await_agent(domid)
        self._save(replace(self._record, starting=False))

    def _nics(self, settings: dict[str, xl_config.Value]) -> list[pci.PciNic]:
        """The cards to be given to the netvm: those that the administrator has named, else all that nobody has.

        Virtual functions go with the card that they are a part of.
        """
        if "pci" in settings:
            named = settings["pci"]
            return [self._passthrough.nic(each) for each in _addresses(named if isinstance(named, tuple) else (named,))]
        used = self._toolstack.devices_in_use()
        return [nic for nic in self._passthrough.controllers() if not nic.virtual and nic.address not in used]

    def _take(self, nic: pci.PciNic) -> None:
        if nic.given_away:
            return
        what = f"{nic.address} ({nic.driver})" if nic.driver else nic.address
        self._tell(f"take {nic.address}", "begun", f"taking {what} from dom0")
        self._save(self._record.taken(nic))
        self._passthrough.take(nic.address)
        self._tell(f"take {nic.address}", "done", f"took {what} from dom0")

    def _await_agent(self, domid: int) -> None:
        self._tell("agent", "begun", f"waiting for the agent in {self._name}")
        self._toolstack.await_agent(domid, self._name, self._limits.agent)
        self._tell("agent", "done", f"the agent in {self._name} runs")

    # -- the way back

    def _undone(self, error: BaseException) -> BaseException:
        """Put everything back after a start that failed; the error that tells how that went, too."""
        failed = ""
        try:
            found = self._toolstack.find(self._name)
            if found:
                self._destroy(found)
        except QnetError as another:
            failed = f"{self._name} could not be destroyed: {another.sentence} "
        failed += self._give_back("undone")
        if isinstance(error, KeyboardInterrupt) and not failed:
            return error
        told = explained(error, self._iommu()).sentence if isinstance(error, QnetError) else "It was interrupted."
        sentence = f"{self._name} is not started: {told}"
        return Stuck(f"{sentence} {failed}") if failed else Refused(f"{sentence} Everything is as it was before.")

    def _iommu(self) -> bool | None:
        with suppress(QnetError):
            return self._toolstack.iommu()
        return None

    def _end(self, found: DomainInfo) -> None:
        """Have the netvm end, by itself if it can."""
        self._tell("stop", "begun", f"stopping {self._name}")
        runs = found.state is DomainState.RUNNING and not self._record.starting
        if not runs or not self._toolstack.shut_down(found, self._limits.shutdown):
            self._toolstack.destroy(found)
            self._tell("stop", "done", f"destroyed {self._name}" + (", which did not shut down" if runs else ""))
        else:
            self._tell("stop", "done", f"stopped {self._name}")

    def _destroy(self, found: DomainInfo) -> None:
        self._toolstack.destroy(found)
        self._tell("create", "undone", f"destroyed {self._name}")

    def _give_back(self, how: str) -> str:
        """Give all cards back that were taken; what could not be, and why, or nothing."""
        failed = []
        used = self._toolstack.devices_in_use() if self._record.nics else set()
        for address, driver in self._record.nics.items():
            try:
                if address in used:
                    raise Refused(f"{address} is still in use by a domain.")
                self._passthrough.give_back(address, driver)
            except NotFound:  # pulled out meanwhile
                self._save(self._record.given_back(address))
            except QnetError as error:
                self._tell(f"take {address}", "failed", error.sentence)
                failed.append(error.sentence)
            else:
                self._save(self._record.given_back(address))
                self._tell(f"take {address}", how, f"gave {address} back to {driver or 'dom0'}")
        self._save(replace(self._record, starting=False))
        return " ".join([*failed, "qnet netvm stop tries it again."] if failed else [])

    # -- the record

    @property
    def _record(self) -> Record:
        return self._file.load()

    def _save(self, record: Record) -> None:
        self._file.save(record)


def _addresses(named: tuple[str, ...]) -> list[str]:
    """The devices that a `pci=` names by their full address; what it names otherwise is left to xl."""
    found = []
    for each in xl_config.pci_addresses(named):
        with suppress(BadInput):
            found.append(pci.address(each))
    return found
