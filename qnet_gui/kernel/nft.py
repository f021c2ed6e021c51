"""nftables through libnftables in this process: one transaction a call, about 0.3 ms where a process takes 20.

Touches the nftables of the network namespace that the process was in when the object was made. Takes ruleset text made
by pure functions (`netvm.ruleset`); nothing an outsider wrote may be in it unparsed.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nftables

from qnet_gui.kernel.event_socket import NETLINK_NETFILTER
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import shown


def _netfilter_sockets() -> dict[int, int]:
    """The port numbers of this process's netlink sockets to netfilter, by descriptor; libnftables hides them."""
    portids = {}
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if not stat.S_ISSOCK(os.stat(int(entry.name)).st_mode):  # noqa: PTH116 - of a descriptor
                continue
            with socket.socket(fileno=os.dup(int(entry.name))) as opened:
                if opened.family == socket.AF_NETLINK and opened.proto == NETLINK_NETFILTER:
                    portids[int(entry.name)] = int(opened.getsockname()[0])
    return portids


def _bare(element: Any) -> Any:
    """An element without what somebody may have added to it: a remark, a time at which it goes, a counter."""
    if isinstance(element, list):  # of a map: the key, which that is added to, and the value
        return [_bare(element[0]), *element[1:]]
    return element["elem"]["val"] if isinstance(element, dict) and "elem" in element else element


@dataclass(frozen=True, slots=True)
class BaseChain:
    """A chain that packets come to by a hook of the kernel's."""

    family: str
    table: str
    name: str
    hook: str
    type: str = "filter"


class Nft:
    """A libnftables context, kept for the life of the process."""

    def __init__(self) -> None:
        before = _netfilter_sockets()
        self._context: Any = nftables.Nftables()
        self._opened = _netfilter_sockets().keys() - before.keys()

    @property
    def portid(self) -> int:
        """By which events tell that a transaction was ours; 0, which is nobody's, where that cannot be told yet."""
        portids = _netfilter_sockets()
        return next((portids[descriptor] for descriptor in self._opened if descriptor in portids), 0)

    def apply(self, transaction: str) -> None:
        """Apply commands as one transaction: all of them or, with `KernelError`, none."""
        code, _, error = self._context.cmd(transaction)
        if code != 0:
            first = str(error).strip().splitlines()[:1]
            raise KernelError(SystemCode.NFT_REFUSED, value=shown(first[0] if first else code))

    def listing(self, family: str, table: str) -> str:
        """A table's sets, chains and rules as text, without elements and counts; empty when there is none."""
        try:
            self._context.set_terse_output(True)
            self._context.set_stateless_output(True)
            code, output, _ = self._context.cmd(f"list table {family} {table}")
        finally:
            self._context.set_terse_output(False)
            self._context.set_stateless_output(False)
        return str(output) if code == 0 else ""

    def elements(self, family: str, table: str, name: str, kind: str = "set") -> list[Any]:
        """Elements of a set or map as libnftables' JSON gives them; none when the table or the set does not exist."""
        for row in self._rows(f"list {kind} {family} {table} {name}", kind):
            return list(map(_bare, row.get("elem", [])))
        return []

    def base_chains(self) -> list[BaseChain]:
        """Everybody's."""
        rows = self._rows("list chains", "chain")
        names = ("family", "table", "name", "hook", "type")
        return [BaseChain(*(row[name] for name in names)) for row in rows if "hook" in row]

    def counters(self, family: str, table: str) -> dict[str, int]:
        """How many packets each named counter of a table has counted; none when there is no such table.

        By the whole table, of which no element is read: `list counters` reads all elements of everybody's sets first,
        for seconds where somebody has a long list of addresses.
        """
        self._context.set_terse_output(True)
        try:
            rows = self._rows(f"list table {family} {table}", "counter")
        finally:
            self._context.set_terse_output(False)
        return {row["name"]: row["packets"] for row in rows}

    def _rows(self, command: str, kind: str) -> list[dict[str, Any]]:
        """What libnftables' JSON has of one kind; nothing for what it refuses."""
        self._context.set_json_output(True)
        try:
            code, output, _ = self._context.cmd(command)
        finally:
            self._context.set_json_output(False)
        return [entry[kind] for entry in json.loads(output).get("nftables", []) if kind in entry] if code == 0 else []
