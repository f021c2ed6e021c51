"""What happened, when: from one snapshot to the next, as entries that are kept for a week. Pure.

An entry is kept as what it is about and not as a sentence, so that it is read in the language of whoever reads it.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from qnet_gui.model.clock import clock
from qnet_gui.model.domain import Domain, NetvmState
from qnet_gui.model.messages.message import Message
from qnet_gui.model.outcome import DOM0_KINDS
from qnet_gui.model.problem import Problem
from qnet_gui.model.sentence import uplink_in_words, uplink_name
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.translation import mark, tr
from qnet_gui.model.wire.message_wire import MOMENT_MAX, as_plain, from_plain
from qnet_gui.tray.state.menu import blind

#: Seconds for which entries are kept, and how many of them at most.
KEPT, ENTRIES_MAX = 7 * 86400, 1000
#: Within so many seconds the same again is counted, and is no entry of its own: something that flaps fills no log.
_SAME = 300
#: Seconds between what two applets of one person's note of one thing, on two displays.
_AT_ONCE = 1
#: Characters of an entry's line in the file, and how often it can have been; what is more is none of ours.
_LINE_MAX, _COUNT_MAX = 8192, 10**9
#: Seconds since the epoch, as a text.
_SECONDS = re.compile("[0-9]{1,12}")


class Event(enum.Enum):
    """What an entry tells of; `{0}` and `{1}` are its values."""

    STARTED = "started", mark("Began to watch: {0}")
    HELPER_AWAY = "helper-away", mark("The network helper has gone.")
    HELPER_BACK = "helper-back", mark("The network helper is there again.")
    NETVM = "netvm", mark("Another netvm: {0} → {1}")
    NETVM_RUNS = "netvm-runs", mark("{0} runs.")
    NETVM_PAUSED = "netvm-paused", mark("{0} is paused.")
    NETVM_GONE = "netvm-gone", mark("{0} has stopped.")
    UPLINK = "uplink", mark("Uplink: {0} → {1}")
    UPLINK_LOST = "uplink-lost", mark("Uplink lost: {0}")
    UPLINK_BACK = "uplink-back", mark("Uplink: {0}")
    NAMES = "names", mark("Names resolve, by {0}.")
    NO_NAMES = "no-names", mark("Names do not resolve.")
    PROBLEM = "problem", mark("Problem: {0}")
    SOLVED = "solved", mark("No longer: {0}")
    DOM0_OPEN = "dom0-open", mark("{0} has connected dom0 to the network, until {1}.")
    ENDED = "ended", mark("{0}: {1}")
    ATTACHED = "attached", mark("{0} goes through {1}.")
    CUT_OFF = "cut-off", mark("{0} is cut off the network.")

    def __init__(self, code: str, form: str) -> None:
        self.code, self.form = code, form


_BY_CODE = {event.code: event for event in Event}


@dataclass(frozen=True, slots=True)
class Entry:
    """`at`, `last`: when it happened first and last, in seconds since the epoch; `count`: how often between them.

    `message` is the first value where that is a sentence of ours: a problem, an outcome.
    """

    at: int
    event: Event
    values: tuple[str, ...] = ()
    message: Message | None = None
    count: int = 1
    last: int = 0

    @property
    def bad(self) -> bool:
        """Whether it tells of something that is not as it should be."""
        return self.event in _BAD

    @property
    def text(self) -> str:
        """What a person reads, on one line."""
        message = (self.message.translated,) if self.message else ()
        values = list((*self.values, *message) if self.event is Event.ENDED else (*message, *self.values))
        if self.event is Event.DOM0_OPEN and len(values) > 1 and _SECONDS.fullmatch(values[1]):
            values[1] = clock(int(values[1]), self.at)
        if self.event in _OF_UPLINKS:
            values = [*map(uplink_in_words, values)]
        values += [""] * (2 - len(values))
        text = tr(self.event.form).format(*values)
        return tr("{what} ({count} times)", what=text, count=self.count) if self.count > 1 else text

    def same(self, other: Entry) -> bool:
        """Whether the same has happened, be it at another time."""
        return (self.event, self.values, self.message) == (other.event, other.values, other.message)


_BAD = frozenset({
    Event.HELPER_AWAY, Event.NETVM_GONE, Event.NETVM_PAUSED, Event.UPLINK_LOST, Event.NO_NAMES, Event.PROBLEM,
})  # fmt: skip


_OF_UPLINKS = frozenset({Event.UPLINK, Event.UPLINK_LOST, Event.UPLINK_BACK})


def to_line(entry: Entry) -> str:
    """An entry as a line of its file."""
    plain = as_plain(entry.message) if entry.message else None
    return json.dumps([entry.at, entry.event.code, entry.values, plain, entry.count, entry.last], ensure_ascii=True)


def from_line(line: str) -> Entry | None:
    """The entry again; None for what is none of this version's."""
    try:
        match json.loads(line) if len(line) <= _LINE_MAX else None:
            case [int() as at, str() as code, list() as values, message, int() as count, int() as last] if (
                min(at, last) >= 0 and max(at, last) <= MOMENT_MAX and 0 < count <= _COUNT_MAX
            ):
                texts = tuple(str(value) for value in values[:2])
                said = None if message is None else from_plain(message)
                return Entry(at, _BY_CODE[code], texts, said, count, last)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return None


