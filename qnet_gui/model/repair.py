"""What others have changed of what the netvm's agent sets, and the agent has set again: what, how often, who. Pure.

The agent tells it as lines of an answer; dom0, which trusts no netvm, reads them by a pattern and within limits.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import shown, text_of

#: More is told by nobody, and not read.
REPAIRS_MAX = 32
COUNT_MAX = 999_999
#: The program when nobody could tell which.
UNKNOWN_PROGRAM = "?"
_LINE = re.compile(r"([a-z]{1,16}) ([1-9][0-9]{0,5}) ([A-Za-z0-9_.:+?-]{1,15})")


class RepairKind(enum.Enum):
    """What was repaired."""

    FILTER = "filter"
    SETTINGS = "settings"
    ADDRESSES = "addresses"
    ROUTES = "routes"
    VIFS = "vifs"


@dataclass(frozen=True, slots=True)
class Repair:
    """`count`: how often that program did it; `program`: its name, or `?`."""

    what: RepairKind
    count: int
    program: str = UNKNOWN_PROGRAM

    @property
    def line(self) -> str:
        """As it travels through xenstore."""
        return f"{self.what.value} {min(self.count, COUNT_MAX)} {self.program}"

    @classmethod
    def from_line(cls, untrusted_line: bytes | str) -> Repair:
        """Parse `line`'s form."""
        text = text_of(untrusted_line, 64)
        match = _LINE.fullmatch(text)
        if match is None or match[1] not in {kind.value for kind in RepairKind}:
            raise BadInput(ValueCode.NOT_A_REPAIR, value=shown(untrusted_line))
        return cls(RepairKind(match[1]), int(match[2]), match[3])

    @classmethod
    def from_plain(cls, row: Mapping[str, object]) -> Repair:
        """Of `as_dict`'s form."""
        return cls.from_line(f"{row.get('what')} {row.get('count')} {row.get('program')}")

    def as_dict(self) -> dict[str, str | int]:
        """As plain data."""
        return {**asdict(self), "what": self.what.value}


def repairs(untrusted_lines: Iterable[str]) -> list[Repair]:
    """What an agent told; what does not fit is dropped."""
    rows = []
    for untrusted_line in list(untrusted_lines)[:REPAIRS_MAX]:
        try:
            rows.append(Repair.from_line(untrusted_line))
        except BadInput:
            continue
    return rows


_WAS_CHANGED = {
    RepairKind.FILTER: "The packet filter of {netvm} was changed",
    RepairKind.SETTINGS: "Kernel settings of {netvm} were changed",
    RepairKind.ADDRESSES: "Addresses of {netvm} were taken away",
    RepairKind.ROUTES: "Routes or routing rules of {netvm} were changed",
    RepairKind.VIFS: "Vifs of {netvm} were changed",
}


def sentence(rows: Iterable[Repair], netvm: str) -> str:
    """What happened to one kind of things, and by whom; `rows` are of one kind, and not none."""
    rows = list(rows)
    count = sum(row.count for row in rows)
    times = "once" if count == 1 else "twice" if count == 2 else f"{count} times"
    names = [f"{row.program} ({row.count})" for row in rows if row.program != UNKNOWN_PROGRAM]
    unknown = sum(row.count for row in rows if row.program == UNKNOWN_PROGRAM)
    if unknown and names:
        names.append(f"others ({unknown})")
    programs = ", ".join(names) or "a program that the kernel does not name"
    return f"{_WAS_CHANGED[rows[0].what].format(netvm=netvm)} {times}, by {programs}; all is as it should be again."
