"""A journal of dom0's connection, and who listens to what a step runner says of it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from qnet_gui.dom0.upgrade.journal import Journal, boot_id
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.runtime.clocks import boot_seconds


class Progress:
    """What a step runner says, and when it is told to stop: as the step of this name is begun."""

    def __init__(self, cancel_at: str = "") -> None:
        self.cancelled: Message | None = None
        self.said: list[tuple[str, str]] = []
        self._cancel_at = cancel_at

    def begun(self, step: str, what: Message) -> None:
        self.said.append((step, "begun"))
        if step == self._cancel_at:
            self.cancelled = plain("Somebody wants it to stop.")

    def done(self, step: str, what: Message) -> None:
        self.said.append((step, "done"))

    def failed(self, step: str, why: Message) -> None:
        self.said.append((step, "failed"))

    def undone(self, step: str, what: Message) -> None:
        self.said.append((step, "undone"))


def journal(**more: Any) -> Journal:
    return replace(
        Journal("user", 1, "10.137.0.9", "02:00:0a:89:00:09", ("10.139.1.1",), (80, 443), int(time.time()) + 600,
                boot_id(), ends=int(boot_seconds()) + 600), **more
    )  # fmt: skip
