"""Keeps dom0's connection as it should be: closed but for a limited time, on request, and with the others paused.

Runs on the main loop; whatever blocks is done by the step runner, as an operation. It disconnects dom0 by itself at the
deadline, when the netvm has gone, and after a predecessor that died; and it tries again for as long as that fails.
While dom0 is connected it looks every few seconds whether the others stand still: who lets one go on tells nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import IPv4Address

from qnet_gui.dom0.bus.operations import Operations, Progress
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.upgrade.deadline import Deadline
from qnet_gui.dom0.upgrade.filter_upkeep import FilterUpkeep
from qnet_gui.dom0.upgrade.journal import Journal, boot_id
from qnet_gui.dom0.upgrade.others import Others
from qnet_gui.dom0.upgrade.step_runner import StepRunner, first_reason
from qnet_gui.dom0.upgrade.steps import PausedAgain
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.config import Config
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput, QnetError, Refused, Stuck
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.outcome import CONNECT, DISCONNECT, RECOVER
from qnet_gui.model.snapshot import MINUTES_MAX, Dom0Connection, Dom0State
from qnet_gui.model.wire.message_wire import MOMENT_MAX
from qnet_gui.runtime.clocks import Clocks
from qnet_gui.runtime.mainloop import after, post

log = logging.getLogger(__name__)
#: On whose behalf we do what nobody asked for.
SELF = "qnet-helper"
_RETRY_FIRST, _RETRY_LAST, _MINUTE = 1.0, 60.0, 60
#: Seconds between two looks at the other domains while dom0 is connected.
_LOOK_INTERVAL = 3.0


class UpgradeSession:
    """`changed` is called when `connection` or `stuck` may be others; `look` has the domains looked at anew."""

    def __init__(
        self, operations: Operations, config: Config, changed: Callable[[], None], look: Callable[[], None],
        clocks: Clocks,
    ) -> None:  # fmt: skip
        self._operations = operations
        self._config = config
        self._changed = changed
        self._look = look
        self._deadline = Deadline(clocks, self._time_over, changed)
        self._others = Others()
        self._filter = FilterUpkeep(operations, lambda: self._disconnect_because(Message(UpgradeCode.FILTER_LOST)))
        self._runner: StepRunner | None = None
        self._journal: Journal | None = None
        self._look_timer: int | None = None
        self._retry = _RETRY_FIRST
        self._retry_timer: int | None = None
        #: Changes of the deadline that are under way.
        self._changing = 0
        #: Why dom0 is being disconnected, when nobody has asked for it.
        self._because: Message | None = None
        self.closing = False
        #: The way back has failed and is being tried again.
        self.stuck = False

    # -- how it is

    @property
    def connection(self) -> Dom0Connection:
        """dom0's connection as the snapshot shows it."""
        journal = self._journal
        if journal is None:
            return Dom0Connection()
        if self.closing or self.stuck:
            state = Dom0State.CLOSING
        else:
            state = Dom0State.OPEN if journal.open else Dom0State.CONNECTING
        running = self._others.running(journal) if state is Dom0State.OPEN else ()
        until, paused = self._deadline.until(journal.ends), self._others.paused(journal)
        return Dom0Connection(state, until, paused, journal.by, running, self._others.let_go)

    @property
    def mac(self) -> str:
        """The MAC of dom0's own interface, empty while there is none."""
        return self._journal.mac if self._journal else ""

    def journal_saved(self, journal: Journal | None) -> None:
        """For the step runner, from its thread: this is on the disk now."""
        post(lambda: self._adopt(journal))

    def looked(self, domains: list[DomainInfo]) -> None:
        """For the step runner, from its thread: this is what the hypervisor has said."""
        post(lambda: self._take_states(domains))

    def _take_states(self, domains: list[DomainInfo]) -> None:
        if self._others.take(domains) and self._journal is not None:
            self._changed()

    def _adopt(self, journal: Journal | None) -> None:
        if journal != self._journal:
            self._journal = journal
            self._arm()
            self._changed()

    # -- what is asked for

    def start(self, runner: StepRunner) -> None:
        """Go on where a predecessor stopped: nothing, leave it open, or put everything back."""
        self._runner = runner
        if not runner.pending():
            return

        def job(progress: Progress) -> Message:
            if runner.inherit() is not None:
                return Message(UpgradeCode.STAYS_CONNECTED)
            return runner.down(progress)

        # of a kind of its own: who wants dom0 disconnected meanwhile must not be taken to want this
        self._disconnect(SELF, job, None, RECOVER, because=Message(UpgradeCode.HELPER_DIED))

    def connect(self, by: str, minutes: int, netvm: int, address: IPv4Address) -> int:
        """Connect dom0; returns the operation's number."""
        runner = self._started_runner()
        ends = self._deadline.after(self.minutes(minutes) * _MINUTE)
        journal = Journal(
            by=by, netvm=netvm, address=address, mac="02:00:" + address.packed.hex(":"),
            servers=self._config.dns, ports=self._config.ports,
            until=self._deadline.until(ends), boot=boot_id(), ends=ends,
        )  # fmt: skip

        def over(result: Message | QnetError) -> None:
            if isinstance(result, Stuck):
                self._failed(first_reason(result.message))

        number = self._operations.start(CONNECT, by, lambda progress: runner.up(journal, progress), over)
        self._others = Others()
        return number

    def minutes(self, asked: int) -> int:
        """For how long: what was asked for, 0 for the usual time."""
        if not 0 <= asked <= MINUTES_MAX:
            raise BadInput(UpgradeCode.MINUTES_OUT_OF_RANGE, high=MINUTES_MAX, minutes=asked)
        return asked or self._config.minutes

    def disconnect(self, by: str) -> int:
        """Disconnect dom0, whatever is under way; returns the operation's number."""
        return self._disconnect(by, self._started_runner().down, Message(UpgradeCode.DISCONNECT_WANTED, user=by))

    def extend(self, minutes: int, done: Callable[[int | QnetError], None]) -> None:
        """A deadline that is so many minutes later; `done` gets it, in seconds since the epoch."""
        seconds = self.minutes(minutes) * _MINUTE

        def later(journal: Journal) -> Journal:
            ends = journal.ends + seconds
            if self._deadline.seconds_left(ends) > MINUTES_MAX * _MINUTE:
                total = self._deadline.seconds_left(ends) // _MINUTE
                raise BadInput(UpgradeCode.MINUTES_OUT_OF_RANGE, high=MINUTES_MAX, minutes=total)
            return replace(journal, ends=ends, until=self._deadline.until(ends))

        self._change_deadline(later, done)

    def disconnect_at(self, until: int, done: Callable[[int | QnetError], None]) -> None:
        """A deadline at that time of the wall's clock, be it earlier or later than the present one."""
        ends = self._deadline.ends(until)
        if not 0 < self._deadline.seconds_left(ends) <= MINUTES_MAX * _MINUTE:
            shown = min(max(until, 0), MOMENT_MAX)  # what no clock has cannot be told as a time
            raise BadInput(UpgradeCode.UNTIL_OUT_OF_RANGE, high=MINUTES_MAX, until=shown)
        self._change_deadline(lambda journal: replace(journal, ends=ends, until=until), done)

    def _change_deadline(self, change: Callable[[Journal], Journal], done: Callable[[int | QnetError], None]) -> None:
        runner = self._started_runner()
        if self.connection.state is not Dom0State.OPEN:
            raise Refused(UpgradeCode.NOT_CONNECTED)

        def changed(result: int | QnetError) -> None:
            self._changing -= 1
            self._arm()  # if the old one stays, it may be over by now
            done(result)

        self._changing += 1
        self._operations.aside(lambda: runner.change_deadline(change).until, changed)

    def hand_over(self) -> None:
        """The helper ends in an orderly way; a successor may keep open what is open."""
        if self._runner is not None and self.connection.state is Dom0State.OPEN:
            try:
                self._runner.hand_over()
            except QnetError as error:
                log.error("the next helper will disconnect dom0: %s", error)

    def _started_runner(self) -> StepRunner:
        if self._runner is None:
            raise QnetError(HelperCode.HELPER_STARTING)
        return self._runner

    # -- the way back

    def _disconnect(
        self, by: str, down: Callable[[Progress], Message], why: Message | None, kind: str = DISCONNECT,
        because: Message | None = None,
    ) -> int:  # fmt: skip
        """`why` is told to what it cancels; `because`: why nobody had to ask for it."""

        def job(progress: Progress) -> Message:
            outcome = down(progress)
            if because is not None and outcome.code is UpgradeCode.DISCONNECTED:
                return Message(UpgradeCode.DISCONNECTED_BECAUSE, why=because)
            return outcome

        def over(result: Message | QnetError) -> None:
            self._failed(because) if isinstance(result, QnetError) else self._succeeded()

        self.closing = True
        return self._operations.start_urgent(kind, by, job, why, over)

    def _succeeded(self) -> None:
        self.closing = self.stuck = False
        self._retry = _RETRY_FIRST
        self._arm()
        self._changed()

    def _failed(self, because: Message | None) -> None:
        self.closing, self.stuck, self._because = False, True, because
        if self._retry_timer is None:
            self._retry_timer = after(self._retry, self._try_again)
            self._retry = min(self._retry * 2, _RETRY_LAST)
        self._changed()

    def _try_again(self) -> None:
        self._retry_timer = None
        if self.stuck and not self.closing:
            self._disconnect_because(self._because)

    def _disconnect_because(self, because: Message | None) -> None:
        why = because or Message(UpgradeCode.DISCONNECT_WANTED, user=SELF)
        self._disconnect(SELF, self._started_runner().down, why, because=because)

    # -- the deadline

    def _arm(self) -> None:
        is_open = self._journal is not None and self._journal.open
        self._deadline.set(self._journal.ends if self._journal is not None and is_open else None)
        self._filter.look_after(self._runner.keep_filter if is_open and self._runner is not None else None)
        if is_open and self._look_timer is None:
            self._look_timer = after(_LOOK_INTERVAL, self._look_again)

    def _time_over(self) -> None:
        if self._journal is not None and not self._changing and not self.closing and not self.stuck:
            log.info("the deadline is over")
            self._disconnect_because(Message(UpgradeCode.TIME_OVER))

    # -- the other domains

    def _look_again(self) -> None:
        self._look_timer = None
        if self._journal is not None and self._journal.open:
            self._look_timer = after(_LOOK_INTERVAL, self._look_again)
            self._deadline.look_at_clocks()
            if self._others.known:
                self._look()

    def inputs_changed(self, inputs: Inputs) -> None:
        """Something has changed: the netvm may have gone, new domains may have come, and old ones been let go on."""
        journal = self._journal
        self._others.known = inputs.hypervisor
        if not inputs.hypervisor:
            return
        self._look_at_doubtful(inputs.domains)
        if journal is None or self.closing or self.stuck:
            return
        netvm = next((info for info in inputs.domains if info.id == journal.netvm), None)
        if netvm is None or netvm.state is DomainState.DYING:
            log.warning("the netvm has gone, so dom0 is disconnected")
            self._disconnect_because(Message(UpgradeCode.NETVM_GONE))
            return
        if journal.open and self._others.to_be_looked_after(inputs.domains, journal):
            self._operations.aside(self._started_runner().keep_paused, self._kept_paused)

    def _look_at_doubtful(self, domains: Iterable[DomainInfo]) -> None:
        runner = self._runner
        if runner is not None and (still := runner.doubt.still(domains)) != runner.doubt:
            self._operations.aside(lambda: runner.keep_doubt(still), lambda _: self._changed())

    def _kept_paused(self, result: PausedAgain | QnetError) -> None:
        new = self._others.kept_paused(result)
        if isinstance(new, QnetError):
            log.error("the other domains cannot be kept paused: %s", new)
        else:
            if new.arrived:
                log.info("paused, new while dom0 is connected: %s", ", ".join(new.arrived))
            if new.let_go:
                log.warning("paused again, since somebody had let it go on: %s", ", ".join(new.let_go))
        if result != PausedAgain() and not isinstance(result, QnetError):
            self._look()
            self._changed()
