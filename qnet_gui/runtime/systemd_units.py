"""Units of systemd's, started and stopped by the system bus, with dbus-python. Imports no other room.

Nobody waits for a unit's job: the answer says that systemd has taken it on, or why not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qnet_gui.runtime.dbus_service import Service

_NAME, _PATH, _MANAGER = "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"


class SystemdUnits:
    """`bus` is a connection to the system bus. Where there is no systemd, every call fails."""

    def __init__(self, bus: Any) -> None:
        self._systemd = Service(bus, _NAME)

    def start(self, unit: str, failed: Callable[[Exception], None], done: Callable[[], None] | None = None) -> None:
        """Nothing happens where it runs."""
        self._call("StartUnit", unit, failed, done)

    def stop(self, unit: str, failed: Callable[[Exception], None]) -> None:
        """Nothing happens where it does not run."""
        self._call("StopUnit", unit, failed)

    def _call(
        self, method: str, unit: str, failed: Callable[[Exception], None], done: Callable[[], None] | None = None
    ) -> None:
        def taken_on(_job: str) -> None:
            if done is not None:
                done()

        self._systemd.call(_PATH, _MANAGER, method, "ss", (unit, "replace"), taken_on, failed)
