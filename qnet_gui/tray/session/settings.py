"""The applet's own settings, kept by QSettings in the user's configuration: what to tell, how to upgrade, places."""

from __future__ import annotations

import re

from qnet_gui.model.snapshot import MINUTES_MAX
from qnet_gui.tray.qt import QByteArray, QSettings
from qnet_gui.tray.state.notifications import Kind


def _store() -> QSettings:
    return QSettings("qnet", "tray")


class Settings:
    """Read and written at once; what a file says that cannot be is as if it said nothing."""

    def __init__(self) -> None:
        self._store = _store()

    def write(self) -> str:
        """Write now what has been chosen, and not when the loop has time; returns the file if that is not possible."""
        if self._store.status() != QSettings.Status.NoError:
            self._store = _store()  # one that has failed says so for good; what was chosen is both's
        self._store.sync()
        return "" if self._store.status() == QSettings.Status.NoError else str(self._store.fileName())

    def read_again(self) -> None:
        """Take in what the file says now: somebody may have changed it, or another applet of this person's has."""
        self._store.sync()

    def _text(self, key: str) -> str:
        """What it says there; empty where that is none, such as a list, for which Qt takes what has a comma."""
        value = self._store.value(key)
        return value if isinstance(value, str) else ""

    def notifies(self, kind: Kind) -> bool:
        """Whether notifications of a kind are wanted."""
        return self._text(f"notify/{kind.value}") != "false"

    def set_notifies(self, kind: Kind, requested: bool) -> None:
        """Choose that."""
        self._store.setValue(f"notify/{kind.value}", "true" if requested else "false")

    @property
    def minutes(self) -> int:
        """For how many minutes dom0 is to be connected; 0 for what the helper is configured for."""
        text = self._text("upgrade/minutes")
        return int(text) if re.fullmatch("[0-9]{1,4}", text) and int(text) <= MINUTES_MAX else 0

    @minutes.setter
    def minutes(self, minutes: int) -> None:
        self._store.setValue("upgrade/minutes", str(minutes))

    @property
    def command(self) -> str:
        """The command that upgrades dom0's packages; empty for the distribution's own."""
        return self._text("upgrade/command")

    @command.setter
    def command(self, command: str) -> None:
        self._store.setValue("upgrade/command", command)

    def place(self, window: str) -> QByteArray | None:
        """Where a window was, in Qt's form."""
        place = self._store.value(f"place/{window}")
        return place if isinstance(place, QByteArray) else None

    def set_place(self, window: str, place: QByteArray) -> None:
        """Remember that."""
        self._store.setValue(f"place/{window}", place)
