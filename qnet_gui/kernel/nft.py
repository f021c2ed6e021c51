"""nftables through libnftables in this process: one transaction a call, about 0.3 ms where a process takes 20.

Touches the nftables of the network namespace that the process was in when the object was made. Takes ruleset text made
by pure functions (`netvm.ruleset`); nothing an outsider wrote may be in it unparsed.
"""

from __future__ import annotations

import json
from typing import Any

import nftables

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import shown


class Nft:
    """A libnftables context, kept for the life of the process."""

    def __init__(self) -> None:
        self._context: Any = nftables.Nftables()

    def apply(self, transaction: str) -> None:
        """Apply commands as one transaction: all of them or, with `KernelError`, none."""
        code, _, error = self._context.cmd(transaction)
        if code != 0:
            first = str(error).strip().splitlines()[:1]
            raise KernelError(SystemCode.NFT_REFUSED, value=shown(first[0] if first else code))

    def elements(self, family: str, table: str, name: str, kind: str = "set") -> list[Any]:
        """Elements of a set or map as libnftables' JSON gives them; none when the table or the set does not exist."""
        self._context.set_json_output(True)
        try:
            code, output, _ = self._context.cmd(f"list {kind} {family} {table} {name}")
        finally:
            self._context.set_json_output(False)
        if code != 0:
            return []
        for entry in json.loads(output).get("nftables", []):
            if kind in entry:
                return list(entry[kind].get("elem", []))
        return []
