"""Tells everybody on the bus how operations go on and end."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.dom0.bus.emitter import Emitter
from qnet_gui.dom0.bus.interface import Interface, Signal
from qnet_gui.model.errors import QnetError


class OperationSignals(Interface):
    """The `operations.Listener` that signals; `ended` is called after each end."""

    signals = (
        Signal(
            "Step",
            "A step of an operation has begun, or is done, failed or undone: its `state` is one of these words.",
            {"operation": "u", "step": "s", "state": "s", "text": "s"},
        ),
        Signal(
            "OperationEnded",
            "An operation has ended. `error` is the name of what it failed with, empty when it did not.",
            {"operation": "u", "error": "s", "sentence": "s"},
        ),
    )

    def __init__(self, emitter: Emitter, ended: Callable[[], None]) -> None:
        self._emitter = emitter
        self._after_end = ended

    def step(self, operation: int, step: str, state: str, text: str) -> None:
        """See `operations.Listener`."""
        self._emitter.emit("Step", operation, step, state, text)

    def ended(self, operation: int, error: QnetError | None, sentence: str) -> None:
        """See `operations.Listener`."""
        self._emitter.emit("OperationEnded", operation, error.dbus_name if error else "", sentence)
        self._after_end()
