"""Starting units of this system by systemd's own D-Bus interface, with the person's own rights: polkit asks."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.tray.qt import QDBusConnection, QObject
from qnet_gui.tray.session.dbus import Answer, Service

HELPER = "qnet-helper.service"
_NAME, _PATH, _MANAGER = "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"
#: Seconds: a person may have to type a password.
_DEADLINE = 300.0


class Units(QObject):
    """`bus` is the system's."""

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._systemd = Service(bus, _NAME, _PATH)

    def start(self, unit: str, then: Callable[[QnetError | None], None]) -> None:
        """Have a unit started; `then` gets the error, None once systemd has begun. What comes of it others tell."""

        def answered(answer: Answer) -> None:
            then(_error(unit, answer) if answer.error else None)

        self._systemd.call(
            self, _MANAGER, "StartUnit", [unit, "replace"], answered, seconds=_DEADLINE, interactive=True
        )


def _error(unit: str, answer: Answer) -> QnetError:
    if answer.error == "org.freedesktop.DBus.Error.ServiceUnknown":
        return Refused(SystemCode.NO_SYSTEMD, name=unit)
    words = next((argument for argument in answer.arguments if isinstance(argument, str)), answer.error)
    return Refused(SystemCode.UNIT_NOT_STARTED, name=unit, why=words)
