"""What a fault is, and what is found of it on a machine. Pure."""

from __future__ import annotations

import enum
import shlex
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and what to do about it; `over`: it was, and nothing need be done.

    `remark`: nothing is wrong, and there could be more.

    `cure` is all of it in a line; `commands` are those in it, in their order. `code` is empty for what the helper says.
    """

    wrong: str
    cure: str = ""
    over: bool = False
    code: str = ""
    commands: tuple[str, ...] = ()
    remark: bool = False


#: Places of commands that are one word to a shell, whatever an administrator has called a file; others are several.
_OF_SHELLS = {"path", "folder"}


class Declared(NamedTuple):
    """A fault: a word for programs, the sentence, the cure and its commands, with places for what is in question.

    `silences`: with it no helper can answer, and none is asked. `helper_tells`: a helper that answers tells it.
    `remark`: nothing is wrong by it.
    """

    word: str
    wrong: str
    cure: str
    commands: tuple[str, ...]
    silences: bool = False
    helper_tells: bool = False
    remark: bool = False


class Fault(enum.Enum):
    """Base of all faults, which are declared by what they are about in the modules beside this one."""

    _value_: Declared

    def finding(self, **arguments: str) -> Finding:
        """It, on this machine."""
        declared = self.value
        quoted = arguments | {name: shlex.quote(arguments[name]) for name in _OF_SHELLS & arguments.keys()}
        commands = tuple(command.format(**quoted) for command in declared.commands)
        cure = f"{declared.cure.format(**arguments)}: {'; '.join(commands)}"
        wrong = declared.wrong.format(**arguments)
        return Finding(wrong, cure, code=declared.word, commands=commands, remark=declared.remark)
