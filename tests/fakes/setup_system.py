"""What `qnet setup` does to a machine, only noted."""

from __future__ import annotations

from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.plain import plain

#: Seconds that its netvm's agent has to report.
AGENT_WAIT = 500.0


class FakeSystem:
    """Notes what is done; `fails`: the one that does not work."""

    def __init__(self, fails: str = "") -> None:
        self.done: list[str] = []
        #: Names of the netvms that were stopped, now or by the timer.
        self.netvms: list[str] = []
        self.fails = fails

    def _do(self, what: str) -> None:
        self.done.append(what)
        if what == self.fails:
            raise HypervisorError(plain(f"{what} does not work"))

    def enable(self, unit: str) -> None:
        self._do(f"enable {unit}")

    def disable(self, unit: str, now: bool) -> None:
        self._do(f"disable {unit}" if now else f"do not enable {unit}")

    def agent_wait(self) -> float:
        return AGENT_WAIT

    def start_netvm(self, agent_wait: float) -> None:
        assert agent_wait == AGENT_WAIT
        self._do("start")

    def stop_netvm(self, name: str) -> None:
        self.netvms.append(name)
        self._do("stop")

    def set_timer(self, seconds: float, name: str) -> None:
        assert seconds > AGENT_WAIT
        self.netvms.append(name)
        self._do("timer")

    def cancel_timer(self) -> None:
        self._do("no timer")
