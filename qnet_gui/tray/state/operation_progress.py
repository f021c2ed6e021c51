"""The operation that is under way, or was last, as far as the helper has told: its steps and its end. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.snapshot import Snapshot


class State(enum.Enum):
    """How far a step is, in the helper's words."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, how far it is, and what the helper says of it."""

    name: str
    state: State
    what: Message


@dataclass(frozen=True, slots=True)
class OperationProgress:
    """`number` is 0 before the first operation. `error` is a D-Bus name, empty unless it has failed.

    `outcome` tells how it ended, None while it has not.
    """

    number: int = 0
    kind: str = ""
    steps: tuple[Step, ...] = ()
    over: bool = True
    error: str = ""
    outcome: Message | None = None

    def step(self, name: str) -> Step | None:
        """A step, if it has been begun."""
        return next((step for step in self.steps if step.name == name), None)


def begun(progress: OperationProgress, snapshot: Snapshot | None) -> OperationProgress:
    """After a new snapshot, which names the operation under way; one that was not named before begins here."""
    if snapshot is None or not snapshot.operation.id:
        return progress
    operation = snapshot.operation
    if operation.id != progress.number or operation.kind != progress.kind:
        return OperationProgress(
            operation.id, operation.kind, progress.steps if operation.id == progress.number else (), over=False
        )
    return progress


def stepped(progress: OperationProgress, number: int, name: str, state: str, what: Message) -> OperationProgress:
    """After a step has changed its state. A step that failed stays so, though it is put back then."""
    if number != progress.number:
        progress = OperationProgress(number, over=False)
    try:
        step = Step(name, State(state), what)
    except ValueError:  # another version's
        return progress
    old = progress.step(name)
    if old is None:
        return replace(progress, steps=(*progress.steps, step))
    if old.state is State.FAILED and step.state is State.UNDONE:
        return progress
    return replace(progress, steps=tuple(step if known is old else known for known in progress.steps))


def ended(progress: OperationProgress, number: int, error: str, outcome: Message) -> OperationProgress:
    """After the end of an operation; one that waits for the present one is none of its business."""
    if number != progress.number:
        return progress
    return replace(progress, over=True, error=error, outcome=outcome)


def abandoned(progress: OperationProgress) -> OperationProgress:
    """After the helper has left the bus; the next one counts its operations from 1 again."""
    if progress.over:
        return replace(progress, number=0)
    outcome = Message(HelperCode.HELPER_GONE_IN_ORDER)
    return replace(progress, number=0, over=True, error="HelperGone", outcome=outcome)
