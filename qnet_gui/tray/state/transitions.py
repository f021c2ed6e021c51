"""From what a person was last told to what is so now: the notifications that are due, if any. Pure.

A change is told at once when nothing was told lately; a loss only when it lasts, because a change of uplink passes
through "none" and "connecting". Told is always the difference between the last thing told and the present, so that
a flapping cable ends in at most one notification in `QUIET` seconds, and in none when it ends where it began.
What explains something else is told alone: without a netvm nothing is said of its uplink.
"""

from __future__ import annotations

from collections.abc import Iterable

from qnet_gui.model.snapshot import Snapshot
from qnet_gui.tray.state.condition import NAMES, NETVM, UPLINK, Condition, Subject
from qnet_gui.tray.state.dom0_notifications import Dom0Tracker
from qnet_gui.tray.state.menu import blind
from qnet_gui.tray.state.notifications import Announcement, Kind, Withdrawal

#: Seconds that must pass between two notifications of a kind.
QUIET = 5.0
#: Seconds that a loss must last before it is told: so long NetworkManager gives a card without a cable (some 6), before
#: another one that is plugged in already becomes the way out.
LASTING = 8.0


class _SubjectTracker:
    """Remembers what was told of one subject. `due` is when to ask again (a monotonic time), None for never."""

    def __init__(self, subject: Subject) -> None:
        self.due: float | None = None
        self._subject = subject
        self._announced: Condition | None = None
        self._announced_at = float("-inf")
        self._loss_shown = False
        self._now: Condition | None = None
        self._since = float("-inf")

    def slept(self, seconds: float) -> None:
        """So long nobody could see anything, nor could anything become otherwise."""
        self._since += seconds
        self._announced_at += seconds

    def forget(self) -> None:
        """Nothing is known at present; what was told stays told."""
        self._now = self.due = None

    def update(self, snapshot: Snapshot, now: float) -> Announcement | None:
        """Take in how it is."""
        condition = self._subject.condition(snapshot)
        if condition is None:
            self.forget()
            return self._withdraw()
        if self._now is None or (condition.good, condition.paused) != (self._now.good, self._now.paused):
            self._since = now
        self._now = condition
        return self.tick(now)

    def _withdraw(self) -> Announcement | None:
        """A loss that was told is not what matters any longer."""
        shown, self._loss_shown = self._loss_shown, False
        return Withdrawal(self._subject.kind) if shown else None

    def tick(self, now: float) -> Announcement | None:
        """What is due at this time."""
        self.due = None
        if self._now is None:
            return None
        if self._announced and self._announced.same(self._now):
            if self._now.gateway or not self._announced.gateway:
                self._announced = self._now
            return None
        at = max(self._announced_at + QUIET, self._since + (0 if self._now.good else LASTING))
        if now < at:
            self.due = at
            return None
        before, self._announced = self._announced, self._now
        if before is None:
            return None
        self._announced_at, self._loss_shown = now, not self._now.good
        return self._subject.notification(before, self._now)


class Tracker:
    """Feed it every snapshot; ask again at `due` (a monotonic time) when it is set. Times are in seconds.

    They go on while the machine sleeps; `asleep` is for how long it has so far.
    """

    def __init__(self) -> None:
        self._asleep: float | None = None
        self._trackers = [_SubjectTracker(subject) for subject in (NETVM, UPLINK, NAMES)]
        self._dom0 = Dom0Tracker()

    @property
    def due(self) -> float | None:
        """When `tick` may have something."""
        times = [due for due in (self._dom0.due, *(tracker.due for tracker in self._trackers)) if due is not None]
        return min(times, default=None)

    def retell(self, kinds: Iterable[Kind]) -> None:
        """For one that follows upon another: what is wrong is to be told anew, of these kinds, which are urgent."""
        self._dom0.retell(kinds)

    def _wake(self, asleep: float) -> None:
        """Sleep is no time in which something lasts. By less than a second two clocks differ that are read in turn."""
        seconds = 0 if self._asleep is None else asleep - self._asleep
        if self._asleep is None or seconds >= 1:
            self._asleep = asleep
            for tracker in self._trackers:
                tracker.slept(seconds)

    def update(self, snapshot: Snapshot | None, now: float, clock: float, asleep: float = 0) -> list[Announcement]:
        """Take in a snapshot at a monotonic time and one since the epoch.

        From a helper that is away or blind nothing is learned of the netvm, nor told.
        """
        self._wake(asleep)
        if snapshot is None:
            for tracker in self._trackers:
                tracker.forget()
            return []
        announcements = self._dom0.update(snapshot, now, clock)
        if blind(snapshot):
            for tracker in self._trackers:
                tracker.forget()
            return announcements
        changes = [tracker.update(snapshot, now) for tracker in self._trackers]
        return announcements + [change for change in changes if change is not None]

    def tick(self, now: float, clock: float, asleep: float = 0) -> list[Announcement]:
        """What is due at this time."""
        self._wake(asleep)
        announcements = self._dom0.tick(now, clock)
        changes = [tracker.tick(now) for tracker in self._trackers]
        return announcements + [change for change in changes if change is not None]
