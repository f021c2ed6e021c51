"""How the steps of an operation are shown: to a person at a terminal, in a file, to a program. Writes to one stream."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol, TextIO

from qnet_gui.cli.streams import print_json
from qnet_gui.model.errors import FAILED
from qnet_gui.model.messages.message import Message
from qnet_gui.model.wire.message_wire import arguments

_SIGNS = {"done": "✓", "failed": "✗", "undone": "↩", "begun": "…"}
_WORDS = {"done": "[done]", "failed": "[failed]", "undone": "[undone]", "begun": "[...]"}
_WIPE = "\r\x1b[K"


class Display(Protocol):
    """Where an operation is shown; `operation` is its number once it has one."""

    operation: int

    def say(self, text: str) -> None:
        """Something that only people want to know."""
        ...

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        """A step has changed its state: begun, done, failed, undone."""
        ...

    def ended(self, error: str, outcome: Message | str, **more: Any) -> None:
        """The end; `error` is a D-Bus name, empty where all went well. `more` is for programs.

        `outcome` is a text where the command line has to say something of its own.
        """
        ...


class ForPeople:
    """A line a step. At a terminal that can do it, the step under way is shown until its outcome takes its place."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str], columns: int = 80) -> None:
        self.operation = 0
        self._stream = stream
        self._live = stream.isatty() and environment.get("TERM", "") not in ("", "dumb")
        unicode = self._live and (stream.encoding or "").lower().replace("-", "") == "utf8"
        self._marks = _SIGNS if unicode else _WORDS
        self._columns = columns
        self._pending = False

    def _print(self, text: str, end: str = "\n") -> None:
        print((_WIPE if self._pending else "") + text, end=end, file=self._stream, flush=True)
        self._pending = not end

    def _wipe(self) -> None:
        if self._pending:
            self._print("", end="")
            self._pending = False

    def say(self, text: str) -> None:
        """A line, or several."""
        self._print(text)

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        """`  ✓ paused 2 domains: personal, work`."""
        text = what.english
        line = f"  {self._marks.get(state, state)} {text}"
        if not text:
            self._wipe()
        elif state != "begun":
            self._print(line)
        elif self._live:
            self._print(line[: self._columns - 1], end="")  # a longer one could not be wiped off

    def ended(self, error: str, outcome: Message | str, **more: Any) -> None:
        """The closing sentence; an error's is for whoever tells errors, on another stream."""
        if not error:
            self._print(str(outcome))
        else:
            self._wipe()


class ForPrograms:
    """A JSON object a line: one a step, and a last one for the end."""

    def __init__(self, stream: TextIO) -> None:
        self.operation = 0
        self._stream = stream

    def _print(self, **fields: Any) -> None:
        print_json(fields, self._stream)

    def say(self, text: str) -> None:
        """Nothing."""

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        """All of it."""
        self._print(operation=operation, step=step, state=state, text=what.english, **_code(what))

    def ended(self, error: str, outcome: Message | str, **more: Any) -> None:
        """All of it."""
        self._print(operation=self.operation, error=error, sentence=str(outcome), **_code(outcome), **more)


class Unfailing:
    """Another display, for whom it is no reason to stop that it can show nothing any more."""

    def __init__(self, display: Display) -> None:
        self._display = display

    @property
    def operation(self) -> int:
        """See `Display`."""
        return self._display.operation

    @operation.setter
    def operation(self, number: int) -> None:
        self._display.operation = number

    def say(self, text: str) -> None:
        """See `Display`."""
        with contextlib.suppress(OSError):
            self._display.say(text)

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        """See `Display`."""
        with contextlib.suppress(OSError):
            self._display.step(operation, step, state, what)

    def ended(self, error: str, outcome: Message | str, **more: Any) -> None:
        """See `Display`."""
        with contextlib.suppress(OSError):
            self._display.ended(error, outcome, **more)


def interrupted(shown_on: Display, sentence: str) -> None:
    """The end of what somebody has interrupted: a person is told, and to programs it has failed."""
    shown_on.say(sentence)
    shown_on.ended(FAILED, sentence)


def _code(message: Message | str) -> dict[str, Any]:
    """What programs can go by; nothing of what the command line says itself."""
    return {} if isinstance(message, str) else {"code": message.code.value, "arguments": arguments(message)}


def display(as_json: bool) -> Display:
    """The display for standard output as it is."""
    if as_json:
        return ForPrograms(sys.stdout)
    columns = os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0
    return ForPeople(sys.stdout, os.environ, columns or 80)
