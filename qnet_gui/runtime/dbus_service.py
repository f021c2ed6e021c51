"""A service as seen from another program with dbus-python: its signals, its coming and going, calls that do not wait.

The tray has QtDBus, and `tray.session.dbus` for the same. Imports no other room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import GLib

PROPERTIES = "org.freedesktop.DBus.Properties"
#: Milliseconds within which who leaves has heard of it, if he ever does: it takes two turns of the main loop.
_DEADLINE = 1000


def leave_bus(bus: Any) -> None:
    """Close a private connection that is on the default main loop, and let it hear of that.

    Calls without an answer are taken back in the main loop's next turns. dbus-python (1.3.2) fails there if the
    connection's object is gone by then, and takes whoever else is served in that turn with it.
    """
    heard: list[Any] = []
    bus.call_on_disconnection(heard.append)
    bus.close()
    context, timeout = GLib.MainContext.default(), GLib.timeout_source_new(_DEADLINE)
    timeout.set_callback(heard.append)
    timeout.attach(context)
    while not heard:
        context.iteration(True)
    timeout.destroy()


class Service:
    """`bus` is a connection of dbus-python's with a main loop, `name` a bus name, well-known or unique."""

    def __init__(self, bus: Any, name: str) -> None:
        self._bus = bus
        self._name = name
        #: Signal matches are removed, watches of owners are cancelled.
        self._end: list[Callable[[], None]] = []

    def listen(
        self, interface: str, signal: str, handler: Callable[..., None], path: str | None = None,
        with_path: bool = False,
    ) -> None:  # fmt: skip
        """Have a signal of this service's, and of nobody else's, delivered with its arguments.

        `path`: of this object only. `with_path`: the path of the object that sent it comes along, as `path`.
        """
        more = {"path_keyword": "path"} if with_path else {}
        match = self._bus.add_signal_receiver(handler, signal, interface, self._name, path, **more)
        self._end.append(match.remove)

    def watch_owner(self, changed: Callable[[bool], None]) -> None:
        """Say whether somebody has the name, soon and at each change."""
        watch = self._bus.watch_name_owner(self._name, lambda owner: changed(bool(owner)))
        self._end.append(watch.cancel)

    def call(
        self, path: str, interface: str, method: str, signature: str, arguments: tuple[Any, ...],
        done: Callable[..., None], failed: Callable[[Exception], None],
    ) -> None:  # fmt: skip
        """Call a method; one of the two is called with what comes of it."""
        self._bus.call_async(self._name, path, interface, method, signature, arguments, done, failed)

    def close(self) -> None:
        """Hear nothing of it any more."""
        for end in self._end:
            end()
        self._end.clear()
