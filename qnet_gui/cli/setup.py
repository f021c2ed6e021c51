"""`qnet setup`: makes this dom0 one whose network cards belong to a netvm, or takes that back; asks before it does."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from qnet_gui.cli import hangups
from qnet_gui.cli.plan_output import PlanOutput, plan_output
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
    out = plan_output(arguments.json)
    return _undo(arguments, out) if arguments.undo else _setup(arguments, out)


def _setup(arguments: Namespace, out: PlanOutput) -> int:
    from qnet_gui.dom0.netvm_lifecycle.run import locked
    from qnet_gui.dom0.setup.apply import CONFIRM, Setup
    from qnet_gui.dom0.setup.plan import TryNetvm
    from qnet_gui.dom0.setup.record import RecordFolder
    from qnet_gui.dom0.setup.system import Dom0System

    planned = _planned()
    there, steps = planned.there, [step.what for step in planned.steps]
    out.plan(there, planned.obstacles, steps, planned.notes, "Everything is set up already.")
    if planned.obstacles or not planned.steps or arguments.dry_run:
        return out.end(1 if planned.obstacles else 0, "")
    if not arguments.yes and not out.ask("Do it?"):
        return out.end(1, "Nothing was changed.")
    hangups.are_like_ctrl_c()  # a terminal that is closed confirms nothing
    with locked(_LOCK, HelperCode.BUSY_SETUP):  # what is done is recorded by one, and taken back by the same
        if _planned() != planned:  # an hour may have gone by, and another has done it meanwhile
            return out.end(1, "Meanwhile something has changed here. Nothing was done: run it again.")
        todo = Setup(RecordFolder(), Dom0System(out.say), out.say)
        confirmed = todo.apply(planned, lambda: arguments.yes or out.ask(f"{_TRY} Keep it?", CONFIRM))
    if not confirmed:
        left = f"What is left can be taken back: {_TAKE_BACK}"
        return out.end(
            1, f"It was not confirmed. {left}" if todo.stuck else "It was not confirmed: everything is as it was."
        )
    tries = any(isinstance(step, TryNetvm) for step in planned.steps)
    return _examined(out, arguments.json, f"All is set up. To take it back: {_TAKE_BACK}", tries)


def _planned() -> Plan:
    from qnet_gui.dom0.setup.plan import plan
    from qnet_gui.dom0.setup.survey import Machine, survey

    return plan(survey(Machine()))


def _undo(arguments: Namespace, out: PlanOutput) -> int:
    from qnet_gui.dom0.netvm_lifecycle.run import locked
    from qnet_gui.dom0.setup.apply import Setup
    from qnet_gui.dom0.setup.plan import NETVM
    from qnet_gui.dom0.setup.record import RecordFolder
    from qnet_gui.dom0.setup.system import Dom0System

    record = RecordFolder().record
    if record.empty:
        return out.end(0, "qnet setup has done nothing here that could be taken back.")
    units = [
        f"do not start {unit} at boot; the netvm goes on"
        if unit == NETVM and not record.netvm
        else f"stop {unit}, and do not start it at boot"
        for unit in record.units
    ]
    netvm = [f"stop {record.name or 'the netvm'}, and give dom0 its network cards back"] if record.netvm else []
    out.undo([*units, *netvm, *(f"put {file.path} back as it was" for file in record.files)])
    if arguments.dry_run:
        return out.end(0, "")
    if not arguments.yes and not out.ask("Take it back?"):
        return out.end(1, "Nothing was changed.")
    with locked(_LOCK, HelperCode.BUSY_SETUP):
        left = Setup(RecordFolder(), Dom0System(out.say), out.say).undo()
    out.left(left)
    return out.end(1 if left else 0, "Some of it is left." if left else "Everything is as it was before qnet setup.")


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


def _examined(out: PlanOutput, for_programs: bool, sentence: str, wait: bool) -> int:
    """The end: all is set up, and what `qnet doctor` finds then."""
    from qnet_gui.cli import commands, doctor

    if not for_programs:
        out.end(0, sentence)
    if wait:
        await_uplink()
    if not for_programs:
        return commands.doctor(Namespace(json=False))
    findings = doctor.examine(commands.connected)
    out.end(0, sentence, findings=doctor.as_dicts(findings))
    return 1 if doctor.wrong(findings) else 0


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `qnet setup`."""
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask; the netvm stays when its agent has reported")
    parser.add_argument("--undo", action="store_true", help="take back what it has done: dom0 owns its cards again")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs; asks nobody")
