"""Who is on the other side: each caller's user, which is asked of the bus once, and whether he is still there.

One match tells of everybody who leaves the bus. It is there only while somebody has called not long ago, so that a
helper at rest is not woken by the coming and going of others. Touches the connection that it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qnet_gui.runtime.mainloop import after

ROOT = 0
_BUS, _BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
_LEAVES = f"type='signal',sender='{_BUS}',interface='{_BUS}',path='{_BUS_PATH}',member='NameOwnerChanged',arg2=''"
#: Seconds that a caller is remembered who has nothing under way.
_LINGER = 10.0


class Caller:
    """One connection to the bus that has called. `uid` is -1 until the bus has told it."""

    __slots__ = ("gone", "name", "open", "uid", "when_gone", "when_known")

    def __init__(self, name: str, uid: int = -1) -> None:
        self.name = name
        self.uid = uid
        self.gone = False
        #: Calls of his that have no answer yet, urgent ones apart.
        self.open = [0, 0]
        self.when_known: list[Callable[[], None]] = []
        #: Called once, should he leave; whoever is served takes his own out again.
        self.when_gone: dict[object, Callable[[], None]] = {}


class Callers:
    """Those who have called not long ago, or whose leaving somebody waits for, by their unique names."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._known: dict[str, Caller] = {}
        self._sweeping = False

    def of(self, name: str) -> Caller:
        """The caller with this unique name."""
        return self._known.get(name) or self._meet(name)

    def _meet(self, name: str) -> Caller:
        if not self._sweeping:
            self._sweeping = True
            self._connection.add_match_string_non_blocking(_LEAVES)
            after(_LINGER, self._sweep)
        caller = self._known[name] = Caller(name)

        def answered(uid: Any) -> None:
            caller.uid = int(uid)
            self._tell(caller)

        # behind the match: who has left before is not known to the bus, and who leaves later is told of
        self._connection.call_async(
            _BUS, _BUS_PATH, _BUS, "GetConnectionUnixUser", "s", (name,), answered, lambda _: self.left(name)
        )
        return caller

    def left(self, name: str) -> None:
        """Somebody has left the bus."""
        caller = self._known.pop(name, None)
        if caller is None:
            return
        caller.gone = True
        for tell in tuple(caller.when_gone.values()):
            tell()
        caller.when_gone.clear()
        self._tell(caller)

    @staticmethod
    def _tell(caller: Caller) -> None:
        waiting, caller.when_known = caller.when_known, []
        for tell in waiting:
            tell()

    def signal(self, message: Any) -> None:
        """Take in a signal that came over the connection; only the bus itself is believed."""
        if message.get_member() == "NameOwnerChanged" and message.get_sender() == _BUS:
            name, _, owner = message.get_args_list()
            if not owner:
                self.left(str(name))

    def _sweep(self) -> None:
        """Forget those who have nothing under way; when nobody is left, hear nothing of anybody any more."""
        self._known = {
            name: caller
            for name, caller in self._known.items()
            if any(caller.open) or caller.when_known or caller.when_gone
        }
        if self._known:
            after(_LINGER, self._sweep)
        else:
            self._sweeping = False
            self._connection.remove_match_string_non_blocking(_LEAVES)
