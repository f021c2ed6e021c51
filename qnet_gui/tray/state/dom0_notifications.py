"""What is told of dom0's own network: at once, since it is the one thing that must not be overlooked. Pure."""

from __future__ import annotations

from qnet_gui.model.preflight import clock as hour
from qnet_gui.model.problem import Problem
from qnet_gui.model.sentence import domains_paused
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import Announcement, Kind, Notification, Withdrawal

#: Seconds before the deadline at which it is told.
NEAR = 300
_STUCK, _REACHABLE = "dom0-stuck", "dom0-reachable"
_LEFT_OVER, _DOUBT = "dom0-left-over", "paused-in-doubt"
_SHIELD = "dom0-connected"
_CONNECTED = (Action.DISCONNECT, Action.UPGRADE)


def _problem(snapshot: Snapshot, code: str) -> Problem | None:
    return next((problem for problem in snapshot.problems if problem.code == code), None)


class Dom0Tracker:
    """`due` is when to ask again, in monotonic seconds. Nothing is told of the first snapshot."""

    def __init__(self) -> None:
        self.due: float | None = None
        self._before: Snapshot | None = None
        self._warned_deadline = 0
        self._warning_shown = False

    def update(self, snapshot: Snapshot, now: float, clock: float) -> list[Announcement]:
        """Take in a snapshot."""
        before, self._before = self._before, snapshot
        announcements = [] if before is None else self._changes(before, snapshot)
        chosen = before is None or before.dom0.until != snapshot.dom0.until
        if chosen and snapshot.dom0.until - clock <= NEAR:
            self._warned_deadline = snapshot.dom0.until  # whoever chose so short a time knows
        return announcements + self._deadline(now, clock)

    def tick(self, now: float, clock: float) -> list[Announcement]:
        """What is due at this time."""
        return self._deadline(now, clock)

    def _changes(self, before: Snapshot, snapshot: Snapshot) -> list[Announcement]:
        old, new = before.dom0.state, snapshot.dom0.state
        announcements: list[Announcement] = []
        if new is Dom0State.OPEN and old is not Dom0State.OPEN:
            announcements.append(_connected(snapshot.dom0))
        elif new is Dom0State.CLOSED and old is not Dom0State.CLOSED:
            body = tr("That is how it should be. Domains that were paused for it go on.")
            announcements.append(Notification(Kind.DOM0, tr("dom0 is disconnected from the network"), body))
        elif self._warning_shown and before.dom0.until != snapshot.dom0.until:
            announcements.append(Withdrawal(Kind.DOM0))
        if announcements:
            self._warning_shown = False
        stuck, reachable = _problem(snapshot, _STUCK), _problem(snapshot, _REACHABLE)
        if stuck and not _problem(before, _STUCK):
            title = tr("dom0 could not be disconnected")
            announcements.append(Notification(Kind.DOM0, title, stuck.cure, _CONNECTED, urgent=True, icon=_SHIELD))
        for code, title in ((_LEFT_OVER, tr("Not everything is as before dom0 was connected")),
                            (_DOUBT, tr("Domains may still be paused"))):  # fmt: skip
            if (left := _problem(snapshot, code)) and not _problem(before, code):
                announcements.append(Notification(Kind.DOM0, title, f"{left.sentence} {left.cure}", urgent=True))
        if reachable and not _problem(before, _REACHABLE):
            title = tr("dom0 has a network that nobody asked for")
            announcements.append(Notification(Kind.GUARD, title, reachable.cure, urgent=True, icon=_SHIELD))
        elif _problem(before, _REACHABLE) and not reachable:
            announcements.append(Withdrawal(Kind.GUARD))
        return announcements

    def _deadline(self, now: float, clock: float) -> list[Announcement]:
        self.due = None
        connection = self._before.dom0 if self._before else Dom0Connection()
        if connection.state is not Dom0State.OPEN or connection.until == self._warned_deadline:
            return []
        seconds_left = connection.until - clock
        if seconds_left > NEAR:
            self.due = now + seconds_left - NEAR
            return []
        self._warned_deadline, self._warning_shown = connection.until, True
        title = tr("dom0 will be disconnected at {until}", until=hour(connection.until))
        body = tr("Extend it if the upgrade takes longer.")
        return [Notification(Kind.DOM0, title, body, (Action.EXTEND, *_CONNECTED), icon=_SHIELD)]


def _connected(connection: Dom0Connection) -> Notification:
    parts = [tr("Until {until}.", until=hour(connection.until))]
    if connection.paused:
        parts.append(domains_paused(len(connection.paused)))
    if connection.by:
        parts.append(tr("Connected by {user}.", user=connection.by))
    return Notification(Kind.DOM0, tr("dom0 is connected to the network"), " ".join(parts), _CONNECTED, icon=_SHIELD)
