"""What is common to all tasks of the command line: an operation followed to its end, and what may come between.

A task is a function that gets the line to the helper and the display, and returns the exit status.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from qnet_gui.cli.bus.helper import Helper
from qnet_gui.cli.bus.line import Ended, HelperGone, Line
from qnet_gui.cli.bus.progress import Display, display, interrupted
from qnet_gui.model.domain import DOM0_NAMES
from qnet_gui.model.errors import NotFound, QnetError, from_dbus
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.parse import shown
from qnet_gui.model.snapshot import Dom0State, Snapshot

INTERRUPTED = 130
Task = Callable[[Line, Display], int]
Tell = Callable[[Snapshot], str]

#: Seconds in which a helper that has died is to be back, started by the bus, and to have put things in order.
_BACK = 20.0
_LOOK = 0.3


def run(arguments: Namespace, task: Task, tell: Tell) -> int:
    """Do it. `tell` says of a snapshot how what the task is about has turned out, should the helper die meanwhile."""
    shown_on = display(arguments.json)
    try:
        with Line() as line:
            return task(line, shown_on)
    except HelperGone as error:
        shown_on.say(f"{error.sentence} Waiting for it to be back…")
        after = _aftermath(tell)
        shown_on.ended(after.dbus_name, after.message)
        arguments.end_told = True
        raise after from error
    except QnetError as error:
        shown_on.ended(error.dbus_name, error.message)
        arguments.end_told = True
        raise


def follow(line: Line, shown_on: Display, number: int) -> Message:
    """Show an operation, and what others it ends, until it has ended; returns its outcome or raises."""
    shown_on.operation = number
    while True:
        news = line.news()
        if isinstance(news, Ended):
            if news.operation != number:
                continue
            if news.error:
                raise from_dbus(news.error, news.outcome)
            return news.outcome
        if news is not None and news.operation <= number:
            shown_on.step(news.operation, news.step, news.state, news.what)


def operation(member: str, signature: str, *values: Any) -> Task:
    """An operation that is not taken back by whoever leaves: at Ctrl-C the helper goes on with it."""

    def task(line: Line, shown_on: Display) -> int:
        number = line.call(member, signature, *values)
        try:
            shown_on.ended("", follow(line, shown_on, number))
        except KeyboardInterrupt:
            interrupted(shown_on, "The network helper goes on with it.")
            return INTERRUPTED
        return 0

    return task


def plain_call(member: str, signature: str, *values: Any, sentence: str) -> Task:
    """What is done when the answer is there; `sentence` is said then."""

    def task(line: Line, shown_on: Display) -> int:
        line.call(member, signature, *values)
        shown_on.ended("", sentence)
        return 0

    return task


def identity(snapshot: Snapshot, name: str) -> tuple[int, str]:
    """Id and uuid of a domain that runs, dom0 and the netvm among them; dom0 is known by its id."""
    running = {domain.name: (domain.id, domain.uuid) for domain in snapshot.domains}
    running |= dict.fromkeys(DOM0_NAMES, (0, ""))
    if snapshot.netvm.id >= 0:
        running[snapshot.netvm.name] = (snapshot.netvm.id, snapshot.netvm.uuid)
    if name not in running:
        raise NotFound(DomainCode.DOMAIN_UNKNOWN, name=shown(name))
    return running[name]


def _settled(snapshot: Snapshot) -> bool:
    return not snapshot.operation.id and snapshot.dom0.state in (Dom0State.CLOSED, Dom0State.OPEN)


def _aftermath(tell: Tell) -> HelperGone:
    """Wait for the helper to be back and to have put in order what it left; what is to be said of it then."""
    until, last = time.monotonic() + _BACK, None
    while time.monotonic() < until:
        try:
            last = Helper().snapshot()[1]
        except QnetError:
            last = None
        if last is not None and _settled(last):
            return HelperGone(HelperCode.HELPER_BACK, text=tell(last))
        time.sleep(_LOOK)
    if last is not None:
        return HelperGone(HelperCode.HELPER_BACK_AT_WORK, text=tell(last))
    return HelperGone(HelperCode.HELPER_NOT_BACK, seconds=_BACK)
