"""Starts and stops the netvm for the helper, which may not do so itself: its sandbox has no right to a NIC.

With systemd the unit qnet-netvm.service does it, and elsewhere `qnet netvm` as a program of its own; in a lab the lab's
machine. Blocks until it is over; runs on the operations' thread.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from qnet_gui.dom0.netvm_lifecycle import outcome
from qnet_gui.dom0.netvm_lifecycle.record import RecordFile
from qnet_gui.hypervisor import lab
from qnet_gui.model.domain import NetvmVerb
from qnet_gui.model.errors import HypervisorError, QnetError, Refused
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.runtime.command import run

QNET, SYSTEMCTL, SYSTEMD_RUN = "/usr/bin/qnet", "/usr/bin/systemctl", "/usr/bin/systemd-run"
UNIT = "qnet-netvm.service"
#: There while systemd runs: sd_booted(3).
BOOTED = Path("/run/systemd/system")
#: Here lie links to the units that start at boot.
WANTS = Path("/etc/systemd/system/multi-user.target.wants")
#: Seconds between two looks whether somebody wants it to stop.
_LOOK = 0.2
_LAB_DEADLINE, _QUICK = 60.0, 30.0
Cancelled = Callable[[], Message | None]


class NetvmControl(Protocol):
    """Who starts and stops the netvm."""

    def run(self, verb: NetvmVerb, name: str, cancelled: Cancelled) -> Message:
        """Do it; what tells how it ended, or `QnetError`. `cancelled` says why it is to stop, as soon as it is."""
        ...


class LabControl:
    """The lab's machine does it, at once."""

    def run(self, verb: NetvmVerb, name: str, cancelled: Cancelled) -> Message:
        """See `NetvmControl`."""
        lab.ask(lab.SOCKET, verb.value, _LAB_DEADLINE, name=name)
        return Message(ServiceCode.IS_STOPPED if verb is NetvmVerb.STOP else ServiceCode.RUNS, name=name)


class ProgramControl:
    """`qnet netvm` as a child, which puts everything back when it is told to end."""

    def __init__(self, program: str = QNET) -> None:
        self._program = program

    def run(self, verb: NetvmVerb, name: str, cancelled: Cancelled) -> Message:
        """See `NetvmControl`."""
        whom = [name] if verb is NetvmVerb.STOP else []
        return _followed(verb, [[self._program, "netvm", verb.value, *whom]], cancelled)


class UnitControl:
    """systemd does it, which keeps what has to live on apart from the helper."""

    def run(self, verb: NetvmVerb, name: str, cancelled: Cancelled) -> Message:
        """See `NetvmControl`."""
        active = _succeeds([SYSTEMCTL, "is-active", "--quiet", UNIT])
        try:
            return _followed(verb, commands(verb, name, active, RecordFile().load().name), cancelled)
        except Refused:
            if verb is not NetvmVerb.STOP:
                _succeeds([SYSTEMCTL, "stop", "--no-block", UNIT])
            raise


def commands(verb: NetvmVerb, name: str, active: bool, started: str) -> list[list[str]]:
    """What does it. `active`: the unit is, which says nothing of the netvm: it may have died since. Pure.

    `started`: whom the unit has started, empty where that is not known; it may be another than the chosen by now, which
    is none of its business. A netvm that somebody started by hand is stopped by a unit for this once.
    """
    unit = [SYSTEMCTL, "--no-ask-password"]
    by_hand = [SYSTEMD_RUN, "--quiet", "--collect", "--wait", QNET, "netvm", "stop", name]
    own = active and started in ("", name)
    match verb:
        case NetvmVerb.START:  # a reload says first what is wrong with the start of this one
            return [[*unit, "restart" if own else "reload" if active else "start", UNIT]]
        case NetvmVerb.STOP:
            return [[*unit, "stop", UNIT] if own else by_hand]
        case NetvmVerb.RESTART:  # a unit that is reloaded keeps the NICs away from dom0 meanwhile
            return [[*unit, "reload", UNIT]] if active else [by_hand, [*unit, "start", UNIT]]


def control() -> NetvmControl:
    """Whichever can do it here."""
    if lab.SOCKET.exists():
        return LabControl()
    return UnitControl() if BOOTED.is_dir() else ProgramControl()


def _succeeds(command: Sequence[str]) -> bool:
    try:
        run(command, deadline=_QUICK)
    except QnetError:
        return False
    return True


def _followed(verb: NetvmVerb, line: Sequence[Sequence[str]], cancelled: Cancelled) -> Message:
    """Run one after the other until one fails; the last word is what `qnet netvm` has left."""
    return [_outcome(verb, command, cancelled) for command in line][-1]


def _outcome(verb: NetvmVerb, command: Sequence[str], cancelled: Cancelled) -> Message:
    outcome.forget()
    status = _run(command, cancelled)
    said = outcome.load()
    if isinstance(said, QnetError):
        raise said
    if status or said is None:
        raise HypervisorError(ServiceCode.SERVICE_FAILED, verb=verb.value)
    return said


def _run(command: Sequence[str], cancelled: Cancelled) -> int:
    """The exit status; 127 for what cannot be run, as a shell has it."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
    except OSError:
        return 127
    with process:
        why = None
        while True:
            try:
                status = process.wait(_LOOK)
                break
            except subprocess.TimeoutExpired:
                if why is None and (why := cancelled()) is not None:
                    process.terminate()
    if why is not None:
        raise Refused(why)
    return status
