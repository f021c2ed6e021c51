"""Who has changed what of ours and how often, as far as the kernel tells. Bounded, whatever names programs take."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

from qnet_gui.kernel.nft_monitor import program_name
from qnet_gui.model.repair import REPAIRS_MAX, UNKNOWN_PROGRAM, Repair, RepairKind

_PROGRAMS = REPAIRS_MAX // len(RepairKind)


def program_of(portid: int) -> str:
    """The program that owns a netlink port, which has the number of its process as long as it opened only one."""
    with contextlib.suppress(OSError):
        if portid > 0:
            return program_name(Path(f"/proc/{portid}/comm").read_bytes())
    return UNKNOWN_PROGRAM


class RepairRecord:
    """Since the agent started."""

    def __init__(self) -> None:
        self._counts: dict[RepairKind, Counter[str]] = {kind: Counter() for kind in RepairKind}

    def note(self, kind: RepairKind, program: str) -> None:
        """Something was repaired."""
        counts = self._counts[kind]
        known = program in counts or len(counts) < _PROGRAMS - 1
        counts[program if known else UNKNOWN_PROGRAM] += 1

    @property
    def repairs(self) -> list[Repair]:
        """All of them, those of a kind together, the most frequent first."""
        return [
            Repair(kind, count, program)
            for kind, counts in self._counts.items()
            for program, count in counts.most_common()
        ]
