"""Tells everybody on the bus how operations go on and end."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.dom0.bus.declare import MESSAGE, message_body
from qnet_gui.dom0.bus.emitter import Emitter
from qnet_gui.dom0.bus.interface import Interface, Signal
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.message import Message


class OperationSignals(Interface):
    """The `operations.Listener` that signals; `ended` is called after each end."""

    signals = (
        Signal(
            "Step",
            "A step of an operation has begun, or is done, failed or undone: its `state` is one of these words.",
            {"operation": "u", "step": "s", "state": "s", **MESSAGE},
        ),
        Signal(
            "OperationEnded",
            "An operation has ended. `error` is the name of what it failed with, empty when it did not.",
            {"operation": "u", "error": "s", **MESSAGE},
        ),
    )

    def __init__(self, emitter: Emitter, ended: Callable[[], None]) -> None:
        self._emitter = emitter
        self._after_end = ended

    def step(self, operation: int, step: str, state: str, what: Message) -> None:
        """See `operations.Listener`."""
        self._emitter.emit("Step", operation, step, state, *message_body(what))

    def ended(self, operation: int, error: QnetError | None, outcome: Message) -> None:
        """See `operations.Listener`."""
        self._emitter.emit("OperationEnded", operation, error.dbus_name if error else "", *message_body(outcome))
        self._after_end()
