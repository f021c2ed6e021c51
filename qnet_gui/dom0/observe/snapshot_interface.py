"""The snapshot as a property on the bus, for everyone to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dbus

from qnet_gui.dom0.bus.interface import Interface, Property
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.model.snapshot import Snapshot, to_wire
from qnet_gui.runtime.dbus_values import typed


def changed_properties(snapshot: Snapshot) -> dict[str, object]:
    """What is signalled of a new snapshot."""
    return {"Snapshot": typed(to_wire(snapshot))}


class SnapshotInterface(Interface):
    """`version` is the helper's own."""

    properties = (
        Property("Snapshot", "a{sv}", "All that is known, at one moment."),
        Property("Version", "s", "The helper's version."),
    )

    def __init__(self, publisher: SnapshotPublisher, version: str) -> None:
        self._publisher = publisher
        self._version = version

    def read_properties(self, done: Callable[[Mapping[str, object]], None]) -> None:
        """The properties, after another look at the hypervisor and at what dom0 listens on."""

        def ready() -> None:
            done({**changed_properties(self._publisher.snapshot), "Version": dbus.String(self._version)})

        self._publisher.refresh(ready)
