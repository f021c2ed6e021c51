"""`qnet traffic`: how much each domain and uplink receives and sends, once or until Ctrl-C."""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from typing import Any, TextIO

from qnet_gui.cli.bus.helper import Helper
from qnet_gui.cli.bus.line import Line
from qnet_gui.cli.show import aligned
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.errors import NoAnswer, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.traffic import RENEWAL, History, Series, rate_text, size_text

#: Seconds in which the agent is to tell something; it does so each second.
_PATIENCE = 5.0
_WIPE = "\x1b[H\x1b[2J"
_HEADS = ("down", "up", "total down", "total up")


def _busiest_first(group: Mapping[Any, Series]) -> list[Series]:
    return sorted(group.values(), key=lambda series: (-(series.down_rate or 0) - (series.up_rate or 0), series.name))


def _row(series: Series) -> tuple[str, ...]:
    rates = rate_text(series.down_rate), rate_text(series.up_rate)
    return series.name, *rates, size_text(series.received), size_text(series.sent)


def table(history: History, rows: int | None = None) -> str:
    """What people read: the busiest domains first, then the uplinks. `rows`: how many lines there is room for."""
    uplinks = [_row(series) for series in _busiest_first(history.uplinks)]
    domains = [_row(series) for series in _busiest_first(history.domains)]
    room = len(domains) if rows is None else max(1, rows - 4 - len(uplinks))
    uplink_heads = ("UPLINK", *map(str.upper, _HEADS))
    # in one table, so that the numbers of both stand below each other
    lines = aligned(("domain", *_HEADS), [*domains[:room], uplink_heads, *uplinks], 1).splitlines()
    of_domains, of_uplinks = lines[: len(domains[:room]) + 1], lines[len(domains[:room]) + 1 :]
    if len(domains) > room:
        of_domains.append(f"… and {len(domains) - room} more")
    parts = [of_domains if domains else ["No domain goes through the netvm."], of_uplinks if uplinks else []]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _plain(group: Mapping[Any, Series]) -> list[dict[str, Any]]:
    return [
        {
            "name": series.name, "down": series.down_rate, "up": series.up_rate, "received": series.received,
            "sent": series.sent,
        }
        for series in _busiest_first(group)
    ]  # fmt: skip


def _show(history: History, arguments: Namespace, stream: TextIO) -> None:
    if arguments.json:
        data = {"domains": _plain(history.domains), "uplinks": _plain(history.uplinks)}
        text = json.dumps(data, indent=None if arguments.follow else 2)
    elif arguments.follow and stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb"):
        text = _WIPE + table(history, os.get_terminal_size(stream.fileno()).lines - 1)
    else:
        text = table(history) + ("\n" if arguments.follow else "")
    print(text, file=stream, flush=True)


def _check_netvm() -> None:
    """Raise what explains why nothing can be told."""
    netvm = Helper().snapshot()[1].netvm
    if netvm.state is NetvmState.ABSENT:
        raise Refused(DomainCode.NETVM_NOT_RUNNING, name=netvm.name)
    if netvm.state is NetvmState.PAUSED:
        raise Refused(DomainCode.NETVM_PAUSED, name=netvm.name)


def _look(line: Line, arguments: Namespace) -> None:
    history = History()
    line.listen_to_traffic()
    renewed = None
    while True:
        if renewed is None or time.monotonic() - renewed >= RENEWAL:
            renewed = time.monotonic()
            line.ask("WatchTraffic")
        sample = line.traffic(_PATIENCE)
        if sample is None:
            _check_netvm()
            raise NoAnswer(HelperCode.AGENT_TELLS_NO_TRAFFIC)
        before, history = history, history.after(sample)
        if before.milliseconds is None or history is before:  # one sample tells no rates
            continue
        _show(history, arguments, sys.stdout)
        if not arguments.follow:
            return


def run(arguments: Namespace) -> int:
    """`qnet traffic`. Ctrl-C is how following it ends, and no failure."""
    _check_netvm()
    try:
        with Line() as line:
            _look(line, arguments)
    except KeyboardInterrupt:
        if not arguments.follow:
            raise
        if sys.stdout.isatty():
            print()  # behind the terminal's ^C
    return 0
