"""The domains that stand still while dom0 is connected: what the hypervisor says of them, not what was meant for them.

Lives on the main loop.
"""

from __future__ import annotations

from collections.abc import Iterable

from qnet_gui.dom0.upgrade.journal import Journal
from qnet_gui.dom0.upgrade.steps import PausedAgain, in_state
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import QnetError


class Others:
    """`known`: the hypervisor answers. `let_go`: names of those that somebody let go on, and were paused again.

    What is shown comes from the looks of the thread that pauses them, so that no older look is taken for a newer one;
    what else is seen only says that it should look.
    """

    def __init__(self) -> None:
        self.known = True
        self.let_go: tuple[str, ...] = ()
        self._domains: tuple[DomainInfo, ...] = ()
        self._seen: frozenset[tuple[int, str]] = frozenset()
        self._under_way = False
        self._failure = ""

    def take(self, domains: Iterable[DomainInfo]) -> bool:
        """What that thread has seen; whether it is something else than before."""
        before, self._domains = self._domains, tuple(domains)
        return before != self._domains

    def paused(self, journal: Journal) -> tuple[str, ...]:
        """Who stands still for dom0."""
        return in_state(DomainState.PAUSED, journal.paused, self._domains)

    def running(self, journal: Journal) -> tuple[str, ...]:
        """Who should stand still and does not."""
        return in_state(DomainState.RUNNING, (*journal.paused, *journal.paused_before), self._domains)

    def to_be_looked_after(self, domains: Iterable[DomainInfo], journal: Journal) -> bool:
        """Whether somebody has come or gone, or runs who should not; not while that is being seen to."""
        infos = tuple(domains)
        # what has shut down may go on: one that is being saved
        present = frozenset((info.id, info.uuid) for info in infos if info.state is not DomainState.DYING)
        runs = in_state(DomainState.RUNNING, (*journal.paused, *journal.paused_before), infos)
        if self._under_way or not (present != self._seen or runs):
            return False
        self._seen, self._under_way = present, True
        return True

    def kept_paused(self, result: PausedAgain | QnetError) -> PausedAgain | QnetError:
        """It has been seen to; returns what of that has not been so before, since it is looked at every few seconds."""
        self._under_way = False
        if isinstance(result, QnetError):
            self._seen = frozenset()  # so that the next change tries again
            before, self._failure = self._failure, result.sentence
            return result if result.sentence != before else PausedAgain()
        self._failure = ""
        known, self.let_go = self.let_go, tuple(sorted({*self.let_go, *result.let_go}))
        return PausedAgain(result.arrived, tuple(name for name in result.let_go if name not in known))
