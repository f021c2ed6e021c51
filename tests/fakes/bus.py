"""A netvm's system bus: who is on it, what each answers, and the signals that it is had to send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qnet_gui.runtime.mainloop import post

_PROPERTIES = "org.freedesktop.DBus.Properties"
_OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"


class _Subscription:
    """What dbus-python gives back for a signal's receiver, or for a name that is watched."""

    def __init__(self, end: Callable[[], None]) -> None:
        self.remove = self.cancel = end


class FakeBus:
    """What dbus-python's connection offers to our mirrors. Answers and signals come by the main loop, as they do."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._watchers: dict[str, list[Callable[[str], None]]] = {}
        self._receivers: list[tuple[Callable[..., None], str, str, str, bool]] = []
        #: What is answered, by service and method: a value, or an error to raise.
        self.answers: dict[tuple[str, str], Any] = {}
        #: What was asked.
        self.asked: list[tuple[str, str]] = []

    # -- what our code uses

    def add_signal_receiver(
        self, handler: Callable[..., None], signal: str, interface: str, name: str, path: str | None = None,
        path_keyword: str | None = None,
    ) -> _Subscription:  # fmt: skip
        receiver = (handler, signal, interface, name, path_keyword is not None)
        self._receivers.append(receiver)
        return _Subscription(lambda: self._receivers.remove(receiver))

    def watch_name_owner(self, name: str, callback: Callable[[str], None]) -> _Subscription:
        watchers = self._watchers.setdefault(name, [])
        watchers.append(callback)
        post(lambda: callback(self._owners.get(name, "")))
        return _Subscription(lambda: watchers.remove(callback))

    def call_async(
        self, name: str, path: str, interface: str, method: str, signature: str, arguments: tuple[Any, ...],
        reply: Callable[[Any], None], error: Callable[[Exception], None],
    ) -> None:  # fmt: skip
        self.asked.append((name, method))
        answer = self.answers.get((name, method), RuntimeError(f"{name} does not know {method}"))
        if isinstance(answer, Exception):
            post(lambda: error(answer))
        elif answer is not None:  # else it never answers
            post(lambda: reply(answer))

    # -- what a test has others do

    def come(self, name: str) -> None:
        """A service takes its name."""
        self._set_owner(name, ":1.7")

    def go(self, name: str) -> None:
        """A service has gone."""
        self._set_owner(name, "")

    def _set_owner(self, name: str, owner: str) -> None:
        self._owners[name] = owner
        for callback in self._watchers.get(name, []):
            callback(owner)

    def _signal(self, name: str, signal: str, interface: str, path: str, *arguments: Any) -> None:
        for handler, its_signal, its_interface, its_name, wants_path in self._receivers:
            if (its_signal, its_interface, its_name) == (signal, interface, name):
                handler(*arguments, **({"path": path} if wants_path else {}))

    def change(self, name: str, path: str, interface: str, values: dict[str, Any], *invalidated: str) -> None:
        """PropertiesChanged."""
        self._signal(name, "PropertiesChanged", _PROPERTIES, path, interface, values, list(invalidated))

    def say(self, name: str, path: str, interface: str, signal: str) -> None:
        """A signal of its own, without arguments."""
        self._signal(name, signal, interface, path)

    def add(self, name: str, path: str, interfaces: dict[str, dict[str, Any]]) -> None:
        """InterfacesAdded."""
        self._signal(name, "InterfacesAdded", _OBJECT_MANAGER, path, path, interfaces)

    def remove(self, name: str, path: str, *interfaces: str) -> None:
        """InterfacesRemoved."""
        self._signal(name, "InterfacesRemoved", _OBJECT_MANAGER, path, path, list(interfaces))
