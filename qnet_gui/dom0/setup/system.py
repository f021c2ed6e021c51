"""`System` of a real dom0: systemd where it runs, and the netvm as a service. It blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle.control import BOOTED, QNET, SYSTEMCTL, SYSTEMD_RUN, UNIT
from qnet_gui.dom0.netvm_lifecycle.run import run as netvm
from qnet_gui.dom0.netvm_lifecycle.service import Limits
from qnet_gui.hypervisor.which_domain import is_dom0
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.message import Message
from qnet_gui.runtime.command import run

_TIMER = "qnet-setup-way-back"
#: There while that timer waits: systemd's folder for units that systemd-run makes.
TRIAL = Path(f"/run/systemd/transient/{_TIMER}.timer")
#: The netvm's unit takes as long as its agent does.
_DEADLINE = 300.0
#: How the netvm's unit says how long it waits, as `systemctl show` prints it.
_WAIT = re.compile(r"(?:^|\s)QNET_NETVM_WAIT=([0-9]{1,4})(?=\s|$)")


def unit_wait(environment: str) -> float:
    """The seconds that the netvm's unit, of this environment, gives its agent; else the usual ones. Pure."""
    said = _WAIT.findall(environment)
    return float(said[-1]) if said and int(said[-1]) else Limits().agent


class Dom0System:
    """`tell` gets the steps of the netvm's start and stop."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def enable(self, unit: str) -> None:
        """See `System`."""
        run([SYSTEMCTL, "enable", "--now", unit], deadline=_DEADLINE, name="systemctl")

    def disable(self, unit: str, now: bool) -> None:
        """See `System`."""
        run([SYSTEMCTL, "disable", *(["--now"] if now else []), unit], deadline=_DEADLINE, name="systemctl")

    def agent_wait(self) -> float:
        """See `System`. What `systemctl edit qnet-netvm` has set for a slow machine holds for its first start too."""
        if not BOOTED.is_dir():
            return unit_wait("")
        return unit_wait(run([SYSTEMCTL, "show", "--property=Environment", "--value", UNIT]).decode("utf-8", "replace"))

    def start_netvm(self, agent_wait: float) -> None:
        """See `System`."""
        netvm("start", Limits(agent=agent_wait), self._step)

    def stop_netvm(self, name: str) -> None:
        """See `System`. Where Xen was not started, nobody has the cards but the kernel's own drivers."""
        if is_dom0():
            netvm("stop", Limits(), self._step, name)

    def _step(self, _name: str, state: str, what: Message) -> None:
        if state != "begun":
            self._tell(f"  {what.english}")

    def set_timer(self, seconds: float, name: str) -> None:
        """See `System`."""
        self.cancel_timer()  # of a run that was killed
        if BOOTED.is_dir():
            after = f"--on-active={seconds:g}"
            run([SYSTEMD_RUN, "--quiet", "--collect", f"--unit={_TIMER}", after, QNET, "netvm", "stop", name])

    def cancel_timer(self) -> None:
        """See `System`."""
        if BOOTED.is_dir():
            with suppress(QnetError):  # it may have run
                run([SYSTEMCTL, "stop", f"{_TIMER}.timer"])
