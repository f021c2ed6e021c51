"""What the steps of connecting dom0 work with: the hypervisor, xenstore, the journal as it is now, who may cancel.

Lives on the thread of the operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from qnet_gui.dom0.upgrade.filter_upkeep import FilterInForce
from qnet_gui.dom0.upgrade.journal import Journal, JournalFile, PausedDomain
from qnet_gui.dom0.upgrade.salvage import Salvaged
from qnet_gui.hypervisor.port import DomainInfo, Hypervisor
from qnet_gui.model.errors import NoAnswer, QnetError, Refused
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.message import Message
from qnet_gui.store.client import Store
from qnet_gui.store.waiting import CANCEL_INTERVAL, Deadline, wait_until

_DEADLINE = 15.0


class StepContext:
    """`journal` is what is on the disk; `note` changes both."""

    def __init__(
        self, hypervisor: Hypervisor, store: Store, file: JournalFile, journal: Journal,
        cancelled: Callable[[], Message | None], resolvconf: Path, journal_saved: Callable[[Journal], None],
        looked: Callable[[list[DomainInfo]], None], filter_in_force: FilterInForce,
    ) -> None:  # fmt: skip
        self.hypervisor = hypervisor
        self.store = store
        self.filter = filter_in_force
        self.resolvconf = resolvconf
        self.journal = journal
        self._file = file
        self._cancelled = cancelled
        self._journal_saved = journal_saved
        self._looked = looked
        #: What is left of a journal that is damaged; and who is paused then without anybody knowing by whom.
        self.salvaged: Salvaged | None = None
        self.doubtful: tuple[PausedDomain, ...] = ()
        #: What `look` has seen last.
        self.domains: list[DomainInfo] = []

    def look(self) -> list[DomainInfo]:
        """The domains and their states as the hypervisor says now, which the session is told too."""
        self.domains = self.hypervisor.domains()
        self._looked(self.domains)
        return self.domains

    def note(self, **changes: Any) -> None:
        """Write to the journal what is about to be done."""
        journal = replace(self.journal, **changes)
        self._file.save(journal)
        self.journal = journal
        self._journal_saved(journal)

    @property
    def cancelled(self) -> bool:
        """Whether it is to stop."""
        return self._cancelled() is not None

    def check(self) -> None:
        """Raise `Refused` with the reason when it is to stop."""
        if why := self._cancelled():
            raise Refused(why)

    def wait(self, path: str, ready: Callable[[bytes | None], bool], otherwise: Code) -> None:
        """Wait until the value of a xenstore node is as it should be; `NoAnswer` with `otherwise` at the deadline."""

        def is_ready(_: set[str]) -> bool | None:
            return ready(self.store.read(path)) or None

        deadline = Deadline(_DEADLINE)
        if wait_until(self.store, (path,), is_ready, deadline, check=self.check, interval=CANCEL_INTERVAL) is None:
            raise NoAnswer(otherwise)


def for_each(do: Callable[[PausedDomain], None], domains: Iterable[PausedDomain]) -> None:
    """Do it to every one of them, and raise the first failure afterwards."""
    failures = []
    for domain in domains:
        try:
            do(domain)
        except QnetError as error:
            failures.append(error)
    if failures:
        raise failures[0]
