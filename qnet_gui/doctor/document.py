"""docs/doctor.md, made from the declarations: `make docs` writes it anew."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from qnet_gui.doctor.faults.faults import FAULTS
from qnet_gui.model.messages.code import Plural
from qnet_gui.model.messages.problems import ProblemCode

_HEAD = """\
# What `qnet doctor` may say

This page is made from `qnet_gui/doctor/faults/faults.py` and `qnet_gui/model/messages/problems.py` by `make docs`;
change it there.

`qnet doctor` looks at the machine that it runs on first, and then asks the helper. Each finding is one sentence, and
what to do about it. It needs no root; as root it sees more: what xl says, packet filters of others, a journal that was
left. The exit status is 0 when nothing is wrong, 1 when something is. With `--json`, a list of objects: `code` (the
word below, empty for what the helper says), `wrong`, `cure`, `commands` (those of the cure, in order), `over`, true for
what was wrong and has been put right, and `remark`, true where nothing is wrong and somebody may want more. Capitals
stand for what is in question. Where it is a file below /etc that is missing, the command to install again has
`-o Dpkg::Options::=--force-confmiss` in it, without which dpkg takes it for removed on purpose.
"""
_PLACE = re.compile(r"\{([a-z]+)\}")
#: What stands for places that are the same on every machine, but for its distribution.
_SHOWN = {
    "where": "in the folder with qnet's packages, or in a checkout of qnet",
    "again": "apt install --reinstall ./PACKAGE_*.deb",
    "why": "What is wrong, as whoever found it says",
    "apt": "apt",
    "by": "UNIT",
}
_BRACES = {"{{": "{", "}}": "}"}


def _cell(text: str) -> str:
    """For a cell of a table: names in capitals for places, and no bar, which would end it."""
    named = _PLACE.sub(lambda place: _SHOWN.get(place[1], place[1].upper()), text)
    for doubled, single in _BRACES.items():
        named = named.replace(doubled, single)
    return named.replace("|", "\\|").replace("*", "\\*")


def _code(command: str) -> str:
    return f"`{_cell(command)}`".replace("\\*", "*")


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "## On this machine\n"
    yield "| word | what is wrong | what to do | by which commands |"
    yield "|---|---|---|---|"
    for fault in FAULTS:
        declared = fault.value
        commands = "<br>".join(map(_code, declared.commands))
        yield f"| `{declared.word}` | {_cell(declared.wrong)} | {_cell(declared.cure)} | {commands} |"
    yield "\n## What the helper says\n"
    yield "| word | what is wrong | what to do |"
    yield "|---|---|---|"
    for code in ProblemCode:
        wrong = code.form.many if isinstance(code.form, Plural) else code.form
        yield f"| `{code.value}` | {_cell(wrong)} | {_cell(code.cure)} |"


def document() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
