"""Runs a verb of `qnet netvm` that starts or stops the netvm: whether it may be done here, and its parts put together.

Touches /run/qnet, where its lock is, and whatever its parts touch.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle import outcome
from qnet_gui.dom0.netvm_lifecycle.interrupts import Interrupts
from qnet_gui.dom0.netvm_lifecycle.netvm_file import CONFIGURATION
from qnet_gui.dom0.netvm_lifecycle.own_scope import leave_session
from qnet_gui.dom0.netvm_lifecycle.record import Record, RecordFile
from qnet_gui.dom0.netvm_lifecycle.service import Limits, NetvmService, Tell
from qnet_gui.dom0.netvm_lifecycle.toolstack import Toolstack
from qnet_gui.hypervisor import xen
from qnet_gui.hypervisor.passthrough import Passthrough
from qnet_gui.hypervisor.which_domain import is_dom0
from qnet_gui.model import config
from qnet_gui.model.domain import DOM0_NAMES
from qnet_gui.model.errors import Busy, NotAuthorised, QnetError, Refused
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.model.messages.system import SystemCode

LOCK = Path("/run/qnet/netvm.lock")


def _must_be_allowed(verb: str) -> None:
    if not is_dom0():
        raise Refused(ServiceCode.SERVICE_NOT_IN_DOM0)
    if os.geteuid():
        raise NotAuthorised(ServiceCode.SERVICE_FOR_ROOT, verb=verb)
    if others := xen.manager():
        raise Refused(ServiceCode.SERVICE_OF_OTHERS, manager=others)


def _netvm(verb: str, name: str) -> str:
    """The one of this name, the chosen one where it is empty."""
    netvm = name or config.load().netvm
    if netvm in DOM0_NAMES:
        raise Refused(ServiceCode.SERVICE_OF_DOM0, verb=verb)
    return netvm


@contextmanager
def locked(path: Path, busy: Code = HelperCode.BUSY_SERVICE) -> Iterator[None]:
    """Only one of us at a time; `Busy`, which says `busy`, for any other."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise QnetError(SystemCode.FILE_NOT_MADE, path=str(path), why=error.strerror or "") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(busy) from None
        yield
    finally:
        os.close(lock)


def _to_be_stopped(record: Record, toolstack: Toolstack) -> str:
    """The one that was started here, and is there or has left its NICs to nobody; empty for none.

    Who has started it stops it, whichever is chosen since: that one was never given the NICs of dom0 here.
    """
    if record.name and (toolstack.find(record.name) or record.nics.keys() - toolstack.devices_in_use()):
        return record.name
    return ""


def run(verb: str, limits: Limits, tell: Tell, name: str = "") -> Message:
    """Do it, `verb` being start, stop or restart; what tells how it ended, or `QnetError`.

    `name`: whom to stop; otherwise the one that was started here, else the chosen.
    `KeyboardInterrupt` when a signal has ended it, and everything that was begun is undone.
    """
    _must_be_allowed(verb)
    with locked(LOCK), Interrupts() as interrupts:
        toolstack, file = Toolstack(interrupts), RecordFile()
        try:
            if verb == "stop" and not name:
                name = _to_be_stopped(file.load(), toolstack)
            whom = _netvm(verb, name)
            if verb != "stop":
                leave_session()
            service = NetvmService(whom, toolstack, Passthrough(), tell, file, CONFIGURATION, limits)
            verbs: dict[str, Callable[[], Message]] = {
                "start": service.start, "stop": service.stop, "restart": service.restart,
            }  # fmt: skip
            ended = verbs[verb]()
        except QnetError as error:
            outcome.save(error)
            raise
        outcome.save(ended)
        return ended
