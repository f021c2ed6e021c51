"""`qnet setup`: makes this dom0 one whose network cards belong to a netvm, or takes that back; asks before it does."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qnet_gui.cli import hangups, streams
from qnet_gui.cli.question import asked
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.helper import HelperCode

if TYPE_CHECKING:
    from qnet_gui.dom0.setup.plan import Plan
    from qnet_gui.model.snapshot import Snapshot

_LOCK = Path("/run/qnet/setup.lock")
#: Seconds in which a netvm that was just started may find an uplink, and between two looks.
_UPLINK, _LOOK = 60.0, 0.5
_TAKE_BACK = "sudo qnet setup --undo"
_TRY = "Look at it in another window: does netvm have an uplink?"


def setup(arguments: Namespace) -> int:
    """`qnet setup`."""
    return _undo(arguments) if arguments.undo else _setup(arguments)


def _setup(arguments: Namespace) -> int:
    from qnet_gui.dom0.netvm_lifecycle.run import locked
    from qnet_gui.dom0.setup.apply import CONFIRM, Setup
    from qnet_gui.dom0.setup.plan import TryNetvm
    from qnet_gui.dom0.setup.record import RecordFolder
    from qnet_gui.dom0.setup.system import Dom0System

    planned = _planned()
    show(planned, print)
    if planned.obstacles:
        return 1
    if not planned.steps or arguments.dry_run:
        return 0
    if not arguments.yes and not asked("Do it?"):
        print("Nothing was changed.")
        return 1
    hangups.are_like_ctrl_c()  # a terminal that is closed confirms nothing
    with locked(_LOCK, HelperCode.BUSY_SETUP):  # what is done is recorded by one, and taken back by the same
        if _planned() != planned:  # an hour may have gone by, and another has done it meanwhile
            print("Meanwhile something has changed here. Nothing was done: run it again.")
            return 1
        todo = Setup(RecordFolder(), Dom0System(streams.say), streams.say)
        confirmed = todo.apply(planned, lambda: arguments.yes or asked(f"{_TRY} Keep it?", CONFIRM))
    if not confirmed:
        left = f"What is left can be taken back: {_TAKE_BACK}"
        print(f"It was not confirmed. {left}" if todo.stuck else "It was not confirmed: everything is as it was.")
        return 1
    print(f"All is set up. To take it back: {_TAKE_BACK}", flush=True)
    if any(isinstance(step, TryNetvm) for step in planned.steps):
        await_uplink()
    return _doctor()


def _planned() -> Plan:
    from qnet_gui.dom0.setup.plan import plan
    from qnet_gui.dom0.setup.survey import Machine, survey

    return plan(survey(Machine()))


def _undo(arguments: Namespace) -> int:
    from qnet_gui.dom0.netvm_lifecycle.run import locked
    from qnet_gui.dom0.setup.apply import Setup
    from qnet_gui.dom0.setup.record import RecordFolder
    from qnet_gui.dom0.setup.system import Dom0System

    record = RecordFolder().record
    if record.empty:
        print("qnet setup has done nothing here that could be taken back.")
        return 0
    for text in (
        *(f"stop {unit}, and do not start it at boot" for unit in record.units),
        *(["stop the netvm, and give dom0 its network cards back"] if record.netvm else []),
        *(f"put {file.path} back as it was" for file in record.files),
    ):
        print(f"  - {text}")
    if arguments.dry_run:
        return 0
    if not arguments.yes and not asked("Take it back?"):
        print("Nothing was changed.")
        return 1
    with locked(_LOCK, HelperCode.BUSY_SETUP):
        left = Setup(RecordFolder(), Dom0System(streams.say), streams.say).undo()
    for text in left:
        print(f"! {text}")
    print("Some of it is left." if left else "Everything is as it was before qnet setup.")
    return 1 if left else 0


def show(planned: Plan, write: Callable[[str], None]) -> None:
    """What there is, what stands in the way, what would be done, what to know."""
    for line in planned.there:
        write(line)
    for obstacle in planned.obstacles:
        write(f"! {obstacle.wrong}\n  {obstacle.cure}")
    if not planned.obstacles:
        write("To be done:" if planned.steps else "Everything is set up already.")
    for number, step in enumerate(planned.steps, 1):
        write(f"  {number}. {step.what}")
    for note in planned.notes:
        write(f"* {note}")


def await_uplink() -> None:
    """Wait until domains reach the network and names resolve, or for a minute.

    A netvm's agent reports before any of its cards is up: whoever looked at once would be told of no uplink.
    """
    until = time.monotonic() + _UPLINK
    while (snapshot := _snapshot()) is not None and time.monotonic() < until:
        if snapshot.netvm.state not in (NetvmState.STARTING, NetvmState.RUNNING):
            return
        if snapshot.uplink is not None and snapshot.dns.redirects:
            return
        time.sleep(_LOOK)


def _snapshot() -> Snapshot | None:
    """How it is; None where nobody says, of which the doctor tells more."""
    from qnet_gui.cli.bus.helper import Helper

    try:
        return Helper().snapshot()[1]
    except (QnetError, ModuleNotFoundError):
        return None


def _doctor() -> int:
    from qnet_gui.cli import commands

    return commands.doctor(Namespace(json=False))


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `qnet setup`."""
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask; the netvm stays when its agent has reported")
    parser.add_argument("--undo", action="store_true", help="take back what it has done: dom0 owns its cards again")
