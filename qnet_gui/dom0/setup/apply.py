"""Does what is planned, and takes it back. Touches files, services and the netvm; blocks.

The netvm gets the network cards on trial. While nobody has confirmed, three things give them back: an answer that is
not yes, the end of this program, and, should it die, a timer of systemd's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from qnet_gui.dom0.netvm_lifecycle.interrupts import uninterrupted
from qnet_gui.dom0.netvm_lifecycle.toolstack import CREATE
from qnet_gui.dom0.setup.plan import NETVM, EditFile, EnableUnit, Plan, Step, TryNetvm
from qnet_gui.dom0.setup.record import Record, RecordFolder
from qnet_gui.model.errors import QnetError

#: Seconds in which somebody has to confirm.
CONFIRM = 60
#: And after which systemd's timer gives the cards back for him, beside those that the netvm's agent has to report: xl
#: may need some to build the netvm. One that struck before the netvm has started would find it busy, and be lost.
REVERT = CREATE + CONFIRM


class System(Protocol):
    """What is done to the machine."""

    def enable(self, unit: str) -> None:
        """Start a service, now and at boot."""
        ...

    def disable(self, unit: str, now: bool) -> None:
        """Do not start a service at boot any more; `now`: and stop it."""
        ...

    def agent_wait(self) -> float:
        """Seconds that the netvm's agent has to report, now and at every boot."""
        ...

    def start_netvm(self, agent_wait: float) -> None:
        """Start the netvm with the network cards."""
        ...

    def stop_netvm(self, name: str) -> None:
        """Stop it; the network cards are dom0's again. The chosen one where no name is known."""
        ...

    def set_timer(self, seconds: float, name: str) -> None:
        """Have the netvm stopped after so long, whatever becomes of this program; nothing where that cannot be."""
        ...

    def cancel_timer(self) -> None:
        """Do not."""
        ...


Tell = Callable[[str], None]
#: Whether somebody confirms that the network works; False also when he says nothing for `CONFIRM` seconds.
Confirm = Callable[[], bool]


class Setup:
    """`tell` gets a line for each thing that is done."""

    def __init__(self, folder: RecordFolder, system: System, tell: Tell) -> None:
        self._folder = folder
        self._system = system
        self._tell = tell
        #: What there was when this began, which is nobody's to take back with it.
        self._before = Record()
        #: The netvm has the cards, and nobody has confirmed that.
        self._on_trial = False
        #: Not all that was done could be taken back.
        self.stuck = False

    def apply(self, plan: Plan, confirm: Confirm) -> bool:
        """Do every step; False when nobody has confirmed. Then, and when one fails, all of them are taken back.

        What an earlier run has done stays. What could not be taken back is told, and `stuck` is set.
        """
        self._before = self._folder.record
        try:
            confirmed = all(self._do(step, confirm) for step in plan.steps)
        except BaseException:
            self._take_back()
            raise
        if not confirmed:
            self._take_back()
        return confirmed

    def _take_back(self) -> None:
        with uninterrupted():
            left = self._undo()
        self.stuck = bool(left)
        for text in left:
            self._tell(f"! {text}")

    def _do(self, step: Step, confirm: Confirm) -> bool:
        match step:
            case EditFile():
                self._folder.replace_file(step.path, step.text, step.was)
            case EnableUnit():
                self._folder.save(replace(self._folder.record, units=(*self._folder.record.units, step.unit)))
                self._system.enable(step.unit)
            case TryNetvm():
                if not self._try(step.name, confirm):
                    return False
        self._tell(f"done: {step.what}")
        return True

    def _try(self, name: str, confirm: Confirm) -> bool:
        """Start the netvm; True when it is to stay."""
        agent_wait = self._system.agent_wait()
        self._folder.save(replace(self._folder.record, netvm=True, name=name))
        self._system.set_timer(agent_wait + REVERT, name)
        self._on_trial, stays = True, False
        try:
            self._system.start_netvm(agent_wait)
            stays = confirm()
        finally:
            with uninterrupted():  # a session that ends sends one signal after the other
                if not stays:
                    self._give_back()
                self._system.cancel_timer()
        self._on_trial = False
        return stays

    def _give_back(self) -> None:
        self._system.stop_netvm(self._folder.record.name)
        self._on_trial = False
        self._folder.save(replace(self._folder.record, netvm=self._before.netvm, name=self._before.name))
        self._tell("taken back: dom0 has its network cards again")

    def undo(self) -> list[str]:
        """Take everything back, the last thing first; what could not be, in words. Nobody stops that half-way."""
        self._before = Record()
        with uninterrupted():
            left = self._undo()
        if not self._folder.record.netvm:  # one that a run has left which was killed would stop what is started next
            self._system.cancel_timer()
        return left

    def _undo(self) -> list[str]:
        """Take back what was not there before."""
        left: list[str] = []
        for index in reversed(range(len(self._before.units), len(self._folder.record.units))):
            with _failure_told(left):
                self._disable(index)
        if self._on_trial or (self._folder.record.netvm and not self._before.netvm):
            with _failure_told(left):
                self._give_back()
        for file in reversed(self._folder.record.files[len(self._before.files) :]):
            with _failure_told(left):
                if self._folder.restore_file(file):
                    self._tell(f"taken back: {file.path} is as it was")
                else:
                    left.append(file.left)
        return left

    def _disable(self, index: int) -> None:
        units = self._folder.record.units
        # to stop the netvm's is to stop the netvm, which may have been there before
        stops = units[index] != NETVM or (self._folder.record.netvm and not self._before.netvm)
        self._system.disable(units[index], stops)
        self._folder.save(replace(self._folder.record, units=units[:index] + units[index + 1 :]))
        self._tell(f"taken back: {units[index]} is not started at boot any more")


@contextmanager
def _failure_told(left: list[str]) -> Iterator[None]:
    """Whatever fails is told, and the rest is done all the same."""
    try:
        yield
    except QnetError as error:
        left.append(error.sentence)
