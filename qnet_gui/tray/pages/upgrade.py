"""From the snapshot, the helper's preflight and the operation under way to what the Upgrade page shows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qnet_gui.model.clock import clock
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.errors import QnetError
from qnet_gui.model.outcome import CONNECT, DISCONNECT, RECOVER, gone_wrong
from qnet_gui.model.preflight import UNRESOLVED, Preflight, let_out, listed
from qnet_gui.model.sentence import others_problems, sentence, uplink_name
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.translation import mark, tr, tr_count
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.pages.overview import away_cure
from qnet_gui.tray.state.cures import untold
from qnet_gui.tray.state.menu import blind, can_disconnect
from qnet_gui.tray.state.operation_progress import OperationProgress, State

#: The steps by which dom0 is connected, in their order, as the helper calls them; and what they do, for people.
STEPS = {
    "pause": mark("Pause the other domains"),
    "filter": mark("Close dom0 but for what an upgrade needs"),
    "attach": mark("Attach dom0 to netvm"),
    "address": mark("Give dom0 an address"),
    "resolv.conf": mark("Tell dom0 its name servers"),
    "up": mark("Open the way"),
}
#: The same backwards.
STEPS_BACK = {
    "up": mark("Close the way"),
    "resolv.conf": mark("Put dom0's name servers back"),
    "address": mark("Take dom0's address"),
    "attach": mark("Detach dom0 from netvm"),
    "filter": mark("Remove the packet filter of the upgrade"),
    "pause": mark("Let the paused domains go on"),
}
_NO_PROGRESS = OperationProgress()
#: So many names are listed.
NAMES_MAX = 24
_MARKS = {State.BEGUN: Mark.BEGUN, State.DONE: Mark.DONE, State.FAILED: Mark.FAILED, State.UNDONE: Mark.BACK}


@dataclass(frozen=True, slots=True)
class UpgradeInputs:
    """What the page knows beside the snapshot: the answer to Preflight (None while it is awaited), the operation.

    `asking`: the answer to "connect" is awaited, for which a person may be typing a password. `refused`: why the last
    request was not carried out, empty if it was. `read`: the operation that was over before the page was opened; how
    it went is no news. `unreadable`: there is no snapshot because the helper is of another version. `in_doubt`:
    there is none, and dom0 was connected when there was one.
    """

    preflight: Preflight | QnetError | None = None
    progress: OperationProgress = _NO_PROGRESS
    asking: bool = False
    refused: str = ""
    read: OperationProgress | None = None
    unreadable: bool = False
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class UpgradePage:
    """The page's content. `facts` are pairs of label and text. `until` is in seconds since the epoch, 0 for no
    countdown. `why` says why dom0 cannot be connected, empty where it can be.

    `steps` are those of the attempt that `outcome` tells of, `checks` those of the next one; where there are both,
    `checks_head` says so. A failed `outcome` comes before everything else.
    """

    head: str
    more: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    checks_head: str = ""
    checks: tuple[Line, ...] = ()
    steps: tuple[Line, ...] = ()
    outcome: Line | None = None
    until: int = 0
    choose_minutes: bool = False
    connect: bool = False
    why: str = ""
    extend: bool = False
    disconnect: bool = False

    @property
    def failed(self) -> bool:
        """Whether what was asked for last has failed."""
        return self.outcome is not None and self.outcome.mark is Mark.FAILED


def _checks(snapshot: Snapshot, preflight: Preflight) -> tuple[Line, ...]:
    """What was looked at; somebody else's operation explains all the rest, and is told alone."""
    if preflight.busy:
        return (Line(Mark.FAILED, preflight.busy.translated),)
    name, lines = snapshot.netvm.name, []
    if snapshot.netvm.state is NetvmState.RUNNING and snapshot.netvm.id != 0:
        lines.append(Line(Mark.DONE, tr("{name} is running", name=name)))
        if snapshot.uplink:
            lines.append(Line(Mark.DONE, tr("{name} has an uplink", name=name)))
            if preflight.names:
                lines.append(Line(Mark.DONE, tr("Names resolve")))
    lines += [Line(Mark.FAILED, obstacle.translated) for obstacle in preflight.obstacles]
    if not preflight.names and not preflight.obstacles:
        lines.append(Line(Mark.WARNING, tr(UNRESOLVED)))
    return tuple(lines)