def merged(entries: Iterable[Entry], *clocks: int) -> list[Entry]:
    """In the order of time, the same counted where it came again soon, without what is too old or too much.

    `clocks`: what clocks show now, by each of which something is too old before it is left out.
    """
    kept: list[Entry] = []
    recent: dict[tuple[object, ...], int] = {}
    for entry in sorted(entries, key=lambda entry: entry.at):
        if all(abs(now - max(entry.at, entry.last)) > KEPT for now in clocks):
            continue
        key = (entry.event, entry.values, entry.message)
        index = recent.get(key)
        before = kept[index] if index is not None else None
        if before is not None and entry.at == before.at:
            kept[index] = max(before, entry, key=lambda one: one.count)  # type: ignore[index]  # read twice
        elif before is not None and before.count == entry.count == 1 and entry.at - before.at <= _AT_ONCE:
            continue
        elif before is not None and entry.at - max(before.at, before.last) <= _SAME:
            last = max(entry.at, entry.last)
            kept[index] = replace(before, count=before.count + entry.count, last=last)  # type: ignore[index]
        else:
            recent[key] = len(kept)
            kept.append(entry)
    return kept[-ENTRIES_MAX:]


def between(before: Snapshot, after: Snapshot | None, now: int) -> list[Entry]:
    """What has happened from one snapshot to the next; None is a helper that has gone."""
    if after is None:
        return [Entry(now, Event.HELPER_AWAY)]
    entries = [*_ended(before, after), *_dom0(before, after, now), *_problems(before, after, now)]
    if not blind(before) and not blind(after):
        entries += [*_netvm(before, after, now), *_uplinks(before, after, now), *_domains(before, after, now)]
    return entries


def back(known: Snapshot, after: Snapshot, now: int) -> list[Entry]:
    """What is otherwise than before the helper went; `known` is the last snapshot until then."""
    return [Entry(now, Event.HELPER_BACK), *between(known, after, now)]


def first(snapshot: Snapshot, sentence: str, now: int) -> list[Entry]:
    """What is to be told of the first snapshot: how it is, and what the helper knows to have ended before."""
    return [*_ended(None, snapshot), Entry(now, Event.STARTED, (sentence,))]


def _ended(before: Snapshot | None, after: Snapshot) -> Iterator[Entry]:
    known = {(one.id, one.kind, one.at) for one in before.ended} if before else set()
    for one in after.ended:
        if (one.id, one.kind, one.at) not in known and (one.error or one.kind in DOM0_KINDS) and one.at:
            yield Entry(one.at, Event.ENDED, (one.by or "qnet",), one.outcome)


def _dom0(before: Snapshot, after: Snapshot, now: int) -> Iterator[Entry]:
    if after.dom0.state is Dom0State.OPEN and before.dom0.state is not Dom0State.OPEN:
        yield Entry(now, Event.DOM0_OPEN, (after.dom0.by or "?", str(after.dom0.until)))


def _problems(before: Snapshot, after: Snapshot, now: int) -> Iterator[Entry]:
    old, new = set(before.problems), set(after.problems)
    for event, problems, others in ((Event.SOLVED, before.problems, new), (Event.PROBLEM, after.problems, old)):
        codes = {problem.code for problem in others}
        for problem in problems:
            if problem not in others and not (event is Event.SOLVED and problem.code in codes):
                yield Entry(now, event, (), Problem(problem.code, **dict(problem.arguments)))  # type: ignore[arg-type]


def _netvm(before: Snapshot, after: Snapshot, now: int) -> Iterator[Entry]:
    old, new = before.netvm, after.netvm
    if old.name != new.name:
        yield Entry(now, Event.NETVM, (old.name, new.name))
    elif old.state is not new.state:
        events = {
            NetvmState.RUNNING: Event.NETVM_RUNS,
            NetvmState.PAUSED: Event.NETVM_PAUSED,
            NetvmState.ABSENT: Event.NETVM_GONE,
        }
        if new.state in events:
            yield Entry(now, events[new.state], (new.name,))


def _uplinks(before: Snapshot, after: Snapshot, now: int) -> Iterator[Entry]:
    old = uplink_name(before.uplink, str.format) if before.uplink else ""
    new = uplink_name(after.uplink, str.format) if after.uplink else ""
    if old and new and old != new:
        yield Entry(now, Event.UPLINK, (old, new))
    elif old and not new:
        yield Entry(now, Event.UPLINK_LOST, (old,))
    elif new and not old:
        yield Entry(now, Event.UPLINK_BACK, (new,))
    servers_before, servers = _servers(before), _servers(after)
    if servers and servers != servers_before:
        yield Entry(now, Event.NAMES, (servers,))
    elif servers_before and not servers and new:
        yield Entry(now, Event.NO_NAMES)


def _servers(snapshot: Snapshot) -> str:
    return ", ".join(dict.fromkeys(str(redirect.real) for redirect in snapshot.dns.redirects))


def _domains(before: Snapshot, after: Snapshot, now: int) -> Iterator[Entry]:
    old = {(domain.name, domain.id): domain for domain in before.domains}
    for domain in after.domains:
        known: Domain | None = old.get((domain.name, domain.id))
        if known is None:
            continue
        if known.vif and not domain.vif:
            yield Entry(now, Event.CUT_OFF, (domain.name,))
        elif domain.vif and (not known.vif or known.netvm != domain.netvm):
            yield Entry(now, Event.ATTACHED, (domain.name, domain.netvm))
