"""Has systemd start `qnet-display` for a domain again, where everything of it has been killed.

libxl starts the first one with the domain, and none after that. The second is a unit, so that it outlives the helper;
it ends with the domain as the first one does. Runs on the main loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from qnet_gui.runtime.systemd_units import SystemdUnits

log = logging.getLogger(__name__)
UNIT = "qnet-display@{domid}.service"


class DisplayStarter:
    """`bus` is the helper's connection to the system bus."""

    def __init__(self, bus: Any) -> None:
        self._systemd = SystemdUnits(bus)

    def start(self, domid: int, then: Callable[[bool], None]) -> None:
        """Tell systemd, and call `then` with whether it will: not on a host without systemd, or without the unit."""
        unit = UNIT.format(domid=domid)

        def failed(error: Exception) -> None:
            log.info("%s: %s", unit, error)
            then(False)

        self._systemd.start(unit, failed, lambda: then(True))
