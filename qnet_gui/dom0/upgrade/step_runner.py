"""Connects and disconnects dom0 by its steps, and finds the way back from wherever a predecessor stopped.

Everything here blocks and runs on the thread of the operations, but for `hand_over`, which waits for what is under way
while dom0 is connected.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from qnet_gui.dom0.bus.operations import Progress
from qnet_gui.dom0.upgrade import packet_filter, resolv_conf
from qnet_gui.dom0.upgrade.doubt import DoubtFile, Doubtful
from qnet_gui.dom0.upgrade.filter_upkeep import FilterInForce
from qnet_gui.dom0.upgrade.journal import Journal, JournalFile, boot_id
from qnet_gui.dom0.upgrade.step_context import StepContext
from qnet_gui.dom0.upgrade.steps import ALL_STEPS, STEPS, WAY, PausedAgain, Step, in_state, keep_paused
from qnet_gui.hypervisor.port import DomainInfo, Hypervisor
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import QnetError, Refused, Stuck, unexpected
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.snapshot import MINUTES_MAX
from qnet_gui.runtime.clocks import boot_seconds
from qnet_gui.runtime.command import NFT, run
from qnet_gui.store.client import Store

log = logging.getLogger(__name__)


def first_reason(message: Message) -> Message:
    """Why it failed, of what is told of a failure whose way back failed too."""
    sentences = dict(message.arguments).get("sentences")
    reason = sentences[0] if isinstance(sentences, tuple) and sentences else message
    return reason if isinstance(reason, Message) else message


class StepRunner:
    """`journal_saved` is told, on this thread, of each journal that is on the disk from now on; None: there is none.

    `looked` is told, on this thread too, what the hypervisor has said of the domains. `left_over`: why not everything
    could be put back though dom0 is disconnected. `doubt`: who may have been paused by a predecessor whose journal was
    damaged.
    """

    def __init__(
        self, hypervisor: Hypervisor, file: JournalFile, journal_saved: Callable[[Journal | None], None],
        resolv_conf: Path = resolv_conf.PATH, looked: Callable[[list[DomainInfo]], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._hypervisor = hypervisor
        self._file = file
        self._journal_saved = journal_saved
        self._resolvconf = resolv_conf
        self._looked = looked
        self._undone: set[str] = set()
        self._while_open = threading.Lock()
        self._filter = FilterInForce()
        self._doubt_file = DoubtFile(file.path)
        self.left_over: Message | None = None
        self.doubt = self._doubt_file.load()

    def _context(self, store: Store, journal: Journal, cancelled: Callable[[], Message | None]) -> StepContext:
        return StepContext(
            self._hypervisor, store, self._file, journal, cancelled, self._resolvconf, self._journal_saved,
            self._looked, self._filter,
        )  # fmt: skip

    # -- up

    def up(self, journal: Journal, progress: Progress) -> Message:
        """All steps; when one fails or somebody cancels, all of it is put back and the reason is raised."""
        self._undone = set()
        with Store() as store:
            context = self._context(store, journal, lambda: progress.cancelled)
            try:
                for step in STEPS:
                    self._do(step, context, progress)
                context.check()
                paused = self._all_stand_still(context)
                if self._filter.keep(context.journal):
                    log.warning("dom0's packet filter was changed by somebody, and is in force again")
                context.note(open=True)
            except Exception as error:
                if not isinstance(error, QnetError):
                    log.error("unexpected: %r", error, exc_info=error)
                raise self._put_back(error, progress) from error
        if not paused:
            return Message(UpgradeCode.CONNECTED_ALONE, until=journal.until)
        return Message(UpgradeCode.CONNECTED, until=journal.until, count=len(paused), names=paused)

    @staticmethod
    def _all_stand_still(context: StepContext) -> tuple[str, ...]:
        """The names of those that we have paused; `Refused` when one of them runs all the same."""
        keep_paused(context)
        if running := in_state(DomainState.RUNNING, context.journal.paused, context.domains):
            raise Refused(UpgradeCode.NOT_PAUSED, count=len(running), names=running)
        return in_state(DomainState.PAUSED, context.journal.paused, context.domains)

    @staticmethod
    def _do(step: Step, context: StepContext, progress: Progress) -> None:
        context.check()
        progress.begun(step.name, Message(step.doing))
        try:
            context.note(begun=(*context.journal.begun, step.name))
            what = step.do(context)
        except Exception as error:
            progress.failed(step.name, unexpected(error))
            raise
        progress.done(step.name, what)

    def _put_back(self, error: Exception, progress: Progress) -> QnetError:
        """Put everything back after a failure; returns what to tell people."""
        reason = unexpected(error)
        try:
            self.down(progress)
        except QnetError as stuck:
            return Stuck(HelperCode.SENTENCES, sentences=(reason, stuck.message))
        kind = type(error) if isinstance(error, QnetError) else QnetError
        return kind(UpgradeCode.PUT_BACK, why=reason)

    # -- down

    def down(self, progress: Progress) -> Message:
        """Undo whatever has been begun; `Stuck` when something of it cannot be undone now. No error if it is closed."""
        journal = self._file.load()
        if journal is None:
            self._journal_saved(None)
            return Message(UpgradeCode.NOT_CONNECTED)
        self._journal_saved(journal)
        self.left_over = None
        with Store() as store:
            context = self._context(store, journal, lambda: None)
            context.salvaged = self._file.salvaged
            failures = self._undo_all(context, progress)
        if context.doubtful:
            self.keep_doubt(Doubtful(context.doubtful))
        if not failures:
            try:
                self._file.remove()
            except QnetError as error:
                failures = {"journal": error.message}
        if failures:
            raise self._stuck(failures)
        self._undone = set()
        self._journal_saved(None)
        if context.doubtful:
            return Message(UpgradeCode.DISCONNECTED_IN_DOUBT, names=self.doubt.names)
        return Message(UpgradeCode.DISCONNECTED)

    def _stuck(self, failures: dict[str, Message]) -> Stuck:
        """What to tell people: whether dom0 is still connected, or only something else is not as it was."""
        why = next(iter(failures.values()))
        if failures.keys() & set(WAY):
            return Stuck(UpgradeCode.NOT_DISCONNECTED, why=why)
        self.left_over = why
        return Stuck(UpgradeCode.NOT_ALL_PUT_BACK, why=why)

    def keep_doubt(self, doubt: Doubtful) -> None:
        """These may still be paused though they need not."""
        self.doubt = doubt
        self._doubt_file.save(doubt)

    def _undo_all(self, context: StepContext, progress: Progress) -> dict[str, Message]:
        """Undo all steps, last one first; returns the reasons of those that could not be undone.

        What an earlier try has undone is so: who was paused since has been paused by somebody else.
        """
        begun = context.journal.begun
        if begun != ALL_STEPS[: len(begun)] or context.journal.open:
            begun = ()  # those of another version are others: whatever there is may have been begun
        failures: dict[str, Message] = {}
        for step in reversed(STEPS):
            if (begun and step.name not in begun) or step.name in self._undone:
                continue
            if any(name in failures for name in step.after):
                continue
            try:
                what = step.undo(context)
            except Exception as error:
                if not isinstance(error, QnetError):
                    log.error("unexpected: %r", error, exc_info=error)
                failures[step.name] = unexpected(error)
                progress.failed(step.name, unexpected(error))
            else:
                self._undone.add(step.name)
                if what:
                    progress.undone(step.name, what)
        return failures

    # -- in between

    def pending(self) -> bool:
        """Whether a predecessor has left anything that may have to be put back."""
        return self._file.there

    def inherit(self) -> Journal | None:
        """What an orderly predecessor left open, if it may stay so: same boot, same netvm, before its deadline.

        By its steps it must be what we would have made of it, and its deadline one that somebody may have asked for.
        """
        journal = self._file.load()
        if journal is None or not (journal.open and journal.handed_over) or journal.begun != ALL_STEPS:
            return None
        domains = self._hypervisor.domains()
        netvm_runs = any(info.id == journal.netvm and info.state is DomainState.RUNNING for info in domains)
        seconds_left = journal.ends - boot_seconds()
        if journal.boot != boot_id() or not netvm_runs or not 0 < seconds_left <= MINUTES_MAX * 60:
            return None
        self._filter.take_over(journal)
        self._looked(domains)
        self._save(replace(journal, handed_over=False))
        return journal

    def hand_over(self) -> None:
        """Leave what is open to the successor; from the main loop's thread, when the helper ends."""
        with self._while_open:
            journal = self._file.load()
            if journal is not None and journal.open:
                self._file.save(replace(journal, handed_over=True))

    def keep_paused(self) -> PausedAgain:
        """While dom0 is connected: pause domains that were not there before, and those that somebody let go on."""
        with self._while_open:
            journal = self._file.load()
            if journal is None or not journal.open:
                return PausedAgain()
            with Store() as store:
                return keep_paused(self._context(store, journal, lambda: None))

    def keep_filter(self) -> bool:
        """While dom0 is connected: its packet filter in force again, whoever took it away; whether somebody had."""
        with self._while_open:
            journal = self._file.load()
            if journal is None or not journal.open or "filter" in self._undone:
                return False
            return self._filter.keep(journal)

    def change_deadline(self, change: Callable[[Journal], Journal]) -> Journal:
        """Another deadline, which `change` puts into the journal; `Refused` when dom0 is not connected."""
        with self._while_open:
            journal = self._file.load()
            if journal is None or not journal.open:
                raise Refused(UpgradeCode.NOT_CONNECTED)
            later = change(journal)
            # first: what is refused here has not been promised by then
            run([NFT, "-f", "-"], packet_filter.extend(later.servers, later.ports, later.ends - int(boot_seconds())))
            self._save(later)
        return later

    def _save(self, journal: Journal) -> None:
        self._file.save(journal)
        self._journal_saved(journal)
