"""What a call has done that is no operation: it is over soon, and nobody is told of steps."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.dom0.bus.declare import Call
from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.model.errors import QnetError


class SmallActions:
    """Each has its turn between two operations; `refresh` has everything looked at again."""

    def __init__(self, operations: Operations, refresh: Callable[[Callable[[], None]], None]) -> None:
        self._operations = operations
        self._refresh = refresh

    def answer(self, call: Call, action: Callable[[], None]) -> None:
        """Do something that may block, on the operations' thread; answer when the snapshot has what came of it."""

        def done(result: QnetError | None) -> None:
            if isinstance(result, QnetError):
                call.fail(result)
            else:
                self._refresh(call.reply)

        self._operations.aside(action, done)
