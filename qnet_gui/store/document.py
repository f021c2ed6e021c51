"""docs/xenstore.md, made from the declarations: `make docs` writes it anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from qnet_gui.store import keys
from qnet_gui.store.keys import Key, Writer
from qnet_gui.store.reports import ALL

_HEAD = f"""\
# qnet in xenstore

This page is made from `qnet_gui/store/keys.py` and `qnet_gui/store/reports.py` by `make docs`; change it there.

Two trees, one direction each, both below a domain's home, `/local/domain/<id>`:

* `{keys.HOME_DOM0}/…` is made by dom0. Only dom0 may write it; the domain may read it, but for what is marked. No other
  domain may.
* `{keys.HOME_DOMAIN}/…` is made by the domain itself, in the one place where libxl lets it. dom0 reads it, trusts none
  of it, and drops what is not of the form below. No other domain may read or write it.

One node a field, printable ASCII. `N` in a path is a number from 0. The limit is in characters; a value matches its
pattern from end to end. What matches is parsed further: an address must be one that a host may have, a number within
its bounds. The agent writes `{keys.AGENT_SERIAL.at()}` last, and an answer's head after its pieces, so that whoever
waits for these reads the rest whole. At most {keys.UPLINKS} uplinks and {keys.PIECES} pieces are read.
"""


def _cell(text: str) -> str:
    """For a cell of a table, which a bar would end."""
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _row(key: Key[object]) -> str:
    readers = "dom0 alone" if key.private else "dom0, the domain"
    path, pattern = key.path.replace("{}", "N"), key.form.pattern.pattern
    return f"| {_code(path)} | {readers} | {_cell(key.meaning)} | {key.limit} | {_code(pattern)} |"


def _lines() -> Iterator[str]:
    yield _HEAD
    for writer in Writer:
        yield f"## Written by {writer.value}\n"
        yield "| key | read by | meaning | limit | pattern |"
        yield "|---|---|---|---|---|"
        yield from (_row(key) for key in ALL if key.writer is writer)
        yield ""


def document() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
