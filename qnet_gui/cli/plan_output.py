"""How a plan, what is done of it and how it ends are shown: in words to a person, as JSON to a program."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from qnet_gui.cli import streams
from qnet_gui.cli.question import asked
from qnet_gui.model.errors import FAILED, BadInput
from qnet_gui.model.messages.values import ValueCode

if TYPE_CHECKING:
    from qnet_gui.dom0.setup.plan import Obstacle


class PlanOutput(Protocol):
    """Where it is shown."""

    def plan(
        self, there: Sequence[str], obstacles: Sequence[Obstacle], steps: Sequence[str], notes: Sequence[str],
        nothing: str = "",
    ) -> None:  # fmt: skip
        """What there is, what stands in the way, what would be done, what to know; `nothing`: to be done, in words."""
        ...

    def undo(self, steps: Sequence[str]) -> None:
        """What would be taken back."""
        ...

    def ask(self, question: str, seconds: float | None = None) -> bool:
        """Whether somebody says yes; nobody there, or silent for so many seconds, is no. `BadInput` for programs."""
        ...

    def say(self, text: str) -> None:
        """What is being done, which goes on where nobody can read it any more."""
        ...

    def left(self, texts: Sequence[str]) -> None:
        """What could not be taken back."""
        ...

    def end(self, status: int, sentence: str, **more: Any) -> int:
        """How it has ended; `more` is for programs. The status again."""
        ...


class ForPeople:
    """Lines, on standard output."""

    def plan(
        self, there: Sequence[str], obstacles: Sequence[Obstacle], steps: Sequence[str], notes: Sequence[str],
        nothing: str = "",
    ) -> None:  # fmt: skip
        """See `PlanOutput`."""
        for line in there:
            print(line)
        for obstacle in obstacles:
            print(f"! {obstacle.wrong}\n  {obstacle.cure}")
        if steps:
            print("To be done:")
        elif nothing and not obstacles:
            print(nothing)
        for number, step in enumerate(steps, 1):
            print(f"  {number}. {step}")
        for note in notes:
            print(f"* {note}")

    def undo(self, steps: Sequence[str]) -> None:
        """See `PlanOutput`."""
        for step in steps:
            print(f"  - {step}")

    def ask(self, question: str, seconds: float | None = None) -> bool:
        """See `PlanOutput`."""
        return asked(question, seconds)

    def say(self, text: str) -> None:
        """See `PlanOutput`."""
        streams.say(text)

    def left(self, texts: Sequence[str]) -> None:
        """See `PlanOutput`."""
        for text in texts:
            print(f"! {text}")

    def end(self, status: int, sentence: str, **more: Any) -> int:
        """See `PlanOutput`."""
        if sentence:
            print(sentence, flush=True)
        return status


class ForPrograms:
    """A JSON object a line: the plan, then one for each thing that is done, and a last one for the end."""

    def __init__(self) -> None:
        self._in_the_way = ""

    def plan(
        self, there: Sequence[str], obstacles: Sequence[Obstacle], steps: Sequence[str], notes: Sequence[str],
        nothing: str = "",
    ) -> None:  # fmt: skip
        """See `PlanOutput`."""
        self._in_the_way = " ".join(obstacle.wrong for obstacle in obstacles)
        in_the_way = [{"wrong": obstacle.wrong, "cure": obstacle.cure} for obstacle in obstacles]
        self._print(there=[*there], obstacles=in_the_way, steps=[*steps], notes=[*notes])

    def undo(self, steps: Sequence[str]) -> None:
        """See `PlanOutput`."""
        self._print(steps=[*steps])

    def ask(self, question: str, seconds: float | None = None) -> bool:
        """See `PlanOutput`."""
        raise BadInput(ValueCode.JSON_ASKS_NOBODY)

    def say(self, text: str) -> None:
        """See `PlanOutput`."""
        with suppress(OSError):
            self._print(text=text)

    def left(self, texts: Sequence[str]) -> None:
        """See `PlanOutput`."""
        for text in texts:
            self._print(left=text)

    def end(self, status: int, sentence: str, **more: Any) -> int:
        """See `PlanOutput`."""
        self._print(**{"error": FAILED if status else "", "sentence": sentence or self._in_the_way, **more})
        return status

    @staticmethod
    def _print(**fields: Any) -> None:
        streams.print_json(fields)


def plan_output(as_json: bool) -> PlanOutput:
    """The one that is asked for."""
    return ForPrograms() if as_json else ForPeople()
