"""Who calls, by the name that people know."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.dom0.bus.declare import Call
from qnet_gui.model.errors import NotAuthorised
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.runtime.users import user_name


class Users:
    """Callers by name; `refresh` has everything looked at again."""

    def __init__(self, refresh: Callable[[Callable[[], None]], None]) -> None:
        self._refresh = refresh

    def after_refresh(self, call: Call, then: Callable[[str], None]) -> None:
        """Have `then` act on how things are now, on behalf of the user whose name it is given."""
        self._refresh(lambda: self.at_once(call, then))

    @staticmethod
    def at_once(call: Call, then: Callable[[str], None]) -> None:
        """Give the name of the user who calls to `then`; whoever has left the bus meanwhile is told nothing."""
        try:
            if call.caller.gone:
                raise NotAuthorised(HelperCode.CALLER_GONE)
            then(user_name(call.caller.uid))
        except Exception as error:
            call.fail(error)
