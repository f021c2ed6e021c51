"""What is told of dom0's own network: at once, since it is the one thing that must not be overlooked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from qnet_gui.model.clock import clock as shown_by_clock
from qnet_gui.model.clock import hour
from qnet_gui.model.outcome import CONNECT, DOM0_KINDS, EndedOperation, gone_wrong, last_of_dom0
from qnet_gui.model.problem import Problem
from qnet_gui.model.sentence import domains_paused
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import CLOSED, FAILED, OPENED, Announcement, Kind, Notification, Withdrawal

#: Seconds before the deadline at which it is told.
NEAR = 300
#: Seconds by which a deadline differs when somebody has chosen another, and not only the clock was set.
_CHOSEN = 5
_STUCK, _REACHABLE = "dom0-stuck", "dom0-reachable"
_LEFT_OVER, _DOUBT = "dom0-left-over", "paused-in-doubt"
_RUN, _LET_GO = "others-run", "others-let-go"
_CONNECTED = (Action.DISCONNECT, Action.UPGRADE)


def _problem(snapshot: Snapshot, code: str) -> Problem | None:
    return next((problem for problem in snapshot.problems if problem.code == code), None)


class Dom0Tracker:
    """`due` is when to ask again, in monotonic seconds. Nothing is told of the first snapshot."""

    def __init__(self) -> None:
        self.due: float | None = None
        self._before: Snapshot | None = None
        #: The deadline in monotonic seconds, by which it is the same one after the clock was set.
        self._ends = 0.0
        self._warned = False
        self._warning_shown = False
        self._closing = False
        #: The code of what is wrong and was told last of dom0's connection.
        self._told = ""
        self._retold: frozenset[Kind] = frozenset()

    def retell(self, kinds: Iterable[Kind]) -> None:
        """What is wrong at the first snapshot is to be told, of these kinds: what was shown of it is withdrawn."""
        self._retold = frozenset(kinds)

    def update(self, snapshot: Snapshot, now: float, clock: float) -> list[Announcement]:
        """Take in a snapshot."""
        before, self._before = self._before, snapshot
        ends_before, self._ends = self._ends, now + snapshot.dom0.until - clock
        chosen = before is None or abs(self._ends - ends_before) > _CHOSEN
        announcements = [] if before is None else self._changes(before, snapshot, chosen)
        if before is None and self._retold:
            changes = self._changes(replace(snapshot, problems=()), snapshot, False)
            announcements = [change for change in changes if change.kind in self._retold]
        if chosen:
            self._warned = snapshot.dom0.until - clock <= NEAR  # whoever chose so short a time knows
        return announcements + self._deadline(now)

    def tick(self, now: float, clock: float) -> list[Announcement]:
        """What is due at this time."""
        return self._deadline(now)

    def _connection(self, before: Snapshot, snapshot: Snapshot, chosen: bool) -> Announcement | None:
        """What has become of the connection. How it ended is known when the operation has, which is a moment later."""
        old, new = before.dom0.state, snapshot.dom0.state
        if new is not Dom0State.CLOSED:
            self._closing = False
            if new is Dom0State.OPEN and old is not Dom0State.OPEN:
                return _connected(snapshot.dom0)
            return Withdrawal(Kind.DOM0) if self._warning_shown and chosen else None
        self._closing |= old is not Dom0State.CLOSED
        if snapshot.operation.kind in DOM0_KINDS:
            return None
        closed, self._closing = self._closing, False
        wrong = gone_wrong(snapshot.ended)
        news = wrong is not None and wrong != last_of_dom0(before.ended)
        return _closed(wrong) if closed or news else None

    def _changes(self, before: Snapshot, snapshot: Snapshot, chosen: bool) -> list[Announcement]:
        connection = self._connection(before, snapshot, chosen)
        announcements = [] if connection is None else [connection]
        if announcements:
            self._warning_shown = False
        wrong = dict(_wrong(before, snapshot))
        announcements += wrong.values()
        if announcements:
            self._told = next(reversed(wrong), "")
        elif self._told and not _problem(snapshot, self._told):
            self._told = ""
            announcements.append(Withdrawal(Kind.DOM0))
        reachable = _problem(snapshot, _REACHABLE)
        if reachable and not _problem(before, _REACHABLE):
            title = tr("dom0 has a network that nobody asked for")
            announcements.append(Notification(Kind.GUARD, title, reachable.cure, urgent=True, icon=OPENED))
        elif _problem(before, _REACHABLE) and not reachable:
            announcements.append(Withdrawal(Kind.GUARD))
        return announcements

    def _deadline(self, now: float) -> list[Announcement]:
        self.due = None
        connection = self._before.dom0 if self._before else Dom0Connection()
        if connection.state is not Dom0State.OPEN or self._warned:
            return []
        if self._ends - now > NEAR:
            self.due = self._ends - NEAR
            return []
        self._warned = self._warning_shown = True
        self._told = ""
        title = tr("dom0 will be disconnected at {until}", until=hour(connection.until))
        body = tr("Extend it if the upgrade takes longer.")
        return [Notification(Kind.DOM0, title, body, (Action.EXTEND, *_CONNECTED), icon=OPENED)]


def _wrong(before: Snapshot, snapshot: Snapshot) -> Iterator[tuple[str, Notification]]:
    """What is wrong with the connection, or with its end, since the snapshot before; each with its code."""
    stuck = _problem(snapshot, _STUCK)
    if stuck and not _problem(before, _STUCK):
        title = tr("dom0 could not be disconnected")
        yield _STUCK, Notification(Kind.DOM0, title, stuck.cure, _CONNECTED, urgent=True, icon=FAILED)
    for code, title in ((_LEFT_OVER, tr("Not everything is as before dom0 was connected")),
                        (_DOUBT, tr("Domains may still be paused"))):  # fmt: skip
        if (left := _problem(snapshot, code)) and not _problem(before, code):
            text = f"{left.sentence} {left.cure}"
            yield code, Notification(Kind.DOM0, title, text, urgent=True, icon=FAILED)
    for code in (_RUN, _LET_GO):
        others = _problem(snapshot, code)
        if others and others != _problem(before, code):
            title = tr("Not all other domains stand still")
            body = f"{others.sentence} {others.cure}"
            yield code, Notification(Kind.DOM0, title, body, _CONNECTED, urgent=True, icon=OPENED)
            return


def _closed(wrong: EndedOperation | None) -> Notification:
    """dom0 has no network, and why, where nobody wanted that."""
    if wrong is None:
        body = tr("That is how it should be. Domains that were paused for it go on.")
        return Notification(Kind.DOM0, tr("dom0 is disconnected from the network"), body, icon=CLOSED)
    failed = wrong.error and wrong.kind == CONNECT
    title = tr("dom0 could not be connected") if failed else tr("dom0 is disconnected from the network")
    return Notification(Kind.DOM0, title, wrong.outcome.translated, (Action.STATUS, Action.UPGRADE), icon=FAILED)


def _connected(connection: Dom0Connection) -> Notification:
    parts = [tr("Until {until}.", until=shown_by_clock(connection.until))]
    if connection.paused:
        parts.append(domains_paused(len(connection.paused)))
    if connection.by:
        parts.append(tr("Connected by {user}.", user=connection.by))
    return Notification(Kind.DOM0, tr("dom0 is connected to the network"), " ".join(parts), _CONNECTED, icon=OPENED)
