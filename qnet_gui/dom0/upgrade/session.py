"""Keeps dom0's connection as it should be: closed but for a limited time, on request, and with the others paused.

Runs on the main loop; whatever blocks is done by the step runner, as an operation. It disconnects dom0 by itself at the
deadline, when the netvm has gone, and after a predecessor that died; and it tries again for as long as that fails.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from ipaddress import IPv4Address

from qnet_gui.dom0.bus.operations import Operations, Progress
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.upgrade.journal import Journal, boot_id
from qnet_gui.dom0.upgrade.step_runner import StepRunner
from qnet_gui.model.config import Config
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput, QnetError, Refused, Stuck
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.snapshot import MINUTES_MAX, Dom0Connection, Dom0State
from qnet_gui.runtime.mainloop import after, cancel, post

log = logging.getLogger(__name__)

#: On whose behalf we do what nobody asked for.
SELF = "qnet-helper"
_RETRY_FIRST, _RETRY_LAST = 1.0, 60.0
_MINUTE = 60
#: The longest that one timer runs, so that a clock that is set meanwhile is noticed.
_CLOCK_INTERVAL = 60.0


class UpgradeSession:
    """`changed` is called when `connection` or `stuck` may be others."""

    def __init__(self, operations: Operations, config: Config, changed: Callable[[], None]) -> None:
        self._operations = operations
        self._config = config
        self._changed = changed
        self._runner: StepRunner | None = None
        self._journal: Journal | None = None
        self._timer: int | None = None
        self._ends = 0.0
        self._retry = _RETRY_FIRST
        self._retry_timer: int | None = None
        self._seen: frozenset[tuple[int, str]] = frozenset()
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
        paused = tuple(sorted(domain.name for domain in journal.paused))
        return Dom0Connection(state, journal.until, paused, journal.by)

    @property
    def mac(self) -> str:
        """The MAC of dom0's own interface, empty while there is none."""
        return self._journal.mac if self._journal else ""

    def journal_saved(self, journal: Journal | None) -> None:
        """For the step runner, from its thread: this is on the disk now."""
        post(lambda: self._adopt(journal))

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
        self._disconnect(SELF, job, None, "recover")

    def connect(self, by: str, minutes: int, netvm: int, address: IPv4Address) -> int:
        """Connect dom0; returns the operation's number."""
        runner = self._started_runner()
        seconds = self.minutes(minutes) * _MINUTE
        journal = Journal(
            by=by, netvm=netvm, address=address, mac="02:00:" + address.packed.hex(":"),
            servers=self._config.dns, ports=self._config.ports,
            until=int(time.time()) + seconds, boot=boot_id(),
        )  # fmt: skip

        def job(progress: Progress) -> Message:
            try:
                return runner.up(journal, progress)
            except Stuck:
                post(self._failed)
                raise

        self._seen = frozenset()
        return self._operations.start("connect", by, job)

    def minutes(self, asked: int) -> int:
        """For how long: what was asked for, 0 for the usual time."""
        if not 0 <= asked <= MINUTES_MAX:
            raise BadInput(UpgradeCode.MINUTES_OUT_OF_RANGE, high=MINUTES_MAX, minutes=asked)
        return asked or self._config.minutes

    def disconnect(self, by: str) -> int:
        """Disconnect dom0, whatever is under way; returns the operation's number."""
        return self._disconnect(by, self._started_runner().down, Message(UpgradeCode.DISCONNECT_WANTED, user=by))

    def extend(self, minutes: int, done: Callable[[int | QnetError], None]) -> None:
        """Another deadline, so many minutes from now."""
        runner, until = self._started_runner(), int(time.time()) + self.minutes(minutes) * _MINUTE
        if self.connection.state is not Dom0State.OPEN:
            raise Refused(UpgradeCode.NOT_CONNECTED)

        self._operations.aside(lambda: runner.extend(until).until, done)

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
        self, by: str, down: Callable[[Progress], Message], why: Message | None, kind: str = "disconnect"
    ) -> int:
        def job(progress: Progress) -> Message:
            try:
                outcome = down(progress)
            except Exception:
                post(self._failed)
                raise
            post(self._succeeded)
            return outcome

        self.closing = True
        return self._operations.start_urgent(kind, by, job, why)

    def _succeeded(self) -> None:
        self.closing = self.stuck = False
        self._retry = _RETRY_FIRST
        self._arm()
        self._changed()

    def _failed(self) -> None:
        self.closing, self.stuck = False, True
        if self._retry_timer is None:
            self._retry_timer = after(self._retry, self._try_again)
            self._retry = min(self._retry * 2, _RETRY_LAST)
        self._changed()

    def _try_again(self) -> None:
        self._retry_timer = None
        if self.stuck and not self.closing:
            self.disconnect(SELF)

    # -- the deadline

    def _arm(self) -> None:
        """Count down by the wall's clock, which outlives a restart, and by the other, which nobody can set back."""
        if self._timer is not None:
            cancel(self._timer)
            self._timer = None
        if self._journal is not None and self._journal.open:
            self._ends = time.monotonic() + self._journal.until - time.time()
            self._look_at_clock()

    def _look_at_clock(self) -> None:
        self._timer = None
        if self._journal is None or self.closing or self.stuck:
            return
        left = min(self._ends - time.monotonic(), self._journal.until - time.time())
        if left <= 0:
            log.info("the deadline is over")
            self.disconnect(SELF)
        else:
            self._timer = after(min(left, _CLOCK_INTERVAL), self._look_at_clock)

    # -- the other domains

    def inputs_changed(self, inputs: Inputs) -> None:
        """Something has changed: the netvm may have gone, and new domains may have come."""
        journal = self._journal
        if journal is None or self.closing or self.stuck or not inputs.hypervisor:
            return
        netvm = next((info for info in inputs.domains if info.id == journal.netvm), None)
        if netvm is None or netvm.state is DomainState.DYING:
            log.warning("the netvm has gone, so dom0 is disconnected")
            self._disconnect(SELF, self._started_runner().down, Message(UpgradeCode.NETVM_GONE))
            return
        present = frozenset((info.id, info.uuid) for info in inputs.domains)
        if journal.open and present - self._seen:
            self._seen = present
            self._operations.aside(self._started_runner().pause_newcomers, self._paused)

    def _paused(self, result: tuple[str, ...] | QnetError) -> None:
        if isinstance(result, QnetError):
            self._seen = frozenset()  # so that the next change tries again
            log.error("new domains cannot be paused: %s", result)
        elif result:
            log.info("paused, new while dom0 is connected: %s", ", ".join(result))