def abbreviated(names: Sequence[str]) -> str:
    """Names as a person reads them; of very many only the first."""
    if len(names) <= NAMES_MAX:
        return listed(names)
    first, more = ", ".join(names[:NAMES_MAX]), len(names) - NAMES_MAX
    return tr_count("{names} and {count} more", "{names} and {count} more", more, names=first, count=more)


def _facts(snapshot: Snapshot, preflight: Preflight) -> tuple[tuple[str, str], ...]:
    paused = abbreviated(preflight.pause) or tr("none; no other domain is running")
    rows = [(tr("These domains will be paused:"), paused)]
    if preflight.paused:
        rows.append((tr("Paused already, and left so:"), abbreviated(preflight.paused)))
    uplink = uplink_name(snapshot.uplink) if snapshot.uplink else ""
    through = ", ".join(name for name in (preflight.netvm, uplink) if name)
    rows.append((tr("Connected through:"), through))
    rows.append((tr("Allowed:"), tr("{what}; nothing is let in", what=let_out(preflight))))
    return tuple(rows)


def _steps(progress: OperationProgress) -> tuple[Line, ...]:
    """An operation's steps; of one that connects, also those that are still to come."""
    back = progress.kind in (DISCONNECT, RECOVER)
    names, lines = STEPS_BACK if back else STEPS, []
    for name, text in names.items():
        step = progress.step(name)
        if step is None and (back or progress.over):
            continue
        made = Mark.DONE if back and step and step.state is State.UNDONE else _MARKS[step.state] if step else Mark.TO_DO
        # once it is over, the outcome below has the reason
        detail = step.what.translated if step and step.state is State.FAILED and not progress.over else ""
        lines.append(Line(made, tr(text), detail))
    return tuple(lines)


def _about_dom0(inputs: UpgradeInputs) -> bool:
    return inputs.progress.kind in (CONNECT, DISCONNECT, RECOVER) and inputs.progress != inputs.read


def _outcome(snapshot: Snapshot | None, inputs: UpgradeInputs) -> Line | None:
    """How the last request turned out, when that is worth a line. A failure is for as long as nothing came after it."""
    if inputs.refused:
        return Line(Mark.FAILED, inputs.refused)
    progress = inputs.progress
    wrong = gone_wrong(snapshot.ended) if snapshot else None
    if wrong and progress.over:
        return Line(Mark.FAILED, wrong.outcome.translated)
    if not (progress.over and _about_dom0(inputs)):
        return None
    outcome = progress.outcome.translated if progress.outcome else ""
    if progress.error:
        return Line(Mark.FAILED, outcome)
    return Line(Mark.DONE, outcome) if progress.kind != CONNECT else None


def _again(outcome: Line | None) -> str:
    """What stands above the checks: after an attempt they are about the next one."""
    return tr("For the next attempt:") if outcome and outcome.mark is not Mark.BEGUN else ""


def _closed(snapshot: Snapshot, inputs: UpgradeInputs) -> UpgradePage:
    preflight, more = inputs.preflight, tr("To upgrade its packages it can be connected for a while.")
    head = tr("dom0 has no network. That is how it should be.")
    if any(problem.code in ("dom0-reachable", "dom0-nic", "dom0-netvm") for problem in snapshot.problems):
        head = tr("dom0 is not connected for an upgrade.")
    steps = _steps(inputs.progress) if _about_dom0(inputs) else ()
    outcome = _outcome(snapshot, inputs)
    if isinstance(preflight, QnetError):
        why = preflight.translated
        checks = (Line(Mark.FAILED, why),)
        return UpgradePage(head, more, checks_head=_again(outcome), checks=checks, outcome=outcome, why=why)
    if preflight is None:
        why = tr("Looking at what stands in the way…")
        checks = (Line(Mark.BEGUN, why),)
        return UpgradePage(
            head, more, checks_head=_again(outcome), checks=checks, steps=steps, outcome=outcome, why=why
        )
    obstacles = (preflight.busy,) if preflight.busy else preflight.obstacles
    why = " ".join(obstacle.translated for obstacle in obstacles)
    if inputs.asking:
        why = tr("Waiting for the answer; a password may have been asked for.")
        outcome, steps = Line(Mark.BEGUN, why), ()
    return UpgradePage(
        head, more, _facts(snapshot, preflight), _again(outcome), _checks(snapshot, preflight), steps, outcome,
        choose_minutes=not why, connect=not why, why=why,
    )  # fmt: skip


