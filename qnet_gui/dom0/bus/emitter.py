"""Sends the signals of an object on the bus. Touches the connection that it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbus.lowlevel import SignalMessage

from qnet_gui.dom0.bus.interface import DeclaredObject
from qnet_gui.dom0.bus.introspect import PROPERTIES


class Emitter:
    """Tells everybody who listens, in the object's name."""

    def __init__(self, connection: Any, declared: DeclaredObject) -> None:
        self._connection = connection
        self._declared = declared

    def emit(self, name: str, *values: object) -> None:
        """Send one of the declared signals, with values of the declared types."""
        signal = SignalMessage(self._declared.path, self._declared.interface_name, name)
        signal.append(*values, signature=self._declared.signals[name].signature)
        self._connection.send_message(signal)

    def properties_changed(self, changed: Mapping[str, object]) -> None:
        """Tell the new values of some of the declared properties."""
        signal = SignalMessage(self._declared.path, PROPERTIES, "PropertiesChanged")
        signal.append(self._declared.interface_name, changed, [], signature="sa{sv}as")
        self._connection.send_message(signal)
