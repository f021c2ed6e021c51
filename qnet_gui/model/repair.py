"""What others have changed of what the netvm's agent sets, and the agent has set again: what, how often, who. Pure.

The agent tells it as lines of an answer; dom0, which trusts no netvm, reads them by a pattern and within limits.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
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
