"""libnftables' context as far as our rulesets use it: tables, chains with their rules, sets, maps and counters.

What it does not know it refuses, as the real one does with what it does not understand. A rule is kept as its text.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from typing import Any


class _Refused(Exception):
    """The first line of what libnftables would say."""


@dataclass
class Table:
    """What is in a table; `elements` by the name of their set or map."""

    kinds: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    chains: dict[str, list[str]] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)


_MISSING = "Error: Could not process rule: No such file or directory"
_COMMAND = re.compile(
    r"(add|delete|flush|list) (table|chain|rule|set|map|counter|element) (\w+) (\w+) ?(\w*) ?(.*)", re.S
)


def _value(text: str) -> Any:
    """A name, an address or a number (marks are), as libnftables' JSON has it."""
    text = text.strip()
    return int(text) if text.isdigit() else text.strip('"')


def _parsed(text: str) -> Any:
    """An element as libnftables' JSON has it."""
    if " . " in text:
        return {"concat": [_value(part) for part in text.split(" . ")]}
    if " : " in text:
        return [_value(part) for part in text.split(" : ")]
    return _value(text)


class Ruleset:
    """All tables by (family, name)."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], Table] = {}

    def apply(self, text: str) -> None:
        """All lines or, with `_Refused`, none."""
        before = copy.deepcopy(self.tables)
        try:
            for line in filter(None, (line.strip() for line in text.splitlines())):
                self._do(line)
        except _Refused:
            self.tables = before
            raise

    def _do(self, line: str) -> None:
        match = _COMMAND.fullmatch(line)
        if match is None:
            raise _Refused("Error: syntax error, unexpected string")
        verb, what, family, name, inner, rest = match.groups()
        if (verb, what) == ("add", "table"):
            self.tables.setdefault((family, name), Table())
            return
        table = self.tables.get((family, name))
        if table is None:
            raise _Refused(_MISSING)
        if (verb, what) == ("delete", "table"):
            del self.tables[family, name]
        elif what in ("chain", "rule"):
            self._chain(table, verb, what, inner, rest)
        else:
            self._set(table, verb, what, inner, rest)

    @staticmethod
    def _chain(table: Table, verb: str, what: str, name: str, rest: str) -> None:
        if (verb, what) == ("add", "chain"):
            if table.hooks.setdefault(name, rest) != rest:
                raise _Refused("Error: Could not process rule: Operation not supported")
            table.chains.setdefault(name, [])
        elif name not in table.chains:
            raise _Refused(_MISSING)
        elif verb == "flush":
            table.chains[name].clear()
        elif (verb, what) == ("add", "rule"):
            table.chains[name].append(rest)
        else:
            raise _Refused("Error: syntax error, unexpected string")

    @staticmethod
    def _set(table: Table, verb: str, what: str, name: str, rest: str) -> None:
        if verb == "add" and what != "element":
            if table.types.setdefault(name, type_ := rest.partition(";")[0]) != type_:
                raise _Refused("Error: Could not process rule: File exists")
            table.kinds.setdefault(name, what)
            table.elements.setdefault(name, {})
            return
        if name not in table.kinds or what not in ("element", table.kinds[name]):
            raise _Refused(_MISSING)
        elements = table.elements[name]
        if verb == "flush":
            elements.clear()
        elif what == "element":
            for text in filter(None, (text.strip() for text in rest.strip("{} ").split(","))):
                key = text.split(" : ")[0]
                if verb == "delete" and elements.pop(key, None) is None:
                    raise _Refused(_MISSING)
                if verb == "add":
                    if key in elements and elements[key] != _parsed(text):
                        raise _Refused("Error: Could not process rule: File exists")
                    elements[key] = _parsed(text)
        else:
            raise _Refused("Error: syntax error, unexpected string")


class Context:
    """What `nftables.Nftables()` gives."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._json = False

    def set_json_output(self, wanted: bool) -> None:
        self._json = wanted

    def set_terse_output(self, wanted: bool) -> None:
        """A listing of a table is terse."""

    def set_stateless_output(self, wanted: bool) -> None:
        """And has no counts."""

    def cmd(self, text: str) -> tuple[int, str, str]:
        try:
            if text.startswith("list "):
                return 0, self._list(text), ""
            self._ruleset.apply(text)
        except _Refused as refused:
            return 1, "", f"{refused}\n"
        return 0, "", ""

    def _rows(self, kind: str, rows: list[dict[str, Any]]) -> str:
        return json.dumps({"nftables": [{"metainfo": {}}, *({kind: row} for row in rows)]})

    def _chains(self) -> str:
        """Everybody's, with the type and the hook of those that have one."""
        rows: list[dict[str, Any]] = []
        for (family, name), table in self._ruleset.tables.items():
            for chain in table.chains:
                row = {"family": family, "table": name, "name": chain}
                hook = re.search(r"type (\w+) hook (\w+)", table.hooks[chain])
                rows.append({**row, "type": hook[1], "hook": hook[2]} if hook else row)
        return self._rows("chain", rows)

    def _counters(self, table: Table) -> str:
        """Of all that is in a table; nobody's packets go through this kernel."""
        counters = [counter for counter, kind in table.kinds.items() if kind == "counter"]
        return self._rows("counter", [{"name": counter, "packets": 0} for counter in counters])

    def _list(self, text: str) -> str:
        if text == "list chains":
            return self._chains()
        match = _COMMAND.fullmatch(text)
        table = self._ruleset.tables.get((match[3], match[4])) if match else None
        if match is not None and match[2] == "table" and table is not None:
            if self._json:
                return self._counters(table)
            return f"{match[3]} {match[4]} {table.kinds} {table.chains}"
        if match is None or table is None or table.kinds.get(match[5]) != match[2]:
            raise _Refused(_MISSING)
        elements = list(table.elements[match[5]].values())
        return self._rows(match[2], [{"name": match[5], "elem": elements}])
