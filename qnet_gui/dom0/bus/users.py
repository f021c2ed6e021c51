"""Who calls, by the name that people know. Touches the system bus and the list of users."""

from __future__ import annotations

import pwd
from collections.abc import Callable
from typing import Any

from qnet_gui.dom0.bus.declare import Call
from qnet_gui.model.errors import NotAuthorised
from qnet_gui.model.messages.helper import HelperCode


def _user_name(uid: int) -> str:
    """A user as people call him; his number where nobody does any more."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


class Users:
    """Callers of one bus, by a connection to it; `refresh` has everything looked at again."""

    def __init__(self, connection: Any, refresh: Callable[[Callable[[], None]], None]) -> None:
        self._connection = connection
        self._refresh = refresh

    def after_refresh(self, call: Call, then: Callable[[str], None]) -> None:
        """Have `then` act on how things are now, on behalf of the user whose name it is given."""
        self._refresh(lambda: self.at_once(call, then))

    def at_once(self, call: Call, then: Callable[[str], None]) -> None:
        """Give the name of the user who calls to `then`; whoever has left the bus meanwhile is told nothing."""

        def answered(uid: Any) -> None:
            try:
                then(_user_name(int(uid)))
            except Exception as error:
                call.fail(error)

        bus = "org.freedesktop.DBus"
        self._connection.call_async(
            bus, "/org/freedesktop/DBus", bus, "GetConnectionUnixUser", "s", (call.sender,),
            answered, lambda _: call.fail(NotAuthorised(HelperCode.CALLER_GONE)),
        )  # fmt: skip