def _paused(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return ((tr("Paused:"), abbreviated(names)),) if names else ()


def _under_way(snapshot: Snapshot, inputs: UpgradeInputs) -> UpgradePage:
    head = sentence(snapshot)
    if snapshot.dom0.state is Dom0State.CLOSED:  # not yet, or no longer
        connects = now(snapshot, inputs, Dom0State.CLOSED) is Dom0State.CONNECTING
        head = tr("Connecting dom0 to the network…") if connects else tr("Disconnecting dom0 from the network…")
    return UpgradePage(
        head, facts=_paused(snapshot.dom0.paused), steps=_steps(inputs.progress), outcome=_outcome(snapshot, inputs),
        why=head, disconnect=can_disconnect(snapshot),
    )  # fmt: skip


def _open(snapshot: Snapshot, inputs: UpgradeInputs) -> UpgradePage:
    dom0 = snapshot.dom0
    head = tr("dom0 is connected to the network until {until}.", until=clock(dom0.until))
    facts = ((tr("Connected by:"), dom0.by),) if dom0.by else ()
    steps = _steps(inputs.progress) if inputs.progress.kind == CONNECT else ()
    checks = tuple(Line(Mark.WARNING, f"{problem.sentence} {problem.cure}") for problem in others_problems(snapshot))
    more = tr("Closing this window does not disconnect it. At that time it is disconnected by itself.")
    outcome = Line(Mark.FAILED, inputs.refused) if inputs.refused else None
    if inputs.asking:
        outcome = Line(Mark.BEGUN, tr("Waiting for the answer; a password may have been asked for."))
    return UpgradePage(
        head, more, (*_paused(dom0.paused), *facts), checks=checks, steps=steps, outcome=outcome,
        until=dom0.until, choose_minutes=True, extend=not inputs.asking, disconnect=True,
    )  # fmt: skip


def _away(inputs: UpgradeInputs) -> str:
    """What there is to be said where there is no snapshot, before what to do about it."""
    *doubts, _ = untold(None, inputs.unreadable, inputs.in_doubt)
    return " ".join([*(f"{doubt.title} {doubt.text}" for doubt in doubts), away_cure(inputs.unreadable)])


def upgrade(snapshot: Snapshot | None, inputs: UpgradeInputs) -> UpgradePage:
    """The content. What is done follows the helper; what was clicked shows only as `asking`."""
    if snapshot is None or (blind(snapshot) and snapshot.dom0.state is Dom0State.CLOSED):
        cure = next((problem.cure for problem in snapshot.problems), "") if snapshot else _away(inputs)
        said = sentence(snapshot, inputs.unreadable)
        return UpgradePage(said, cure, outcome=_outcome(snapshot, inputs), why=said)
    if snapshot.dom0.state is Dom0State.OPEN:
        return _open(snapshot, inputs)
    if now(snapshot, inputs, snapshot.dom0.state) is Dom0State.CLOSED:
        return _closed(snapshot, inputs)
    return _under_way(snapshot, inputs)


def now(snapshot: Snapshot | None, inputs: UpgradeInputs, last_known: Dom0State) -> Dom0State:
    """At which dom0's connection is: before it is there, and after it, operations are already, or still, about it."""
    if snapshot is None:
        return last_known
    if snapshot.dom0.state is not Dom0State.CLOSED or inputs.progress.over or not _about_dom0(inputs):
        return snapshot.dom0.state
    return Dom0State.CONNECTING if inputs.progress.kind == CONNECT else Dom0State.CLOSING


def left(until: int, now: float) -> str:
    """How long it is until the deadline, for a countdown that is painted once a second."""
    seconds = max(0, round(until - now))
    hours, rest = divmod(seconds, 3600)
    text = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return tr("{left} left", left=text)
