"""The helper as the command line reads it: calls over the system bus, each with a deadline, errors as ours.

Nobody is asked for a password by any of them; tasks go over the line, see line.py.
"""

from __future__ import annotations

from typing import Any

import dbus
from dbus.lowlevel import ErrorMessage, MethodCallMessage

from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.preflight import Preflight, from_answer
from qnet_gui.model.repair import Repair
from qnet_gui.model.snapshot import Snapshot, from_wire
from qnet_gui.model.wire.answers import NAME, PATH, READ_DEADLINE, understood
from qnet_gui.runtime.dbus_values import plain

_PROPERTIES = "org.freedesktop.DBus.Properties"


class Helper:
    """One connection to the system bus."""

    def __init__(self) -> None:
        try:
            self._bus = dbus.SystemBus(private=True)
        except dbus.DBusException as error:
            raise understood(str(error.get_dbus_name() or ""), ()) from error

    def runs(self) -> bool:
        """Whether there is one now; asking does not start it."""
        return bool(self._bus.name_has_owner(NAME))

    def _call(self, interface: str, member: str, signature: str, arguments: tuple[Any, ...]) -> Any:
        message = MethodCallMessage(NAME, PATH, interface, member)
        if signature:
            message.append(*arguments, signature=signature)
        # not the call that blocks by itself: of an error it keeps the first argument only
        answers: list[Any] = []
        pending = self._bus.send_message_with_reply(message, answers.append, READ_DEADLINE)
        pending.block()
        values = plain(answers[0].get_args_list())
        if isinstance(answers[0], ErrorMessage):
            raise understood(str(answers[0].get_error_name()), values)
        return values[0] if values else None

    def snapshot(self) -> tuple[dict[str, Any], Snapshot, str]:
        """The snapshot as it came, the same understood, and the helper's version."""
        properties = self._call(_PROPERTIES, "GetAll", "s", (NAME,))
        try:
            wire, version = properties["Snapshot"], properties["Version"]
        except (KeyError, TypeError):
            raise QnetError(HelperCode.HELPER_OF_OTHER_VERSION) from None
        return wire, from_wire(wire), version

    def routes(self, domain: str) -> list[dict[str, Any]]:
        """A routing table."""
        rows: list[dict[str, Any]] = self._call(NAME, "GetRoutes", "s", (domain,))
        return rows

    def check_netvm(self) -> list[Repair]:
        """What others have changed in the netvm, which has compared everything now."""
        return [Repair.from_plain(row) for row in self._call(NAME, "CheckNetvm", "", ())]

    def preflight(self) -> Preflight:
        """What connecting dom0 would meet."""
        return from_answer(self._call(NAME, "Preflight", "", ()))
